/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refresh interval determination (RFC 4380 5.2.7): choice of the intervals to test. All
 * times are in milliseconds.
 */
#ifndef _REFRESH_INTERVAL_H
#define _REFRESH_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

#define INTERVAL_FIRST_MS	60000	/* first candidate */
#define INTERVAL_MAXIMUM_MS	120000	/* initial maximum */
#define INTERVAL_WAIT_MS	2000	/* for a bubble to arrive */
#define INTERVAL_TRIES		4	/* one bubble and three repeats */
/* Behind a NAT with a long timeout, candidates would approach the maximum without end.
 * A gain of less than this is not worth another test.
 */
#define INTERVAL_STEP_MS	5000

/**
 * struct interval - variables of RFC 4380 5.2.7
 * @found: longest interval known to work
 * @maximum: shortest interval known to fail, or the initial maximum
 * @candidate: interval to test, 0 if there is none left
 */
struct interval {
	uint64_t found;
	uint64_t maximum;
	uint64_t candidate;
};

void interval_start(struct interval *iv, uint64_t initial);
void interval_tried(struct interval *iv, bool works);

#endif /* _REFRESH_INTERVAL_H */
