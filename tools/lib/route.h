/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses and routes by rtnetlink: those of the device, and the way to the
 * server.
 */
#ifndef _ROUTE_H
#define _ROUTE_H

#include <string.h>

#include "nl.h"

/* Our routes carry a number of their own, so that routing daemons and people
 * can tell them apart. 74 is in nobody's rt_protos.
 */
#define RTPROT_TEREDO	74

/**
 * struct route6 - an IPv6 route through a Teredo device
 * @dst: prefix
 * @len: its length
 * @protocol: who put it there, 0 stands for us
 * @metric: priority
 * @one_neighbour: the kernel is to keep one neighbour for all that is reached
 *	by it, and not one for each destination; of no account to route_del()
 *	and not told by route_parse()
 * @blackhole: drop packets silently; the route is through no device
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
 * struct path - how an IPv4 address is reached
 * @src: our address on the way
 * @gateway: next hop, 0 if on the link
 * @oif: interface index
 */
struct path {
	__be32 src;
	__be32 gateway;
	u32 oif;
};

/**
 * struct path_query - what to look a path up by
 * @dst: destination
 * @src: source, 0 if free
 * @oif: interface, 0 if free
 * @fwmark: mark
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
