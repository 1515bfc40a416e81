/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Configuration file of a device. teredo.conf.example lists its sections and keys,
 * which depend on the mode.
 */
#ifndef _CONF_H
#define _CONF_H

#include "link_attr.h"
#include "nat66.h"
#include "port_mapping.h"
#include "secrets.h"
#include "server_spec.h"

#define CONF_DIR	"/etc/teredo"
#define DEFAULT_NAME	"teredo0"
#define CONF_ERROR	512

/* what a client does while the host has native IPv6 */
enum native_policy {
	NATIVE_DORMANT,		/* remove address and routes */
	NATIVE_RELAY,		/* the same, and add a host-specific relay */
	NATIVE_IGNORE,		/* keep them; the route metric decides */
};

/**
 * struct conf - configuration of teredod
 * @link: attributes of the device; its mode is always set
 * @servers: a client's servers
 * @key: a client's identifier and secret for secure qualification
 * @refresh: refresh interval in milliseconds
 * @determine: find out whether a longer interval works (RFC 4380 5.2.7)
 * @native: what a client does while the host has native IPv6
 * @port_mapping: protocol for a port mapping on a client's gateway
 * @has_verify: @verify is set
 * @verify: native host that must be reachable
 * @skip_secondary: do not query the secondary address
 * @metric: metric of a client's default route, or of the route to the service
 *	prefix
 * @default_route: add a default route
 * @announce: add a route to the service prefix
 * @secrets_file: file with a server's secrets, "" if the server requires none
 * @secrets: contents of @secrets_file
 * @nat66: a server's gateway to the native Internet
 * @empty: the file has no key at all
 */
struct conf {
	struct link_conf link;
	struct server_list servers;
	struct packet_key key;
	u64 refresh;
	bool determine;
	enum native_policy native;
	enum mapping_method port_mapping;
	bool has_verify;
	struct in6_addr verify;
	bool skip_secondary;
	u32 metric;
	bool default_route;
	bool announce;
	char secrets_file[256];
	struct secret_list secrets;
	struct nat66_conf nat66;
	bool empty;
};

void conf_init(struct conf *conf, u32 mode);
int conf_load(struct conf *conf, const char *path, char error[CONF_ERROR]);
const char *conf_add_servers(struct conf *conf, const char *value);

#endif /* _CONF_H */
