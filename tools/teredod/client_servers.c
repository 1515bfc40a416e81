// SPDX-License-Identifier: GPL-2.0
/*
 * Servers of a client. They come from name resolution, from the device, or from an
 * administrator who has set another server on the device.
 */
#include "daemon.h"
#include "log.h"

#include <arpa/inet.h>
#include <string.h>

/* Names are resolved every second until a server is known. If a name server says that
 * a name does not exist, the interval doubles up to 60 s, to limit the load on name
 * servers. Without an answer it doubles only after 60 tries, as the network can be
 * coming up. A change of the network resets the interval to 1 s.
 */
#define RESOLVE_MS	1000
#define RESOLVE_MAX_MS	60000
#define RESOLVE_QUICK	60

/**
 * servers_find() - find a server by its primary address
 * @d: daemon
 * @primary: the address, network byte order
 *
 * Return: the server, NULL if no server has the address.
 */
const struct qualify_server *servers_find(const struct daemon *d,
					  __be32 primary)
{
	unsigned int i;

	for (i = 0; i < d->client.q.n_servers; i++)
		if (d->client.q.servers[i].primary == primary)
			return &d->client.q.servers[i];
	return NULL;
}

static void retry_resolve(struct daemon *d);

static void on_resolved(struct resolver *r)
{
	struct daemon *d = r->ctx;
	bool first = !d->client.q.n_servers;

	/* an administrator has set another server since */
	if (!d->conf.servers.n)
		return;
	if (!r->n) {
		if (first)
			retry_resolve(d);
		explain_report(d);
		return;
	}
	qualify_set_servers(&d->client.q, r->servers, r->n);
	if (first) {
		watch_path(d);
		engine_begin(d);
	} else if (d->client.q.state == QUALIFY_OFFLINE &&
		   !servers_find(d, d->client.q.server.primary)) {
		engine_restart(d);
	}
}

static void on_resolve_timer(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	resolve_start(&d->servers.resolver);
}

/* Measure the interval from the start of the last resolution: after one that took a
 * second, retry at once.
 */
static void resolve_after(struct daemon *d, uint64_t wait)
{
	uint64_t spent = uv_now(&d->loop) - d->servers.resolver.begun;

	uv_timer_start(&d->servers.timer, on_resolve_timer,
		       spent < wait ? wait - spent : 0, 0);
}

static void retry_resolve(struct daemon *d)
{
	uint64_t wait = RESOLVE_MS;
	unsigned int i;

	i = d->servers.resolver.absent ? 0 : RESOLVE_QUICK;
	for (; i < d->servers.failures && wait < RESOLVE_MAX_MS; i++)
		wait *= 2;
	d->servers.failures++;
	log_debug("%s: cannot resolve %s: %s", d->name, d->servers.resolver.name,
		  d->servers.resolver.error);
	resolve_after(d, wait < RESOLVE_MAX_MS ? wait : RESOLVE_MAX_MS);
}

/**
 * servers_resolve_soon() - retry name resolution after a change of the network
 * @d: daemon that knows no server yet
 */
void servers_resolve_soon(struct daemon *d)
{
	d->servers.failures = 0;
	if (uv_is_active((uv_handle_t *)&d->servers.timer))
		resolve_after(d, RESOLVE_MS);
}

static struct qualify_server server_of(const struct dev_info *dev)
{
	return (struct qualify_server) {
		.primary = dev->server,
		.secondary = dev->server2.addr ? dev->server2 :
						 server_next(dev->server),
	};
}

/* Use the server of the device if the configuration has none. */
static void servers_from_device(struct daemon *d)
{
	struct qualify_server server;
	struct dev_info dev;

	if (dev_get(&d->genl, d->ifindex, &dev) || !dev.server)
		return;
	server = server_of(&dev);
	qualify_set_servers(&d->client.q, &server, 1);
}

/* Check whether the server differs from the last one seen and from the daemon's own. */
static bool server_changed(struct daemon *d, struct dev_info *dev)
{
	if (dev_get(&d->genl, d->ifindex, dev) || !dev->server ||
	    (dev->server == d->servers.dev_server &&
	     teredo_endpoint_equal(dev->server2, d->servers.dev_server2)))
		return false;
	d->servers.dev_server = dev->server;
	d->servers.dev_server2 = dev->server2;
	return dev->server != d->client.q.server.primary ||
	       (dev->server2.addr &&
		!teredo_endpoint_equal(dev->server2, d->client.q.server.secondary));
}

/* Another server was set by an administrator ("teredo set"). Use only this server until
 * the daemon is restarted.
 */
static void on_changed(void *ctx)
{
	struct qualify_server server;
	struct daemon *d = ctx;
	struct dev_info dev;

	if (!server_changed(d, &dev))
		return;
	server = server_of(&dev);
	log_info("%s: the device was given the server %s", d->name,
		 engine_addr_text(dev.server));
	resolve_cancel(&d->servers.resolver);
	memset(&d->conf.servers, 0, sizeof(d->conf.servers));
	rebind_end(d, false);
	qualify_stop(&d->client.q);
	qualify_set_servers(&d->client.q, &server, 1);
	watch_path(d);
	engine_restart(d);
}

/**
 * servers_open() - prepare name resolution, or use the server of the device
 * @d: daemon with its socket for control packets
 */
void servers_open(struct daemon *d)
{
	d->servers.resolver.list = &d->conf.servers;
	d->servers.resolver.loop = &d->loop;
	d->servers.resolver.done = on_resolved;
	d->servers.resolver.ctx = d;
	uv_timer_init(&d->loop, &d->servers.timer);
	d->servers.timer.data = d;
	d->kt.changed = on_changed;
	d->servers.dev_server = d->link.conf.server;
	d->servers.dev_server2.addr = d->link.conf.server2;
	d->servers.dev_server2.port = d->link.conf.server2_port;
	if (!d->conf.servers.n)
		servers_from_device(d);
}
