/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How control packets travel: through the kernel's socket (ktransport.c) or
 * through one of our own (udp.c).
 */
#ifndef _TRANSPORT_H
#define _TRANSPORT_H

#include "wire.h"

/**
 * struct transport - a way to the servers
 * @send: send a datagram; returns 0 or a negative errno
 * @receive: a datagram has come to @local, address 0 if that is not known
 * @failed: a datagram that @send took could not be sent after all
 * @ctx: handed to @receive and @failed
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
