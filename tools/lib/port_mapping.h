/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A port mapping on a NAT gateway, and its text form: teredod reads it, and the next
 * process after a crash.
 */
#ifndef _PORT_MAPPING_H
#define _PORT_MAPPING_H

#include "wire.h"

/* Protocol for a port mapping. In a configuration, auto stands for the first protocol
 * that works.
 */
enum mapping_method {
	MAPPING_NO,
	MAPPING_UPNP,
	MAPPING_NAT_PMP,
	MAPPING_AUTO,
};

#define MAPPING_METHODS	4

/**
 * struct mapping - a port mapping on a NAT gateway
 * @method: protocol that created it
 * @gateway: internal address of the gateway, network byte order
 * @inside: internal endpoint that the port is forwarded to
 * @outside: external endpoint: port and external address of the gateway
 */
struct mapping {
	enum mapping_method method;
	__be32 gateway;
	struct teredo_endpoint inside;
	struct teredo_endpoint outside;
};

/* size of the longest line of mapping_format(), NUL included */
#define MAPPING_LINE	96

const char *mapping_method_name(enum mapping_method method);
bool mapping_method_parse(enum mapping_method *method, const char *name);
void mapping_format(char buf[MAPPING_LINE], const struct mapping *map);
bool mapping_parse(struct mapping *map, const char *line);

#endif /* _PORT_MAPPING_H */
