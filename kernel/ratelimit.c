// SPDX-License-Identifier: GPL-2.0
/*
 * Rate limits per destination that are fair between sources, in constant memory.
 *
 * A source within its share of a destination's rate can use the whole bucket. Beyond
 * its share it can use only the upper half. So a single source gets the full rate, and
 * a flood from one source leaves tokens for others. First tries have priority over
 * repeats in the same way.
 */
#include <linux/in6.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/random.h>

#include "ratelimit.h"

/* Quarters of a bucket that are reserved for datagrams with priority */
#define LEAVE_REPEAT	1
#define LEAVE_OVER	2

/**
 * teredo_limit_create() - create a limiter
 * @n_rates: number of buckets for destinations, 1 for one rate of the device
 * @n_shares: number of buckets for the shares of sources, or 0
 *
 * Context: process.
 * Return: the limiter, to be freed with kvfree(), or NULL.
 */
struct teredo_limit *teredo_limit_create(u32 n_rates, u32 n_shares)
{
	struct teredo_limit *limit;
	u32 second_ago = jiffies - HZ;
	u32 i, n = n_rates + n_shares;

	limit = kvzalloc(struct_size(limit, bucket, n), GFP_KERNEL);
	if (!limit)
		return NULL;
	get_random_bytes(&limit->key, sizeof(limit->key));
	limit->seed = get_random_u32();
	limit->n_rates = n_rates;
	limit->n_shares = n_shares;
	/* start with full buckets */
	for (i = 0; i < n; i++)
		atomic64_set(&limit->bucket[i], (u64)second_ago << 32);
	return limit;
}

/* Return: the bucket with the credit earned since its last refill. A datagram costs HZ,
 * and a tick earns @rate.
 */
static u64 refill(u64 bucket, u32 rate)
{
	u32 now = jiffies, then = bucket >> 32, passed, credit = bucket;

	/* the time of another CPU can be a tick ahead */
	if (now - then > U32_MAX - HZ)
		now = then;
	passed = min_t(u32, now - then, HZ);
	credit = min_t(u64, credit + (u64)passed * rate, (u64)rate * HZ);
	return (u64)now << 32 | credit;
}

/* Take the tokens of @n datagrams, unless fewer than @leave quarters of the bucket, in
 * whole datagrams, would be left. A rate under 4 has no priorities.
 * Return: false if no tokens were taken.
 */
static bool take_n(atomic64_t *bucket, u32 rate, u32 leave, u32 n)
{
	u32 needed = (rate / 4 * leave + n) * HZ;
	s64 old, new;

	old = atomic64_read(bucket);
	do {
		new = refill(old, rate);
		if ((u32)new < needed)
			return false;
	} while (!atomic64_try_cmpxchg(bucket, &old, new - n * HZ));
	return true;
}

static bool take(atomic64_t *bucket, u32 rate, u32 leave)
{
	return take_n(bucket, rate, leave, 1);
}

static atomic64_t *rate_of(struct teredo_limit *limit, __be32 to)
{
	u32 hash = jhash_1word((__force u32)to, limit->seed);

	return &limit->bucket[hash % limit->n_rates];
}

static bool take_share(struct teredo_limit *limit, u32 hash, u32 share,
		       bool repeat)
{
	atomic64_t *bucket;

	bucket = &limit->bucket[limit->n_rates + hash % limit->n_shares];
	return take(bucket, max(share, 1U), repeat ? LEAVE_OVER : 0);
}

/* The verdict tells an administrator whether to look for one source or for many. */
static enum teredo_limit_verdict take_rate(struct teredo_limit *limit,
					   __be32 to, u32 rate, bool in_share,
					   bool repeat)
{
	u32 leave = (in_share ? 0 : LEAVE_OVER) + (repeat ? LEAVE_REPEAT : 0);

	if (take(rate_of(limit, to), rate, leave))
		return TEREDO_LIMIT_PASS;
	return in_share ? TEREDO_LIMIT_RATE_USED : TEREDO_LIMIT_OVER_SHARE;
}

/**
 * teredo_limit_allow() - check whether a datagram may be sent to an address
 * @limit: limiter
 * @to: destination, network byte order
 * @rate: datagrams per second, also the size of the bucket; 0 for no limit
 *
 * Context: any.
 * Return: true if the datagram may be sent; it is counted.
 */
bool teredo_limit_allow(struct teredo_limit *limit, __be32 to, u32 rate)
{
	return !rate || take(rate_of(limit, to), rate, 0);
}

/**
 * teredo_limit_client() - check whether the gateway may carry packets of a client
 * @limit: limiter
 * @addr: mapped address of the client, network byte order
 * @port: mapped port, network byte order
 * @n: number of packets; more than @rate are counted as @rate
 * @rate: packets per second, also the size of the bucket; 0 for no limit
 *
 * Context: any.
 * Return: true if the packets may be carried; they are counted.
 */
bool teredo_limit_client(struct teredo_limit *limit, __be32 addr, __be16 port,
			 u32 n, u32 rate)
{
	u32 hash;

	if (!rate)
		return true;
	hash = jhash_2words((__force u32)addr, (__force u32)port, limit->seed);
	return take_n(&limit->bucket[hash % limit->n_rates], rate, 0,
		      min(n, rate));
}

/**
 * teredo_limit_fair() - check whether an IPv4 source may cause a datagram
 * @limit: limiter with shares
 * @from: the source, network byte order
 * @to: destination, network byte order
 * @rate: datagrams per second to @to, also the size of the bucket; 0 for no limit
 *
 * Context: any.
 * Return: TEREDO_LIMIT_PASS if the datagram may be sent; it is counted.
 */
enum teredo_limit_verdict teredo_limit_fair(struct teredo_limit *limit,
					    __be32 from, __be32 to, u32 rate)
{
	bool in_share;
	u32 hash;

	if (!rate)
		return TEREDO_LIMIT_PASS;
	hash = jhash_2words((__force u32)from, (__force u32)to, limit->seed);
	in_share = take_share(limit, hash, rate / TEREDO_LIMIT_SHARE, false);
	return take_rate(limit, to, rate, in_share, false);
}

/* Charge the /64 first, so that a /64 over its share takes nothing from the rest of its
 * site.
 */
static bool native_in_share(struct teredo_limit *limit,
			    const struct in6_addr *from, __be32 to, u32 rate,
			    bool repeat)
{
	u32 high = (__force u32)from->s6_addr32[0];
	u32 low = (__force u32)from->s6_addr32[1];
	u32 site = (__force u32)(from->s6_addr32[1] & htonl(0xffff0000));
	u32 hash;

	hash = hsiphash_4u32(high, low, (__force u32)to, 64, &limit->key);
	if (!take_share(limit, hash, rate / TEREDO_LIMIT_SHARE, repeat))
		return false;
	hash = hsiphash_4u32(high, site, (__force u32)to, 48, &limit->key);
	return take_share(limit, hash, rate / TEREDO_LIMIT_SITE_SHARE, repeat);
}

/**
 * teredo_limit_native() - check whether a native source may cause a datagram
 * @limit: limiter with shares
 * @from: IPv6 source, of which the /48 and the /64 are charged
 * @to: destination, network byte order
 * @rate: datagrams per second to @to, also the size of the bucket; 0 for no limit
 * @repeat: the datagram repeats an earlier one, so first tries have priority
 *
 * Context: any.
 * Return: TEREDO_LIMIT_PASS if the datagram may be sent; it is counted.
 */
enum teredo_limit_verdict teredo_limit_native(struct teredo_limit *limit,
					      const struct in6_addr *from,
					      __be32 to, u32 rate,
					      bool repeat)
{
	bool in_share;

	if (!rate)
		return TEREDO_LIMIT_PASS;
	in_share = native_in_share(limit, from, to, rate, repeat);
	return take_rate(limit, to, rate, in_share, repeat);
}
