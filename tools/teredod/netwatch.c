// SPDX-License-Identifier: GPL-2.0
/*
 * Network events: changes of the device, of the path to the server, and of the address
 * and routes that the daemon has added. They work without a network manager.
 */
#include "carrier.h"
#include "daemon.h"
#include "log.h"
#include "readable.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* A change of the network causes a burst of events, of which only the result matters.
 * The delay is too short to be noticed.
 */
#define SETTLE_MS	100

/* A program that flushes addresses or routes in a loop must see them removed once, and
 * must not keep the daemon busy.
 */
#define REPAIR_MS	500

/* Retry in case a rejection's cause ends without an event. All known causes have one. */
#define RETRY_MS	10000

#define CLOCK_S		5
#define ASLEEP_MS	3000	/* a shorter difference is noise, not suspension */

static uint64_t asleep_ms(void)
{
	struct timespec boot, mono;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	return (boot.tv_sec - mono.tv_sec) * 1000 +
	       (boot.tv_nsec - mono.tv_nsec) / 1000000;
}

static void path_query(const struct daemon *d, struct path_query *query)
{
	const struct link_conf *conf = &d->link.conf;
	const struct qualify *q = &d->client.q;

	query->dst = q->state == QUALIFY_INITIAL ?
		     q->servers[q->index].primary : q->server.primary;
	query->src = conf->local;
	query->oif = conf->lower;
	query->fwmark = conf->fwmark;
}

static void no_path(struct daemon *d, __be32 dst)
{
	char text[2 * INET_ADDRSTRLEN + 8], from[INET_ADDRSTRLEN];
	const char *missing = lower_missing(d);
	__be32 local = d->link.conf.local;

	inet_ntop(AF_INET, &dst, text, sizeof(text));
	inet_ntop(AF_INET, &local, from, sizeof(from));
	if (missing) {
		reason_set(&d->watch.path_error, REASON_NO_LINK, text, missing);
	} else if (local && !carrier_has_address(local)) {
		reason_set(&d->watch.path_error, REASON_NOT_LOCAL, from, NULL);
	} else {
		if (local)
			sprintf(text + strlen(text), " from %s", from);
		reason_set(&d->watch.path_error, REASON_NO_PATH, text, d->rtnl.error);
	}
}

/**
 * watch_path() - look up the path to the server again
 * @d: daemon, which knows a server
 *
 * Return: true if the path has changed.
 */
bool watch_path(struct daemon *d)
{
	struct path_query query;
	struct path path = { 0 };
	bool up = false;
	bool changed;

	path_query(d, &query);
	if (!(d->link.flags & IFF_UP))
		reason_set(&d->watch.path_error, REASON_DOWN, NULL, NULL);
	else if (path_get(&d->rtnl, &query, &path) || !path.src)
		no_path(d, query.dst);
	else
		up = true;

	changed = up != d->watch.path_up ||
		  (up && memcmp(&path, &d->watch.path, sizeof(path)));
	d->watch.path_up = up;
	d->watch.path = path;
	return changed;
}

/**
 * watch_settled() - react to changes of links, addresses or routes
 * @d: daemon of a client
 *
 * Another local address or router means another mapping, and perhaps another NAT. A
 * carrier that was lost and regained can mean the same.
 */
void watch_settled(struct daemon *d)
{
	bool changed;

	if (!d->client.q.n_servers) {
		servers_resolve_soon(d);
		return;
	}
	changed = watch_path(d) || d->watch.dev_bounced;
	d->watch.dev_bounced = false;
	if (changed && !d->watch.path_up)
		engine_suspend(d);
	else if (changed && d->client.q.state == QUALIFY_INITIAL)
		engine_begin(d);
	else if (changed)
		engine_restart(d);
	else if (d->watch.link_back && d->watch.path_up)
		engine_check(d);
	d->watch.link_back = false;
}

static void on_settled(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	lower_follow(d);
	if (d->role->settled)
		d->role->settled(d);
}

static void on_repair(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	log_debug("%s: making sure of address and routes", d->name);
	d->role->repair(d);
}

static void expect_settling(struct daemon *d)
{
	if (!uv_is_active((uv_handle_t *)&d->watch.settle))
		uv_timer_start(&d->watch.settle, on_settled, SETTLE_MS, 0);
}

/**
 * watch_repair() - schedule a check of address and routes by the role
 * @d: daemon
 */
void watch_repair(struct daemon *d)
{
	if (d->role->repair && !uv_is_active((uv_handle_t *)&d->watch.repair))
		uv_timer_start(&d->watch.repair, on_repair, REPAIR_MS, 0);
}

/**
 * watch_retry() - schedule a retry of what the kernel rejected, or cancel it
 * @d: daemon
 * @failed: the kernel rejected something; false cancels the retry
 */
void watch_retry(struct daemon *d, bool failed)
{
	if (failed)
		uv_timer_start(&d->watch.retry, on_repair, RETRY_MS, 0);
	else
		uv_timer_stop(&d->watch.retry);
}

/* An address or a route of the device was removed. */
static void own_removed(struct daemon *d)
{
	if (d->role->removed)
		d->role->removed(d);
	watch_repair(d);
}

/* A device that goes down loses its addresses and its state, even if it is up again
 * before the daemon sees it. The kernel also resets the state of a client whose lower
 * interface changes.
 */
static void own_link(struct daemon *d, const struct link_info *link)
{
	bool up = link->flags & IFF_UP;
	bool was_up = d->link.flags & IFF_UP;
	bool relinked = link->conf.lower != d->link.conf.lower;
	bool marked = link->conf.fwmark != d->link.conf.fwmark;

	d->link = *link;
	if (d->role->link)
		d->role->link(d);
	d->watch.dev_bounced |= (was_up && !up) || relinked;
	/* policy routing can use another path for another mark */
	if (up != was_up || relinked || marked)
		expect_settling(d);
}

static void own_link_deleted(struct daemon *d)
{
	log_error("%s was deleted", d->name);
	egress_close(d);
	d->place.wanted = false;
	daemon_exit(d, 1);
}

/* The kernel sends an AF_INET6 message about a link when IPv6 starts to work on it. */
static void on_link6(struct daemon *d, u32 ifindex)
{
	if ((ifindex == d->ifindex || ifindex == d->beside.stand_in) &&
	    d->place.error.id && d->role->repair)
		d->role->repair(d);
}

/* Update the carrier of the interface in the path. Several messages can arrive before
 * they are processed, so @link_back stays set.
 */
static void path_link(struct daemon *d, const struct link_info *link)
{
	bool running = link->flags & IFF_RUNNING;

	d->watch.link_back |= running && d->watch.link_away;
	d->watch.link_away = !running;
}

static u8 link_family(const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	return ifi->ifi_family;
}

static void on_link(struct daemon *d, const struct nlmsghdr *nlh)
{
	struct link_info link;

	if (!link_parse(&link, nlh))
		return;
	if (link_family(nlh) == AF_INET6) {
		on_link6(d, link.ifindex);
		return;
	}
	if (link.ifindex == d->ifindex && nlh->nlmsg_type == RTM_DELLINK) {
		own_link_deleted(d);
	} else if (link.ifindex == d->ifindex) {
		own_link(d, &link);
	} else {
		if (link.ifindex == d->watch.path.oif)
			path_link(d, &link);
		expect_settling(d);
		beside_changed(d);
	}
}

static void on_addr(struct daemon *d, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifa))
		return;
	if (ifa->ifa_family == AF_INET)
		expect_settling(d);
	else if (ifa->ifa_index != d->ifindex)
		beside_changed(d);
	else if (nlh->nlmsg_type == RTM_DELADDR)
		own_removed(d);
}

/* With "ip route replace", a route of another device can replace one of this device
 * without an event about the latter. Its removal makes room for a route that was
 * rejected.
 */
static bool takes_place(const struct daemon *d, const struct nlmsghdr *nlh,
			const struct route6 *route)
{
	if (route->len && route->dst.s6_addr32[0] != d->link.conf.prefix)
		return false;
	return nlh->nlmsg_type == RTM_DELROUTE ? d->place.error.id :
						 nlh->nlmsg_flags & NLM_F_REPLACE;
}

static void on_route(struct daemon *d, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct route6 route;
	u32 ifindex;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm))
		return;
	if (rtm->rtm_family == AF_INET)
		expect_settling(d);
	else if (!rtm->rtm_dst_len)
		beside_changed(d);
	if (!route_parse(&route, &ifindex, d->link.table, nlh))
		return;
	if (ifindex == d->ifindex && d->role->route)
		d->role->route(d, &route);
	if ((ifindex == d->ifindex || ifindex == d->beside.stand_in) &&
	    nlh->nlmsg_type == RTM_DELROUTE && route.protocol == RTPROT_TEREDO)
		own_removed(d);
	else if (ifindex != d->ifindex && takes_place(d, nlh, &route))
		own_removed(d);
}

static int on_message(const struct nlmsghdr *nlh, void *ctx)
{
	struct daemon *d = ctx;

	egress_event(d, nlh);
	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		on_link(d, nlh);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		on_addr(d, nlh);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		on_route(d, nlh);
		break;
	case RTM_NEWRULE:
	case RTM_DELRULE:
		expect_settling(d);
		break;
	}
	return 0;
}

/* Read the state again: the lost events can have been about anything. */
static void resync(struct daemon *d)
{
	struct link_info link;
	int ret = link_get(&d->rtnl, d->ifindex, &link);

	log_debug("%s: events were lost, reading the state again", d->name);
	if (ret == -ENODEV) {
		own_link_deleted(d);
		return;
	}
	if (!ret)
		own_link(d, &link);
	if (d->role->lost)
		d->role->lost(d);
	/* the interface in the path can have lost and regained its carrier */
	d->watch.link_back = true;
	expect_settling(d);
	beside_changed(d);
	watch_repair(d);
}

/* Pending events are older than the lost ones, so read them before the state. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct daemon *d = poll->data;
	bool lost = false;
	int ret;

	(void)events;
	readable_resume(poll, status, on_readable);
	do {
		ret = nl_drain(&d->watch.nl, on_message, d);
		lost |= ret == -ENOBUFS;
	} while (ret == -ENOBUFS);
	if (lost)
		resync(d);
}

/* After a suspend, the NAT has dropped the mapping, and the host can be on another
 * network. This timer expires at once when the host resumes.
 */
static void on_clock(uv_poll_t *poll, int status, int events)
{
	struct daemon *d = poll->data;
	uint64_t asleep = asleep_ms();
	uint64_t expired;

	(void)events;
	readable_resume(poll, status, on_clock);
	if (read(d->watch.clock_fd, &expired, sizeof(expired)) < 0)
		return;
	if (asleep > d->watch.asleep + ASLEEP_MS) {
		log_info("%s: the machine was suspended", d->name);
		if (d->role->awake)
			d->role->awake(d);
	}
	d->watch.asleep = asleep;
}

static int open_clock(struct daemon *d)
{
	const struct itimerspec every = {
		.it_interval.tv_sec = CLOCK_S,
		.it_value.tv_sec = CLOCK_S,
	};

	d->watch.asleep = asleep_ms();
	d->watch.clock_fd = timerfd_create(CLOCK_BOOTTIME,
					   TFD_CLOEXEC | TFD_NONBLOCK);
	if (d->watch.clock_fd < 0 ||
	    timerfd_settime(d->watch.clock_fd, 0, &every, NULL))
		return -errno;
	uv_poll_init(&d->loop, &d->watch.clock_poll, d->watch.clock_fd);
	d->watch.clock_poll.data = d;
	return uv_poll_start(&d->watch.clock_poll, UV_READABLE, on_clock);
}

static int join_all(struct daemon *d)
{
	static const u32 groups[] = {
		RTNLGRP_LINK,
		RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV4_RULE,
		RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_IFINFO,
		RTNLGRP_IPV6_NETCONF,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (nl_join(&d->watch.nl, groups[i]))
			return -EIO;
	return 0;
}

/**
 * watch_open() - subscribe to events, and start the timers
 * @d: daemon with its device
 *
 * Return: 0 or a negative errno, after logging why.
 */
int watch_open(struct daemon *d)
{
	int ret;

	if (nl_open(&d->watch.nl, NETLINK_ROUTE) || join_all(d)) {
		log_error("%s", d->watch.nl.error);
		return -EIO;
	}
	uv_timer_init(&d->loop, &d->watch.settle);
	uv_timer_init(&d->loop, &d->watch.repair);
	uv_timer_init(&d->loop, &d->watch.retry);
	uv_poll_init(&d->loop, &d->watch.poll, nl_fd(&d->watch.nl));
	d->watch.settle.data = d;
	d->watch.repair.data = d;
	d->watch.retry.data = d;
	d->watch.poll.data = d;
	uv_poll_start(&d->watch.poll, UV_READABLE, on_readable);
	ret = open_clock(d);
	if (ret)
		log_error("timer: %s", strerror(-ret));
	return ret;
}
