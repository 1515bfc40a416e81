/* SPDX-License-Identifier: GPL-2.0 */
/*
 * States of the client's state machine, for qualify.c.
 */
#ifndef _QUALIFY_STATES_H
#define _QUALIFY_STATES_H

#include "qualify.h"

static inline u64 now(const struct qualify *q)
{
	return q->ops->now(q->ctx);
}

static inline void tell(struct qualify *q, enum qualify_event event)
{
	q->ops->event(q->ctx, event);
}

static inline void exchange_stop(struct qualify_exchange *x)
{
	x->deadline = QUALIFY_NEVER;
}

static inline bool exchange_runs(const struct qualify_exchange *x)
{
	return x->deadline != QUALIFY_NEVER;
}

void qualify_blame(struct qualify *q, enum qualify_reason reason);
void qualify_secondary_silent(struct qualify *q);
void qualify_primary_answered(struct qualify *q);
void qualify_secondary_answered(struct qualify *q);
void qualify_send_maintenance(struct qualify *q);
void qualify_begin_round(struct qualify *q, enum qualify_state state);

#endif /* _QUALIFY_STATES_H */
