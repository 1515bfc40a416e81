/* SPDX-License-Identifier: GPL-2.0 */
/* What the protocol sends on its own: bubbles and connectivity tests. */
#ifndef _TEREDO_BUBBLE_H
#define _TEREDO_BUBBLE_H

#include "wire.h"

struct teredo_dev;
struct teredo_mapping;

/* embedded and learned endpoint, random ports, alternates */
#define TEREDO_MAX_DIRECT	(4 + TEREDO_MAX_ALTERNATES)

/**
 * struct teredo_call - bubbles that go to a peer at the same time
 * @to: where direct ones go
 * @n: number of them
 * @indirect: one goes by way of the peer's server as well
 * @tr: trailers of the direct ones
 * @server_tr: trailers of the other one
 */
struct teredo_call {
	struct teredo_endpoint to[TEREDO_MAX_DIRECT];
	u8 n;
	bool indirect;
	struct teredo_trailers tr;
	struct teredo_trailers server_tr;
};

static inline void teredo_call_add(struct teredo_call *call,
				   struct teredo_endpoint to)
{
	call->to[call->n++] = to;
}

bool teredo_reachable(const struct in6_addr *addr);
int teredo_send_bubble(struct teredo_dev *td,
		       const struct teredo_mapping *map,
		       const struct in6_addr *dst,
		       struct teredo_endpoint to,
		       const struct teredo_trailers *tr);
void teredo_send_call(struct teredo_dev *td, const struct teredo_mapping *map,
		      const struct in6_addr *dst,
		      const struct teredo_call *call);
void teredo_send_test(struct teredo_dev *td, const struct teredo_mapping *map,
		      const struct in6_addr *dst,
		      const struct teredo_echo *echo);

#endif /* _TEREDO_BUBBLE_H */
