/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The servers of a client.
 */
#ifndef _CLIENT_SERVERS_H
#define _CLIENT_SERVERS_H

#include <uv.h>

#include "resolve.h"

struct daemon;

/**
 * struct servers - look-ups of a client's servers (client_servers.c)
 * @resolver: for their names
 * @timer: when to look up again
 * @failures: look-ups that have failed since the network changed
 * @dev_server: server that the device had when it was last asked
 * @dev_server2: its secondary address and port
 */
struct servers {
	struct resolver resolver;
	uv_timer_t timer;
	unsigned int failures;
	__be32 dev_server;
	struct teredo_endpoint dev_server2;
};

const struct qualify_server *servers_find(const struct daemon *d, __be32 primary);
void servers_open(struct daemon *d);
void servers_resolve_soon(struct daemon *d);

#endif /* _CLIENT_SERVERS_H */
