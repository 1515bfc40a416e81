/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network events: changes of the device, the path to the server, addresses and routes.
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
 * @nl: rtnetlink socket
 * @poll: poll handle of the socket
 * @settle: delays processing until a burst of events has ended
 * @repair: delays the repair of address and routes
 * @retry: delays a retry of what the kernel rejected
 * @clock_fd: timer that keeps running while the host is suspended
 * @clock_poll: poll handle of the timer
 * @asleep: CLOCK_BOOTTIME minus CLOCK_MONOTONIC in milliseconds
 * @path: path to the server
 * @path_up: @path is valid
 * @path_error: why there is no path
 * @link_away: the interface in @path has no carrier
 * @link_back: the interface in @path has regained its carrier
 * @dev_bounced: the device was down, even if briefly, or has changed its lower
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
