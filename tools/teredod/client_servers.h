/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Servers of a client: name resolution, and changes by an administrator.
 */
#ifndef _CLIENT_SERVERS_H
#define _CLIENT_SERVERS_H

#include <uv.h>

#include "resolve.h"

struct daemon;

/**
 * struct servers - look-ups of a client's servers (client_servers.c)
 * @resolver: resolves their names
 * @timer: starts the next resolution
 * @failures: failed resolutions since the last change of the network
 * @dev_server: server of the device, as last seen, network byte order
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
