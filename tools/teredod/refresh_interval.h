/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refresh interval determination: which interval is tried next (RFC 4380
 * 5.2.7). Milliseconds throughout.
 */
#ifndef _REFRESH_INTERVAL_H
#define _REFRESH_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

#define INTERVAL_FIRST_MS	60000	/* first candidate */
#define INTERVAL_MAXIMUM_MS	120000	/* at the start */
#define INTERVAL_WAIT_MS	2000	/* for a bubble to arrive */
#define INTERVAL_TRIES		4	/* once and three repeats */
/* Without a limit the candidates of a NAT that is patient approach the maximum
 * for ever; so little more is not worth another try.
 */
#define INTERVAL_STEP_MS	5000

/**
 * struct interval - the variables of 5.2.7
 * @found: the longest interval that is known to work
 * @maximum: the shortest that is known not to, or the most that is asked for
 * @candidate: the one to try; 0 if there is none left
 */
struct interval {
	uint64_t found;
	uint64_t maximum;
	uint64_t candidate;
};

void interval_start(struct interval *iv, uint64_t initial);
void interval_tried(struct interval *iv, bool works);

#endif /* _REFRESH_INTERVAL_H */
