/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Simulated environment of teredod's engine: clock, timers, kernel and server, controlled
 * by the fuzz target
 */
#ifndef _FUZZ_WORLD_H
#define _FUZZ_WORLD_H

#include "daemon.h"

#define WORLD_PRIMARY	0xcb007101	/* 203.0.113.1 */
#define WORLD_SECONDARY	0xcb007102
#define WORLD_TIMERS	4

/**
 * struct world - state that the engine sees
 * @now: clock, ms
 * @seed: of the random numbers
 * @contact_at: last reception from the server, ms, 0 if there was none
 * @dev: the device in the kernel
 * @placed: the device has address and routes
 * @path_up: there is a route to the server
 * @send_error: sending fails
 * @timers: all timers started so far, then NULL
 * @readable: callback for a readable netlink socket
 * @poll: argument of @readable
 * @nonce: of the last solicitation to the primary and the secondary address, and
 *	of the last one from a fresh port
 * @sent: number of solicitations from the service port
 * @fresh: number of solicitations from fresh ports
 * @changed_at: last change of the service port, ms, 0 if there was none
 * @bounced: the device was set down and up
 */
struct world {
	u64 now;
	u64 seed;
	u64 contact_at;
	struct dev_info dev;
	bool placed;
	bool path_up;
	bool send_error;
	uv_timer_t *timers[WORLD_TIMERS + 1];
	uv_poll_cb readable;
	uv_poll_t *poll;
	u8 nonce[3][TEREDO_NONCE_LEN];
	unsigned int sent;
	unsigned int fresh;
	u64 changed_at;
	bool bounced;
};

extern struct world world;

void world_reset(u8 seed);
void world_sleep(u64 ms);

#endif /* _FUZZ_WORLD_H */
