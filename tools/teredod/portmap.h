/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control of teredo-portmap, which maintains a port mapping on the NAT gateway.
 */
#ifndef _PORTMAP_H
#define _PORTMAP_H

#include <jansson.h>
#include <uv.h>

#include "nl.h"
#include "port_mapping.h"

struct daemon;

#define PORTMAP_ERROR	(NL_ERROR + 128)

struct portmap_program;

/**
 * struct portmap - port mapping on the gateway (portmap.c)
 * @program: running teredo-portmap, NULL if there is none
 * @timer: restarts the program
 * @wanted: requested mapping
 * @got: existing mapping, method no if there is none
 * @error: why there is none, "" if unknown yet
 */
struct portmap {
	struct portmap_program *program;
	uv_timer_t timer;
	struct mapping wanted;
	struct mapping got;
	char error[PORTMAP_ERROR];
};

void portmap_open(struct daemon *d);
void portmap_update(struct daemon *d, __be16 port);
void portmap_doubt(struct daemon *d);
void portmap_renew(struct daemon *d);
void portmap_stop(struct daemon *d);
void portmap_close(struct daemon *d);
struct teredo_endpoint portmap_outside(const struct daemon *d);
void portmap_status(const struct daemon *d, json_t *status);

#endif /* _PORTMAP_H */
