/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peer verification: which packets prove the endpoint of a peer, and how the peer
 * becomes usable (RFC 4380 5.2.3, 5.2.9).
 */
#ifndef _TEREDO_TRUST_H
#define _TEREDO_TRUST_H

#include <linux/types.h>

#include "probe.h"
#include "wire.h"

struct teredo_dev;
struct teredo_rx;

/* lifetime of a connectivity test; a later reply is ignored */
#define TEREDO_TEST_LIFE	(TEREDO_PROBE_TRIES * TEREDO_PROBE_INTERVAL)
/* Rounds of sending queued packets before a peer becomes usable. A round sends the
 * packets that were queued during the previous one. This keeps packets in order unless
 * the sender is faster, and bounds the time.
 */
#define TEREDO_RELEASE_ROUNDS	4

bool teredo_trust(struct teredo_dev *td, const struct in6_addr *addr,
		  struct teredo_endpoint from, __be16 port);
bool teredo_trust_at(const struct teredo_rx *rx, struct teredo_endpoint to);
void teredo_rx_trust(struct teredo_rx *rx);
bool teredo_test_answered(struct teredo_dev *td, const u8 *ip6, size_t len,
			  struct teredo_endpoint from, __be16 port);

#endif /* _TEREDO_TRUST_H */
