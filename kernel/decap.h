/* SPDX-License-Identifier: GPL-2.0 */
/* Decapsulation: parse a datagram, strip its outer headers, deliver it (RFC 4380 5.2.3). */
#ifndef _TEREDO_DECAP_H
#define _TEREDO_DECAP_H

#include <linux/in6.h>

#include "device.h"
#include "peer.h"
#include "ratelimit.h"
#include "stats.h"
#include "wire.h"

struct sk_buff;
struct sock;

/**
 * struct teredo_rx - a received datagram
 * @td: device
 * @map: own mapping, NULL while there is none
 * @skb: the datagram, at its UDP header; consumed by the function that accepts or drops it
 * @from: outer source
 * @local: outer destination address, network byte order
 * @port: outer destination port, network byte order
 * @peer: the trusted peer at @from, NULL while not known
 * @pkt: the parts of the payload
 * @ip6: the inner packet; valid until @skb is changed
 * @src: inner source, set by teredo_rx_parse(); aligned, which @ip6 behind an
 *	authentication is not
 * @dst: inner destination, likewise
 * @tr: trailers, NULL until parsed
 *
 * After teredo_rx_parse() the first %TEREDO_MAX_PACKET octets of the payload are
 * linear. They hold all headers and every control packet.
 */
struct teredo_rx {
	struct teredo_dev *td;
	const struct teredo_mapping *map;
	struct sk_buff *skb;
	struct teredo_endpoint from;
	__be32 local;
	__be16 port;
	struct teredo_peer *peer;
	struct teredo_packet pkt;
	const u8 *ip6;
	struct in6_addr src;
	struct in6_addr dst;
	const struct teredo_trailers *tr;
};

static inline bool teredo_rx_bubble(const struct teredo_rx *rx)
{
	return teredo_is_bubble(rx->ip6, rx->pkt.ip6_len);
}

/* ICMPv6 type, or -1 if it is something else */
static inline int teredo_rx_icmp(const struct teredo_rx *rx)
{
	return teredo_icmp_type(rx->ip6, rx->pkt.ip6_len);
}

/* Find the trusted peer at the outer source, and store it in @rx. Return: the peer, or NULL. */
static inline struct teredo_peer *
teredo_rx_trusted_peer(struct teredo_rx *rx, const struct in6_addr *src)
{
	struct teredo_peer *peer = teredo_peer_lookup(rx->td->peers, src);

	if (peer && teredo_peer_trusted(peer) &&
	    teredo_peer_at(peer, rx->from, rx->port))
		rx->peer = peer;
	return rx->peer;
}

bool teredo_rx_begin(struct teredo_rx *rx, struct sock *sk,
		     struct sk_buff *skb);
bool teredo_rx_parse(struct teredo_rx *rx);
bool teredo_rx_trailers(const struct teredo_rx *rx,
			struct teredo_trailers *tr);
const u8 *teredo_rx_payload(const struct teredo_rx *rx, size_t *len);
void teredo_rx_drop(struct teredo_rx *rx, enum teredo_counter why);
void teredo_rx_refused(struct teredo_rx *rx, enum teredo_limit_verdict verdict);
void teredo_rx_consume(struct teredo_rx *rx, enum teredo_counter what);
void teredo_rx_control(const struct teredo_rx *rx);
void teredo_rx_accept(struct teredo_rx *rx);
bool teredo_rx_known(struct teredo_rx *rx);
bool teredo_rx_decapsulate(struct teredo_rx *rx);
void teredo_rx_to_helper(struct teredo_rx *rx);

void teredo_deliver(struct teredo_dev *td, struct sk_buff *skb);

#endif /* _TEREDO_DECAP_H */
