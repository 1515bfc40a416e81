/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Role of a relay in teredod: the route to the service prefix.
 */
#ifndef _ROLE_RELAY_H
#define _ROLE_RELAY_H

#include "service_route.h"

struct daemon;

/**
 * struct relay - routes of a relay (role_relay.c)
 * @announce: routes that the device has while it runs
 * @draining: the device has only the routes to the two halves of the prefix
 * @was_draining: @draining when it was last reported
 */
struct relay {
	struct announce announce;
	bool draining;
	bool was_draining;
};

void relay_prepare(struct daemon *d);
void relay_begin(struct daemon *d);
void relay_link(struct daemon *d);
void relay_route(struct daemon *d, const struct route6 *route);
void relay_removed(struct daemon *d);
void relay_repair(struct daemon *d);
void relay_close(struct daemon *d);

#endif /* _ROLE_RELAY_H */
