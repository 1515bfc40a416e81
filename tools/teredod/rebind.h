/* SPDX-License-Identifier: GPL-2.0 */
/* Detection of a stale NAT mapping of the service port, and the change of the port. */
#ifndef _REBIND_H
#define _REBIND_H

#include <uv.h>

#include "packet.h"
#include "stale.h"
#include "udp.h"

struct daemon;

/**
 * struct rebind - state of rebind.c
 * @stale: evidence for a stale mapping
 * @udp: socket with a fresh port
 * @poll: poll handle of the socket, allocated; NULL if there is no fresh port
 * @query: solicitation sent from the fresh port
 * @server: index of the server that was queried
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
