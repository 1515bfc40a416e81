/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gateways that forward ports when asked. Every call takes as long as the
 * gateway does, which may be seconds: not for an event loop.
 */
#ifndef _NAT_GATEWAY_H
#define _NAT_GATEWAY_H

#include "port_mapping.h"

#define GATEWAY_ERROR	128

/**
 * struct gateway - a way to ask
 * @map: ask for map->inside to be forwarded from a port of the same number, or
 *	again; map->gateway says who is asked. @lease is the wish in seconds and
 *	becomes how long this holds, 0 for ever. Fills map->outside in.
 * @unmap: no longer; what is not ours stays
 *
 * Both return 0 or -1 with a line in @error.
 */
struct gateway {
	int (*map)(struct mapping *map, unsigned int *lease,
		   char error[GATEWAY_ERROR]);
	int (*unmap)(const struct mapping *map, char error[GATEWAY_ERROR]);
};

extern const struct gateway gateway_upnp, gateway_natpmp;

int gateway_fail(char error[GATEWAY_ERROR], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* _NAT_GATEWAY_H */
