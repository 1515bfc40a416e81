/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random ports behind symmetric NATs that preserve ports (RFC 6081 5.4) or allocate
 * them in sequence (5.5). For the latter, an Echo Test predicts the external port. From
 * the random port it sends a solicitation to each address of the server, and a bubble
 * to the peer between them. The external port of the bubble is between the two that the
 * server sees.
 */
#ifndef _TEREDO_SYMMETRIC_H
#define _TEREDO_SYMMETRIC_H

#include <linux/types.h>

#include "wire.h"

struct teredo_bubble_set;
struct teredo_dev;
struct teredo_mapping;
struct teredo_peer;
struct teredo_rx;

#define TEREDO_PORT_TESTS	2	/* tries of a test (RFC 6081 5.5.2.2) */

/* Maximum distance of the two external ports of a test. They are two apart if the NAT
 * allocates no other ports in between, and a few more otherwise. A restart of the
 * sequence, a skipped port, or a NAT without sequence makes the distance larger.
 */
#define TEREDO_PORT_GAP		16

bool teredo_port_take(struct teredo_dev *td, struct teredo_peer *peer);
void teredo_random_port_add(const struct teredo_peer *peer,
			    struct teredo_bubble_set *set);
long teredo_ports_delay(const struct teredo_dev *td);
void teredo_ports_refresh(struct teredo_dev *td,
			  const struct teredo_mapping *map);
bool teredo_predict_begin(struct teredo_dev *td,
			  const struct teredo_mapping *map,
			  struct teredo_peer *peer,
			  struct teredo_bubble_set *set);
bool teredo_predict_seen(struct teredo_rx *rx, struct in6_addr *resume);
bool teredo_predict_step(struct teredo_dev *td,
			 const struct teredo_mapping *map,
			 struct in6_addr *resume);
long teredo_predict_delay(const struct teredo_dev *td);

#endif /* _TEREDO_SYMMETRIC_H */
