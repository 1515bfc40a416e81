/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's native IPv6, and how the native /64 of a server's gateway is used on
 * this host.
 */
#ifndef _UPSTREAM_H
#define _UPSTREAM_H

#include "nl.h"

#define UPSTREAM_DEFAULTS	8

/* Metric of a gateway's blackhole route and of its router's: worse than any other
 * route, and another one for each device.
 */
#define UPSTREAM_METRIC(ifindex)	(0xfe000000 | (ifindex))

/**
 * struct upstream - what the tables of the kernel say
 * @own: the Teredo device
 * @service: its service prefix
 * @prefix: native /64, all zero for none
 * @oif: result, interface of the first default route, 0 for none
 * @router: result, next hop of that route if it is one of @prefix, or all zero
 * @by_ra: result, interfaces of default routes that routers have advertised
 * @n_by_ra: number of entries in @by_ra
 * @global: result, an interface has a global native address
 * @onlink: result, interface that has addresses of @prefix on its link, 0 for none
 * @routed: result, interface of a route to @prefix or a part of it, 0 for none
 * @other: result, the gateway of another device uses @prefix
 */
struct upstream {
	u32 own;
	__be32 service;
	struct in6_addr prefix;
	u32 oif;
	struct in6_addr router;
	u32 by_ra[UPSTREAM_DEFAULTS];
	unsigned int n_by_ra;
	bool global;
	u32 onlink;
	u32 routed;
	bool other;
};

bool upstream_in_prefix(const struct upstream *u, const struct in6_addr *addr);
bool upstream_concerns(const struct upstream *u, const struct nlmsghdr *nlh);
void upstream_take(struct upstream *u, const struct nlmsghdr *nlh);
int upstream_find(struct nl *nl, struct upstream *u);

#endif /* _UPSTREAM_H */
