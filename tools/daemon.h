/* SPDX-License-Identifier: GPL-2.0 */
/*
 * teredod: what its parts share. Each part says which fields are its own.
 *
 *	daemon.c	options, start, end
 *	engine.c	the state machine, and what the kernel is told of it
 *	place.c		address and routes of the device
 *	watch.c		what happens to the path and the device
 *	control.c	the socket that answers "teredo show"
 */
#ifndef _DAEMON_H
#define _DAEMON_H

#include <uv.h>

#include "conf.h"
#include "ktransport.h"
#include "resolve.h"
#include "route.h"

#define DAEMON_REASON	(NL_ERROR + 128)

/* what Windows calls it as well (netsh interface teredo show state) */
enum daemon_word {
	WORD_OFFLINE,
	WORD_PROBE,
	WORD_QUALIFIED,
};

/**
 * struct daemon - a running teredod
 * @name: of the device
 * @config: file the configuration comes from, "" if there is none
 * @conf: configuration
 * @ifindex: device
 * @exit_code: for main()
 * @loop: event loop
 * @rtnl: rtnetlink requests
 * @genl: requests of the family
 * @sigterm: SIGTERM
 * @sigint: SIGINT
 * @sighup: SIGHUP
 * @watchdog: tells the service manager that we live
 *
 * @kt: control packets (engine.c)
 * @kt_poll: its socket
 * @q: the state machine
 * @q_timer: its deadline
 * @resolver: for the names of the servers
 * @resolve_timer: when to look up again
 * @local: our end of the mapping
 * @heard_at: where the last control packet came to, 0 if unknown
 * @word: state in a word
 * @since: when it last changed, by uv_now()
 * @reason: why there is no address, as last reported
 * @send_error: why the last datagram could not be sent, "" if it could
 *
 * @placed: the device has address and routes (place.c)
 * @placed_addr: the address
 *
 * @watch: events of links, addresses and routes (watch.c)
 * @watch_poll: its socket
 * @settle: waits for a burst of events to end
 * @repair: waits before address and routes are put back
 * @clock_fd: timer that goes on while the machine is suspended
 * @clock_poll: the same
 * @asleep: CLOCK_BOOTTIME minus CLOCK_MONOTONIC in milliseconds
 * @path: way to the server
 * @path_up: @path is known
 * @path_error: why it is not
 * @link_away: the interface in @path has no carrier
 * @link_back: it has got it back
 * @dev_up: the device is up
 * @dev_bounced: it was down, if only for a moment
 *
 * @control_fd: listening socket, -1 if there is none (control.c)
 * @control_poll: the same
 * @control_path: its name
 */
struct daemon {
	const char *name;
	const char *config;
	struct conf conf;
	u32 ifindex;
	int exit_code;
	uv_loop_t loop;
	struct nl rtnl;
	struct nl genl;
	uv_signal_t sigterm;
	uv_signal_t sigint;
	uv_signal_t sighup;
	uv_timer_t watchdog;

	struct ktransport kt;
	uv_poll_t kt_poll;
	struct qualify q;
	uv_timer_t q_timer;
	struct resolver resolver;
	uv_timer_t resolve_timer;
	struct teredo_endpoint local;
	__be32 heard_at;
	enum daemon_word word;
	uint64_t since;
	char reason[DAEMON_REASON];
	char send_error[NL_ERROR];

	bool placed;
	struct in6_addr placed_addr;

	struct nl watch;
	uv_poll_t watch_poll;
	uv_timer_t settle;
	uv_timer_t repair;
	int clock_fd;
	uv_poll_t clock_poll;
	uint64_t asleep;
	struct path path;
	bool path_up;
	char path_error[DAEMON_REASON];
	bool link_away;
	bool link_back;
	bool dev_up;
	bool dev_bounced;

	int control_fd;
	uv_poll_t control_poll;
	char control_path[108];
};

void daemon_exit(struct daemon *d, int code);

int engine_open(struct daemon *d);
void engine_begin(struct daemon *d);
void engine_restart(struct daemon *d);
void engine_suspend(struct daemon *d);
void engine_check(struct daemon *d);
void engine_close(struct daemon *d);
void engine_explain(const struct daemon *d, char *buf, size_t len);
const char *engine_word(enum daemon_word word);

void place_up(struct daemon *d, const struct in6_addr *addr);
void place_down(struct daemon *d);
void place_sweep(struct daemon *d, const struct in6_addr *keep);

int watch_open(struct daemon *d);
bool watch_path(struct daemon *d);

void control_open(struct daemon *d);
void control_close(struct daemon *d);

#endif /* _DAEMON_H */
