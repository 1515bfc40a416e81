/* SPDX-License-Identifier: GPL-2.0 */
/* Endpoint selection when NATs forward the service port (RFC 6081 5.3). */
#ifndef _TEREDO_ENDPOINT_H
#define _TEREDO_ENDPOINT_H

#include "wire.h"

struct teredo_rx;

/* The endpoint to send to, as a verified packet of the peer decides. */
enum teredo_endpoint_choice {
	TEREDO_ENDPOINT_OBSERVED,	/* the outer source */
	TEREDO_ENDPOINT_MAPPED,	/* the mapped endpoint */
	TEREDO_ENDPOINT_UNDECIDED,	/* another one is better, or may be */
};

struct teredo_endpoint teredo_endpoint_for_bubbles(const struct teredo_rx *rx);
enum teredo_endpoint_choice teredo_endpoint_judge(const struct teredo_rx *rx);

#endif /* _TEREDO_ENDPOINT_H */
