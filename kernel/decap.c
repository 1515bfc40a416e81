// SPDX-License-Identifier: GPL-2.0
/*
 * Decapsulation: parse a datagram, and strip the outer headers (RFC 4380 5.2.3). Deliver
 * an IPv6 packet to the stack, or pass a control packet to the control daemon. The files
 * of the roles decide which datagrams are accepted.
 */
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>

#include "decap.h"
#include "device.h"
#include "netlink-notify.h"
#include "nonce.h"
#include "nptv6.h"
#include "peer.h"
#include "ratelimit.h"
#include "stats.h"
#include "trace.h"

/**
 * teredo_rx_drop() - drop a datagram
 * @rx: datagram, consumed
 * @why: counter of the reason
 *
 * Context: softirq, RCU.
 */
void teredo_rx_drop(struct teredo_rx *rx, enum teredo_counter why)
{
	teredo_drop(rx->td, rx->skb, why);
}

/**
 * teredo_rx_consume() - free a datagram that was handled
 * @rx: datagram, consumed
 * @what: counter of its kind
 *
 * Context: softirq, RCU.
 */
void teredo_rx_consume(struct teredo_rx *rx, enum teredo_counter what)
{
	teredo_count(rx->td, what);
	consume_skb(rx->skb);
}

/**
 * teredo_rx_control() - trace a received control packet
 * @rx: datagram that has been parsed
 *
 * Context: softirq, RCU.
 */
void teredo_rx_control(const struct teredo_rx *rx)
{
	if (trace_teredo_control_in_enabled())
		trace_teredo_control_in(rx->td,
					teredo_kind(rx->ip6, rx->pkt.ip6_len),
					rx->from, rx->ip6 + 8, rx->ip6 + 24);
}

/**
 * teredo_rx_payload() - get the UDP payload of a datagram
 * @rx: datagram
 * @len: set to its length in octets
 *
 * Context: any.
 * Return: the payload; after teredo_rx_parse() its first %TEREDO_MAX_PACKET octets
 * are linear.
 */
const u8 *teredo_rx_payload(const struct teredo_rx *rx, size_t *len)
{
	*len = rx->skb->len - sizeof(struct udphdr);
	return rx->skb->data + sizeof(struct udphdr);
}

/**
 * teredo_rx_begin() - initialise the receive state from the outer headers
 * @rx: result
 * @sk: socket that received the datagram
 * @skb: datagram at its UDP header
 *
 * Context: softirq, RCU.
 * Return: true if an IPv6 header can be read; if not, @skb is consumed.
 */
bool teredo_rx_begin(struct teredo_rx *rx, struct sock *sk,
		     struct sk_buff *skb)
{
	/* the inner header, and the type of an ICMPv6 message */
	unsigned int pull = min_t(unsigned int, skb->len,
				  sizeof(struct udphdr) + TEREDO_IP6_HLEN + 8);

	/* member by member: @rx is large, and most of it is for the slow path */
	rx->td = rcu_dereference_sk_user_data(sk);
	rx->skb = skb;
	rx->from.addr = ip_hdr(skb)->saddr;
	rx->from.port = udp_hdr(skb)->source;
	rx->local = ip_hdr(skb)->daddr;
	rx->port = udp_hdr(skb)->dest;
	rx->peer = NULL;
	rx->pkt = (struct teredo_packet) {};
	rx->tr = NULL;
	if (unlikely(!rx->td)) {
		kfree_skb(skb);
		return false;
	}
	if (unlikely(pull < sizeof(struct udphdr) + TEREDO_IP6_HLEN ||
		     !pskb_may_pull(skb, pull))) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_MALFORMED);
		return false;
	}
	rx->map = rcu_dereference(rx->td->mapping);
	return true;
}

/**
 * teredo_rx_parse() - find the parts of a datagram
 * @rx: datagram
 *
 * RFC 4380 5.1.1 (row P-01). A datagram longer than every control packet is not made
 * linear: only its headers are read.
 *
 * Context: softirq, RCU.
 * Return: true if it is well-formed; if not, it is consumed.
 */
bool teredo_rx_parse(struct teredo_rx *rx)
{
	unsigned int pull = min_t(unsigned int, rx->skb->len,
				  sizeof(struct udphdr) + TEREDO_MAX_PACKET);
	const u8 *payload;
	size_t len;

	BUILD_BUG_ON(TEREDO_MAX_HEADERS + TEREDO_ECHO_PACKET -
		     TEREDO_IP6_HLEN > TEREDO_MAX_PACKET);
	if (!pskb_may_pull(rx->skb, pull)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_NO_MEMORY);
		return false;
	}
	payload = teredo_rx_payload(rx, &len);
	if (teredo_parse(&rx->pkt, payload, len)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_MALFORMED);
		return false;
	}
	rx->ip6 = payload + rx->pkt.ip6;
	memcpy(&rx->src, rx->ip6 + 8, sizeof(rx->src));
	memcpy(&rx->dst, rx->ip6 + 24, sizeof(rx->dst));
	return true;
}

/**
 * teredo_rx_trailers() - read the trailers of a datagram (RFC 6081 5.1.2)
 * @rx: datagram that has been parsed
 * @tr: result
 *
 * More than %TEREDO_MAX_TRAILERS octets of trailers are not read. The datagram is
 * discarded, since each trailer could demand that.
 *
 * Context: softirq, RCU.
 * Return: false if the datagram must be discarded.
 */
bool teredo_rx_trailers(const struct teredo_rx *rx, struct teredo_trailers *tr)
{
	u32 len = rx->pkt.trailer_len;
	u8 copy[TEREDO_MAX_TRAILERS];
	const u8 *data;

	if (len > sizeof(copy))
		return false;
	data = skb_header_pointer(rx->skb,
				  sizeof(struct udphdr) + rx->pkt.trailer,
				  len, copy);
	return data && !teredo_parse_trailers(tr, data, len);
}

/**
 * teredo_rx_refused() - drop a datagram that a limit refuses
 * @rx: datagram, consumed
 * @verdict: verdict of the limit, other than TEREDO_LIMIT_PASS
 *
 * Context: softirq, RCU.
 */
void teredo_rx_refused(struct teredo_rx *rx, enum teredo_limit_verdict verdict)
{
	teredo_rx_drop(rx, verdict == TEREDO_LIMIT_OVER_SHARE ?
			   TEREDO_RX_DROP_SHARE : TEREDO_RX_DROP_RATE);
}

/* During a flood, packets that the control daemon waits for must pass. On a client they
 * repeat a nonce of the daemon. On a server the limit is fair between IPv4 addresses.
 */
static enum teredo_limit_verdict control_allowed(const struct teredo_rx *rx,
						 const u8 *payload)
{
	struct teredo_dev *td = rx->td;

	if (td->cfg.mode == TEREDO_MODE_SERVER)
		return teredo_limit_fair(td->control, rx->from.addr, 0,
					 TEREDO_CONTROL_RATE_SERVER);
	if (teredo_nonce_repeated(&td->nonces, &rx->pkt, payload) ||
	    teredo_limit_allow(td->control, 0, TEREDO_CONTROL_RATE))
		return TEREDO_LIMIT_PASS;
	return TEREDO_LIMIT_RATE_USED;
}

/**
 * teredo_rx_to_helper() - pass a control packet to the control daemon
 * @rx: datagram, consumed
 *
 * Context: softirq, RCU.
 */
void teredo_rx_to_helper(struct teredo_rx *rx)
{
	struct teredo_endpoint local = { .addr = rx->local, .port = rx->port };
	enum teredo_limit_verdict verdict;
	size_t len;
	const u8 *payload = teredo_rx_payload(rx, &len);

	if (len > TEREDO_MAX_PACKET) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_MALFORMED);
		return;
	}
	verdict = control_allowed(rx, payload);
	if (verdict != TEREDO_LIMIT_PASS)
		teredo_rx_refused(rx, verdict);
	else if (teredo_nl_packet(rx->td, rx->from, local, payload, len))
		teredo_rx_drop(rx, TEREDO_RX_DROP_NO_DAEMON);
	else
		teredo_rx_consume(rx, TEREDO_RX_CONTROL);
}

/* An authentication can have an odd length, but the IPv6 header must be aligned
 * like the outer headers. Move the linear part into the room of the headers that
 * were pulled. Return: false without memory.
 */
static bool realign(struct sk_buff *skb, unsigned int shift)
{
	if (skb_cow(skb, 0))
		return false;
	memmove(skb->data - shift, skb->data, skb_headlen(skb));
	skb->data -= shift;
	skb->tail -= shift;
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb->csum_start -= shift;
	return true;
}

/* Pull the headers before the IPv6 packet. skb_pull_rcsum() is wrong for an odd
 * number of octets: the rest of the sum would have its octets swapped.
 */
static bool pull_headers(struct teredo_rx *rx, unsigned int hlen)
{
	struct teredo_dev *td = rx->td;
	struct sk_buff *skb = rx->skb;

	if (unlikely(hlen & 1) && skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	if (iptunnel_pull_header(skb, hlen, htons(ETH_P_IPV6),
				 !net_eq(td->net, dev_net(td->dev))) ||
	    !pskb_may_pull(skb, sizeof(struct ipv6hdr)))
		return false;
	return likely(!(hlen & 3)) || realign(skb, hlen & 3);
}

/* Check for neighbour discovery, router messages and redirects, also behind extension
 * headers. Teredo has no link for them (RFC 4380 5.2.1, 7.1). A first fragment must hold
 * all headers (RFC 8200 4.5), so one without the type is dropped as well. Later fragments
 * cannot be reassembled without the first one.
 */
static bool is_nd(const struct sk_buff *skb)
{
	u8 nexthdr = ipv6_hdr(skb)->nexthdr, copy;
	const u8 *type = NULL;
	__be16 frag;
	int at;

	if (likely(nexthdr == NEXTHDR_TCP || nexthdr == NEXTHDR_UDP))
		return false;
	at = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &nexthdr, &frag);
	if (at >= 0) {
		if (nexthdr != NEXTHDR_ICMP || frag & htons(IP6_OFFSET))
			return false;
		type = skb_header_pointer(skb, at, sizeof(copy), &copy);
	}
	if (!type)
		return frag & htons(IP6_MF);
	return *type >= TEREDO_ICMP_RS && *type <= TEREDO_ICMP_REDIRECT;
}

/* Return: false if the packet was dropped. */
static bool to_native(struct teredo_rx *rx)
{
	int err = teredo_nptv6_rx(rx->td, rx->skb);

	if (likely(!err))
		return true;
	teredo_rx_drop(rx, err == -ENOMEM ? TEREDO_RX_DROP_NO_MEMORY :
					    TEREDO_RX_DROP_BETWEEN_CLIENTS);
	return false;
}

/**
 * teredo_rx_decapsulate() - remove outer headers and trailers
 * @rx: datagram
 *
 * The IPv6 header is aligned as the outer IPv4 header was.
 *
 * Context: softirq, RCU.
 * Return: true if @rx->skb is an IPv6 packet of the device now; false if it was dropped.
 */
bool teredo_rx_decapsulate(struct teredo_rx *rx)
{
	struct sk_buff *skb = rx->skb;
	unsigned int hlen = sizeof(struct udphdr) + rx->pkt.ip6;
	u8 outer = ip_hdr(skb)->tos;

	if (pskb_trim_rcsum(skb, hlen + rx->pkt.ip6_len) ||
	    !pull_headers(rx, hlen)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_NO_MEMORY);
		return false;
	}
	skb->dev = rx->td->dev;
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	if (unlikely(is_nd(skb))) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_ND);
		return false;
	}
	/* values above 1 ask for a drop (RFC 6040 4.2) */
	if (INET_ECN_decapsulate(skb, outer,
				 ipv6_get_dsfield(ipv6_hdr(skb))) > 1) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_ECN);
		return false;
	}
	return likely(!teredo_nptv6_on(rx->td)) || to_native(rx);
}

/* GRO only pays off for TCP data that is not coalesced yet. For other packets it is the
 * most expensive step of the receive path. These include bare acknowledgements, which are
 * never coalesced. They can overtake data, as they do not depend on it.
 */
static bool worth_merging(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	const struct tcphdr *tcp = (const struct tcphdr *)(ip6 + 1);

	if (ip6->nexthdr != NEXTHDR_TCP)
		return false;
	return skb_headlen(skb) < sizeof(*ip6) + sizeof(*tcp) ||
	       skb->len > sizeof(*ip6) + tcp->doff * 4 ||
	       tcp->syn || tcp->fin || tcp->rst;
}

/* Data of one flow takes one path into the stack, so it stays in order. */
static void deliver(struct teredo_dev *td, struct teredo_peer *peer,
		    struct sk_buff *skb)
{
	dev_sw_netstats_rx_add(td->dev, skb->len);
	if (worth_merging(skb) &&
	    !(peer && teredo_peer_coalesced(peer, skb_is_gso(skb))))
		gro_cells_receive(&td->gro_cells, skb);
	else
		__netif_rx(skb);
}

/**
 * teredo_deliver() - hand a packet to the IPv6 stack
 * @td: device
 * @skb: decapsulated packet with a verified source, consumed
 *
 * Context: BH off.
 */
void teredo_deliver(struct teredo_dev *td, struct sk_buff *skb)
{
	deliver(td, NULL, skb);
}

/**
 * teredo_rx_accept() - accept a datagram with a verified source and a served destination
 * @rx: datagram, consumed
 *
 * Bubbles end here. Other packets are decapsulated and enter the IPv6 stack.
 *
 * Context: softirq, RCU.
 */
void teredo_rx_accept(struct teredo_rx *rx)
{
	if (teredo_rx_bubble(rx)) {
		teredo_rx_control(rx);
		teredo_rx_consume(rx, TEREDO_RX_BUBBLES);
	} else if (teredo_rx_decapsulate(rx)) {
		deliver(rx->td, rx->peer, rx->skb);
	}
}

/**
 * teredo_rx_known() - check whether a datagram comes from a trusted peer's endpoint
 * @rx: datagram that has been parsed
 *
 * Context: softirq, RCU.
 * Return: true if the source is a trusted peer, and remote and local endpoint are its own.
 */
bool teredo_rx_known(struct teredo_rx *rx)
{
	return teredo_rx_trusted_peer(rx, &rx->src);
}
