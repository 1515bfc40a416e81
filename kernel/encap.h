/* SPDX-License-Identifier: GPL-2.0 */
/* Encapsulation: build outer headers, look up the route, transmit (RFC 4380 5.1.2). */
#ifndef _TEREDO_ENCAP_H
#define _TEREDO_ENCAP_H

#include <linux/types.h>

#include "wire.h"

struct sk_buff;
struct teredo_dev;
struct teredo_peer;
struct teredo_peers;

void teredo_peer_cache(struct teredo_peers *peers, struct teredo_peer *peer);
void teredo_output(struct teredo_dev *td, struct sk_buff *skb,
		   struct teredo_peer *peer);
int teredo_send(struct teredo_dev *td, struct teredo_endpoint to,
		struct teredo_endpoint from, const void *payload, size_t len);
int teredo_multicast(struct teredo_dev *td, struct teredo_endpoint group,
		     int ifindex, const void *payload, size_t len);
void teredo_unreachable(struct teredo_dev *td, struct sk_buff *skb);

#endif /* _TEREDO_ENCAP_H */
