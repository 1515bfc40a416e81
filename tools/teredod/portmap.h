/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The program that asks a NAT's gateway to forward the service port.
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
 * struct portmap - a port that the gateway forwards (portmap.c)
 * @program: teredo-portmap, NULL if it does not run
 * @timer: starts it again
 * @wanted: what it was asked for
 * @got: what it has got, method no if nothing
 * @error: why not, "" if that is not known yet
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
