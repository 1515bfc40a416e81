/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6 addresses and routes of the host, on all interfaces.
 */
#ifndef _HOST_IP6_H
#define _HOST_IP6_H

#include "nl.h"

/**
 * struct host_route - contents of a route message
 * @dst: destination
 * @len: prefix length of @dst
 * @oif: interface index, 0 with several next hops
 * @first_oif: interface index of the first of several next hops, 0 without
 * @metric: metric
 * @gateway: the route has a next hop
 * @via: the next hop, if there is only one
 */
struct host_route {
	struct in6_addr dst;
	u8 len;
	u32 oif;
	u32 first_oif;
	u32 metric;
	bool gateway;
	struct in6_addr via;
};

void host_route_parse(struct host_route *route, const struct nlmsghdr *nlh);
const struct in6_addr *host_addr_parse(const struct nlmsghdr *nlh);
bool host_addr_is_native(const struct in6_addr *addr, __be32 service);
int host_routes_find(struct nl *nl, nl_message_fn *fn, void *ctx);
int host_addrs_find(struct nl *nl, nl_message_fn *fn, void *ctx);

#endif /* _HOST_IP6_H */
