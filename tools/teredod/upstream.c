// SPDX-License-Identifier: GPL-2.0
/*
 * The host's native IPv6, and how the native /64 of a server's gateway is used.
 */
#include "upstream.h"

#include <linux/if_addr.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "route.h"

/* Shorter on-link prefixes stand for all of IPv6 on links without addresses */
#define ONLINK_MIN	32

/**
 * struct found_route - a route of the main table
 * @dst: destination
 * @len: length of @dst
 * @oif: interface
 * @metric: metric
 * @gateway: the route has a next hop
 * @via: the next hop, if there is one alone
 */
struct found_route {
	struct in6_addr dst;
	u8 len;
	u32 oif;
	u32 metric;
	bool gateway;
	struct in6_addr via;
};

/**
 * upstream_in_prefix() - check whether an address is one of the native /64
 * @u: with the prefix
 * @addr: address
 *
 * Return: true if so.
 */
bool upstream_in_prefix(const struct upstream *u, const struct in6_addr *addr)
{
	return u->prefix.s6_addr[0] &&
	       !memcmp(addr, &u->prefix, sizeof(*addr) / 2);
}

/* The first @len bits are those of the /64; @len is 64 at most */
static bool covers(const struct upstream *u, const struct found_route *route)
{
	u8 bits = route->len % 8, octets = route->len / 8;

	return u->prefix.s6_addr[0] &&
	       !memcmp(&route->dst, &u->prefix, octets) &&
	       (!bits || !((route->dst.s6_addr[octets] ^
			    u->prefix.s6_addr[octets]) >> (8 - bits)));
}

static void parse(struct found_route *route, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	memset(route, 0, sizeof(*route));
	route->len = rtm->rtm_dst_len;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_DST:
			nl_attr_copy(&route->dst, sizeof(route->dst), attr);
			break;
		case RTA_OIF:
			nl_attr_copy(&route->oif, sizeof(route->oif), attr);
			break;
		case RTA_PRIORITY:
			nl_attr_copy(&route->metric, sizeof(route->metric),
				     attr);
			break;
		case RTA_GATEWAY:
			nl_attr_copy(&route->via, sizeof(route->via), attr);
			route->gateway = true;
			break;
		case RTA_MULTIPATH:
			route->gateway = true;
			break;
		}
	}
}

static void take_default(struct upstream *u, const struct rtmsg *rtm,
			 const struct found_route *route)
{
	if (rtm->rtm_protocol == RTPROT_RA && route->oif &&
	    u->n_by_ra < UPSTREAM_DEFAULTS)
		u->by_ra[u->n_by_ra++] = route->oif;
	if (u->oif)
		return;
	u->oif = route->oif;
	if (upstream_in_prefix(u, &route->via))
		u->router = route->via;
}

/* A /128 is an address, of the provider's router for example */
static void take_unicast(struct upstream *u, const struct found_route *route)
{
	bool inside = route->len >= 64 && route->len < 128 &&
		      upstream_in_prefix(u, &route->dst);
	bool around = route->len >= ONLINK_MIN && route->len < 64 &&
		      !route->gateway && covers(u, route);

	if (route->oif == u->own || route->oif == if_nametoindex("lo"))
		return;
	if ((inside || around) && !route->gateway)
		u->onlink = route->oif;
	else if (inside)
		u->routed = route->oif;
}

static void take_route(struct upstream *u, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct found_route route;

	if (rtm->rtm_family != AF_INET6 || rtm->rtm_table != RT_TABLE_MAIN ||
	    rtm->rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD))
		return;
	parse(&route, nlh);
	if (rtm->rtm_type == RTN_BLACKHOLE)
		u->other |= rtm->rtm_protocol == RTPROT_TEREDO &&
			    route.len == 64 && covers(u, &route) &&
			    route.metric != UPSTREAM_METRIC(u->own) &&
			    if_indextoname(route.metric & 0xffffff,
					   (char [IF_NAMESIZE]) { 0 });
	else if (rtm->rtm_type != RTN_UNICAST)
		return;
	else if (route.len)
		take_unicast(u, &route);
	else if (route.oif != u->own)
		take_default(u, rtm, &route);
}

static bool is_native(const struct in6_addr *addr, __be32 service)
{
	return (addr->s6_addr[0] & 0xe0) == 0x20 &&
	       addr->s6_addr32[0] != service &&
	       addr->s6_addr32[0] != cpu_to_be32(TEREDO_PREFIX);
}

static void take_addr(struct upstream *u, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (ifa->ifa_family != AF_INET6 || ifa->ifa_index == u->own ||
	    ifa->ifa_flags & IFA_F_DADFAILED)
		return;
	mnl_attr_for_each(attr, nlh, sizeof(*ifa))
		if (mnl_attr_get_type(attr) == IFA_ADDRESS &&
		    mnl_attr_get_payload_len(attr) == sizeof(struct in6_addr))
			u->global |= is_native(mnl_attr_get_payload(attr),
					       u->service);
}

/**
 * upstream_take() - take in an address or a route
 * @u: with own device, service prefix and native prefix
 * @nlh: RTM_NEWADDR or RTM_NEWROUTE
 */
void upstream_take(struct upstream *u, const struct nlmsghdr *nlh)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	if (nlh->nlmsg_type == RTM_NEWROUTE && len >= sizeof(struct rtmsg))
		take_route(u, nlh);
	else if (nlh->nlmsg_type == RTM_NEWADDR &&
		 len >= sizeof(struct ifaddrmsg))
		take_addr(u, nlh);
}

/**
 * upstream_concerns() - check whether an event may change the result
 * @u: with the native prefix
 * @nlh: event of rtnetlink
 *
 * A router may have hundreds of thousands of routes, which come and go.
 *
 * Return: true if so.
 */
bool upstream_concerns(const struct upstream *u, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct found_route route;

	switch (nlh->nlmsg_type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case RTM_NEWNETCONF:
		return true;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		break;
	default:
		return false;
	}
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm) ||
	    rtm->rtm_family != AF_INET6)
		return false;
	parse(&route, nlh);
	return route.len > 64 ? upstream_in_prefix(u, &route.dst) :
				!route.len || covers(u, &route);
}

static int on_message(const struct nlmsghdr *nlh, void *ctx)
{
	upstream_take(ctx, nlh);
	return 0;
}

static int dump(struct nl *nl, u16 type, size_t header_len, struct upstream *u)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	void *header;

	nlh = nl_begin(nl, buf, type, NLM_F_DUMP, header_len, &header);
	/* the first octet of both headers */
	*(u8 *)header = AF_INET6;
	return nl_dump(nl, nlh, on_message, u);
}

/**
 * upstream_find() - read addresses and routes
 * @nl: rtnetlink socket
 * @u: with own device, service prefix and native prefix; the results
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int upstream_find(struct nl *nl, struct upstream *u)
{
	int ret = dump(nl, RTM_GETADDR, sizeof(struct ifaddrmsg), u);

	return ret ? ret : dump(nl, RTM_GETROUTE, sizeof(struct rtmsg), u);
}
