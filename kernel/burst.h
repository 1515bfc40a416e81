/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hole punching beyond RFC 6081: between a client whose NAT gives each
 * destination a random port and one whose NAT takes packets only from where it
 * has sent to.
 *
 * If bubbles have not helped for some seconds, the one behind the symmetric NAT
 * sends a bubble from each of many ports to the other, and asks it by way of its
 * server to send to random ports of the first one's address. If one of these is
 * one that the NAT has given out, both have found each other. It takes two
 * of us, who tell each other by a trailer that others ignore.
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

/* Among 64512 ports 512 bubbles find one of 256 with odds of 87 in 100, in two
 * rounds with 98.
 */
#define TEREDO_BURST_PORTS	256
#define TEREDO_BURST_SWEEP	512
#define TEREDO_BURST_ROUNDS	2
/* 640 packets of 86 octets per second, less than 450 kbit/s */
#define TEREDO_BURST_BATCH	64
#define TEREDO_BURST_PACE	(HZ / 10)
/* bubbles as the RFCs have them come first, for so long */
#define TEREDO_BURST_AFTER	(3 * HZ)
/* from one round to the next, and to the end */
#define TEREDO_BURST_ROUND	(2 * HZ + HZ / 2)
/* so many rounds in ten seconds, whoever asks */
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
