// SPDX-License-Identifier: GPL-2.0
/*
 * The routes of a server's gateway.
 *
 * The blackhole is for the time in which the translation is missing, when another
 * program has flushed it for example: the default route would lead a packet to the
 * native /64 back to the provider, and the provider would return it until its hop
 * limit is used up. A blackhole and no error: an ICMPv6 error could end
 * connections that go on when the translation is back.
 */
#include "gwroute.h"

#include <errno.h>
#include <linux/rtnetlink.h>

#include "route.h"
#include "upstream.h"

static struct route6 make_clients(const struct gwroute *g)
{
	return (struct route6) {
		.dst = g->clients,
		.len = 64,
		.metric = g->metric,
		.one_neighbour = true,
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

/**
 * gwroute_put() - add the routes, or do nothing if they are there
 * @nl: rtnetlink socket
 * @g: routes
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int gwroute_put(struct nl *nl, const struct gwroute *g)
{
	struct route6 clients = make_clients(g), blackhole = make_blackhole(g);
	int ret;

	if (g->prefix.s6_addr[0]) {
		ret = route_add(nl, g->ifindex, &blackhole);
		if (ret && ret != -EEXIST)
			return ret;
	}
	return route_add(nl, g->ifindex, &clients);
}

/**
 * gwroute_remove() - remove the routes, if they are there
 * @nl: rtnetlink socket
 * @g: routes
 */
void gwroute_remove(struct nl *nl, const struct gwroute *g)
{
	struct route6 clients = make_clients(g), blackhole = make_blackhole(g);

	route_del(nl, g->ifindex, &clients);
	if (g->prefix.s6_addr[0])
		route_del(nl, g->ifindex, &blackhole);
}

/**
 * struct sweep - blackholes of an earlier configuration
 * @g: routes of this one
 * @old: native prefixes
 * @n: number of entries in @old
 */
struct sweep {
	const struct gwroute *g;
	struct in6_addr old[8];
	unsigned int n;
};

static int on_route(const struct nlmsghdr *nlh, void *ctx)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct in6_addr dst = { 0 };
	const struct nlattr *attr;
	struct sweep *sweep = ctx;
	u32 metric = 0;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm) ||
	    rtm->rtm_type != RTN_BLACKHOLE || rtm->rtm_dst_len != 64 ||
	    rtm->rtm_protocol != RTPROT_TEREDO)
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		if (mnl_attr_get_type(attr) == RTA_DST)
			nl_attr_copy(&dst, sizeof(dst), attr);
		else if (mnl_attr_get_type(attr) == RTA_PRIORITY)
			nl_attr_copy(&metric, sizeof(metric), attr);
	}
	if (metric == UPSTREAM_METRIC(sweep->g->ifindex) &&
	    memcmp(&dst, &sweep->g->prefix, sizeof(dst)) && sweep->n < 8)
		sweep->old[sweep->n++] = dst;
	return 0;
}

/**
 * gwroute_sweep() - remove blackholes for other native prefixes
 * @nl: rtnetlink socket
 * @g: routes that stay
 *
 * An earlier daemon may have been killed, and the configuration changed.
 */
void gwroute_sweep(struct nl *nl, const struct gwroute *g)
{
	struct sweep sweep = { .g = g };
	struct gwroute old = *g;
	struct route6 blackhole;
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;
	void *header;

	nlh = nl_begin(nl, buf, RTM_GETROUTE, NLM_F_DUMP, sizeof(*rtm), &header);
	rtm = header;
	rtm->rtm_family = AF_INET6;
	nl_dump(nl, nlh, on_route, &sweep);
	while (sweep.n--) {
		old.prefix = sweep.old[sweep.n];
		blackhole = make_blackhole(&old);
		route_del(nl, g->ifindex, &blackhole);
	}
}
