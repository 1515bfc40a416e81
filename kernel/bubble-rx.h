/* SPDX-License-Identifier: GPL-2.0 */
/* Reactions of a client to received bubbles (RFC 4380 5.2.3, RFC 6081 5.2.4). */
#ifndef _TEREDO_BUBBLE_RX_H
#define _TEREDO_BUBBLE_RX_H

#include <linux/types.h>

#include "ratelimit.h"

struct teredo_rx;

/* Bubble sets in answer to one peer's bubbles per TEREDO_PROBE_INTERVAL (2 s) */
#define TEREDO_ANSWERS		4

/* Bubbles with a wrong nonce, after which the right one no longer counts. An attacker
 * that guesses the 32 bits receives the packets for the peer.
 */
#define TEREDO_BAD_NONCES		32

enum teredo_limit_verdict teredo_bubble_rx_indirect(struct teredo_rx *rx);
bool teredo_bubble_rx_repeats_nonce(struct teredo_rx *rx);
void teredo_bubble_rx_announce(struct teredo_rx *rx);
void teredo_bubble_rx_direct(struct teredo_rx *rx);
bool teredo_bubble_rx_early(struct teredo_rx *rx);
bool teredo_bubble_rx_second(struct teredo_rx *rx, bool repeats);
bool teredo_bubble_rx_from_alt(struct teredo_rx *rx);

#endif /* _TEREDO_BUBBLE_RX_H */
