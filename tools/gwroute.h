/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The routes of a server's gateway: the clients' /64 through the device, and a
 * blackhole for what of the native /64 is not translated.
 */
#ifndef _GWROUTE_H
#define _GWROUTE_H

#include "nl.h"

/**
 * struct gwroute - routes of a gateway
 * @ifindex: the device
 * @metric: of the route through the device
 * @clients: the /64 that the server's clients share
 * @prefix: the native /64, all zero for none
 */
struct gwroute {
	u32 ifindex;
	u32 metric;
	struct in6_addr clients;
	struct in6_addr prefix;
};

int gwroute_put(struct nl *nl, const struct gwroute *g);
void gwroute_remove(struct nl *nl, const struct gwroute *g);
void gwroute_sweep(struct nl *nl, const struct gwroute *g);

#endif /* _GWROUTE_H */
