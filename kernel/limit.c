// SPDX-License-Identifier: GPL-2.0
/* Limits per IPv4 destination, in constant memory. */
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>

#include "limit.h"

/**
 * teredo_limit_create - make a limiter
 *
 * Context: process.
 * Return: the limiter, to be freed with kvfree(), or NULL.
 */
struct teredo_limit *teredo_limit_create(void)
{
	struct teredo_limit *limit = kvzalloc(sizeof(*limit), GFP_KERNEL);
	u32 second_ago = jiffies - HZ;
	int i;

	if (!limit)
		return NULL;
	limit->seed = get_random_u32();
	/* the first to come finds it full */
	for (i = 0; i < TEREDO_LIMIT_BUCKETS; i++)
		atomic64_set(&limit->bucket[i], (u64)second_ago << 32);
	return limit;
}

/* The bucket after what has been earned since it was last looked at. A datagram
 * costs HZ, and a tick earns @rate.
 */
static u64 refill(u64 bucket, u32 rate)
{
	u32 now = jiffies, passed, credit = bucket;

	passed = min_t(u32, now - (u32)(bucket >> 32), HZ);
	credit = min_t(u64, credit + (u64)passed * rate, (u64)rate * HZ);
	return (u64)now << 32 | credit;
}

/**
 * teredo_limit_allow - may a datagram be sent to an address now
 * @limit: limiter
 * @addr: destination, network byte order
 * @rate: datagrams per second, and how many may be saved up; 0 for no limit
 *
 * Context: any.
 * Return: true if it may, and it is counted.
 */
bool teredo_limit_allow(struct teredo_limit *limit, __be32 addr, u32 rate)
{
	u32 hash = jhash_1word((__force u32)addr, limit->seed);
	atomic64_t *bucket = &limit->bucket[hash % TEREDO_LIMIT_BUCKETS];
	s64 old, new;

	if (!rate)
		return true;
	old = atomic64_read(bucket);
	do {
		new = refill(old, rate);
		if ((u32)new < HZ)
			return false;
	} while (!atomic64_try_cmpxchg(bucket, &old, new - HZ));
	return true;
}
