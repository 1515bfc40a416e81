/* SPDX-License-Identifier: GPL-2.0 */
/* The Teredo secondary port, by which the refresh interval is determined. */
#ifndef _REFRESH_PROBE_H
#define _REFRESH_PROBE_H

#include <jansson.h>
#include <uv.h>

#include "qualify.h"
#include "refresh_interval.h"
#include "udp.h"

struct daemon;

/* what has become of the determination */
enum determination {
	DETERMINATION_NONE,
	DETERMINATION_RUNS,
	DETERMINATION_DONE,
	DETERMINATION_FAILED,	/* the port does not get an address */
};

/**
 * struct secondary - the secondary port (refresh_probe.c)
 * @state: what is being done; there is a socket while it runs
 * @due: to be begun as soon as there is an address
 * @qualified: the port has had an address
 * @q: its own state machine
 * @q_timer: its deadline
 * @udp: the port
 * @poll: the same, allocated
 * @iv: the intervals
 * @timer: when the candidate is over, or the bubble is late
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
