// SPDX-License-Identifier: GPL-2.0
/*
 * Address and routes of the device, present exactly while the client is qualified.
 * Without a route, applications fall back to IPv4 at once. A missing carrier would
 * make them wait.
 */
#include "daemon.h"
#include "log.h"

#include <errno.h>

/* The service prefix is on the link: peers with any server are reached directly. The
 * kernel would derive the same route and metric from the address.
 */
#define PREFIX_LEN	32
#define PREFIX_METRIC	256

#define RUNNING_MS	1000	/* time for the kernel to run the device */

/* Return: number of routes */
static int get_routes(const struct daemon *d, struct route6 routes[2])
{
	memset(routes, 0, 2 * sizeof(*routes));
	routes[0].dst.s6_addr32[0] = d->client.q.prefix;
	routes[0].len = PREFIX_LEN;
	routes[0].metric = PREFIX_METRIC;
	routes[1].metric = d->conf.metric;
	return d->conf.default_route ? 2 : 1;
}

static const char *route_text(const struct route6 *route)
{
	return route->len ? "the route to the service prefix" :
			    "the default route";
}

/**
 * place_refused() - record why the kernel rejected an address or a route
 * @d: daemon, whose d->rtnl has made the request
 * @what: the address or the route
 * @error: negative errno
 *
 * Linux 6.1 reports only "Permission denied" if IPv6 is disabled.
 */
void place_refused(struct daemon *d, const char *what, int error)
{
	if (error == -EACCES)
		reason_set(&d->place.error, REASON_IPV6_OFF, what, NULL);
	else
		reason_set(&d->place.error, REASON_NOT_ADDED, what,
			   d->rtnl.error);
}

/* Record only the first error, which explains those that follow. */
static void refused(struct daemon *d, const char *what, int error)
{
	if (!d->place.error.id)
		place_refused(d, what, error);
}

/* Add the address and the routes that the device does not have. */
static void place(struct daemon *d)
{
	struct route6 routes[2];
	int n = get_routes(d, routes);
	int i, ret;

	uv_timer_stop(&d->place.timer);
	d->place.error.id = REASON_NONE;
	ret = addr_add(&d->rtnl, d->ifindex, &d->place.addr, PREFIX_LEN);
	if (ret)
		refused(d, "the address", ret);
	for (i = 0; i < n; i++) {
		ret = route_add(&d->rtnl, d->ifindex, &routes[i]);
		if (ret)
			refused(d, route_text(&routes[i]), ret);
	}
	watch_retry(d, d->place.error.id);
}

/**
 * struct inventory - address and routes that the device has
 * @d: daemon
 * @routes: routes that it must have
 * @n: number of entries in @routes
 * @has_address: it has the address
 * @has_route: for each entry of @routes, it has the route
 */
struct inventory {
	const struct daemon *d;
	struct route6 routes[2];
	int n;
	bool has_address;
	bool has_route[2];
};

static void note_address(const struct in6_addr *addr, void *ctx)
{
	struct inventory *inv = ctx;

	if (!memcmp(addr, &inv->d->place.addr, sizeof(*addr)))
		inv->has_address = true;
}

static void note_route(const struct route6 *route, void *ctx)
{
	struct inventory *inv = ctx;
	int i;

	for (i = 0; i < inv->n; i++)
		if (route_equal(route, &inv->routes[i]))
			inv->has_route[i] = true;
}

/* Return: what is missing, NULL if nothing is or the kernel does not report it */
static const char *find_missing(struct daemon *d)
{
	struct inventory inv = { .d = d };
	int i;

	inv.n = get_routes(d, inv.routes);
	if (addr_dump(&d->rtnl, d->ifindex, note_address, &inv) ||
	    route_dump(&d->rtnl, d->ifindex, note_route, &inv))
		return NULL;
	if (!inv.has_address)
		return "the address";
	for (i = 0; i < inv.n; i++)
		if (!inv.has_route[i])
			return route_text(&inv.routes[i]);
	return NULL;
}

/**
 * place_removed() - check whether the address or a route was removed, and report it
 * @d: daemon
 *
 * The event can be older than the daemon's last change, so query the kernel.
 * watch_repair() restores what is missing. A device that is down loses its Teredo
 * address soon, see watch_settled().
 */
void place_removed(struct daemon *d)
{
	const char *what;

	if (!d->place.wanted || place_waiting(d) || d->place.error.id ||
	    !(d->link.flags & IFF_UP))
		return;
	what = find_missing(d);
	if (!what)
		return;
	reason_set(&d->place.error, REASON_REMOVED, what, NULL);
	explain_report(d);
}

/**
 * place_waiting() - check whether address and routes wait for the device to run
 * @d: daemon
 *
 * Return: true if they do.
 */
bool place_waiting(const struct daemon *d)
{
	return uv_is_active((const uv_handle_t *)&d->place.timer);
}

static void on_timer(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	log_debug("%s: the device is not running yet", d->name);
	place(d);
	explain_report(d);
}

/**
 * place_link() - add address and routes once the device runs
 * @d: daemon
 */
void place_link(struct daemon *d)
{
	if (!place_waiting(d) || !link_running(&d->link))
		return;
	place(d);
	explain_report(d);
}

/**
 * place_up() - add address and routes as soon as the device runs
 * @d: daemon
 * @addr: address
 *
 * After its carrier comes on, a device drops all packets silently until the kernel
 * activates its queue. place_link() sees when it runs. Without this wait, the first
 * packet of an application that waits for a route would be lost.
 */
void place_up(struct daemon *d, const struct in6_addr *addr)
{
	struct link_info link;

	d->place.wanted = true;
	d->place.addr = *addr;
	if (!link_find(&d->rtnl, d->name, &link) && link_running(&link))
		place(d);
	else
		uv_timer_start(&d->place.timer, on_timer, RUNNING_MS, 0);
}

/**
 * place_repair() - restore address and routes that are missing
 * @d: daemon
 *
 * If the kernel removed them because the device went down, the device does not run
 * yet.
 */
void place_repair(struct daemon *d)
{
	if (!d->place.wanted || place_waiting(d))
		return;
	place_up(d, &d->place.addr);
	explain_report(d);
}

/**
 * place_down() - remove address and routes
 * @d: daemon; nothing happens if it has added none
 *
 * Errors are ignored: address and routes can be removed already.
 */
void place_down(struct daemon *d)
{
	struct route6 routes[2];
	int n = get_routes(d, routes);

	if (!d->place.wanted)
		return;
	d->place.wanted = false;
	d->place.error.id = REASON_NONE;
	uv_timer_stop(&d->place.timer);
	watch_retry(d, false);
	while (n--)
		route_del(&d->rtnl, d->ifindex, &routes[n]);
	addr_del(&d->rtnl, d->ifindex, &d->place.addr, PREFIX_LEN);
}

/**
 * struct sweep - addresses that an earlier daemon has left
 * @d: daemon
 * @keep: address to keep, or NULL
 * @found: addresses to remove
 * @n: number of entries in @found
 */
struct sweep {
	const struct daemon *d;
	const struct in6_addr *keep;
	struct in6_addr found[16];
	unsigned int n;
};

static void on_addr(const struct in6_addr *addr, void *ctx)
{
	struct sweep *sweep = ctx;

	if (sweep->n == ARRAY_SIZE(sweep->found) ||
	    !teredo_is_teredo(addr, sweep->d->client.q.prefix) ||
	    (sweep->keep && !memcmp(addr, sweep->keep, sizeof(*addr))))
		return;
	sweep->found[sweep->n++] = *addr;
}

/**
 * place_sweep() - remove addresses and routes that an earlier daemon has left
 * @d: daemon
 * @keep: address that is still valid, so that the routes stay, too; or NULL
 */
void place_sweep(struct daemon *d, const struct in6_addr *keep)
{
	struct sweep sweep = { .d = d, .keep = keep };
	struct route6 routes[2];
	int n = get_routes(d, routes);

	addr_dump(&d->rtnl, d->ifindex, on_addr, &sweep);
	while (sweep.n--)
		addr_del(&d->rtnl, d->ifindex, &sweep.found[sweep.n],
			 PREFIX_LEN);
	while (!keep && n--)
		route_del(&d->rtnl, d->ifindex, &routes[n]);
}

/**
 * place_open() - initialize the timer
 * @d: daemon
 */
void place_open(struct daemon *d)
{
	uv_timer_init(&d->loop, &d->place.timer);
	d->place.timer.data = d;
}
