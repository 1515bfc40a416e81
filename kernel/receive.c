// SPDX-License-Identifier: GPL-2.0
/*
 * The receive entry (RFC 4380 5.2.3, 5.3.1, 5.4.2). Fast path: plain encapsulation
 * from a trusted peer to an accepted address. Every other datagram is parsed and
 * dispatched to the role of the device. Only packets of a verified source reach the
 * IPv6 stack.
 */
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "client.h"
#include "decap.h"
#include "device.h"
#include "gateway.h"
#include "peer.h"
#include "receive.h"
#include "relay.h"
#include "server.h"

static bool is_client(const struct teredo_dev *td)
{
	return td->cfg.mode == TEREDO_MODE_CLIENT;
}

/* Check whether a packet from a trusted peer can be accepted for its destination. */
static bool is_accepted(struct teredo_rx *rx, const struct in6_addr *dst)
{
	if (!is_client(rx->td))
		return teredo_relay_serves(rx->td, dst);
	/* the server can also be the relay of the packet; note contact with the server
	 */
	if (unlikely(rx->from.port == htons(TEREDO_PORT)))
		teredo_client_contact(rx);
	return ipv6_addr_equal(dst, &rx->map->address);
}

/* Fast path: plain encapsulation from a trusted peer without a probe. A probe also exists for
 * some time after an attempt without an answer, see struct teredo_peer.
 * Return: true if the packet qualifies; it is consumed.
 */
static bool fast_path(struct teredo_rx *rx)
{
	const struct udphdr *udp = (const struct udphdr *)rx->skb->data;
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)(udp + 1);
	unsigned int len = rx->skb->len - sizeof(*udp);
	struct teredo_peer *peer;

	if (ip6->version != 6 || !rx->map ||
	    sizeof(*ip6) + ntohs(ip6->payload_len) != len ||
	    !is_accepted(rx, &ip6->daddr))
		return false;
	peer = teredo_rx_trusted_peer(rx, &ip6->saddr);
	if (!peer || READ_ONCE(peer->probe))
		return false;
	if (unlikely(teredo_gateway_on(rx->td)) &&
	    !teredo_gateway_rx(rx, &ip6->saddr))
		return true;

	rx->pkt.ip6_len = len;
	rx->ip6 = (const u8 *)ip6;
	teredo_stamp(&peer->rx);
	teredo_rx_accept(rx);
	return true;
}

static void dispatch(struct teredo_rx *rx)
{
	switch (rx->td->cfg.mode) {
	case TEREDO_MODE_CLIENT:
		teredo_client_rcv(rx);
		break;
	case TEREDO_MODE_SERVER:
		teredo_server_rcv(rx);
		break;
	default:
		teredo_relay_rcv(rx);
	}
}

/**
 * teredo_rcv() - receive a datagram, as udp_sk->encap_rcv
 * @sk: socket
 * @skb: datagram at its UDP header, consumed
 *
 * The UDP checksum has been verified.
 *
 * Context: softirq, RCU.
 * Return: 0, as the datagram never goes to the socket's queue.
 */
int teredo_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct teredo_rx rx;

	if (unlikely(!teredo_rx_begin(&rx, sk, skb)))
		return 0;
	if (unlikely(!fast_path(&rx)) && teredo_rx_parse(&rx))
		dispatch(&rx);
	return 0;
}
