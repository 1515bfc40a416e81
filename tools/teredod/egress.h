/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The gateway of a server in teredod: sets up translation, routes, forwarding and
 * neighbour discovery, keeps them in place, and takes them away.
 */
#ifndef _EGRESS_H
#define _EGRESS_H

#include <jansson.h>

#include "forward.h"
#include "gwroute.h"
#include "ndproxy.h"
#include "nftevents.h"
#include "masquerade.h"
#include "upstream.h"

#define EGRESS_REASON	384

struct daemon;

/**
 * struct egress - gateway of a server
 * @open: the configuration has a gateway, and its events are read
 * @masquerade: nftables
 * @events: changes of its table
 * @route: routes
 * @forward: IPv6 forwarding
 * @upstream: native IPv6 of the host
 * @ndproxy: answers to neighbour solicitations
 * @settle: waits for the end of a burst of events
 * @recheck: looks again while something is missing
 * @counted: prefix whose packets are counted, all zero for none
 * @before: counters of the device when it was set
 * @in_place: translation and routes were set up
 * @clean: nothing of the gateway is left
 * @up: nothing is missing
 * @reason: what is missing, "" if nothing is
 */
struct egress {
	bool open;
	struct masquerade masquerade;
	struct nftevents events;
	struct gwroute route;
	struct forward forward;
	struct upstream upstream;
	struct ndproxy ndproxy;
	uv_timer_t settle;
	uv_timer_t recheck;
	struct in6_addr counted;
	struct masquerade_count before;
	bool in_place;
	bool clean;
	bool up;
	char reason[EGRESS_REASON];
};

void egress_open(struct daemon *d);
void egress_update(struct daemon *d);
void egress_link(struct daemon *d);
void egress_event(struct daemon *d, const struct nlmsghdr *nlh);
void egress_close(struct daemon *d);
void egress_status(struct daemon *d, json_t *status);

/* egress_translation.c */
bool egress_has_prefix(const struct daemon *d);
void egress_set_reason(struct egress *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int egress_set_prefix(struct daemon *d, const struct in6_addr *prefix);
void egress_translate(struct daemon *d);
bool egress_count(struct daemon *d, struct masquerade_count *count);

#endif /* _EGRESS_H */
