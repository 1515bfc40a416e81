/* SPDX-License-Identifier: GPL-2.0 */
/* What the protocol sends on its own: bubbles and connectivity tests. */
#ifndef _TEREDO_BUBBLE_H
#define _TEREDO_BUBBLE_H

#include "wire.h"

struct teredo_dev;
struct teredo_mapping;

bool teredo_reachable(const struct in6_addr *addr);
int teredo_send_bubble(struct teredo_dev *td,
		       const struct teredo_mapping *map,
		       const struct in6_addr *dst,
		       struct teredo_endpoint to);
void teredo_send_bubbles(struct teredo_dev *td,
			 const struct teredo_mapping *map,
			 const struct in6_addr *dst);
void teredo_send_test(struct teredo_dev *td, const struct teredo_mapping *map,
		      const struct in6_addr *dst,
		      const struct teredo_echo *echo);

#endif /* _TEREDO_BUBBLE_H */
