/* SPDX-License-Identifier: GPL-2.0 */
/* Refresh interval determination with a secondary port (RFC 4380 5.2.7). */
#ifndef _REFRESH_PROBE_H
#define _REFRESH_PROBE_H

#include <jansson.h>
#include <uv.h>

#include "qualify.h"
#include "refresh_interval.h"
#include "udp.h"

struct daemon;

/* state of the determination */
enum determination {
	DETERMINATION_NONE,
	DETERMINATION_RUNS,
	DETERMINATION_DONE,
	DETERMINATION_FAILED,	/* the secondary port did not qualify */
};

/**
 * struct secondary - refresh interval determination (refresh_probe.c)
 * @state: state; the socket is open while the determination runs
 * @due: start as soon as the client has an address
 * @qualified: the secondary port has qualified
 * @q: state machine of the secondary port
 * @q_timer: deadline of @q
 * @udp: socket of the secondary port
 * @poll: poll handle of the socket, allocated
 * @iv: intervals
 * @timer: end of the candidate interval, or of the wait for a bubble
 * @tries: bubbles sent for the candidate
 */
struct secondary {
	enum determination state;
	bool due;
	bool qualified;
	struct qualify q;
	uv_timer_t q_timer;
	struct udp udp;
	uv_poll_t *poll;
	struct interval iv;
	uv_timer_t timer;
	unsigned int tries;
};

void secondary_open(struct daemon *d);
void secondary_due(struct daemon *d);
void secondary_begin(struct daemon *d);
void secondary_end(struct daemon *d);
void secondary_status(const struct daemon *d, json_t *status);

#endif /* _REFRESH_PROBE_H */
