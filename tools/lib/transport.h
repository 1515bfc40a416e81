/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transport for control packets: through the socket of a device (ktransport.c), or
 * through a UDP socket of the program (udp.c).
 */
#ifndef _TRANSPORT_H
#define _TRANSPORT_H

#include "wire.h"

/**
 * struct transport - sends and receives control packets
 * @send: send a datagram; returns 0 or a negative errno
 * @receive: called for a datagram to @local, whose address is 0 if unknown
 * @failed: called if a datagram that @send accepted could not be sent
 * @ctx: passed to @receive and @failed
 */
struct transport {
	int (*send)(struct transport *transport, struct teredo_endpoint to,
		    const u8 *data, size_t len);
	void (*receive)(void *ctx, struct teredo_endpoint from,
			struct teredo_endpoint local, const u8 *data,
			size_t len);
	void (*failed)(void *ctx, const char *why);
	void *ctx;
};

#endif /* _TRANSPORT_H */
