// SPDX-License-Identifier: GPL-2.0
/* Set and read addresses, routes and paths over rtnetlink. */
#include "iflink.h"
#include "route.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

static struct nlmsghdr *begin_addr(struct nl *nl, void *buf, u16 type,
				   u16 flags, u32 ifindex,
				   const struct in6_addr *addr, u8 len)
{
	struct ifaddrmsg *ifa;
	struct nlmsghdr *nlh;
	void *header;

	nlh = nl_begin(nl, buf, type, NLM_F_ACK | flags, sizeof(*ifa), &header);
	ifa = header;
	ifa->ifa_family = AF_INET6;
	ifa->ifa_prefixlen = len;
	ifa->ifa_index = ifindex;
	mnl_attr_put(nlh, IFA_LOCAL, sizeof(*addr), addr);
	return nlh;
}

/**
 * addr_add() - add an address to a device, unless the device has it
 * @nl: rtnetlink socket
 * @ifindex: device
 * @addr: address
 * @len: prefix length
 *
 * Duplicate address detection is off, as the address is unique. No prefix route is
 * added; see route_add().
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int addr_add(struct nl *nl, u32 ifindex, const struct in6_addr *addr, u8 len)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;

	nlh = begin_addr(nl, buf, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE,
			 ifindex, addr, len);
	mnl_attr_put_u32(nlh, IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * addr_del() - remove an address from a device
 * @nl: rtnetlink socket
 * @ifindex: device
 * @addr: address
 * @len: prefix length
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int addr_del(struct nl *nl, u32 ifindex, const struct in6_addr *addr, u8 len)
{
	char buf[NL_BUF];

	return nl_talk(nl, begin_addr(nl, buf, RTM_DELADDR, 0, ifindex, addr,
				      len), NULL, NULL);
}

struct addr_dump_ctx {
	u32 ifindex;
	addr_fn *fn;
	void *ctx;
};

static int on_addr(const struct nlmsghdr *nlh, void *ctx)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct addr_dump_ctx *dump = ctx;
	const struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifa) ||
	    ifa->ifa_family != AF_INET6 || ifa->ifa_index != dump->ifindex)
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(*ifa))
		if (mnl_attr_get_type(attr) == IFA_ADDRESS &&
		    mnl_attr_get_payload_len(attr) == sizeof(struct in6_addr))
			dump->fn(mnl_attr_get_payload(attr), dump->ctx);
	return 0;
}

/**
 * addr_dump() - call a function for each IPv6 address of a device
 * @nl: rtnetlink socket
 * @ifindex: device
 * @fn: function
 * @ctx: passed to @fn
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int addr_dump(struct nl *nl, u32 ifindex, addr_fn *fn, void *ctx)
{
	struct addr_dump_ctx dump = { ifindex, fn, ctx };
	char buf[NL_BUF];
	struct ifaddrmsg *ifa;
	struct nlmsghdr *nlh;
	void *header;

	nlh = nl_begin(nl, buf, RTM_GETADDR, NLM_F_DUMP, sizeof(*ifa), &header);
	ifa = header;
	ifa->ifa_family = AF_INET6;
	return nl_dump(nl, nlh, on_addr, &dump);
}

/* fe80::1 is a dummy next hop: the device forwards by destination. RTNH_F_ONLINK tells
 * routing daemons that the next hop needs no local address on the link.
 */
static void put_next_hop(struct nlmsghdr *nlh, struct rtmsg *rtm)
{
	static const struct in6_addr dummy = {
		.s6_addr = { 0xfe, 0x80, [15] = 1 },
	};

	rtm->rtm_flags |= RTNH_F_ONLINK;
	mnl_attr_put(nlh, RTA_GATEWAY, sizeof(dummy), &dummy);
}

/* Return: the routing table for packets to a device, which is that of its VRF */
static u32 table_of(struct nl *nl, u32 ifindex)
{
	struct link_info link = { 0 };

	if (link_get(nl, ifindex, &link) || !link.table)
		return RT_TABLE_MAIN;
	return link.table;
}

static void put_table(struct nlmsghdr *nlh, u32 table)
{
	struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	rtm->rtm_table = table < 256 ? table : RT_TABLE_UNSPEC;
	mnl_attr_put_u32(nlh, RTA_TABLE, table);
}

static int change_route(struct nl *nl, u16 type, u16 flags, u32 ifindex,
			const struct route6 *route)
{
	u32 table = table_of(nl, ifindex);
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;
	void *header;

	nlh = nl_begin(nl, buf, type, NLM_F_ACK | flags, sizeof(*rtm), &header);
	rtm = header;
	rtm->rtm_family = AF_INET6;
	rtm->rtm_dst_len = route->len;
	put_table(nlh, table);
	rtm->rtm_protocol = route->protocol ? route->protocol : RTPROT_TEREDO;
	rtm->rtm_scope = RT_SCOPE_UNIVERSE;
	rtm->rtm_type = route->blackhole ? RTN_BLACKHOLE : RTN_UNICAST;
	if (route->len)
		mnl_attr_put(nlh, RTA_DST, sizeof(route->dst), &route->dst);
	if (!route->blackhole)
		mnl_attr_put_u32(nlh, RTA_OIF, ifindex);
	mnl_attr_put_u32(nlh, RTA_PRIORITY, route->metric);
	if (route->one_neighbour && type == RTM_NEWROUTE)
		put_next_hop(nlh, rtm);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * struct route_search - search for a route
 * @route: the route
 * @found: result, true if the device has it
 */
struct route_search {
	const struct route6 *route;
	bool found;
};

static void compare_route(const struct route6 *route, void *ctx)
{
	struct route_search *search = ctx;

	if (route_equal(route, search->route))
		search->found = true;
}

/**
 * route_add() - add a route through a device, unless the device has it
 * @nl: rtnetlink socket
 * @ifindex: device
 * @route: the route
 *
 * The routes of a device in a VRF are in the table of the VRF.
 *
 * A route through another device can have the same destination and metric.
 * Both routes then exist, except if @route has a next hop: the kernel would
 * make one multipath route of the two.
 *
 * Return: 0 or a negative errno with nl->error set, -EEXIST if another device has a
 * route with this prefix and metric.
 */
int route_add(struct nl *nl, u32 ifindex, const struct route6 *route)
{
	struct route_search search = { .route = route };
	u16 flags = route->one_neighbour ? NLM_F_CREATE | NLM_F_EXCL :
					   NLM_F_CREATE;
	int ret = change_route(nl, RTM_NEWROUTE, flags, ifindex, route);

	if (ret != -EEXIST)
		return ret;
	/* a dump fails if a router's table changes all the time: assume the route */
	if (route_dump(nl, ifindex, compare_route, &search) || search.found)
		return 0;
	snprintf(nl->error, sizeof(nl->error),
		 "another device has a route to this prefix with the same metric, %u",
		 route->metric);
	return -EEXIST;
}

/**
 * route_del() - remove a route through a device
 * @nl: rtnetlink socket
 * @ifindex: device
 * @route: the route
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int route_del(struct nl *nl, u32 ifindex, const struct route6 *route)
{
	return change_route(nl, RTM_DELROUTE, 0, ifindex, route);
}

static void parse_route_attr(struct route6 *route, u32 *ifindex,
			     const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case RTA_DST:
		nl_attr_copy(&route->dst, sizeof(route->dst), attr);
		break;
	case RTA_OIF:
		nl_attr_copy(ifindex, sizeof(*ifindex), attr);
		break;
	case RTA_PRIORITY:
		nl_attr_copy(&route->metric, sizeof(route->metric), attr);
		break;
	}
}

/* Table numbers above 255 are in RTA_TABLE only. */
static u32 parse_table(const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	u32 table = rtm->rtm_table;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
		if (mnl_attr_get_type(attr) == RTA_TABLE)
			nl_attr_copy(&table, sizeof(table), attr);
	return table;
}

/**
 * route_parse() - read a message about a route
 * @route: result
 * @ifindex: result, its device
 * @table: routing table of a VRF, 0 for the main table
 * @nlh: RTM_NEWROUTE or RTM_DELROUTE
 *
 * Return: true if it is an IPv6 unicast route of that table.
 */
bool route_parse(struct route6 *route, u32 *ifindex, u32 table,
		 const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	memset(route, 0, sizeof(*route));
	*ifindex = 0;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm) ||
	    rtm->rtm_family != AF_INET6 || rtm->rtm_type != RTN_UNICAST ||
	    parse_table(nlh) != (table ? table : RT_TABLE_MAIN) ||
	    rtm->rtm_flags & RTM_F_CLONED)
		return false;
	route->len = rtm->rtm_dst_len;
	route->protocol = rtm->rtm_protocol;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
		parse_route_attr(route, ifindex, attr);
	return true;
}

struct route_dump_ctx {
	u32 ifindex;
	u32 table;
	route_fn *fn;
	void *ctx;
};

static int on_route(const struct nlmsghdr *nlh, void *ctx)
{
	struct route_dump_ctx *dump = ctx;
	struct route6 route;
	u32 ifindex;

	if (route_parse(&route, &ifindex, dump->table, nlh) &&
	    ifindex == dump->ifindex)
		dump->fn(&route, dump->ctx);
	return 0;
}

/**
 * route_dump() - call a function for each IPv6 route through a device
 * @nl: rtnetlink socket
 * @ifindex: device
 * @fn: function, called for routes in the main table, or in the table of the device's
 *	VRF
 * @ctx: passed to @fn
 *
 * A router can have hundreds of thousands of routes, so ask the kernel to filter. A
 * kernel that cannot filter sends all routes.
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int route_dump(struct nl *nl, u32 ifindex, route_fn *fn, void *ctx)
{
	struct route_dump_ctx dump = { ifindex, table_of(nl, ifindex), fn, ctx };
	int on = 1, off = 0, ret;
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;
	void *header;

	nlh = nl_begin(nl, buf, RTM_GETROUTE, NLM_F_DUMP, sizeof(*rtm),
		       &header);
	rtm = header;
	rtm->rtm_family = AF_INET6;
	put_table(nlh, dump.table);
	mnl_attr_put_u32(nlh, RTA_OIF, ifindex);
	mnl_socket_setsockopt(nl->sock, NETLINK_GET_STRICT_CHK, &on,
			      sizeof(on));
	ret = nl_dump(nl, nlh, on_route, &dump);
	mnl_socket_setsockopt(nl->sock, NETLINK_GET_STRICT_CHK, &off,
			      sizeof(off));
	return ret;
}

static int on_path(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *attr;
	struct path *path = ctx;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_PREFSRC:
			nl_attr_copy(&path->src, sizeof(path->src), attr);
			break;
		case RTA_GATEWAY:
			nl_attr_copy(&path->gateway, sizeof(path->gateway),
				     attr);
			break;
		case RTA_OIF:
			nl_attr_copy(&path->oif, sizeof(path->oif), attr);
			break;
		}
	}
	return 0;
}

/* The kernel routes datagrams of the device as root's, whatever user runs teredod. */
#define DEVICE_UID	0

/**
 * path_get() - look up the kernel's path to an IPv4 address
 * @nl: rtnetlink socket
 * @query: destination, and what else is given
 * @path: result
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int path_get(struct nl *nl, const struct path_query *query, struct path *path)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;
	void *header;

	memset(path, 0, sizeof(*path));
	/* the reply omits a source that was given in the query */
	path->src = query->src;
	nlh = nl_begin(nl, buf, RTM_GETROUTE, NLM_F_ACK, sizeof(*rtm), &header);
	rtm = header;
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 32;
	mnl_attr_put_u32(nlh, RTA_DST, query->dst);
	if (query->src) {
		rtm->rtm_src_len = 32;
		mnl_attr_put_u32(nlh, RTA_SRC, query->src);
	}
	if (query->oif)
		mnl_attr_put_u32(nlh, RTA_OIF, query->oif);
	if (query->fwmark)
		mnl_attr_put_u32(nlh, RTA_MARK, query->fwmark);
	mnl_attr_put_u32(nlh, RTA_UID, DEVICE_UID);
	return nl_talk(nl, nlh, on_path, path);
}
