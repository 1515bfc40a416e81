// SPDX-License-Identifier: GPL-2.0
/*
 * Native IPv6 of the host, and the use of a gateway's native /64, see upstream.h.
 */
#include "upstream.h"

#include <linux/if_addr.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "host_ip6.h"
#include "route.h"

/* Shorter on-link prefixes mean all of IPv6, on links without addresses. */
#define ONLINK_MIN	32

/**
 * upstream_in_prefix() - check whether an address is in the native /64
 * @u: search with the native prefix
 * @addr: address
 *
 * Return: true if so.
 */
bool upstream_in_prefix(const struct upstream *u, const struct in6_addr *addr)
{
	return u->prefix.s6_addr[0] &&
	       !memcmp(addr, &u->prefix, sizeof(*addr) / 2);
}

/* Check whether @route, of length 64 at most, contains the native /64. */
static bool covers(const struct upstream *u, const struct host_route *route)
{
	u8 bits = route->len % 8, octets = route->len / 8;

	return u->prefix.s6_addr[0] &&
	       !memcmp(&route->dst, &u->prefix, octets) &&
	       (!bits || !((route->dst.s6_addr[octets] ^
			    u->prefix.s6_addr[octets]) >> (8 - bits)));
}

static void take_default(struct upstream *u, const struct rtmsg *rtm,
			 const struct host_route *route)
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

/* A /128 is the route to one address, for example the provider's router. */
static void take_unicast(struct upstream *u, const struct host_route *route)
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
	struct host_route route;

	if (rtm->rtm_family != AF_INET6 || rtm->rtm_table != RT_TABLE_MAIN ||
	    rtm->rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD))
		return;
	host_route_parse(&route, nlh);
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

static void take_addr(struct upstream *u, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct in6_addr *addr;

	if (ifa->ifa_family != AF_INET6 || ifa->ifa_index == u->own ||
	    ifa->ifa_flags & IFA_F_DADFAILED)
		return;
	addr = host_addr_parse(nlh);
	u->global |= addr && host_addr_is_native(addr, u->service);
}

/**
 * upstream_take() - evaluate an address or a route
 * @u: search with own device, service prefix and native prefix
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
 * upstream_concerns() - check whether an event can change the result of the search
 * @u: search with the native prefix
 * @nlh: rtnetlink event
 *
 * A router can have hundreds of thousands of routes, which change all the time.
 *
 * Return: true if so.
 */
bool upstream_concerns(const struct upstream *u, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct host_route route;

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
	host_route_parse(&route, nlh);
	return route.len > 64 ? upstream_in_prefix(u, &route.dst) :
				!route.len || covers(u, &route);
}

static int on_message(const struct nlmsghdr *nlh, void *ctx)
{
	upstream_take(ctx, nlh);
	return 0;
}

/**
 * upstream_find() - search all addresses and routes
 * @nl: rtnetlink socket
 * @u: search with own device, service prefix and native prefix; results are set
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int upstream_find(struct nl *nl, struct upstream *u)
{
	int ret = host_addrs_find(nl, on_message, u);

	return ret ? ret : host_routes_find(nl, on_message, u);
}
