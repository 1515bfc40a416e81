/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration file of a device. teredo.conf.example says what may be in
 * it; which sections and keys those are depends on the mode.
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

/* what a client does beside native IPv6 */
enum native_policy {
	NATIVE_DORMANT,		/* give address and routes up meanwhile */
	NATIVE_RELAY,		/* and reach Teredo by a host-specific relay */
	NATIVE_IGNORE,		/* go on, the metric of the route decides */
};

/**
 * struct conf - what teredod shall do
 * @link: how to create the device; its mode is always set
 * @servers: a client's servers
 * @key: a client's, for secure qualification
 * @refresh: refresh interval in milliseconds
 * @determine: find out whether a longer one will do
 * @native: what a client does beside native IPv6
 * @port_mapping: how a client asks its gateway to let others in
 * @has_verify: @verify is given
 * @verify: native host that shall be reached
 * @skip_secondary: do not ask the secondary address
 * @metric: of the default route of a client, or of the route to the service
 *	prefix
 * @default_route: have a default route
 * @announce: have a route to the service prefix
 * @secrets_file: a server's secrets, "" if it demands none
 * @secrets: what is in it
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
