// SPDX-License-Identifier: GPL-2.0
/*
 * Routes of a server's gateway, see gwroute.h.
 *
 * While the device has no carrier, the blackhole prevents a loop: the default route
 * would send packets to the native /64 back to the provider. An unreachable route would
 * not do: its ICMPv6 errors could end connections that continue once the carrier is back.
 */
#include "gwroute.h"

#include <errno.h>
#include <linux/rtnetlink.h>

#include "route.h"
#include "upstream.h"

/* Preferred to the route of an on-link /64, whose metric is 256 from the kernel, 100
 * from NetworkManager, or another one from an administrator
 */
#define PREFIX_METRIC	1

static bool has_prefix(const struct gwroute *g)
{
	return g->prefix.s6_addr[0];
}

static struct route6 make_clients(const struct gwroute *g)
{
	return (struct route6) {
		.dst = has_prefix(g) ? g->prefix : g->clients,
		.len = 64,
		.metric = has_prefix(g) ? PREFIX_METRIC : g->metric,
		.one_neighbour = true,
	};
}

static struct route6 make_router(const struct gwroute *g)
{
	return (struct route6) {
		.dst = g->router,
		.len = 128,
		.metric = UPSTREAM_METRIC(g->ifindex),
	};
}

static struct route6 make_blackhole(const struct gwroute *g)
{
	return (struct route6) {
		.dst = g->prefix,
		.len = 64,
		.metric = UPSTREAM_METRIC(g->ifindex),
		.blackhole = true,
	};
}

/* Add the other routes of a native /64. */
static int put_beside(struct nl *nl, const struct gwroute *g)
{
	struct route6 blackhole = make_blackhole(g), router = make_router(g);
	int ret = route_add(nl, g->ifindex, &blackhole);

	if (ret && ret != -EEXIST)
		return ret;
	if (!g->router_link)
		return 0;
	ret = route_add(nl, g->router_link, &router);
	return ret == -EEXIST ? 0 : ret;
}

/**
 * gwroute_put() - add the routes that do not exist yet
 * @nl: rtnetlink socket
 * @g: routes
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int gwroute_put(struct nl *nl, const struct gwroute *g)
{
	struct route6 clients = make_clients(g);
	int ret = has_prefix(g) ? put_beside(nl, g) : 0;

	return ret ? ret : route_add(nl, g->ifindex, &clients);
}

/**
 * struct sweep - outdated routes of a gateway
 * @g: routes to keep
 * @old: routes to remove
 * @oif: interfaces of the routes in @old
 * @n: number of entries in @old
 */
struct sweep {
	const struct gwroute *g;
	struct route6 old[8];
	u32 oif[8];
	unsigned int n;
};

static bool is_wanted(const struct gwroute *g, const struct route6 *route)
{
	struct route6 clients = make_clients(g), blackhole = make_blackhole(g);
	struct route6 router = make_router(g);

	return route_equal(route, &clients) || route_equal(route, &blackhole) ||
	       route_equal(route, &router);
}

/* A route belongs to the gateway by its device, or by the metric of the device. */
static void take_old(struct sweep *sweep, const struct route6 *route, u32 oif)
{
	const struct gwroute *g = sweep->g;

	if (route->protocol != RTPROT_TEREDO || is_wanted(g, route) ||
	    (route->metric != UPSTREAM_METRIC(g->ifindex) &&
	     (oif != g->ifindex || route->len != 64)) || sweep->n == 8)
		return;
	sweep->oif[sweep->n] = oif;
	sweep->old[sweep->n++] = *route;
}

static int on_route(const struct nlmsghdr *nlh, void *ctx)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct route6 route = { 0 };
	const struct nlattr *attr;
	u32 oif = 0;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm) ||
	    rtm->rtm_table != RT_TABLE_MAIN || rtm->rtm_flags & RTM_F_CLONED)
		return 0;
	route.len = rtm->rtm_dst_len;
	route.protocol = rtm->rtm_protocol;
	route.blackhole = rtm->rtm_type == RTN_BLACKHOLE;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		if (mnl_attr_get_type(attr) == RTA_DST)
			nl_attr_copy(&route.dst, sizeof(route.dst), attr);
		else if (mnl_attr_get_type(attr) == RTA_PRIORITY)
			nl_attr_copy(&route.metric, sizeof(route.metric), attr);
		else if (mnl_attr_get_type(attr) == RTA_OIF)
			nl_attr_copy(&oif, sizeof(oif), attr);
	}
	take_old(ctx, &route, oif);
	return 0;
}

/**
 * gwroute_sweep() - remove outdated gateway routes of a device
 * @nl: rtnetlink socket
 * @g: routes to keep, or @ifindex alone to keep none
 *
 * An earlier daemon can have been killed, and the configuration changed.
 */
void gwroute_sweep(struct nl *nl, const struct gwroute *g)
{
	struct sweep sweep = { .g = g };
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;
	void *header;

	nlh = nl_begin(nl, buf, RTM_GETROUTE, NLM_F_DUMP, sizeof(*rtm), &header);
	rtm = header;
	rtm->rtm_family = AF_INET6;
	nl_dump(nl, nlh, on_route, &sweep);
	while (sweep.n--)
		route_del(nl, sweep.oif[sweep.n], &sweep.old[sweep.n]);
}
