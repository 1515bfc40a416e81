/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Token buckets in constant memory. Each limit has a rate for a destination, or
 * for the whole device, and shares of that rate for the sources that ask for
 * datagrams to be sent there.
 */
#ifndef _TEREDO_RATELIMIT_H
#define _TEREDO_RATELIMIT_H

#include <linux/atomic.h>
#include <linux/siphash.h>
#include <linux/types.h>

struct in6_addr;

/* Keys that fall into one bucket share its rate. With so many, a flood
 * of a hundred thousand datagrams per second from forged addresses adds about
 * 25 per second to each, far below the default rate: new clients get through.
 */
#define TEREDO_LIMIT_BUCKETS	4096
/* ... of a client, whose answers are limited to fewer per second than this */
#define TEREDO_LIMIT_ORIGINS	1024

/* Datagrams per second to one address; a carrier's NAT with ten thousand
 * clients behind one address needs about 700
 */
#define TEREDO_LIMIT_RATE	1000
/* more is no limit any more; and times HZ it must fit 32 bits */
#define TEREDO_LIMIT_RATE_MAX	1000000

/* Answers per second of a client to bubbles of others: 68 octets each, so less than
 * 20 kB/s during any flood
 */
#define TEREDO_ANSWER_RATE	256
/* Connectivity tests per second that others make a client send to its server, of 64
 * octets each. One IPv4 source has priority for two.
 */
#define TEREDO_TEST_RATE	32
/* Control packets passed to the helper per second, without those that repeat one
 * of its nonces. It expects a few in 30 s.
 */
#define TEREDO_CONTROL_RATE	64
/* ... of a server with secrets: solicitations of a hundred thousand clients */
#define TEREDO_CONTROL_RATE_SERVER 4096

/* A source has priority for this part of a rate: a /64, an IPv4 address. 62 per
 * second of the default rate are more than a busy resolver makes first contacts.
 */
#define TEREDO_LIMIT_SHARE	16
/* ... and all of a native /48 together, which one site gets for the asking */
#define TEREDO_LIMIT_SITE_SHARE	4

/**
 * enum teredo_limit_verdict - what a limit says of a datagram
 * @TEREDO_LIMIT_PASS: allowed, and counted
 * @TEREDO_LIMIT_RATE_USED: refused, the rate is used up
 * @TEREDO_LIMIT_OVER_SHARE: refused, the source is over its share and what is
 *	left of the rate is kept for other sources
 */
enum teredo_limit_verdict {
	TEREDO_LIMIT_PASS,
	TEREDO_LIMIT_RATE_USED,
	TEREDO_LIMIT_OVER_SHARE,
};

/**
 * struct teredo_limit - rates of destinations, and shares of sources
 * @key: of the hash of IPv6 sources, so that no attacker can choose those that
 *	share a bucket
 * @seed: the same for IPv4 addresses, of which an attacker has few to choose from
 * @n_rates: number of buckets for destinations; 1 is a limit for the whole device
 * @n_shares: number of buckets for pairs of source and destination, or 0
 * @bucket: first those of destinations, then those of sources. Jiffies of the
 *	last refill in the upper half; in the lower one what may still be sent, a
 *	datagram being HZ
 */
struct teredo_limit {
	hsiphash_key_t key;
	u32 seed;
	u32 n_rates;
	u32 n_shares;
	atomic64_t bucket[];
};

struct teredo_limit *teredo_limit_create(u32 n_rates, u32 n_shares);
bool teredo_limit_allow(struct teredo_limit *limit, __be32 to, u32 rate);
bool teredo_limit_client(struct teredo_limit *limit, __be32 addr, __be16 port,
			 u32 n, u32 rate);
enum teredo_limit_verdict teredo_limit_fair(struct teredo_limit *limit,
					    __be32 from, __be32 to, u32 rate);
enum teredo_limit_verdict teredo_limit_native(struct teredo_limit *limit,
					      const struct in6_addr *from,
					      __be32 to, u32 rate,
					      bool repeat);

#endif /* _TEREDO_RATELIMIT_H */
