/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gateway of a server to the native Internet: sets up translation, routes, forwarding
 * and neighbour discovery, maintains them, and removes them.
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
 * struct egress - state of the gateway of a server
 * @open: the configuration has a gateway, and its events are read
 * @masquerade: table of nftables
 * @events: changes of that table
 * @route: routes of the gateway
 * @forward: IPv6 forwarding of the host
 * @upstream: native IPv6 of the host
 * @ndproxy: answers neighbour solicitations
 * @settle: delays the update until a burst of events has ended
 * @recheck: checks again, for changes without an event
 * @counted: prefix that @before refers to, all zero for none
 * @before: counters of the device when the prefix was set
 * @in_place: translation is set up
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
