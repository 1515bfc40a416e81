/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration file of a client. teredo.conf.example says what may be in
 * it.
 */
#ifndef _CONF_H
#define _CONF_H

#include "link.h"
#include "server.h"

#define CONF_DIR	"/etc/teredo"
#define CONF_ERROR	512

/**
 * struct conf - what teredod shall do
 * @servers: the servers
 * @key: for secure qualification
 * @refresh: refresh interval in milliseconds
 * @skip_secondary: do not ask the secondary address
 * @link: how to create the device
 * @metric: of the default route
 * @default_route: have one
 */
struct conf {
	struct server_list servers;
	struct packet_key key;
	u64 refresh;
	bool skip_secondary;
	struct link_conf link;
	u32 metric;
	bool default_route;
};

void conf_init(struct conf *conf);
int conf_load(struct conf *conf, const char *path, char error[CONF_ERROR]);

#endif /* _CONF_H */
