// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6 addresses and routes of the host, see host_ip6.h.
 */
#include "host_ip6.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

static u32 first_hop(const struct nlattr *multipath)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);

	if (mnl_attr_get_payload_len(multipath) < sizeof(*hop))
		return 0;
	return hop->rtnh_ifindex;
}

static void parse_attr(struct host_route *route, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case RTA_DST:
		nl_attr_copy(&route->dst, sizeof(route->dst), attr);
		break;
	case RTA_OIF:
		nl_attr_copy(&route->oif, sizeof(route->oif), attr);
		break;
	case RTA_PRIORITY:
		nl_attr_copy(&route->metric, sizeof(route->metric), attr);
		break;
	case RTA_GATEWAY:
		nl_attr_copy(&route->via, sizeof(route->via), attr);
		route->gateway = true;
		break;
	case RTA_MULTIPATH:
		route->first_oif = first_hop(attr);
		route->gateway = true;
		break;
	}
}

/**
 * host_route_parse() - read a message about a route
 * @route: result
 * @nlh: RTM_NEWROUTE or RTM_DELROUTE
 */
void host_route_parse(struct host_route *route, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	memset(route, 0, sizeof(*route));
	route->len = rtm->rtm_dst_len;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
		parse_attr(route, attr);
}

/**
 * host_addr_parse() - read a message about an address
 * @nlh: RTM_NEWADDR or RTM_DELADDR
 *
 * Return: the address, NULL if the message has none.
 */
const struct in6_addr *host_addr_parse(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifaddrmsg))
		if (mnl_attr_get_type(attr) == IFA_ADDRESS &&
		    mnl_attr_get_payload_len(attr) == sizeof(struct in6_addr))
			return mnl_attr_get_payload(attr);
	return NULL;
}

/**
 * host_addr_is_native() - check whether an address is global and not of Teredo
 * @addr: address
 * @service: service prefix
 *
 * Unique local addresses are outside of 2000::/3, so they do not match.
 *
 * Return: true if so.
 */
bool host_addr_is_native(const struct in6_addr *addr, __be32 service)
{
	return (addr->s6_addr[0] & 0xe0) == 0x20 &&
	       addr->s6_addr32[0] != service &&
	       addr->s6_addr32[0] != cpu_to_be32(TEREDO_PREFIX);
}

static int dump(struct nl *nl, u16 type, size_t header_len, nl_message_fn *fn,
		void *ctx)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	void *header;

	nlh = nl_begin(nl, buf, type, NLM_F_DUMP, header_len, &header);
	/* both headers begin with the address family */
	*(u8 *)header = AF_INET6;
	return nl_dump(nl, nlh, fn, ctx);
}

/**
 * host_routes_find() - call a function for each route
 * @nl: rtnetlink socket
 * @fn: function, called with the message about the route
 * @ctx: passed to @fn
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int host_routes_find(struct nl *nl, nl_message_fn *fn, void *ctx)
{
	return dump(nl, RTM_GETROUTE, sizeof(struct rtmsg), fn, ctx);
}

/**
 * host_addrs_find() - call a function for each address
 * @nl: rtnetlink socket
 * @fn: function, called with the message about the address
 * @ctx: passed to @fn
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int host_addrs_find(struct nl *nl, nl_message_fn *fn, void *ctx)
{
	return dump(nl, RTM_GETADDR, sizeof(struct ifaddrmsg), fn, ctx);
}
