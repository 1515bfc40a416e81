/* SPDX-License-Identifier: GPL-2.0 */
/* Leave a service port whose NAT mapping is stale. */
#ifndef _REBIND_H
#define _REBIND_H

#include <uv.h>

#include "packet.h"
#include "stale.h"
#include "udp.h"

struct daemon;

/**
 * struct rebind - what rebind.c knows
 * @stale: evidence
 * @udp: fresh port
 * @poll: its handle, allocated; NULL if there is no fresh port
 * @query: what the answer to it must match
 * @server: index of the server that was asked
 */
struct rebind {
	struct stale stale;
	struct udp udp;
	uv_poll_t *poll;
	struct packet_query query;
	unsigned int server;
};

void rebind_silent(struct daemon *d);
void rebind_end(struct daemon *d, bool confirmed);
void rebind_settle(struct daemon *d);

#endif /* _REBIND_H */
