// SPDX-License-Identifier: GPL-2.0
/*
 * Address and routes of the device. They are there exactly while the client is
 * qualified: without a route applications turn to IPv4 at once, whereas a
 * carrier that is off keeps them waiting.
 */
#include "daemon.h"
#include "log.h"

#include <errno.h>

/* The service prefix is on the link: peers of any server are reached directly.
 * This is also what the address would say by its prefix length, and the metric
 * is the one the kernel would give that route.
 */
#define PREFIX_LEN	32
#define PREFIX_METRIC	256

#define RUNNING_MS	1000	/* time that the kernel gets to run the device */

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
 * place_refused() - note why the kernel refused an address or a route
 * @d: daemon, whose d->rtnl has made the request
 * @what: the address or the route
 * @error: negative errno
 *
 * Linux 6.1 says nothing but "Permission denied" if IPv6 is disabled.
 */
void place_refused(struct daemon *d, const char *what, int error)
{
	if (error == -EACCES)
		reason_set(&d->place.error, REASON_IPV6_OFF, what, NULL);
	else
		reason_set(&d->place.error, REASON_NOT_ADDED, what,
			   d->rtnl.error);
}

/* The first refusal explains those that follow. */
static void refused(struct daemon *d, const char *what, int error)
{
	if (!d->place.error.id)
		place_refused(d, what, error);
}

/* What is there already stays. */
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
 * struct inventory - what the device has of its address and routes
 * @d: daemon
 * @routes: the routes it must have
 * @n: number of them
 * @has_address: the address is there
 * @has_route: the route is there
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

/* Return: what is not there, NULL if all is or the kernel does not tell */
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
 * place_removed() - an address or a route of the device was removed
 * @d: daemon
 *
 * The event can be older than what the daemon has placed since, so the kernel
 * is asked. watch_repair() puts back what is missing. A device that is down loses
 * its Teredo address soon, see watch_settled().
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
 * place_waiting - are address and routes still to come
 * @d: daemon
 *
 * Return: true if so.
 */
bool place_waiting(const struct daemon *d)
{
	return uv_is_active((const uv_handle_t *)&d->place.timer);
}

static void on_timer(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	log_debug("%s: the device takes its time to run", d->name);
	place(d);
	explain_report(d);
}

/**
 * place_link - the device has changed
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
 * place_up - give the device its address and routes
 * @d: daemon
 * @addr: address
 *
 * A device whose carrier has just come on has a queue that drops everything,
 * without a word, until the kernel gets round to it. Then it runs, which
 * place_link() sees; the first packet of somebody who waited for a route shall
 * not come before that.
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
 * place_repair() - put back what is missing of address and routes
 * @d: daemon
 *
 * If the kernel has removed them because the device went down, the device does
 * not run yet.
 */
void place_repair(struct daemon *d)
{
	if (!d->place.wanted || place_waiting(d))
		return;
	place_up(d, &d->place.addr);
	explain_report(d);
}

/**
 * place_down - take address and routes away
 * @d: daemon; nothing happens if they are not there
 *
 * Errors do not count: what is gone is gone.
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
 * struct sweep - addresses that an earlier helper left
 * @d: daemon
 * @keep: the one that stays, or NULL
 * @found: those that go
 * @n: number of them
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
 * place_sweep - remove what an earlier helper left behind
 * @d: daemon
 * @keep: address that is still good, or NULL
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
 * place_open - get ready
 * @d: daemon
 */
void place_open(struct daemon *d)
{
	uv_timer_init(&d->loop, &d->place.timer);
	d->place.timer.data = d;
}
