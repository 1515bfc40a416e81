/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6 addresses and routes of a device, and the IPv4 path to the server, over
 * rtnetlink.
 */
#ifndef _ROUTE_H
#define _ROUTE_H

#include <string.h>

#include "nl.h"

/* Protocol of routes that teredod adds, so that routing daemons and administrators can
 * tell them apart. 74 is in no known rt_protos.
 */
#define RTPROT_TEREDO	74

/**
 * struct route6 - an IPv6 route through a Teredo device
 * @dst: prefix
 * @len: its length
 * @protocol: protocol of the daemon that added it, 0 for %RTPROT_TEREDO
 * @metric: priority
 * @one_neighbour: make the kernel keep one neighbour entry for the whole route, and
 *	not one for each destination; ignored by route_del() and not set by
 *	route_parse()
 * @blackhole: drop packets silently; the route has no device
 */
struct route6 {
	struct in6_addr dst;
	u8 len;
	u8 protocol;
	u32 metric;
	bool one_neighbour;
	bool blackhole;
};

/**
 * struct path - how an IPv4 address is reached; network byte order
 * @src: local source address
 * @gateway: next hop, 0 if the destination is on the link
 * @oif: interface index
 */
struct path {
	__be32 src;
	__be32 gateway;
	u32 oif;
};

/**
 * struct path_query - parameters of a path look-up; network byte order
 * @dst: destination
 * @src: source, 0 for any
 * @oif: interface index, 0 for any
 * @fwmark: mark of the packets
 */
struct path_query {
	__be32 dst;
	__be32 src;
	u32 oif;
	u32 fwmark;
};

static inline bool route_equal(const struct route6 *a, const struct route6 *b)
{
	return !memcmp(&a->dst, &b->dst, sizeof(a->dst)) && a->len == b->len &&
	       a->metric == b->metric;
}

typedef void addr_fn(const struct in6_addr *addr, void *ctx);
typedef void route_fn(const struct route6 *route, void *ctx);

int addr_dump(struct nl *nl, u32 ifindex, addr_fn *fn, void *ctx);
int addr_add(struct nl *nl, u32 ifindex, const struct in6_addr *addr, u8 len);
int addr_del(struct nl *nl, u32 ifindex, const struct in6_addr *addr, u8 len);
int route_add(struct nl *nl, u32 ifindex, const struct route6 *route);
int route_del(struct nl *nl, u32 ifindex, const struct route6 *route);
bool route_parse(struct route6 *route, u32 *ifindex, u32 table,
		 const struct nlmsghdr *nlh);
int route_dump(struct nl *nl, u32 ifindex, route_fn *fn, void *ctx);
int path_get(struct nl *nl, const struct path_query *query, struct path *path);

#endif /* _ROUTE_H */
