// SPDX-License-Identifier: GPL-2.0
/* Detection of native IPv6 on the host, see native.h. */
#include "native.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdint.h>

#include "host_ip6.h"
#include "route.h"

/**
 * native_begin() - initialize the state; it takes effect at once
 * @n: result
 * @present: native IPv6 exists
 */
void native_begin(struct native *n, bool present)
{
	n->present = present;
	n->believed = present;
	n->deadline = NATIVE_NEVER;
}

/**
 * native_seen() - update the state with what was found
 * @n: state
 * @present: native IPv6 exists
 * @now: time in milliseconds
 */
void native_seen(struct native *n, bool present, u64 now)
{
	if (present == n->present)
		return;
	n->present = present;
	if (present == n->believed)
		n->deadline = NATIVE_NEVER;
	else
		n->deadline = now + (present ? NATIVE_ENTER_MS :
					       NATIVE_LEAVE_MS);
}

/**
 * native_timeout() - let a change take effect when its time has come
 * @n: state
 * @now: time in milliseconds
 *
 * Return: true if n->believed has changed.
 */
bool native_timeout(struct native *n, u64 now)
{
	if (now < n->deadline)
		return false;
	n->believed = n->present;
	n->deadline = NATIVE_NEVER;
	return true;
}

/**
 * native_take_route() - check whether a route is a native default route
 * @look: search that records the result
 * @nlh: RTM_NEWROUTE
 *
 * A default route counts if teredod has not added it and its link works.
 */
void native_take_route(struct native_look *look, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct host_route route;
	u32 oif;

	if (rtm->rtm_family != AF_INET6 || rtm->rtm_dst_len ||
	    rtm->rtm_type != RTN_UNICAST || rtm->rtm_table != RT_TABLE_MAIN ||
	    rtm->rtm_protocol == RTPROT_TEREDO ||
	    rtm->rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD | RTNH_F_LINKDOWN))
		return;
	host_route_parse(&route, nlh);
	oif = route.oif ? route.oif : route.first_oif;
	if (look->route || !oif || oif == look->own)
		return;
	look->route = true;
	look->oif = oif;
}

/* Exclude addresses of transition mechanisms: Teredo and 6to4 (2002::/16). */
static bool is_native(const struct in6_addr *addr, __be32 prefix)
{
	return host_addr_is_native(addr, prefix) &&
	       (addr->s6_addr[0] != 0x20 || addr->s6_addr[1] != 0x02);
}

/**
 * native_take_address() - check whether an address is native
 * @look: search that records the result
 * @nlh: RTM_NEWADDR
 *
 * An address that cannot be used for new connections does not count.
 */
void native_take_address(struct native_look *look, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct in6_addr *addr;

	if (ifa->ifa_family != AF_INET6 || ifa->ifa_index == look->own ||
	    ifa->ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED |
			      IFA_F_DEPRECATED))
		return;
	addr = host_addr_parse(nlh);
	look->address |= addr && is_native(addr, look->prefix);
}

static int on_message(const struct nlmsghdr *nlh, void *ctx)
{
	if (nlh->nlmsg_type == RTM_NEWROUTE)
		native_take_route(ctx, nlh);
	else if (nlh->nlmsg_type == RTM_NEWADDR)
		native_take_address(ctx, nlh);
	return 0;
}

/**
 * native_find() - search for native IPv6
 * @nl: rtnetlink socket
 * @look: search with prefix and own device; native IPv6 exists if the search finds
 *	both a route and an address
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int native_find(struct nl *nl, struct native_look *look)
{
	int ret = host_addrs_find(nl, on_message, look);

	/* a router can have many routes: read them only if necessary */
	if (ret || !look->address)
		return ret;
	return host_routes_find(nl, on_message, look);
}
