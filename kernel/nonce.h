/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nonces of the control daemon's router solicitations. They distinguish the
 * advertisements that the daemon waits for from all others (RFC 4380 5.2.2).
 */
#ifndef _TEREDO_NONCE_H
#define _TEREDO_NONCE_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "wire.h"

/* A round of qualification has two nonces, one for each address of a server. So the
 * ring holds the nonces of four rounds.
 */
#define TEREDO_NONCES		8
/* Advertisements that pass for one solicitation. One is expected; networks duplicate
 * some. The bound also limits a replay by an observer of the path.
 */
#define TEREDO_NONCE_PASSES	16
/* Three tries, 4 s apart (RFC 4380 5.2.1), and 18 s for the slowest answer */
#define TEREDO_NONCE_LIFE	(30 * HZ)

/**
 * struct teredo_nonce - a nonce of the control daemon
 * @value: the eight octets of the nonce, as a number in any byte order
 * @sent: jiffies of the last solicitation with this nonce
 * @passes: advertisements that can still pass
 */
struct teredo_nonce {
	u64 value;
	unsigned long sent;
	u8 passes;
};

/**
 * struct teredo_nonces - the most recent nonces
 * @lock: protects the other members; taken for control packets alone
 * @last: ring of nonces
 * @next: number of nonces noted so far; modulo the ring size, the entry to use next
 */
struct teredo_nonces {
	spinlock_t lock; /* see above */
	struct teredo_nonce last[TEREDO_NONCES];
	unsigned int next;
};

void teredo_nonces_init(struct teredo_nonces *nonces);
void teredo_nonce_note(struct teredo_nonces *nonces, const u8 *payload,
		       size_t len);
bool teredo_nonce_repeated(struct teredo_nonces *nonces,
			   const struct teredo_packet *pkt, const u8 *payload);

#endif /* _TEREDO_NONCE_H */
