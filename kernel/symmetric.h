/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random ports behind symmetric NATs that preserve ports (RFC 6081 5.4) or allocate
 * them in sequence (5.5). For the latter both addresses of the server are asked from
 * the random port, and between them a bubble goes to the peer. The NAT gives that
 * bubble the port between the two that the server has seen. The RFC calls that an
 * Echo Test.
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

#define TEREDO_PORT_TESTS	2	/* until it goes without (RFC 6081 5.5.2.2) */

/* The server sees ports of one test two apart if the NAT has nothing else to do,
 * and some more if it has. A sequence that begins anew, or a port that was in use,
 * puts them farther apart, and so does a NAT that has none.
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
