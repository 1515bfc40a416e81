/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peer probing: bubbles for Teredo addresses, connectivity tests for native addresses
 * (RFC 4380 5.2.4 to 5.2.6, 5.2.9).
 */
#ifndef _TEREDO_PROBE_H
#define _TEREDO_PROBE_H

#include <linux/jiffies.h>

#include "peer-types.h"
#include "wire.h"

struct teredo_bubble_set;
struct teredo_dev;
struct teredo_mapping;

#define TEREDO_SOLICITATIONS	3		/* RFC 6081 5.7.2 */
#define TEREDO_REFRESH_TRIES	2		/* see teredo_probe_refresh() */
/* Back-off after a failed connectivity test, counted from its first packet. The RFC
 * sets none. A relay or the native host may only have been away for a short time.
 */
#define TEREDO_TEST_REST	(30 * HZ)

/* A connectivity test that only received packets wait for is repeated once: their
 * source is unverified, and each try costs our server a packet.
 */
#define TEREDO_HOLD_TRIES	2

/* Interval between two partial scans of the table for idle peers. */
#define TEREDO_AGE_INTERVAL	(10L * HZ)

void teredo_probe_xmit(struct teredo_dev *td, const struct teredo_mapping *map,
		       struct sk_buff *skb);
int teredo_probe_start(struct teredo_dev *td, const struct teredo_mapping *map,
		       const struct in6_addr *addr);
void teredo_probe_refresh(struct teredo_dev *td,
			  const struct teredo_mapping *map,
			  const struct in6_addr *addr);
void teredo_probe_hold(struct teredo_dev *td, const struct teredo_mapping *map,
		       struct sk_buff *skb, struct teredo_endpoint from);
bool teredo_probe_step(struct teredo_dev *td, const struct teredo_mapping *map);
unsigned long teredo_probe_next(struct teredo_dev *td);
void teredo_probe_resume(struct teredo_dev *td, const struct teredo_mapping *map,
			 const struct in6_addr *addr);

#endif /* _TEREDO_PROBE_H */
