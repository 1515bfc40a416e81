/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Port spray (beyond RFC 6081): hole punching from a client whose NAT maps each
 * destination to a random port, to a client behind a port-restricted NAT.
 *
 * If bubbles have failed for 3 s, the client behind the symmetric NAT sends a bubble from
 * each of many ports. It asks the peer, via the peer's server, to send to random ports of
 * its mapped address. Both clients must support this. Support is advertised in a trailer
 * that other implementations skip.
 */
#ifndef _TEREDO_BURST_H
#define _TEREDO_BURST_H

#include <linux/types.h>

#include "device.h"
#include "wire.h"

struct teredo_mapping;
struct teredo_peer;
struct teredo_probe;
struct teredo_rx;

/* 512 bubbles to 64512 ports hit one of 256 open ports with a probability of 87 %, two
 * rounds with 98 %.
 */
#define TEREDO_BURST_PORTS	256
#define TEREDO_BURST_SWEEP	512
#define TEREDO_BURST_ROUNDS	2
/* 640 datagrams/s of 74 octets with nonce and outer headers: less than 400 kbit/s */
#define TEREDO_BURST_BATCH	64
#define TEREDO_BURST_PACE	(HZ / 10)
/* time for the bubbles of RFC 4380 and RFC 6081 before a burst */
#define TEREDO_BURST_AFTER	(3 * HZ)
/* from one round to the next, and from the last round to the end */
#define TEREDO_BURST_ROUND	(2 * HZ + HZ / 2)
/* a device begins or grants TEREDO_BURST_ROUNDS bursts per 10 s, for all peers together */
#define TEREDO_BURST_INTERVAL	(10 * HZ)

void teredo_burst_init(struct teredo_burst *burst);
void teredo_burst_stop(struct teredo_dev *td);
bool teredo_burst_step(struct teredo_dev *td, struct in6_addr *resume);
bool teredo_burst_begin(struct teredo_dev *td,
			const struct teredo_mapping *map,
			struct teredo_probe *probe);
void teredo_burst_tell(const struct teredo_dev *td,
		       const struct teredo_mapping *map,
		       const struct teredo_peer *peer,
		       struct teredo_trailers *tr);
void teredo_burst_note(struct teredo_rx *rx, struct teredo_peer *peer);
bool teredo_burst_has(const struct teredo_dev *td, __be16 port,
		      const struct in6_addr *addr);
void teredo_burst_keep(struct teredo_dev *td, struct teredo_peer *peer,
		       __be16 port);

#endif /* _TEREDO_BURST_H */
