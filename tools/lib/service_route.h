/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The route to the service prefix, by which a relay attracts packets. A
 * routing daemon that announces it to others follows the route of just that
 * prefix.
 *
 * To drain a relay the route is replaced by those of the two halves of the
 * prefix: the routing daemon withdraws its announcement, packets that still
 * come find their way. Nothing but the routing table holds that state, so
 * whoever changes it, everybody sees it.
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
 * struct announce - whose routes
 * @ifindex: the device
 * @prefix: service prefix
 * @metric: of the routes
 * @protocol: of the routes, 0 stands for us
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
