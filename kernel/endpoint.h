/* SPDX-License-Identifier: GPL-2.0 */
/* Endpoint selection when NATs forward the service port (RFC 6081 5.3). */
#ifndef _TEREDO_ENDPOINT_H
#define _TEREDO_ENDPOINT_H

#include "wire.h"

struct teredo_rx;

/* What a proven packet of a peer says about where to send. */
enum teredo_endpoint_choice {
	TEREDO_ENDPOINT_OBSERVED,	/* to where it came from */
	TEREDO_ENDPOINT_MAPPED,	/* to the place in the peer's address */
	TEREDO_ENDPOINT_UNDECIDED,	/* another place is better, or may be */
};

struct teredo_endpoint teredo_endpoint_for_bubbles(const struct teredo_rx *rx);
enum teredo_endpoint_choice teredo_endpoint_judge(const struct teredo_rx *rx);

#endif /* _TEREDO_ENDPOINT_H */
