/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Servers in text form, NAME[/NAME2[:PORT]], and their resolution to addresses.
 */
#ifndef _SERVER_SPEC_H
#define _SERVER_SPEC_H

#include "qualify.h"

#define SERVER_NAME	256

/**
 * struct server_spec - a server in text form
 * @primary: name or address
 * @secondary: name or address, "" for the address after the primary one
 * @port: UDP port of the secondary address, network byte order
 */
struct server_spec {
	char primary[SERVER_NAME];
	char secondary[SERVER_NAME];
	__be16 port;
};

/**
 * struct server_list - servers in order of preference
 * @spec: in text form
 * @n: number of them
 */
struct server_list {
	struct server_spec spec[QUALIFY_SERVERS];
	unsigned int n;
};

struct addrinfo;

const char *server_list_add(struct server_list *list, const char *text);
bool server_is_name(const char *text);
bool server_spec_has_name(const struct server_spec *spec);
const char *server_pick(const struct addrinfo *found, __be32 *addr);
const char *server_lookup(const char *text, __be32 *addr);
struct teredo_endpoint server_next(__be32 primary);
const char *server_check(const struct qualify_server *server);
const char *server_resolve(const struct server_spec *spec,
			   struct qualify_server *server);

#endif /* _SERVER_SPEC_H */
