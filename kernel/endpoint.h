/* SPDX-License-Identifier: GPL-2.0 */
/* Endpoint selection when NATs forward the service port (RFC 6081 5.3). */
#ifndef _TEREDO_ENDPOINT_H
#define _TEREDO_ENDPOINT_H

#include "wire.h"

struct teredo_rx;

/* The endpoint to send to after a packet of a verified source */
enum teredo_endpoint_choice {
	TEREDO_ENDPOINT_OBSERVED,	/* the outer source of the packet */
	TEREDO_ENDPOINT_MAPPED,	/* the mapped endpoint in the peer's address */
	TEREDO_ENDPOINT_UNDECIDED,	/* no change: keep the endpoint in use, or wait */
};

struct teredo_endpoint teredo_endpoint_for_bubbles(const struct teredo_rx *rx);
enum teredo_endpoint_choice teredo_endpoint_judge(const struct teredo_rx *rx);

#endif /* _TEREDO_ENDPOINT_H */
