/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The routes of a server's gateway: the addresses of clients through the device.
 *
 * With a native /64 these are its addresses. While the device has no carrier, a
 * blackhole drops packets to them.
 */
#ifndef _GWROUTE_H
#define _GWROUTE_H

#include "nl.h"

/**
 * struct gwroute - routes of a gateway
 * @ifindex: the device
 * @metric: of the route through the device, without @prefix
 * @clients: the /64 that the server's clients share
 * @prefix: the native /64, all zero for none
 * @router: address of the provider's router, if it is one of @prefix, or all zero
 * @router_link: interface that leads to it
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
