/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Detection of a stale NAT mapping: the NAT holds state for the service port that no
 * longer leads to the server. The uplink of the NAT can have changed, for example. The
 * client's own retries keep that state alive (RFC 4787 REQ-6), so it never expires.
 *
 * Pure: events are function calls. Times are in milliseconds.
 */
#ifndef _STALE_H
#define _STALE_H

#include <stdbool.h>

#include "packet.h"

/* Unanswered solicitations until a mapping counts as stale; a single one can be lost by
 * chance. Another port costs little, a pause at a fixed port costs minutes. With a loss
 * of 20 % each way, 1 in 100 clients without an answer for 12 s pauses by chance.
 */
#define STALE_SILENCES		2
#define STALE_SILENCES_FIXED	5

/* Pause at a fixed port, longer than the UDP timeout of common NATs, which is 120 s
 * (RFC 4787 REQ-5: not less). The pause doubles, as some NATs need longer.
 */
#define STALE_PAUSE_MS		150000
#define STALE_PAUSE_MAX_MS	600000

/* Minimum time between two changes of the port. It doubles: if two ports did not help,
 * a third port is unlikely to.
 */
#define STALE_REST_MS		60000
#define STALE_REST_MAX_MS	3600000

/**
 * struct stale - evidence for a stale mapping
 * @answered: bit per server: the server has answered a fresh port since the service
 *	port was last found silent
 * @silences: solicitations of the service port without an answer, sent when the server
 *	answered a fresh port
 * @remedies: remedies since the server last confirmed an address
 * @not_before: earliest time of the next remedy
 */
struct stale {
	u32 answered;
	unsigned int silences;
	unsigned int remedies;
	u64 not_before;
};

void stale_confirmed(struct stale *s);
void stale_begin(struct stale *s);
void stale_silent(struct stale *s, unsigned int server);
void stale_answered(struct stale *s, unsigned int server);
bool stale_verdict(const struct stale *s, u64 now, bool fixed);
void stale_port_changed(struct stale *s, u64 now);
u64 stale_pause(struct stale *s);

#endif /* _STALE_H */
