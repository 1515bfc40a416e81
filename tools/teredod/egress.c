// SPDX-License-Identifier: GPL-2.0
/*
 * Gateway of a server to the native Internet: translation, routes, forwarding,
 * neighbour discovery.
 *
 * After each event that can affect it, egress_update() checks everything and repairs
 * what is wrong. A gateway that cannot work does not stop the server.
 */
#include "daemon.h"
#include "log.h"
#include "status.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define SETTLE_MS	100	/* combines a burst of events, limits the rate of repairs */
#define RECHECK_MS	10000	/* finds changes without an event */

/* After this many connections or packets without a reply, report that none return. */
#define SENT_MIN	8

static bool wanted(const struct daemon *d)
{
	return d->conf.nat66.method != NAT66_NO;
}

static const char *prefix_text(const struct in6_addr *prefix)
{
	static char text[INET6_ADDRSTRLEN + 3];

	inet_ntop(AF_INET6, prefix, text, INET6_ADDRSTRLEN);
	strcat(text, "/64");
	return text;
}

static const char *link_text(u32 ifindex)
{
	static char name[IF_NAMESIZE];

	return if_indextoname(ifindex, name) ? name : "an interface";
}

/* ---- file that marks a gateway ---- */

static bool mark_path(const struct daemon *d, char path[RUN_PATH])
{
	return run_file_name(path, d->name, "gateway");
}

static void mark_set(const struct daemon *d)
{
	char path[RUN_PATH];
	FILE *file = mark_path(d, path) ? run_file_create(path) : NULL;

	if (file)
		fclose(file);
}

static bool mark_get(const struct daemon *d)
{
	char path[RUN_PATH];

	return mark_path(d, path) && !access(path, F_OK);
}

static void mark_remove(const struct daemon *d)
{
	char path[RUN_PATH];

	if (mark_path(d, path))
		unlink(path);
}

/* ---- set up ---- */

/* Prefix, address and configuration can have changed while the device was down. */
static void describe(struct daemon *d)
{
	const struct link_conf *link = &d->link.conf;
	struct egress *e = &d->egress;
	struct in6_addr clients = { 0 };

	clients.s6_addr32[0] = link->prefix;
	clients.s6_addr32[1] = link->local;
	if (memcmp(&clients, &e->masquerade.clients, sizeof(clients)))
		e->in_place = false;
	e->masquerade.ifindex = d->ifindex;
	e->masquerade.clients = clients;
	e->route.ifindex = d->ifindex;
	e->route.metric = d->conf.metric;
	e->route.clients = clients;
	e->route.prefix = d->conf.nat66.prefix;
	memset(&e->upstream, 0, sizeof(e->upstream));
	e->upstream.own = d->ifindex;
	e->upstream.service = link->prefix;
	e->upstream.prefix = d->conf.nat66.prefix;
}

/* Return: true, with the reason set, if the gateway would break other traffic */
static bool conflict(struct daemon *d)
{
	struct egress *e = &d->egress;
	const struct upstream *u = &e->upstream;
	const char *prefix = prefix_text(&d->conf.nat66.prefix);
	u32 inside = u->routed ? u->routed :
		     u->onlink != u->oif ? u->onlink : 0;

	if (!egress_has_prefix(d))
		return false;
	if (u->other)
		egress_set_reason(e, "%s is the prefix of another gateway of this host: each needs a /64 of its own",
				  prefix);
	else if (inside)
		egress_set_reason(e, "%s is in use on %s (see: ip -6 route show root %s): give prefix a /64 that is routed to this host and not used",
				  prefix, link_text(inside), prefix);
	else if (u->onlink && !d->conf.nat66.proxy)
		egress_set_reason(e, "%s is on the link of %s, where the provider looks for each address by neighbour discovery: set proxy = yes in [gateway], or have the provider route the prefix to this host",
				  prefix, link_text(u->onlink));
	return e->reason[0];
}

/* Linux 6.1 reports only "Permission denied" if IPv6 is disabled. */
static const char *why_refused(const struct daemon *d, int error)
{
	return error == -EACCES ? "IPv6 is disabled on the device" :
				  d->rtnl.error;
}

/* The kernel drops routes of a device that is down. */
static void add_routes(struct daemon *d)
{
	struct egress *e = &d->egress;
	int ret;

	if (!link_running(&d->link)) {
		egress_set_reason(e, "%s has no carrier", d->name);
		return;
	}
	ret = gwroute_put(&d->rtnl, &e->route);
	if (ret)
		egress_set_reason(e, "cannot add the route to %s: %s",
				  prefix_text(egress_has_prefix(d) ? &e->route.prefix :
							      &e->route.clients),
				  why_refused(d, ret));
}

/* ---- IPv6 of the host ---- */

/* Return: command that keeps a default route which forwarding would remove, or "" */
static const char *accept_ra_hint(const struct upstream *u)
{
	static char hint[128];
	const char *link = u->n_by_ra ? link_text(u->by_ra[0]) : "";

	hint[0] = '\0';
	if (*link && forward_loses_route(link))
		snprintf(hint, sizeof(hint),
			 "; first sysctl -w net.ipv6.conf.%s.accept_ra=2, or its default route goes",
			 link);
	return hint;
}

static void check_forwarding(struct daemon *d)
{
	struct egress *e = &d->egress;
	bool on;

	if (forward_get(&d->rtnl, &on) || on)
		return;
	if (!d->conf.nat66.forwarding) {
		egress_set_reason(e, "IPv6 forwarding is off (try: sysctl -w net.ipv6.conf.all.forwarding=1, or forwarding = yes in [gateway]%s)",
				  accept_ra_hint(&e->upstream));
		return;
	}
	if (forward_on(&e->forward, e->upstream.by_ra, e->upstream.n_by_ra))
		egress_set_reason(e, "cannot switch IPv6 forwarding on: %s (see forwarding in teredo.conf(5), or: sysctl -w net.ipv6.conf.all.forwarding=1)",
				  e->forward.error);
	else
		log_info("%s: gateway: IPv6 forwarding switched on", d->name);
}

static void check_native(struct daemon *d)
{
	struct egress *e = &d->egress;

	if (!e->upstream.oif)
		egress_set_reason(e, "this host has no IPv6 default route: a gateway needs native IPv6");
	else if (!egress_has_prefix(d) && !e->upstream.global)
		egress_set_reason(e, "this host has no global IPv6 address to masquerade as: give it one, or use prefix in [gateway]");
}

/* Listen on the interface that has the prefix, or else on the one to the provider. A
 * handle that is still closing cannot be reopened before the next update.
 */
static void run_proxy(struct daemon *d)
{
	struct egress *e = &d->egress;
	u32 link = e->upstream.onlink ? e->upstream.onlink : e->upstream.oif;

	if (!d->conf.nat66.proxy || (e->ndproxy.open &&
				     e->ndproxy.ifindex == link))
		return;
	if (e->ndproxy.open) {
		ndproxy_close(&e->ndproxy);
		uv_timer_start(&e->settle, e->settle.timer_cb, SETTLE_MS, 0);
	} else if (link && ndproxy_open(&e->ndproxy, &d->loop, link,
					&d->conf.nat66.prefix)) {
		egress_set_reason(e, "%s", e->ndproxy.error);
	}
}

static void check_replies(struct daemon *d)
{
	struct egress *e = &d->egress;
	struct masquerade_count count = { 0 };

	if (!e->in_place || !egress_count(d, &count) || count.replies ||
	    count.sent < SENT_MIN)
		return;
	if (egress_has_prefix(d))
		egress_set_reason(e, "no packet of a client has had a reply: does the provider route %s to this host? If the provider has put the prefix on the link: proxy = yes in [gateway]",
				  prefix_text(&d->conf.nat66.prefix));
	else
		egress_set_reason(e, "no connection of a client has had a reply: does IPv6 of this host work?");
}

/* ---- update ---- */

static void take_down(struct daemon *d)
{
	struct egress *e = &d->egress;

	if (e->clean)
		return;
	ndproxy_close(&e->ndproxy);
	gwroute_sweep(&d->rtnl, &(struct gwroute) { .ifindex = d->ifindex });
	egress_set_prefix(d, &in6addr_any);
	/* an earlier daemon can have masqueraded */
	if (masquerade_remove(&e->masquerade) && !egress_has_prefix(d))
		log_error("%s: gateway: %s", d->name, e->masquerade.error);
	if (forward_restore(&e->forward))
		log_error("%s: gateway: forwarding stays on: %s", d->name,
			  e->forward.error);
	e->in_place = false;
	e->clean = true;
}

static void set_up(struct daemon *d)
{
	d->egress.clean = false;
	egress_translate(d);
	add_routes(d);
	check_native(d);
	check_forwarding(d);
	run_proxy(d);
	check_replies(d);
}

static void report(struct daemon *d, const char *before)
{
	struct egress *e = &d->egress;
	bool up = !e->reason[0];

	if (up == e->up && !strcmp(before, e->reason))
		return;
	e->up = up;
	if (!up)
		log_warn("%s: gateway: %s", d->name, e->reason);
	else if (egress_has_prefix(d))
		log_info("%s: gateway up: clients have addresses of %s",
			 d->name, prefix_text(&d->conf.nat66.prefix));
	else
		log_info("%s: gateway up: clients share the addresses of this host",
			 d->name);
}

/**
 * egress_update() - check all parts of the gateway, and repair them
 * @d: daemon of a server
 */
void egress_update(struct daemon *d)
{
	struct egress *e = &d->egress;
	char before[EGRESS_REASON];

	if (!e->open)
		return;
	uv_timer_start(&e->recheck, e->recheck.timer_cb, RECHECK_MS, 0);
	describe(d);
	/* a dump fails if tables change all the time: leave the gateway as it is */
	if (upstream_find(&d->rtnl, &e->upstream)) {
		log_debug("%s: gateway: %s", d->name, d->rtnl.error);
		return;
	}
	e->route.router = e->upstream.router;
	e->route.router_link = e->upstream.router.s6_addr[0] ? e->upstream.oif : 0;
	memcpy(before, e->reason, sizeof(before));
	e->reason[0] = '\0';
	if (conflict(d))
		take_down(d);
	else
		set_up(d);
	report(d, before);
}

static void on_timer(uv_timer_t *timer)
{
	egress_update(timer->data);
}

static void expect_settling(struct daemon *d)
{
	struct egress *e = &d->egress;

	if (e->open && !uv_is_active((uv_handle_t *)&e->settle))
		uv_timer_start(&e->settle, on_timer, SETTLE_MS, 0);
}

static void on_table(void *ctx)
{
	expect_settling(ctx);
}

static void watch_table(struct daemon *d)
{
	struct nftevents *events = &d->egress.events;

	events->table = d->egress.masquerade.table;
	events->fn = on_table;
	events->ctx = d;
	if (nftevents_open(events, &d->loop))
		log_warn("%s: gateway: changes of the table are seen late: %s",
			 d->name, events->nl.error);
}

/**
 * egress_link() - schedule an update after an event of the device
 * @d: daemon of a server
 *
 * The daemon's own changes cause such events, too, so the update is delayed.
 */
void egress_link(struct daemon *d)
{
	expect_settling(d);
}

/**
 * egress_event() - schedule an update after an event of an address, route or setting
 * @d: daemon
 * @nlh: the event
 */
void egress_event(struct daemon *d, const struct nlmsghdr *nlh)
{
	if (d->egress.open && upstream_concerns(&d->egress.upstream, nlh))
		expect_settling(d);
}

static void init_timers(struct daemon *d)
{
	struct egress *e = &d->egress;

	uv_timer_init(&d->loop, &e->settle);
	uv_timer_init(&d->loop, &e->recheck);
	e->settle.data = d;
	e->recheck.data = d;
	e->settle.timer_cb = on_timer;
	e->recheck.timer_cb = on_timer;
}

/**
 * egress_open() - prepare a gateway, or remove one that an earlier daemon has left
 * @d: daemon of a server
 *
 * The first egress_update() sets the gateway up.
 */
void egress_open(struct daemon *d)
{
	struct egress *e = &d->egress;

	masquerade_table(e->masquerade.table, d->name);
	forward_load(&e->forward, d->name);
	describe(d);
	if (!wanted(d)) {
		if (mark_get(d))
			egress_close(d);
		return;
	}
	if (!egress_has_prefix(d))
		watch_table(d);
	init_timers(d);
	mark_set(d);
	gwroute_sweep(&d->rtnl, &e->route);
	e->open = true;
	if (!d->conf.secrets_file[0])
		log_info("%s: the gateway is open to all clients of this server (to change that: secrets = FILE in [server])",
			 d->name);
}

/**
 * egress_close() - remove the gateway
 * @d: daemon of a server, with or without a gateway
 */
void egress_close(struct daemon *d)
{
	if (!d->egress.open && !mark_get(d))
		return;
	take_down(d);
	mark_remove(d);
	d->egress.open = false;
}

/**
 * egress_status() - add the state of the gateway to the status
 * @d: daemon of a server
 * @status: object of the status
 */
void egress_status(struct daemon *d, json_t *status)
{
	struct egress *e = &d->egress;
	struct masquerade_count count = { 0 };
	json_t *o;

	if (!e->open)
		return;
	o = json_pack("{s:s,s:s}", "method",
		      egress_has_prefix(d) ? "prefix" : "masquerade",
		      "state", e->up ? "up" : "failed");
	if (egress_has_prefix(d))
		json_object_set_new(o, "prefix",
				    json_string(prefix_text(&e->route.prefix)));
	json_object_set_new(o, "clients",
			    json_string(prefix_text(&e->route.clients)));
	if (e->reason[0])
		json_object_set_new(o, "reason", status_text(e->reason));
	egress_count(d, &count);
	if (egress_has_prefix(d)) {
		json_object_set_new(o, "packets_out", json_integer(count.sent));
		json_object_set_new(o, "packets_in", json_integer(count.replies));
	} else {
		json_object_set_new(o, "connections", json_integer(count.sent));
	}
	if (e->ndproxy.open)
		json_object_set_new(o, "solicitations",
				    json_integer(e->ndproxy.answered));
	json_object_set_new(status, "gateway", o);
}
