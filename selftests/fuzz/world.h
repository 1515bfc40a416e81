/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world around teredod's engine: time, timers, the kernel and the server,
 * all of them the fuzz target's.
 */
#ifndef _FUZZ_WORLD_H
#define _FUZZ_WORLD_H

#include "daemon.h"

#define WORLD_PRIMARY	0xcb007101	/* 203.0.113.1 */
#define WORLD_SECONDARY	0xcb007102
#define WORLD_TIMERS	4

/**
 * struct world - what the engine sees
 * @now: milliseconds
 * @seed: of the random numbers
 * @contact_at: when the server was last heard from, 0 if it was not
 * @dev: the device as the kernel has it
 * @placed: the device has address and routes
 * @path_up: there is a way to the server
 * @send_error: sending fails
 * @timers: those that were ever started, and NULL
 * @readable: what to call when the netlink socket has something
 * @poll: for @readable
 * @nonce: of the last solicitation to the primary and the secondary address, and
 *	of that from a fresh port
 * @sent: solicitations so far, from the service port
 * @fresh: solicitations so far, from fresh ports
 * @changed_at: when the service port was changed, 0 if it was not
 * @bounced: the device was down
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
