/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Route to the service prefix, by which a relay attracts packets. A routing daemon
 * that announces the prefix follows the route for exactly this prefix.
 *
 * To drain a relay, routes for the two halves of the prefix replace the route. The
 * routing daemon then withdraws its announcement, while packets that still arrive are
 * forwarded. Only the routing table holds the state, so all programs see it.
 */
#ifndef _SERVICE_ROUTE_H
#define _SERVICE_ROUTE_H

#include "route.h"

enum announce_state {
	ANNOUNCE_NO,
	ANNOUNCE_DRAINING,
	ANNOUNCE_YES,
};

/**
 * struct announce - parameters of the routes
 * @ifindex: the device
 * @prefix: service prefix
 * @metric: metric of the routes
 * @protocol: protocol of the routes, 0 for %RTPROT_TEREDO
 */
struct announce {
	u32 ifindex;
	__be32 prefix;
	u32 metric;
	u8 protocol;
};

const char *announce_name(enum announce_state state);
enum announce_state announce_of(const struct announce *a,
				const struct route6 *route);
int announce_get(struct nl *nl, struct announce *a,
		 enum announce_state *state);
int announce_put(struct nl *nl, const struct announce *a,
		 enum announce_state state);
int announce_set(struct nl *nl, struct announce *a,
		 enum announce_state state);

#endif /* _SERVICE_ROUTE_H */
