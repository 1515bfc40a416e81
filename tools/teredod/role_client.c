// SPDX-License-Identifier: GPL-2.0
/*
 * The state machine in the daemon: it gets its packets, names and time from
 * here, and what it finds goes to the kernel from here.
 */
#include "daemon.h"
#include "firewall.h"
#include "log.h"
#include "readable.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* As long as no server is known its name is looked up again after a second. If a
 * name server says that it does not exist, each time doubles the pause, so that a
 * wrong name is not a load for name servers. Without an answer that begins after
 * a minute: the network may be coming up. A change of the network begins with a
 * second again.
 */
#define RESOLVE_MS	1000
#define RESOLVE_MAX_MS	60000
#define RESOLVE_QUICK	60

#define LIFETIME_MIN	120	/* s, of what the kernel is told; see lifetime() */

static const char *addr_text(__be32 addr)
{
	static char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, text, sizeof(text));
	return text;
}

/* ---- what the machine wants ---- */

static void on_send(void *ctx, struct teredo_endpoint to, const u8 *data,
		    size_t len)
{
	struct daemon *d = ctx;

	log_debug("%s: solicitation to %s", d->name, addr_text(to.addr));
	if (d->kt.transport.send(&d->kt.transport, to, data, len))
		snprintf(d->send_error, sizeof(d->send_error), "%s",
			 d->kt.nl.error);
}

/**
 * engine_now - for struct qualify_ops
 * @ctx: daemon
 *
 * Return: the time.
 */
u64 engine_now(void *ctx)
{
	struct daemon *d = ctx;

	uv_update_time(&d->loop);
	return uv_now(&d->loop);
}

/**
 * engine_random - for struct qualify_ops
 * @ctx: whatever
 * @buf: result
 * @len: length of @buf
 */
void engine_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	/* so few octets never come short, and without them nothing is safe */
	if (getrandom(buf, len, 0) != (ssize_t)len)
		abort();
}

static u64 on_contact(void *ctx)
{
	struct daemon *d = ctx;
	struct dev_info dev;

	if (dev_get(&d->genl, d->ifindex, &dev) ||
	    !dev_has(&dev, TEREDO_A_DEV_CONTACT))
		return QUALIFY_NEVER;
	return dev.contact;
}

/* A helper that is gone cannot see that the mapping has changed, so what it
 * set runs out. The time is that of the two longest refresh intervals with
 * their tries, so that one renewal may fail.
 */
static u32 lifetime(const struct daemon *d)
{
	u32 needed = 2 * (d->q.refresh + QUALIFY_TRIES * QUALIFY_TIMEOUT_MS) /
		     1000;

	return needed > LIFETIME_MIN ? needed : LIFETIME_MIN;
}

/**
 * engine_nat - what is known of the NAT
 * @d: daemon
 *
 * Return: the kind of NAT.
 */
enum teredo_nat engine_nat(const struct daemon *d)
{
	if ((d->q.nat == TEREDO_NAT_RESTRICTED ||
	     d->q.nat == TEREDO_NAT_UNKNOWN) &&
	    teredo_endpoint_equal(d->local, d->q.mapped))
		return TEREDO_NAT_NONE;
	return d->q.nat;
}

static void push(struct daemon *d)
{
	const struct dev_info dev = {
		.ifindex = d->ifindex,
		.address = d->q.address,
		.server = d->q.server.primary,
		.server2 = d->q.server.secondary,
		.mapped = d->q.mapped,
		.local = d->local,
		.lifetime = lifetime(d),
		.nat = engine_nat(d),
		.upnp = d->mapping.method != MAPPING_NO,
		.upnp_mapped = portmap_outside(d),
	};

	if (dev_set_up(&d->genl, &dev))
		log_error("%s: the kernel does not take the address: %s",
			  d->name, d->genl.error);
}

/**
 * engine_set_refresh - the mapping lasts longer than was known
 * @d: daemon that has an address
 * @refresh: so long, in milliseconds
 */
void engine_set_refresh(struct daemon *d, u64 refresh)
{
	d->q.refresh = refresh;
	push(d);
}

static void read_local_port(struct daemon *d)
{
	struct dev_info dev;

	if (!dev_get(&d->genl, d->ifindex, &dev))
		d->local.port = dev.local.port;
}

/* Device first: with a carrier, but no route yet, nothing gets lost. An address
 * may be left of a helper that was still at work as we have taken over.
 */
static void gain(struct daemon *d)
{
	char text[INET6_ADDRSTRLEN];

	d->send_error[0] = '\0';
	d->local.addr = d->heard_at ? d->heard_at : d->path.src;
	read_local_port(d);
	push(d);
	/* whom another address reaches is to be found out anew */
	d->state = STATE_PROBE;
	place_sweep(d, &d->q.address);
	place_up(d, &d->q.address);
	portmap_renew(d);
	inet_ntop(AF_INET6, &d->q.address, text, sizeof(text));
	log_info("%s: address %s", d->name, text);
}

/* The device keeps its server. */
static void set_state(struct daemon *d, enum teredo_state state)
{
	dev_set_state(&d->genl, d->ifindex, state, 0,
		      (struct teredo_endpoint) { 0 });
}

static void lose(struct daemon *d)
{
	secondary_end(d);
	portmap_doubt(d);
	place_down(d);
	set_state(d, TEREDO_STATE_PROBING);
}

static void probe(struct daemon *d)
{
	d->send_error[0] = '\0';
	d->heard_at = 0;
	secondary_due(d);
	watch_path(d);
	/* with an address for each destination we would look like a symmetric
	 * NAT to ourselves
	 */
	d->kt.local.addr = d->path.src;
	read_local_port(d);
	portmap_update(d, d->local.port);
	if (dev_set_state(&d->genl, d->ifindex, TEREDO_STATE_PROBING,
			  d->q.server.primary, d->q.server.secondary))
		log_error("%s: %s", d->name, d->genl.error);
}

static void failed(struct daemon *d)
{
	unsigned int i;

	/* the name may stand for another address by now */
	for (i = 0; i < d->conf.servers.n; i++)
		if (server_spec_has_name(&d->conf.servers.spec[i])) {
			resolve_start(&d->resolver);
			break;
		}
}

static void on_event(void *ctx, enum qualify_event event)
{
	struct daemon *d = ctx;

	switch (event) {
	case QUALIFY_EV_PROBE:
		probe(d);
		break;
	case QUALIFY_EV_UP:
		rebind_end(d, false);
		gain(d);
		secondary_begin(d);
		break;
	case QUALIFY_EV_CONFIRMED:
		rebind_end(d, true);
		push(d);
		secondary_begin(d);
		break;
	case QUALIFY_EV_LOST:
		lose(d);
		break;
	case QUALIFY_EV_FAILED:
		failed(d);
		break;
	case QUALIFY_EV_SILENT:
		rebind_silent(d);
		break;
	case QUALIFY_EV_NEW_KEY:
		log_warn("%s: the secret has expired, ask the server's operator for another one",
			 d->name);
		break;
	}
}

static const struct qualify_ops ops = {
	.send = on_send,
	.now = engine_now,
	.random = engine_random,
	.contact = on_contact,
	.event = on_event,
};

/* ---- what comes in ---- */

static void on_timer(uv_timer_t *timer);

/* To be called after each event that the machine got */
static void settle(struct daemon *d)
{
	u64 deadline, now;

	rebind_settle(d);
	deadline = qualify_deadline(&d->q);
	now = engine_now(d);
	explain_report(d);
	if (deadline == QUALIFY_NEVER)
		uv_timer_stop(&d->q_timer);
	else
		uv_timer_start(&d->q_timer, on_timer,
			       deadline > now ? deadline - now : 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	qualify_timeout(&d->q);
	settle(d);
}

static void on_receive(void *ctx, struct teredo_endpoint from,
		       struct teredo_endpoint local, const u8 *data,
		       size_t len)
{
	struct daemon *d = ctx;
	enum packet_verdict verdict;

	d->heard_at = local.addr;
	verdict = qualify_receive(&d->q, from, data, len);
	if (verdict != RA_VALID)
		log_debug("%s: advertisement from %s ignored: %s", d->name,
			  addr_text(from.addr), packet_verdict_name(verdict));
}

static void on_failed(void *ctx, const char *why)
{
	struct daemon *d = ctx;

	log_debug("%s: cannot send: %s", d->name, why);
	snprintf(d->send_error, sizeof(d->send_error), "%s", why);
}

/* The device was down in the meantime if the kernel has given up the address
 * that the machine holds.
 */
static void engine_lost(struct daemon *d)
{
	struct dev_info dev;

	if (dev_get(&d->genl, d->ifindex, &dev))
		return;
	ktransport_resync(&d->kt, &dev);
	if (qualify_has_address(&d->q) && dev.state != TEREDO_STATE_UP)
		engine_restart(d);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct daemon *d = poll->data;

	(void)events;
	readable_resume(poll, status, on_readable);
	if (ktransport_receive(&d->kt))
		engine_lost(d);
	if (d->kt.taken_over) {
		log_info("%s: another teredod has taken over", d->name);
		d->placed = false;
		daemon_exit(d, 0);
		return;
	}
	settle(d);
}

/* ---- servers ---- */

/* Return: the server with this primary address, NULL if none has it */
static const struct qualify_server *configured(const struct daemon *d,
					       __be32 primary)
{
	unsigned int i;

	for (i = 0; i < d->q.n_servers; i++)
		if (d->q.servers[i].primary == primary)
			return &d->q.servers[i];
	return NULL;
}

/* An address that an earlier helper got is worth going on with: peers know it,
 * and connections that use it live on. It holds the primary address of the server
 * alone, so the configuration can have another secondary one.
 */
static bool adopt(struct daemon *d)
{
	const struct qualify_server *server;
	struct dev_info dev;

	if (dev_get(&d->genl, d->ifindex, &dev) ||
	    dev.state != TEREDO_STATE_UP ||
	    !dev_has(&dev, TEREDO_A_DEV_ADDRESS) ||
	    !teredo_is_teredo(&dev.address, d->q.prefix) ||
	    teredo_server(&dev.address) != dev.server ||
	    (dev.local.addr && dev.local.addr != d->path.src))
		return false;
	server = configured(d, dev.server);
	if (!server)
		return false;

	log_info("%s: going on with the address it has", d->name);
	d->local = dev.local;
	d->kt.local.addr = dev.local.addr;
	portmap_update(d, dev.local.port);
	place_sweep(d, &dev.address);
	place_up(d, &dev.address);
	qualify_adopt(&d->q, server, &dev.address, dev.nat);
	return true;
}

/* The first time that there are servers and a path to them */
static void first_start(struct daemon *d)
{
	if (adopt(d))
		return;
	place_sweep(d, NULL);
	qualify_start(&d->q);
}

static void retry_resolve(struct daemon *d);

static void on_resolved(struct resolver *r)
{
	struct daemon *d = r->ctx;
	bool first = !d->q.n_servers;

	/* an administrator was quicker */
	if (!d->conf.servers.n)
		return;
	if (!r->n) {
		if (first)
			retry_resolve(d);
		explain_report(d);
		return;
	}
	qualify_set_servers(&d->q, r->servers, r->n);
	if (first) {
		watch_path(d);
		engine_begin(d);
	} else if (d->q.state == QUALIFY_OFFLINE &&
		   !configured(d, d->q.server.primary)) {
		engine_restart(d);
	}
}

static void on_resolve_timer(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	resolve_start(&d->resolver);
}

/* Counted from the start of the last one: a look-up that hung for a second has
 * waited enough.
 */
static void resolve_after(struct daemon *d, uint64_t wait)
{
	uint64_t spent = uv_now(&d->loop) - d->resolver.begun;

	uv_timer_start(&d->resolve_timer, on_resolve_timer,
		       spent < wait ? wait - spent : 0, 0);
}

static void retry_resolve(struct daemon *d)
{
	uint64_t wait = RESOLVE_MS;
	unsigned int i;

	i = d->resolver.absent ? 0 : RESOLVE_QUICK;
	for (; i < d->resolve_failures && wait < RESOLVE_MAX_MS; i++)
		wait *= 2;
	d->resolve_failures++;
	log_debug("%s: cannot resolve %s: %s", d->name, d->resolver.name,
		  d->resolver.error);
	resolve_after(d, wait < RESOLVE_MAX_MS ? wait : RESOLVE_MAX_MS);
}

/**
 * engine_resolve_soon() - a change of the network may make a look-up succeed
 * @d: daemon that knows no server yet
 */
void engine_resolve_soon(struct daemon *d)
{
	d->resolve_failures = 0;
	if (uv_is_active((uv_handle_t *)&d->resolve_timer))
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
	qualify_set_servers(&d->q, &server, 1);
}

/* Has the device another server than it had, and than we gave it? */
static bool server_changed(struct daemon *d, struct dev_info *dev)
{
	if (dev_get(&d->genl, d->ifindex, dev) || !dev->server ||
	    (dev->server == d->dev_server &&
	     teredo_endpoint_equal(dev->server2, d->dev_server2)))
		return false;
	d->dev_server = dev->server;
	d->dev_server2 = dev->server2;
	return dev->server != d->q.server.primary ||
	       (dev->server2.addr &&
		!teredo_endpoint_equal(dev->server2, d->q.server.secondary));
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
		 addr_text(dev.server));
	resolve_cancel(&d->resolver);
	memset(&d->conf.servers, 0, sizeof(d->conf.servers));
	rebind_end(d, false);
	qualify_stop(&d->q);
	qualify_set_servers(&d->q, &server, 1);
	watch_path(d);
	engine_restart(d);
}

static bool nat_symmetric(const struct daemon *d)
{
	return d->q.nat == TEREDO_NAT_SYMMETRIC_PORT ||
	       d->q.nat == TEREDO_NAT_SYMMETRIC_ADDRESS;
}

/* An administrator may have changed whether a symmetric NAT will do */
static void engine_link(struct daemon *d)
{
	bool symmetric = d->link.conf.symmetric;

	place_link(d);
	if (symmetric == d->q.symmetric)
		return;
	d->q.symmetric = symmetric;
	if (nat_symmetric(d))
		engine_restart(d);
}

/* ---- interface ---- */

static int engine_open(struct daemon *d)
{
	qualify_init(&d->q, &ops, d);
	d->q.key = d->conf.key;
	d->q.refresh = d->conf.refresh;
	d->q.skip_secondary = d->conf.skip_secondary;
	d->q.symmetric = d->link.conf.symmetric;
	d->q.prefix = d->link.conf.prefix;
	d->resolver.list = &d->conf.servers;
	d->resolver.loop = &d->loop;
	d->resolver.done = on_resolved;
	d->resolver.ctx = d;

	if (ktransport_open(&d->kt, d->ifindex)) {
		log_error("%s", d->kt.nl.error);
		return -EIO;
	}
	d->kt.transport.receive = on_receive;
	d->kt.transport.failed = on_failed;
	d->kt.transport.ctx = d;
	d->kt.changed = on_changed;
	d->dev_server = d->link.conf.server;
	d->dev_server2.addr = d->link.conf.server2;
	d->dev_server2.port = d->link.conf.server2_port;
	if (!d->conf.servers.n)
		servers_from_device(d);

	if (firewall_look() == FIREWALL_NONE)
		log_warn("%s: no firewall is to be seen: whoever knows the address can send to this host",
			 d->name);
	place_open(d);
	portmap_open(d);
	connectivity_open(d);
	secondary_open(d);
	uv_timer_init(&d->loop, &d->q_timer);
	uv_timer_init(&d->loop, &d->resolve_timer);
	uv_poll_init(&d->loop, &d->kt_poll, nl_fd(&d->kt.nl));
	d->q_timer.data = d;
	d->resolve_timer.data = d;
	d->kt_poll.data = d;
	d->since = uv_now(&d->loop);
	d->state = STATE_OFFLINE;
	return uv_poll_start(&d->kt_poll, UV_READABLE, on_readable);
}

/**
 * engine_begin - begin to qualify, as soon as servers and path are known
 * @d: daemon
 */
void engine_begin(struct daemon *d)
{
	if (d->native.believed)
		place_sweep(d, NULL);
	else if (!d->q.n_servers)
		resolve_start(&d->resolver);
	else if (d->path_up && d->q.state == QUALIFY_INITIAL)
		first_start(d);
	settle(d);
}

/**
 * engine_restart - nothing that was found out holds any longer
 * @d: daemon
 */
void engine_restart(struct daemon *d)
{
	rebind_end(d, false);
	if (d->q.n_servers && d->path_up && !d->native.believed)
		qualify_start(&d->q);
	settle(d);
}

/**
 * engine_suspend - there is no way to the server
 * @d: daemon
 */
void engine_suspend(struct daemon *d)
{
	portmap_stop(d);
	rebind_end(d, false);
	qualify_stop(&d->q);
	settle(d);
}

/**
 * engine_sleep - there is native IPv6, and no use for an address of ours
 * @d: daemon
 */
void engine_sleep(struct daemon *d)
{
	portmap_stop(d);
	rebind_end(d, false);
	qualify_stop(&d->q);
	set_state(d, TEREDO_STATE_DOWN);
	settle(d);
}

/**
 * engine_wake - there is none any more
 * @d: daemon
 */
void engine_wake(struct daemon *d)
{
	if (d->q.n_servers)
		watch_path(d);
	engine_begin(d);
}

/**
 * engine_retry_soon() - the server can be reached, if only by another port
 * @d: daemon
 */
void engine_retry_soon(struct daemon *d)
{
	qualify_retry_soon(&d->q);
	settle(d);
}

/**
 * engine_check - something may have happened to the path
 * @d: daemon
 */
void engine_check(struct daemon *d)
{
	if (d->q.state == QUALIFY_OFFLINE)
		engine_restart(d);
	else
		qualify_maintain(&d->q);
	settle(d);
}

/**
 * engine_mapping - the gateway has let others in, or does not any more
 * @d: daemon
 */
void engine_mapping(struct daemon *d)
{
	if (qualify_has_address(&d->q))
		push(d);
}

static void engine_repair(struct daemon *d)
{
	place_repair(d);
	beside_repair(d);
}

static void first_begin(struct daemon *d)
{
	if (d->q.n_servers)
		watch_path(d);
	beside_begin(d);
	engine_begin(d);
}

/* The address is on the NAT's other side only as long as somebody looks after
 * it, so it does not stay behind.
 */
static void engine_close(struct daemon *d)
{
	beside_close(d);
	rebind_end(d, false);
	qualify_stop(&d->q);
	resolve_cancel(&d->resolver);
	set_state(d, TEREDO_STATE_DOWN);
	portmap_close(d);
}

const struct role engine_role = {
	.open = engine_open,
	.begin = first_begin,
	.link = engine_link,
	.removed = place_removed,
	.repair = engine_repair,
	.settled = watch_settled,
	.lost = engine_lost,
	.awake = engine_restart,
	.status = control_client,
	.close = engine_close,
};
