// SPDX-License-Identifier: GPL-2.0
/* Limits per IPv4 destination, in constant memory. */
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
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
	u32 now = jiffies;
	int i;

	if (!limit)
		return NULL;
	limit->seed = get_random_u32();
	/* a second ago: the first to come finds it full */
	for (i = 0; i < TEREDO_LIMIT_BUCKETS; i++)
		limit->bucket[i].stamp = now - HZ;
	return limit;
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
	struct teredo_bucket *bucket;
	u32 now = jiffies, passed, fresh, tokens, hash;

	if (!rate)
		return true;
	hash = jhash_1word((__force u32)addr, limit->seed);
	bucket = &limit->bucket[hash % TEREDO_LIMIT_BUCKETS];

	tokens = READ_ONCE(bucket->tokens);
	passed = min_t(u32, now - READ_ONCE(bucket->stamp), HZ);
	fresh = div_u64((u64)rate * passed, HZ);
	/* with a low rate it takes more than a tick to earn one */
	if (fresh) {
		tokens = min_t(u64, rate, (u64)tokens + fresh);
		WRITE_ONCE(bucket->stamp, now);
	}
	if (tokens)
		WRITE_ONCE(bucket->tokens, tokens - 1);
	return tokens;
}
