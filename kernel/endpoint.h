/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peers that are heard from one place and reached at another (RFC 6081 5.3).
 */
#ifndef _TEREDO_ENDPOINT_H
#define _TEREDO_ENDPOINT_H

#include "wire.h"

struct teredo_rx;

/* What a proven packet of a peer says about where to send. */
enum teredo_upnp {
	TEREDO_UPNP_THERE,	/* to where it came from */
	TEREDO_UPNP_EMBEDDED,	/* to the place in the peer's address */
	TEREDO_UPNP_UNDECIDED,	/* another place is better, or may be */
};

struct teredo_endpoint teredo_upnp_place(const struct teredo_rx *rx);
enum teredo_upnp teredo_upnp_judge(const struct teredo_rx *rx);

#endif /* _TEREDO_ENDPOINT_H */
