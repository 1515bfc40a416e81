/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connectivity test: check whether the address of a client reaches a native host.
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
 * struct reach - connectivity test of a native host (connectivity.c)
 * @found: result, or CONNECTIVITY_TESTING
 * @before: last result
 * @begun: start of the test, by uv_now()
 * @timer: polls for the answer, and starts the next test
 * @relay: endpoint of the relay that delivered the answer
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
