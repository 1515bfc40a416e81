// SPDX-License-Identifier: GPL-2.0
/*
 * The way in: table 4.3 of what a client does with a datagram. A packet from
 * a proven peer to our address takes the short way; everything else is parsed
 * in one piece and sorted out. Nothing reaches the IPv6 stack whose source is
 * not proven.
 */
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>

#include "bubble.h"
#include "device.h"
#include "netlink.h"
#include "peer.h"
#include "probe.h"
#include "receive.h"
#include "stats.h"

/**
 * struct teredo_rx - a datagram on its way in
 * @td: device
 * @map: own mapping, NULL while not qualified
 * @skb: the datagram, at its UDP header
 * @from: outer source
 * @pkt: the parts of the payload
 * @ip6: the inner packet; good until @skb is changed
 */
struct teredo_rx {
	struct teredo_dev *td;
	const struct teredo_mapping *map;
	struct sk_buff *skb;
	struct teredo_endpoint from;
	struct teredo_packet pkt;
	const u8 *ip6;
};

static const struct in6_addr *rx_src(const struct teredo_rx *rx)
{
	return (const struct in6_addr *)(rx->ip6 + 8);
}

static const struct in6_addr *rx_dst(const struct teredo_rx *rx)
{
	return (const struct in6_addr *)(rx->ip6 + 24);
}

static bool is_bubble(const struct teredo_rx *rx)
{
	return teredo_is_bubble(rx->ip6, rx->pkt.ip6_len);
}

static void drop(struct teredo_rx *rx, enum teredo_counter why)
{
	teredo_drop(rx->td, rx->skb, why);
}

/* done with, and not an error */
static void consume(struct teredo_rx *rx, enum teredo_counter what)
{
	teredo_count(rx->td, what);
	consume_skb(rx->skb);
}

/* Neighbour discovery, router advertisements and redirects have no place on
 * Teredo, where there is no link (RFC 4380 5.2.1, 7.1).
 */
static bool is_nd(const struct teredo_rx *rx)
{
	int type = teredo_icmp_type(rx->ip6, rx->pkt.ip6_len);

	return type >= TEREDO_ICMP_RS && type <= TEREDO_ICMP_REDIRECT;
}

/* Takes the outer headers and the trailers off.
 * Return: false if the packet had to be dropped.
 */
static bool decapsulate(struct teredo_rx *rx)
{
	struct teredo_dev *td = rx->td;
	struct sk_buff *skb = rx->skb;
	unsigned int hlen = sizeof(struct udphdr) + rx->pkt.ip6;
	u8 outer = ip_hdr(skb)->tos;

	if (pskb_trim_rcsum(skb, hlen + rx->pkt.ip6_len) ||
	    iptunnel_pull_header(skb, hlen, htons(ETH_P_IPV6),
				 !net_eq(td->net, dev_net(td->dev))) ||
	    !pskb_may_pull(skb, sizeof(struct ipv6hdr))) {
		drop(rx, TEREDO_RX_DROP_NO_MEMORY);
		return false;
	}
	skb->dev = td->dev;
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	/* above 1 is what RFC 6040 4.2 has dropped */
	if (INET_ECN_decapsulate(skb, outer,
				 ipv6_get_dsfield(ipv6_hdr(skb))) > 1) {
		drop(rx, TEREDO_RX_DROP_ECN);
		return false;
	}
	return true;
}

/**
 * teredo_deliver - hand a packet to the IPv6 stack
 * @td: device
 * @skb: decapsulated packet with a proven source, consumed
 *
 * Context: BH off.
 */
void teredo_deliver(struct teredo_dev *td, struct sk_buff *skb)
{
	dev_sw_netstats_rx_add(td->dev, skb->len);
	gro_cells_receive(&td->gro_cells, skb);
}

/* The source is proven: a bubble ends here, anything else is for the stack. */
static void accept(struct teredo_rx *rx)
{
	if (is_bubble(rx))
		consume(rx, TEREDO_RX_BUBBLES);
	else if (unlikely(is_nd(rx)))
		drop(rx, TEREDO_RX_DROP_ND);
	else if (decapsulate(rx))
		teredo_deliver(rx->td, rx->skb);
}

/* Makes the source a trusted peer at the outer source, and accepts. */
static void trust_and_accept(struct teredo_rx *rx)
{
	const struct in6_addr src = *rx_src(rx);

	if (teredo_probe_trust(rx->td, &src, rx->from))
		accept(rx);
	else
		drop(rx, TEREDO_RX_DROP_PEER_LIMIT);
}

/* Row P-13: a trusted peer at its endpoint. */
static bool from_trusted(struct teredo_rx *rx)
{
	struct teredo_peer *peer;

	peer = teredo_peer_lookup(rx->td->peers, rx_src(rx));
	if (!peer || !teredo_peer_trusted(peer) ||
	    !teredo_endpoint_equal(peer->ep, rx->from))
		return false;

	if (unlikely(READ_ONCE(peer->probe))) {
		trust_and_accept(rx);
		return true;
	}
	teredo_stamp(&peer->rx);
	accept(rx);
	return true;
}

/* Rows P-15, P-18 and P-19: the address of the source says where it must
 * come from.
 */
static void from_teredo(struct teredo_rx *rx)
{
	if (teredo_reachable(rx_src(rx)) &&
	    teredo_endpoint_equal(teredo_mapped(rx_src(rx)), rx->from))
		trust_and_accept(rx);
	else if (is_bubble(rx))
		drop(rx, TEREDO_RX_DROP_BUBBLE);
	else
		drop(rx, TEREDO_RX_DROP_SPOOFED);
}

/* Rows P-14 and P-21: a native source, by way of some relay. */
static void from_native(struct teredo_rx *rx)
{
	if (teredo_probe_answered(rx->td, rx->ip6, rx->pkt.ip6_len,
				  rx->from)) {
		consume_skb(rx->skb);
		return;
	}
	if (is_bubble(rx)) {
		drop(rx, TEREDO_RX_DROP_BUBBLE);
		return;
	}
	if (is_nd(rx)) {
		drop(rx, TEREDO_RX_DROP_ND);
		return;
	}
	if (decapsulate(rx))
		teredo_probe_hold(rx->td, rx->map, rx->skb, rx->from);
}

/* Row P-10: a relay asks for a way in; its data waits there for a bubble of
 * ours (RFC 4380 5.2.3). Nothing is proven by it.
 */
static void answer_relay(struct teredo_rx *rx)
{
	struct teredo_endpoint origin = rx->pkt.from;

	if (!origin.port || !teredo_ipv4_is_global(origin.addr))
		return;
	if (!__ratelimit(&rx->td->answers)) {
		teredo_count(rx->td, TEREDO_RX_DROP_RATE);
		return;
	}
	teredo_send_bubble(rx->td, rx->map, rx_src(rx), origin);
}

/* Rows P-09 to P-11: a bubble that the own server passed on. */
static void server_bubble(struct teredo_rx *rx)
{
	bool teredo = teredo_is_teredo(rx_src(rx), rx->td->cfg.prefix);

	if (teredo && teredo_reachable(rx_src(rx))) {
		if (__ratelimit(&rx->td->answers))
			teredo_probe_indirect(rx->td, rx->map, rx_src(rx));
		else
			teredo_count(rx->td, TEREDO_RX_DROP_RATE);
	} else if (!teredo && rx->pkt.origin) {
		answer_relay(rx);
	} else {
		drop(rx, TEREDO_RX_DROP_BUBBLE);
		return;
	}
	consume(rx, TEREDO_RX_INDIRECT_BUBBLES);
}

static bool is_server(const struct teredo_rx *rx, __be32 server)
{
	return server && rx->from.addr == server &&
	       rx->from.port == htons(TEREDO_PORT);
}

/* The server has been heard of, whatever it sent (RFC 4380 5.2.3). */
static void note_contact(struct teredo_rx *rx)
{
	struct teredo_dev *td = rx->td;

	if (!is_server(rx, teredo_server(&rx->map->address)))
		return;
	teredo_stamp(&td->contact);
	if (!READ_ONCE(td->contacted))
		WRITE_ONCE(td->contacted, true);
}

/* Row P-04: a router advertisement is the helper's business alone. It judges
 * it, too; here only what comes from elsewhere is kept away from it.
 */
static void router_advertisement(struct teredo_rx *rx)
{
	const struct teredo_config *cfg = &rx->td->cfg;
	unsigned int len = rx->skb->len - sizeof(struct udphdr);

	if (!is_server(rx, READ_ONCE(cfg->server)) &&
	    !is_server(rx, READ_ONCE(cfg->server2)))
		drop(rx, TEREDO_RX_DROP_CONTROL);
	else if (len > TEREDO_MAX_PACKET)
		drop(rx, TEREDO_RX_DROP_MALFORMED);
	else if (!__ratelimit(&rx->td->control))
		drop(rx, TEREDO_RX_DROP_RATE);
	else if (teredo_nl_packet(rx->td, rx->from, ip_hdr(rx->skb)->daddr,
				  rx->skb->data + sizeof(struct udphdr), len))
		drop(rx, TEREDO_RX_DROP_NO_HELPER);
	else
		consume(rx, TEREDO_RX_CONTROL);
}

/* Row P-06 for the source. */
static bool source_possible(const struct teredo_rx *rx)
{
	int type = ipv6_addr_type(rx_src(rx));

	return type & IPV6_ADDR_UNICAST && !(type & IPV6_ADDR_LOOPBACK) &&
	       !ipv6_addr_equal(rx_src(rx), &rx->map->address);
}

/* Row P-07: nothing in the trailers asks for the packet to be dropped. */
static bool trailers_allow(const struct teredo_rx *rx)
{
	const u8 *payload = rx->skb->data + sizeof(struct udphdr);
	struct teredo_trailers trailers;

	return !rx->pkt.trailer_len ||
	       !teredo_parse_trailers(&trailers, payload + rx->pkt.trailer,
				      rx->pkt.trailer_len);
}

/* Rows P-08 and on: the packet is for us, but from whom. */
static void sort_by_source(struct teredo_rx *rx)
{
	bool server = is_server(rx, teredo_server(&rx->map->address));
	int type = ipv6_addr_type(rx_src(rx));

	if (server && is_bubble(rx)) {
		server_bubble(rx);
		return;
	}
	/* only from the server is an origin more than somebody's word, or
	 * we would send to whoever a stranger names
	 */
	if (server && rx->pkt.origin &&
	    !teredo_is_teredo(rx_src(rx), rx->td->cfg.prefix))
		answer_relay(rx);

	if (from_trusted(rx))
		return;
	if (teredo_is_teredo(rx_src(rx), rx->td->cfg.prefix))
		from_teredo(rx);
	else if (type & IPV6_ADDR_LINKLOCAL)
		drop(rx, TEREDO_RX_DROP_LINK_LOCAL);
	else
		from_native(rx);
}

/* Table 4.3 from the top, for a datagram that is in one piece. */
static void sort_out(struct teredo_rx *rx)
{
	if (rx->map)
		note_contact(rx);

	if (teredo_icmp_type(rx->ip6, rx->pkt.ip6_len) == TEREDO_ICMP_RA &&
	    ipv6_addr_type(rx_src(rx)) & IPV6_ADDR_LINKLOCAL)
		router_advertisement(rx);
	else if (!rx->map)
		drop(rx, TEREDO_RX_DROP_NOT_QUALIFIED);
	else if (!source_possible(rx))
		drop(rx, TEREDO_RX_DROP_SOURCE);
	else if (!ipv6_addr_equal(rx_dst(rx), &rx->map->address))
		drop(rx, TEREDO_RX_DROP_DESTINATION);
	else if (!trailers_allow(rx))
		drop(rx, TEREDO_RX_DROP_TRAILER);
	else
		sort_by_source(rx);
}

/* The short way: a plain packet from a trusted peer to our address. */
static bool quick(struct teredo_rx *rx)
{
	const struct udphdr *udp = (const struct udphdr *)rx->skb->data;
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)(udp + 1);
	unsigned int len = rx->skb->len - sizeof(*udp);

	if (ip6->version != 6 || sizeof(*ip6) + ntohs(ip6->payload_len) != len)
		return false;
	rx->pkt.ip6 = 0;
	rx->pkt.ip6_len = len;
	rx->ip6 = (const u8 *)ip6;
	if (!rx->map || !ipv6_addr_equal(&ip6->daddr, &rx->map->address))
		return false;
	if (unlikely(rx->from.port == htons(TEREDO_PORT)))
		note_contact(rx);
	return from_trusted(rx);
}

/**
 * teredo_rcv - encap_rcv of the socket
 * @sk: socket
 * @skb: datagram at its UDP header, consumed
 *
 * The UDP checksum has been verified.
 *
 * Context: softirq, RCU.
 * Return: 0, the datagram never goes to the socket's queue.
 */
int teredo_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct teredo_rx rx = {
		.td = rcu_dereference_sk_user_data(sk),
		.skb = skb,
		.from = {
			.addr = ip_hdr(skb)->saddr,
			.port = udp_hdr(skb)->source,
		},
	};

	if (unlikely(!rx.td)) {
		kfree_skb(skb);
		return 0;
	}
	if (unlikely(!pskb_may_pull(skb, sizeof(struct udphdr) +
					 TEREDO_IP6_HLEN + 8)) &&
	    !pskb_may_pull(skb, sizeof(struct udphdr) + TEREDO_IP6_HLEN)) {
		drop(&rx, TEREDO_RX_DROP_MALFORMED);
		return 0;
	}
	rx.map = rcu_dereference(rx.td->mapping);
	if (likely(quick(&rx)))
		return 0;

	if (skb_linearize(skb)) {
		drop(&rx, TEREDO_RX_DROP_NO_MEMORY);
		return 0;
	}
	if (teredo_parse(&rx.pkt, skb->data + sizeof(struct udphdr),
			 skb->len - sizeof(struct udphdr))) {
		drop(&rx, TEREDO_RX_DROP_MALFORMED);
		return 0;
	}
	rx.ip6 = skb->data + sizeof(struct udphdr) + rx.pkt.ip6;
	sort_out(&rx);
	return 0;
}
