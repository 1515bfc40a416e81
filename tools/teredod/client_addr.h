/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Address and routes of a client's device, present while the client is qualified.
 */
#ifndef _CLIENT_ADDR_H
#define _CLIENT_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <uv.h>

#include "reason.h"

struct daemon;

/**
 * struct place - address and routes of the device (client_addr.c)
 * @wanted: the device must have address and routes
 * @addr: the address
 * @timer: limits the wait for a device that does not run yet
 * @error: why an address or a route is missing, REASON_NONE if none is; also used by
 *	relays
 */
struct place {
	bool wanted;
	struct in6_addr addr;
	uv_timer_t timer;
	struct reason error;
};

void place_open(struct daemon *d);
void place_refused(struct daemon *d, const char *what, int error);
void place_up(struct daemon *d, const struct in6_addr *addr);
bool place_waiting(const struct daemon *d);
void place_removed(struct daemon *d);
void place_repair(struct daemon *d);
void place_link(struct daemon *d);
void place_down(struct daemon *d);
void place_sweep(struct daemon *d, const struct in6_addr *keep);

#endif /* _CLIENT_ADDR_H */
