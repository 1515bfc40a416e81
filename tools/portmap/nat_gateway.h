/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Port mapping protocols of NAT gateways. A call blocks until the gateway answers, which
 * can take seconds: do not call from an event loop.
 */
#ifndef _NAT_GATEWAY_H
#define _NAT_GATEWAY_H

#include "port_mapping.h"

#define GATEWAY_ERROR	128

/**
 * struct gateway - a port mapping protocol
 * @map: create or renew a mapping of map->inside to the same port of map->gateway.
 *	@lease is the requested lease in seconds and becomes the granted one, 0 for no
 *	limit. Sets map->outside.
 * @unmap: delete a mapping; that of another host is kept
 *
 * Both return 0, or -1 with one line in @error.
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
