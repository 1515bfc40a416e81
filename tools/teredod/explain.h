/* SPDX-License-Identifier: GPL-2.0 */
/*
 * State of the device, the reason for it, and the report of both.
 */
#ifndef _EXPLAIN_H
#define _EXPLAIN_H

#include <stdint.h>

#include "reason.h"

struct daemon;

/**
 * struct report - last report (explain.c, for a relay role_relay.c)
 * @state: state
 * @since: when it last changed, by uv_now()
 * @reason: the reason for @state
 */
struct report {
	enum state state;
	uint64_t since;
	struct reason reason;
};

void explain(const struct daemon *d, struct reason *r);
void explain_log(const struct daemon *d, const char *word,
		 const struct reason *r);
void explain_report(struct daemon *d);

#endif /* _EXPLAIN_H */
