/* SPDX-License-Identifier: GPL-2.0 */
/* Attempts to reach peers (RFC 4380 5.2.6): order of their next steps, and removal. */
#ifndef _TEREDO_ATTEMPT_H
#define _TEREDO_ATTEMPT_H

#include "peer-types.h"

struct teredo_dev;

/* Check whether an attempt waits for its next step. Context: peers->lock held. */
static inline bool teredo_probe_pending(const struct teredo_probe *probe)
{
	return !RB_EMPTY_NODE(&probe->pending);
}

struct teredo_probe *teredo_probe_first(const struct teredo_peers *peers);
void teredo_probe_insert(struct teredo_peers *peers,
			 struct teredo_probe *probe);
void teredo_probe_disarm(struct teredo_peers *peers,
			 struct teredo_probe *probe);
void teredo_probe_unlink(struct teredo_dev *td, struct teredo_peer *peer);
void teredo_probe_free(struct teredo_dev *td, struct teredo_peer *peer);
void teredo_probe_hand_over(struct teredo_peer *old, struct teredo_peer *new);

#endif /* _TEREDO_ATTEMPT_H */
