/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native IPv6 of the host, and the use of a gateway's native /64 on this host, as found
 * in addresses and routes.
 */
#ifndef _UPSTREAM_H
#define _UPSTREAM_H

#include "nl.h"

#define UPSTREAM_DEFAULTS	8

/* Metric of the gateway's blackhole route and router route: worse than that of any other
 * route, and different for each device.
 */
#define UPSTREAM_METRIC(ifindex)	(0xfe000000 | (ifindex))

/**
 * struct upstream - native IPv6 of the host
 * @own: interface index of the Teredo device
 * @service: service prefix of the device
 * @prefix: native /64, all zero for none
 * @oif: result, interface of the first default route, 0 for none
 * @router: result, next hop of that route if it is in @prefix, or all zero
 * @by_ra: result, interfaces of default routes from router advertisements
 * @n_by_ra: number of entries in @by_ra
 * @global: result, an interface has a global native address
 * @onlink: result, interface with @prefix on its link, 0 for none
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
