/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much is sent to one IPv4 address because somebody else asked for it.
 * Of fixed size, whoever knocks.
 */
#ifndef _TEREDO_LIMIT_H
#define _TEREDO_LIMIT_H

#include <linux/atomic.h>
#include <linux/types.h>

/* Addresses that fall into one bucket share its rate. With so many, a flood
 * of a hundred thousand datagrams per second from forged addresses adds about
 * 25 per second to each, far below the default rate: new clients get through.
 */
#define TEREDO_LIMIT_BUCKETS	4096

/* Datagrams per second to one address; a carrier's NAT with ten thousand
 * clients behind one address needs about 700
 */
#define TEREDO_LIMIT_RATE	1000
/* more is no limit any more; and times HZ it must fit 32 bits */
#define TEREDO_LIMIT_RATE_MAX	1000000

/**
 * struct teredo_limit - limit per IPv4 destination
 * @seed: of the hash, so that nobody can choose an address to share with
 * @bucket: jiffies of the last refill in the upper half; in the lower one what
 *	may still be sent, a datagram being HZ
 */
struct teredo_limit {
	u32 seed;
	atomic64_t bucket[TEREDO_LIMIT_BUCKETS];
};

struct teredo_limit *teredo_limit_create(void);
bool teredo_limit_allow(struct teredo_limit *limit, __be32 addr, u32 rate);

#endif /* _TEREDO_LIMIT_H */
