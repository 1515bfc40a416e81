/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes of a server's gateway: the addresses of clients are routed to the device.
 *
 * With a native /64, these are addresses of the /64. A blackhole route drops packets to
 * them while the device has no carrier.
 */
#ifndef _GWROUTE_H
#define _GWROUTE_H

#include "nl.h"

/**
 * struct gwroute - routes of a gateway
 * @ifindex: the device
 * @metric: metric of the route through the device, if there is no @prefix
 * @clients: the /64 that the server's clients share
 * @prefix: the native /64, all zero for none
 * @router: address of the provider's router if it is in @prefix, or all zero
 * @router_link: interface that leads to @router
 */
struct gwroute {
	u32 ifindex;
	u32 metric;
	struct in6_addr clients;
	struct in6_addr prefix;
	struct in6_addr router;
	u32 router_link;
};

int gwroute_put(struct nl *nl, const struct gwroute *g);
void gwroute_sweep(struct nl *nl, const struct gwroute *g);

#endif /* _GWROUTE_H */
