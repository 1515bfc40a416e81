// SPDX-License-Identifier: GPL-2.0
/*
 * Role of a client in teredod: passes packets, timeouts and changes of the network to
 * the state machine (qualify.c). client_ops.c executes its actions, and
 * client_servers.c provides the servers.
 */
#include "daemon.h"
#include "firewall.h"
#include "log.h"
#include "readable.h"

#include <errno.h>

/* ---- input ---- */

static void on_timer(uv_timer_t *timer);

/* Call this after each event that the state machine got. */
static void settle(struct daemon *d)
{
	u64 deadline, now;

	rebind_settle(d);
	deadline = qualify_deadline(&d->client.q);
	now = engine_now(d);
	explain_report(d);
	if (deadline == QUALIFY_NEVER)
		uv_timer_stop(&d->client.timer);
	else
		uv_timer_start(&d->client.timer, on_timer,
			       deadline > now ? deadline - now : 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	qualify_timeout(&d->client.q);
	settle(d);
}

static void on_receive(void *ctx, struct teredo_endpoint from,
		       struct teredo_endpoint local, const u8 *data,
		       size_t len)
{
	struct daemon *d = ctx;
	enum packet_verdict verdict;

	d->client.heard_at = local.addr;
	verdict = qualify_receive(&d->client.q, from, data, len);
	if (verdict != RA_VALID)
		log_debug("%s: advertisement from %s ignored: %s", d->name,
			  engine_addr_text(from.addr), packet_verdict_name(verdict));
}

static void on_failed(void *ctx, const char *why)
{
	struct daemon *d = ctx;

	log_debug("%s: cannot send: %s", d->name, why);
	snprintf(d->client.send_error, sizeof(d->client.send_error), "%s", why);
}

/* If the kernel has dropped the address that the state machine holds, the device was
 * down in the meantime.
 */
static void engine_lost(struct daemon *d)
{
	struct dev_info dev;

	if (dev_get(&d->genl, d->ifindex, &dev))
		return;
	ktransport_resync(&d->kt, &dev);
	if (qualify_has_address(&d->client.q) && dev.state != TEREDO_STATE_UP)
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
		d->place.wanted = false;
		daemon_exit(d, 0);
		return;
	}
	settle(d);
}

/* ---- start ---- */

/* Keep the address of an earlier daemon: peers know it, and its connections survive. The
 * address embeds only the primary address of the server, so the configuration can have
 * another secondary address.
 */
static bool adopt(struct daemon *d)
{
	const struct qualify_server *server;
	struct dev_info dev;

	if (dev_get(&d->genl, d->ifindex, &dev) ||
	    dev.state != TEREDO_STATE_UP ||
	    !dev_has(&dev, TEREDO_A_DEV_ADDRESS) ||
	    !teredo_is_teredo(&dev.address, d->client.q.prefix) ||
	    teredo_server(&dev.address) != dev.server ||
	    (dev.local.addr && dev.local.addr != d->watch.path.src))
		return false;
	server = servers_find(d, dev.server);
	if (!server)
		return false;

	log_info("%s: continuing with the address it has", d->name);
	d->client.local = dev.local;
	d->kt.local.addr = dev.local.addr;
	portmap_update(d, dev.local.port);
	place_sweep(d, &dev.address);
	place_up(d, &dev.address);
	qualify_adopt(&d->client.q, server, &dev.address, dev.nat);
	return true;
}

/* Start when servers and a path to them are known for the first time. */
static void first_start(struct daemon *d)
{
	if (adopt(d))
		return;
	place_sweep(d, NULL);
	qualify_start(&d->client.q);
}

/* An administrator can have changed the support for symmetric NATs. */
static void engine_link(struct daemon *d)
{
	bool symmetric = d->link.conf.symmetric;

	place_link(d);
	if (symmetric == d->client.q.symmetric)
		return;
	d->client.q.symmetric = symmetric;
	if (qualify_nat_symmetric(&d->client.q))
		engine_restart(d);
}

/* ---- interface ---- */

static int engine_open(struct daemon *d)
{
	qualify_init(&d->client.q, &engine_ops, d);
	d->client.q.key = d->conf.key;
	d->client.q.refresh = d->conf.refresh;
	d->client.q.skip_secondary = d->conf.skip_secondary;
	d->client.q.symmetric = d->link.conf.symmetric;
	d->client.q.prefix = d->link.conf.prefix;

	if (ktransport_open(&d->kt, d->ifindex)) {
		log_error("%s", d->kt.nl.error);
		return -EIO;
	}
	d->kt.transport.receive = on_receive;
	d->kt.transport.failed = on_failed;
	d->kt.transport.ctx = d;
	servers_open(d);

	if (firewall_look() == FIREWALL_NONE)
		log_warn("%s: no firewall found: any host that knows the address can send to this host",
			 d->name);
	place_open(d);
	portmap_open(d);
	connectivity_open(d);
	secondary_open(d);
	uv_timer_init(&d->loop, &d->client.timer);
	uv_poll_init(&d->loop, &d->kt_poll, nl_fd(&d->kt.nl));
	d->client.timer.data = d;
	d->kt_poll.data = d;
	d->report.since = uv_now(&d->loop);
	d->report.state = STATE_OFFLINE;
	return uv_poll_start(&d->kt_poll, UV_READABLE, on_readable);
}

/**
 * engine_begin() - start to qualify, as soon as servers and path are known
 * @d: daemon
 */
void engine_begin(struct daemon *d)
{
	if (d->beside.native.believed)
		place_sweep(d, NULL);
	else if (!d->client.q.n_servers)
		resolve_start(&d->servers.resolver);
	else if (d->watch.path_up && d->client.q.state == QUALIFY_INITIAL)
		first_start(d);
	settle(d);
}

/**
 * engine_restart() - restart qualification, as all knowledge of the path is outdated
 * @d: daemon
 */
void engine_restart(struct daemon *d)
{
	rebind_end(d, false);
	if (d->client.q.n_servers && d->watch.path_up && !d->beside.native.believed)
		qualify_start(&d->client.q);
	settle(d);
}

/**
 * engine_suspend() - stop the client, as there is no path to the server
 * @d: daemon
 */
void engine_suspend(struct daemon *d)
{
	portmap_stop(d);
	rebind_end(d, false);
	qualify_stop(&d->client.q);
	settle(d);
}

/**
 * engine_sleep() - stop the client, as the host has native IPv6
 * @d: daemon
 */
void engine_sleep(struct daemon *d)
{
	portmap_stop(d);
	rebind_end(d, false);
	qualify_stop(&d->client.q);
	engine_set_state(d, TEREDO_STATE_DOWN);
	settle(d);
}

/**
 * engine_wake() - start the client, as the host has no native IPv6 any more
 * @d: daemon
 */
void engine_wake(struct daemon *d)
{
	if (d->client.q.n_servers)
		watch_path(d);
	engine_begin(d);
}

/**
 * engine_retry_soon() - retry soon, as the server is reachable from some port
 * @d: daemon
 */
void engine_retry_soon(struct daemon *d)
{
	qualify_retry_soon(&d->client.q);
	settle(d);
}

/**
 * engine_check() - verify the mapping, as the path can have changed
 * @d: daemon
 */
void engine_check(struct daemon *d)
{
	if (d->client.q.state == QUALIFY_OFFLINE)
		engine_restart(d);
	else
		qualify_maintain(&d->client.q);
	settle(d);
}

static void engine_repair(struct daemon *d)
{
	place_repair(d);
	beside_repair(d);
}

static void first_begin(struct daemon *d)
{
	if (d->client.q.n_servers)
		watch_path(d);
	beside_begin(d);
	engine_begin(d);
}

/* Remove the address at the end: without maintenance the NAT mapping expires. */
static void engine_close(struct daemon *d)
{
	beside_close(d);
	rebind_end(d, false);
	qualify_stop(&d->client.q);
	resolve_cancel(&d->servers.resolver);
	engine_set_state(d, TEREDO_STATE_DOWN);
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
