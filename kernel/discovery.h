/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Local client discovery: clients on one link find each other by multicast (RFC
 * 4380 5.2.8). Off by default, since it trusts every host on the link (7.3.4).
 */
#ifndef _TEREDO_DISCOVERY_H
#define _TEREDO_DISCOVERY_H

#include <linux/types.h>

#include "device.h"

struct teredo_bubble_set;
struct teredo_mapping;
struct teredo_peer;
struct teredo_rx;

/* time between two discovery bubbles */
#define TEREDO_DISCOVERY_MIN	(200 * HZ)
#define TEREDO_DISCOVERY_MAX	(300 * HZ)
/* Minimum time between any two discovery bubbles, however many peers are looked for. Each
 * makes every client on the link answer.
 */
#define TEREDO_DISCOVERY_SPACE	HZ
/* For 600 s after its discovery bubble, a peer is looked for on the link first (5.2.4). */
#define TEREDO_DISCOVERY_LIFE	(600 * HZ)

void teredo_discovery_init(struct teredo_discovery *disc);
void teredo_discovery_update(struct teredo_dev *td);
void teredo_discovery_close(struct teredo_dev *td);
void teredo_discovery_work(struct teredo_dev *td,
			   const struct teredo_mapping *map);
unsigned long teredo_discovery_next(const struct teredo_dev *td);
bool teredo_discovery_knows(const struct teredo_dev *td,
			    const struct teredo_peer *peer);
bool teredo_discovery_add(const struct teredo_dev *td,
			  const struct teredo_peer *peer,
			  struct teredo_bubble_set *set);
bool teredo_discovery_from(const struct teredo_rx *rx);

#endif /* _TEREDO_DISCOVERY_H */
