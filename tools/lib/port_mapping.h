/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A port that a gateway forwards to us, and how it is written down: for teredod,
 * and for whoever comes after a crash.
 */
#ifndef _PORT_MAPPING_H
#define _PORT_MAPPING_H

#include "wire.h"

/* How a gateway is asked. Also what a configuration says, where auto stands for
 * whatever works.
 */
enum mapping_method {
	MAPPING_NO,
	MAPPING_UPNP,
	MAPPING_NAT_PMP,
	MAPPING_AUTO,
};

#define MAPPING_METHODS	4

/**
 * struct mapping - a forwarded port
 * @method: how the gateway was asked
 * @gateway: its address on our side, network byte order
 * @inside: what the port is forwarded to
 * @outside: the port and the gateway's address on the other side
 */
struct mapping {
	enum mapping_method method;
	__be32 gateway;
	struct teredo_endpoint inside;
	struct teredo_endpoint outside;
};

/* longest line of mapping_format(), with its end */
#define MAPPING_LINE	96

const char *mapping_method_name(enum mapping_method method);
bool mapping_method_parse(enum mapping_method *method, const char *name);
void mapping_format(char buf[MAPPING_LINE], const struct mapping *map);
bool mapping_parse(struct mapping *map, const char *line);

#endif /* _PORT_MAPPING_H */
