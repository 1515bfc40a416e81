// SPDX-License-Identifier: GPL-2.0
/* Choice of refresh intervals to test (RFC 4380 5.2.7), see refresh_interval.h. */
#include "refresh_interval.h"

/**
 * interval_start() - start the determination
 * @iv: result
 * @initial: an interval that works, in milliseconds
 */
void interval_start(struct interval *iv, uint64_t initial)
{
	iv->found = initial;
	iv->maximum = INTERVAL_MAXIMUM_MS;
	iv->candidate = INTERVAL_FIRST_MS;
}

static uint64_t middle(const struct interval *iv)
{
	return (iv->found + iv->maximum) / 2;
}

static void succeeded(struct interval *iv)
{
	uint64_t next;

	iv->found = iv->candidate;
	next = middle(iv);
	if (next > 2 * iv->found)
		next = 2 * iv->found;
	iv->candidate = next - iv->found < INTERVAL_STEP_MS ? 0 : next;
}

static void failed(struct interval *iv)
{
	iv->maximum = iv->candidate;
	iv->candidate = iv->found * 4 >= iv->maximum * 3 ? 0 : middle(iv);
}

/**
 * interval_tried() - record the result for the candidate, and choose the next one
 * @iv: determination with a candidate
 * @works: the mapping still existed after the candidate
 */
void interval_tried(struct interval *iv, bool works)
{
	if (works)
		succeeded(iv);
	else
		failed(iv);
}
