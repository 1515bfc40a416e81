/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether the address of a client reaches a native host.
 */
#ifndef _CONNECTIVITY_H
#define _CONNECTIVITY_H

#include <jansson.h>
#include <uv.h>

#include "wire.h"

struct daemon;

enum connectivity {
	CONNECTIVITY_UNKNOWN,
	CONNECTIVITY_TESTING,
	CONNECTIVITY_GOOD,
	CONNECTIVITY_FAILED,
};

/**
 * struct reach - test of a native host (connectivity.c)
 * @found: whether it is reached
 * @before: what was found last
 * @begun: when it was asked
 * @timer: looks for the answer, and asks again
 * @relay: where the answer came from
 */
struct reach {
	enum connectivity found;
	enum connectivity before;
	uint64_t begun;
	uv_timer_t timer;
	struct teredo_endpoint relay;
};

void connectivity_open(struct daemon *d);
void connectivity_changed(struct daemon *d, bool qualified);
void connectivity_status(const struct daemon *d, json_t *status);

#endif /* _CONNECTIVITY_H */
