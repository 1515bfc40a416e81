// SPDX-License-Identifier: GPL-2.0
/*
 * Nonces of the control daemon's router solicitations (RFC 4380 5.2.2). The daemon
 * validates advertisements. Here the nonce only selects the rate limit, so that a flood
 * of forged advertisements does not use up the limit of the server's.
 */
#include <linux/jiffies.h>
#include <linux/string.h>

#include "nonce.h"

static u64 nonce_of(const struct teredo_packet *pkt, const u8 *payload)
{
	u64 value;

	BUILD_BUG_ON(sizeof(value) != TEREDO_NONCE_LEN);
	memcpy(&value, payload + teredo_auth_nonce(pkt), sizeof(value));
	return value;
}

static bool alive(const struct teredo_nonce *nonce)
{
	return nonce->passes &&
	       time_before(jiffies, nonce->sent + TEREDO_NONCE_LIFE);
}

/* Context: nonces->lock held. Return: the entry, or NULL. */
static struct teredo_nonce *find(struct teredo_nonces *nonces, u64 value)
{
	int i;

	for (i = 0; i < TEREDO_NONCES; i++)
		if (alive(&nonces->last[i]) && nonces->last[i].value == value)
			return &nonces->last[i];
	return NULL;
}

/**
 * teredo_nonces_init() - initialise the ring, without any nonce
 * @nonces: ring, zeroed
 *
 * Context: any.
 */
void teredo_nonces_init(struct teredo_nonces *nonces)
{
	spin_lock_init(&nonces->lock);
}

/**
 * teredo_nonce_note() - note the nonce of a solicitation before it is sent
 * @nonces: ring
 * @payload: UDP payload of any packet of the control daemon
 * @len: length of @payload in octets
 *
 * A repeated solicitation renews its entry. Other packets change nothing.
 *
 * Context: any but hard interrupt.
 */
void teredo_nonce_note(struct teredo_nonces *nonces, const u8 *payload,
		       size_t len)
{
	struct teredo_nonce *entry;
	struct teredo_packet pkt;
	u64 value;

	if (teredo_parse(&pkt, payload, len) || !pkt.auth ||
	    teredo_icmp_type(payload + pkt.ip6, pkt.ip6_len) != TEREDO_ICMP_RS)
		return;
	value = nonce_of(&pkt, payload);
	spin_lock_bh(&nonces->lock);
	entry = find(nonces, value);
	if (!entry)
		entry = &nonces->last[nonces->next++ % TEREDO_NONCES];
	*entry = (struct teredo_nonce) {
		.value = value,
		.sent = jiffies,
		.passes = TEREDO_NONCE_PASSES,
	};
	spin_unlock_bh(&nonces->lock);
}

/**
 * teredo_nonce_repeated() - check whether a packet repeats a nonce of the control daemon
 * @nonces: ring
 * @pkt: parts of the packet
 * @payload: UDP payload of the packet, linear
 *
 * Each nonce passes %TEREDO_NONCE_PASSES times after each solicitation, within
 * %TEREDO_NONCE_LIFE.
 *
 * Context: any but hard interrupt.
 * Return: true if the nonce is known; the pass is counted.
 */
bool teredo_nonce_repeated(struct teredo_nonces *nonces,
			   const struct teredo_packet *pkt, const u8 *payload)
{
	struct teredo_nonce *entry;

	if (!pkt->auth)
		return false;
	spin_lock_bh(&nonces->lock);
	entry = find(nonces, nonce_of(pkt, payload));
	if (entry)
		entry->passes--;
	spin_unlock_bh(&nonces->lock);
	return entry;
}
