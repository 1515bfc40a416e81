// SPDX-License-Identifier: GPL-2.0
/*
 * The servers of a client: by look-ups of their names, by the device, or by an
 * administrator who has given the device another one.
 */
#include "daemon.h"
#include "log.h"

#include <arpa/inet.h>
#include <string.h>

/* As long as no server is known its name is looked up again after a second. If a
 * name server says that it does not exist, each time doubles the pause, so that a
 * wrong name is not a load for name servers. Without an answer that begins after
 * a minute: the network may be coming up. A change of the network begins with a
 * second again.
 */
#define RESOLVE_MS	1000
#define RESOLVE_MAX_MS	60000
#define RESOLVE_QUICK	60

/**
 * servers_find() - find a server by its primary address
 * @d: daemon
 * @primary: the address
 *
 * Return: the server, NULL if none has it.
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

	/* an administrator was quicker */
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

/* Counted from the start of the last one: a look-up that hung for a second has
 * waited enough.
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
 * servers_resolve_soon() - a change of the network may make a look-up succeed
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

/* A device that was created with a server needs none in the configuration */
static void servers_from_device(struct daemon *d)
{
	struct qualify_server server;
	struct dev_info dev;

	if (dev_get(&d->genl, d->ifindex, &dev) || !dev.server)
		return;
	server = server_of(&dev);
	qualify_set_servers(&d->client.q, &server, 1);
}

/* Has the device another server than it had, and than we gave it? */
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

/* If so an administrator did that ("teredo set"). It is the one server then,
 * until the daemon is started anew.
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
 * servers_open() - prepare look-ups, and take the server that the device has
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
