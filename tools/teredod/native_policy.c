// SPDX-License-Identifier: GPL-2.0
/*
 * Policy of a client while the host has native IPv6: the client gives up its address and
 * routes. If configured, a host-specific relay replaces it (RFC 4380 5.5, row H-10). The
 * host then reaches Teredo clients from its native address, without another relay. The
 * relay is a separate device, as the mode of a device cannot change.
 */
#include "daemon.h"
#include "log.h"

#include <errno.h>
#include <stdio.h>

/* addresses, routes and links change in bursts */
#define LOOK_MS		100

#define PREFIX_METRIC	256

static void name_stand_in(const struct daemon *d, char name[IF_NAMESIZE])
{
	snprintf(name, IF_NAMESIZE, "%.*s-relay",
		 (int)(IF_NAMESIZE - sizeof("-relay")), d->name);
}

static void describe(const struct daemon *d, struct link_conf *conf)
{
	static const int same[] = {
		IFLA_TEREDO_LOCAL, IFLA_TEREDO_LINK, IFLA_TEREDO_TTL,
		IFLA_TEREDO_TOS, IFLA_TEREDO_FWMARK, IFLA_TEREDO_UDP_CSUM,
		IFLA_TEREDO_PREFIX,
	};
	size_t i;

	*conf = d->conf.link;
	conf->set = 0;
	for (i = 0; i < ARRAY_SIZE(same); i++)
		if (link_conf_has(&d->conf.link, same[i]))
			link_conf_set(conf, same[i]);
	conf->mode = TEREDO_MODE_HOSTRELAY;
	link_conf_set(conf, IFLA_TEREDO_MODE);
	/* a host that was a Teredo client is probably behind a NAT (row H-09) */
	conf->direct = true;
	link_conf_set(conf, IFLA_TEREDO_DIRECT);
}

static int make_stand_in(struct daemon *d)
{
	char name[IF_NAMESIZE];
	struct link_conf conf;
	struct link_info link;
	struct announce a = {
		.prefix = d->client.q.prefix,
		.metric = PREFIX_METRIC,
	};
	int ret;

	name_stand_in(d, name);
	describe(d, &conf);
	ret = link_create(&d->rtnl, name, &conf);
	if (ret && ret != -EEXIST)
		return ret;
	ret = link_find(&d->rtnl, name, &link);
	if (ret)
		return ret;
	if (strcmp(link.kind, TEREDO_LINK_KIND) ||
	    link.conf.mode != TEREDO_MODE_HOSTRELAY) {
		snprintf(d->rtnl.error, sizeof(d->rtnl.error),
			 "%s is something else", name);
		return -EEXIST;
	}
	a.ifindex = link.ifindex;
	d->beside.stand_in = link.ifindex;
	ret = link_set_up(&d->rtnl, link.ifindex, true);
	return ret ? ret : announce_put(&d->rtnl, &a, ANNOUNCE_YES);
}

static void remove_stand_in(struct daemon *d)
{
	if (d->beside.stand_in)
		link_delete(&d->rtnl, d->beside.stand_in);
	d->beside.stand_in = 0;
	d->place.error.id = REASON_NONE;
	watch_retry(d, false);
}

/* Linux 6.1 reports only "Permission denied" if IPv6 is disabled. */
static void stand_in_error(const struct daemon *d, const char *name, int error,
			   char why[NL_ERROR])
{
	if (error == -EACCES)
		snprintf(why, NL_ERROR,
			 "IPv6 is disabled on %s (try: sysctl -w net.ipv6.conf.%s.disable_ipv6=0)",
			 name, name);
	else
		snprintf(why, NL_ERROR, "%s", d->rtnl.error);
}

/**
 * beside_repair() - restore the host-specific relay
 * @d: daemon of a client; nothing happens unless it is dormant
 */
void beside_repair(struct daemon *d)
{
	char name[IF_NAMESIZE], why[NL_ERROR];
	int ret;

	if (!d->beside.native.believed || d->conf.native != NATIVE_RELAY)
		return;
	d->place.error.id = REASON_NONE;
	ret = make_stand_in(d);
	if (ret) {
		name_stand_in(d, name);
		stand_in_error(d, name, ret, why);
		reason_set(&d->place.error, REASON_NO_STAND_IN, d->beside.name,
			   why);
	}
	watch_retry(d, ret);
	explain_report(d);
}

/* Find a relay that an earlier daemon has left when it was killed. */
static void sweep_stand_in(struct daemon *d)
{
	char name[IF_NAMESIZE];
	struct link_info link;

	name_stand_in(d, name);
	if (d->conf.native != NATIVE_RELAY ||
	    link_find(&d->rtnl, name, &link) ||
	    strcmp(link.kind, TEREDO_LINK_KIND) ||
	    link.conf.mode != TEREDO_MODE_HOSTRELAY)
		return;
	d->beside.stand_in = link.ifindex;
}

static void enter(struct daemon *d)
{
	engine_sleep(d);
	beside_repair(d);
}

static void leave(struct daemon *d)
{
	remove_stand_in(d);
	engine_wake(d);
}

static void look(struct daemon *d, struct native_look *look)
{
	*look = (struct native_look) {
		.prefix = d->client.q.prefix,
		.own = d->ifindex,
	};
	if (native_find(&d->rtnl, look))
		log_debug("%s: looking for native IPv6: %s", d->name,
			  d->rtnl.error);
	if (look->route && look->address)
		if_indextoname(look->oif, d->beside.name);
}

static void on_timer(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	uv_update_time(&d->loop);
	if (!native_timeout(&d->beside.native, uv_now(&d->loop)))
		return;
	if (d->beside.native.believed)
		enter(d);
	else
		leave(d);
}

static void on_look(uv_timer_t *timer)
{
	struct daemon *d = timer->data;
	struct native_look found;
	u64 now;

	look(d, &found);
	uv_update_time(&d->loop);
	now = uv_now(&d->loop);
	native_seen(&d->beside.native, found.route && found.address, now);
	if (d->beside.native.deadline == NATIVE_NEVER)
		uv_timer_stop(&d->beside.timer);
	else
		uv_timer_start(&d->beside.timer, on_timer,
			       d->beside.native.deadline > now ?
			       d->beside.native.deadline - now : 0, 0);
}

/**
 * beside_changed() - schedule a search after a change of addresses, routes or links
 * @d: daemon
 */
void beside_changed(struct daemon *d)
{
	if (d->role == &engine_role && d->conf.native != NATIVE_IGNORE &&
	    !uv_is_active((uv_handle_t *)&d->beside.look))
		uv_timer_start(&d->beside.look, on_look, LOOK_MS, 0);
}

/**
 * beside_begin() - search for native IPv6 at the start
 * @d: daemon of a client, before it begins to qualify
 */
void beside_begin(struct daemon *d)
{
	struct native_look found;

	uv_timer_init(&d->loop, &d->beside.look);
	uv_timer_init(&d->loop, &d->beside.timer);
	d->beside.look.data = d;
	d->beside.timer.data = d;
	native_begin(&d->beside.native, false);
	if (d->conf.native == NATIVE_IGNORE)
		return;
	sweep_stand_in(d);
	look(d, &found);
	native_begin(&d->beside.native, found.route && found.address);
	if (d->beside.native.believed)
		enter(d);
	else
		remove_stand_in(d);
}

/**
 * beside_close() - remove the host-specific relay
 * @d: daemon of a client
 */
void beside_close(struct daemon *d)
{
	remove_stand_in(d);
}
