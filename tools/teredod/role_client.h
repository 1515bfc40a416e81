/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Role of a client in teredod: input of its state machine.
 */
#ifndef _ROLE_CLIENT_H
#define _ROLE_CLIENT_H

#include <uv.h>

#include "nl.h"
#include "qualify.h"

struct daemon;

/**
 * struct client - a client (role_client.c)
 * @q: state machine
 * @timer: deadline of @q
 * @local: local endpoint of the mapping
 * @heard_at: destination address of the last control packet, 0 if unknown
 * @send_error: why the last datagram could not be sent, "" if it was sent
 */
struct client {
	struct qualify q;
	uv_timer_t timer;
	struct teredo_endpoint local;
	__be32 heard_at;
	char send_error[NL_ERROR];
};

void engine_begin(struct daemon *d);
void engine_restart(struct daemon *d);
void engine_suspend(struct daemon *d);
void engine_sleep(struct daemon *d);
void engine_wake(struct daemon *d);
void engine_retry_soon(struct daemon *d);
void engine_check(struct daemon *d);

#endif /* _ROLE_CLIENT_H */
