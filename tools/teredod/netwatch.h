/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes of the device, the path to the server, addresses and routes.
 */
#ifndef _NETWATCH_H
#define _NETWATCH_H

#include <uv.h>

#include "nl.h"
#include "reason.h"
#include "route.h"

struct daemon;

/**
 * struct netwatch - events of links, addresses and routes (netwatch.c)
 * @nl: socket
 * @poll: the same
 * @settle: waits for a burst of events to end
 * @repair: waits before address and routes are put back
 * @retry: waits before what was refused is tried again
 * @clock_fd: timer that goes on while the machine is suspended
 * @clock_poll: the same
 * @asleep: CLOCK_BOOTTIME minus CLOCK_MONOTONIC in milliseconds
 * @path: path to the server
 * @path_up: @path is known
 * @path_error: why it is not
 * @link_away: the interface in @path has no carrier
 * @link_back: it has got it back
 * @dev_bounced: the device was down, if only for a moment, or sends by another
 *	interface
 */
struct netwatch {
	struct nl nl;
	uv_poll_t poll;
	uv_timer_t settle;
	uv_timer_t repair;
	uv_timer_t retry;
	int clock_fd;
	uv_poll_t clock_poll;
	uint64_t asleep;
	struct path path;
	bool path_up;
	struct reason path_error;
	bool link_away;
	bool link_back;
	bool dev_bounced;
};

int watch_open(struct daemon *d);
bool watch_path(struct daemon *d);
void watch_repair(struct daemon *d);
void watch_retry(struct daemon *d, bool failed);
void watch_settled(struct daemon *d);

#endif /* _NETWATCH_H */
