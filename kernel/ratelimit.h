/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Token buckets in constant memory that bound traffic which received packets cause (RFC
 * 4380 7.3, 7.4). Each limiter has a rate per IPv4 destination, or one for the device.
 * Sources that cause datagrams to a destination have shares of its rate.
 */
#ifndef _TEREDO_RATELIMIT_H
#define _TEREDO_RATELIMIT_H

#include <linux/atomic.h>
#include <linux/siphash.h>
#include <linux/types.h>

struct in6_addr;

/* Keys that hash to one bucket share its rate. A flood of a hundred thousand datagrams
 * per second from forged addresses adds about 25 per second to each of 4096 buckets.
 * This is far below the default rate, so new clients are still served.
 */
#define TEREDO_LIMIT_BUCKETS	4096
/* Buckets for the sources of a client, which answers fewer datagrams per second than this. */
#define TEREDO_LIMIT_ORIGINS	1024

/* Default: datagrams per second to one address. A carrier's NAT with ten thousand
 * clients behind one address needs about 700.
 */
#define TEREDO_LIMIT_RATE	1000
/* No practical limit above this. Times HZ it must fit 32 bits. */
#define TEREDO_LIMIT_RATE_MAX	1000000

/* Answers per second of a client to bubbles of unsolicited peers: 68 octets each, so
 * less than 20 kB/s during any flood.
 */
#define TEREDO_ANSWER_RATE	256
/* Connectivity tests per second that received packets cause a client to send to its
 * server: 64 octets each, 2 kB/s. One IPv4 source has priority for two.
 */
#define TEREDO_TEST_RATE	32
/* Control packets passed to the control daemon per second, in addition to those that
 * repeat one of its nonces. The daemon expects a few in 30 s.
 */
#define TEREDO_CONTROL_RATE	64
/* The same for the control daemon of a server with secrets: solicitations of a hundred
 * thousand clients.
 */
#define TEREDO_CONTROL_RATE_SERVER 4096

/* Divisor of a rate: one source (a /64, or an IPv4 address) has priority for a 16th of the
 * rate. Of the default rate this is 62 per second. A busy resolver makes fewer first
 * contacts. Over its share, a source gets what sources within theirs leave.
 */
#define TEREDO_LIMIT_SHARE	16
/* Divisor for all sources of a native /48 together, as one site easily gets a /48. */
#define TEREDO_LIMIT_SITE_SHARE	4

/**
 * enum teredo_limit_verdict - result of a limiter for a datagram
 * @TEREDO_LIMIT_PASS: allowed, and counted
 * @TEREDO_LIMIT_RATE_USED: refused, the rate is used up
 * @TEREDO_LIMIT_OVER_SHARE: refused, the source is over its share, and the remaining
 *	rate is reserved for other sources
 */
enum teredo_limit_verdict {
	TEREDO_LIMIT_PASS,
	TEREDO_LIMIT_RATE_USED,
	TEREDO_LIMIT_OVER_SHARE,
};

/**
 * struct teredo_limit - rates of destinations, and shares of sources
 * @key: secret key of the hash of IPv6 sources, so that no attacker can choose sources
 *	that share a bucket
 * @seed: secret seed of the hash of IPv4 addresses, of which an attacker has few
 * @n_rates: number of buckets for destinations; 1 is a limit for the whole device
 * @n_shares: number of buckets for pairs of source and destination, or 0
 * @bucket: buckets of destinations, then those of sources. Upper 32 bits: jiffies of
 *	the last refill. Lower 32 bits: credit, HZ per datagram.
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
