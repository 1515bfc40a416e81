// SPDX-License-Identifier: GPL-2.0
/*
 * Encapsulation: build the outer IPv4 and UDP headers of a packet and transmit
 * it (RFC 4380 5.1.2). Data packets come from xmit.c, queued ones from trust.c, and from
 * probe.c if the peer has answered since the look-up. Control packets come from bubble.c,
 * server.c and netlink-packet.c.
 */
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <net/dst_cache.h>
#include <net/inet_ecn.h>
#include <net/inet_sock.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp_tunnel.h>

#include "device.h"
#include "encap.h"
#include "nptv6.h"
#include "peer.h"
#include "stats.h"
#include "trace.h"

/* a TOS of 1 means: inherit the TOS of the inner packet, as with sit */
#define TEREDO_TOS_INHERIT 1

/* Look up the route to an endpoint. The addresses to reject (5.2.4) include
 * the broadcast addresses of attached networks, which only routing knows.
 * Return: the route, or NULL with the reason in @why.
 */
static struct rtable *route(struct teredo_dev *td, struct sock *sk,
			    struct flowi4 *fl4, enum teredo_counter *why)
{
	struct rtable *rt;

	fl4->flowi4_uid = sock_net_uid(td->net, NULL);
	rt = ip_route_output_flow(td->net, fl4, sk);
	*why = TEREDO_TX_DROP_NO_ROUTE;
	if (IS_ERR(rt))
		return NULL;
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST))
		*why = TEREDO_TX_DROP_EMBEDDED;
	else if (rt->dst.dev == td->dev)
		*why = TEREDO_TX_DROP_LOOP;
	else
		return rt;
	ip_rt_put(rt);
	return NULL;
}

/* A TTL of 1 keeps multicast on the link (5.2.8). */
static u8 hop_limit(const struct teredo_dev *td, const struct rtable *rt)
{
	if (unlikely(rt->rt_flags & RTCF_MULTICAST))
		return 1;
	return READ_ONCE(td->cfg.ttl) ?: ip4_dst_hoplimit(&rt->dst);
}

/* Check whether the inner checksum is left to the network device. */
static bool is_inner_partial(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_PARTIAL && !skb_is_gso(skb);
}

/* Complete the inner checksum after local checksum offload made the outer one.
 * While skb->ip_summed is CHECKSUM_PARTIAL, netfilter and tc take the outer
 * checksum for the sum of a pseudo header. A NAT would then break it.
 */
static int complete_inner(struct sk_buff *skb)
{
	skb->encapsulation = 0;
	return skb_checksum_help(skb);
}

/* Push the UDP header. The outer checksum is one of three:
 * - complete, for a packet whose inner checksum was left to the device,
 * - left to the device, for a packet whose inner checksum is complete,
 * - left to GSO.
 * Netfilter and tc can rewrite each of them.
 */
static int push_udp(struct sk_buff *skb, const struct flowi4 *fl4, bool csum)
{
	bool partial = csum && is_inner_partial(skb);
	struct udphdr *udp = __skb_push(skb, sizeof(*udp));

	skb_reset_transport_header(skb);
	udp->source = fl4->fl4_sport;
	udp->dest = fl4->fl4_dport;
	udp->len = htons(skb->len);
	udp_set_csum(!csum, skb, fl4->saddr, fl4->daddr, skb->len);
	return partial ? complete_inner(skb) : 0;
}

/* Encapsulate and transmit a packet; consumes it and @rt. @tos is the outer TOS,
 * ECN included.
 */
static void encapsulate(struct teredo_dev *td, struct sk_buff *skb,
			struct sock *sk, struct rtable *rt,
			const struct flowi4 *fl4, u8 tos)
{
	int headroom = LL_RESERVED_SPACE(rt->dst.dev) + rt->dst.header_len +
		       TEREDO_HLEN;
	u8 ttl = hop_limit(td, rt);
	bool csum = READ_ONCE(td->cfg.udp_csum);

	if (skb_cow_head(skb, headroom) ||
	    udp_tunnel_handle_offloads(skb, csum) ||
	    push_udp(skb, fl4, csum)) {
		ip_rt_put(rt);
		teredo_drop(td, skb, TEREDO_TX_DROP_NO_MEMORY);
		return;
	}
	skb_set_inner_protocol(skb, htons(ETH_P_IPV6));
	/* The device may have left the socket's namespace. Scrub here, as the
	 * tunnel code would clear the mark that is set below.
	 */
	if (!net_eq(td->net, dev_net(td->dev)))
		skb_scrub_packet(skb, true);
	skb->mark = fl4->flowi4_mark;
	/* DF stays clear (5.1.2): 1280 octets must get through everywhere */
	iptunnel_xmit(sk, rt, skb, fl4->saddr, fl4->daddr, IPPROTO_UDP, tos,
		      ttl, 0, false, 0);
}

/* Encapsulate and transmit a packet from local endpoint @from to @to; consumes the
 * packet. @cache can be NULL.
 * Return: false if it was dropped without a socket or a route.
 */
static bool send_to(struct teredo_dev *td, struct sk_buff *skb,
		    struct teredo_endpoint to, struct teredo_endpoint from,
		    u8 tos, struct dst_cache *cache)
{
	struct socket *sock = rcu_dereference(td->sock);
	struct flowi4 fl4 = {
		.flowi4_oif = READ_ONCE(td->cfg.link),
		.flowi4_mark = READ_ONCE(td->cfg.fwmark),
		.flowi4_proto = IPPROTO_UDP,
		.daddr = to.addr,
		.saddr = from.addr,
		.fl4_sport = from.port,
		.fl4_dport = to.port,
	};
	enum teredo_counter why;
	struct rtable *rt;

	if (unlikely(!sock)) {
		teredo_drop(td, skb, TEREDO_TX_DROP_NOT_QUALIFIED);
		return false;
	}
	rt = cache ? dst_cache_get_ip4(cache, &fl4.saddr) : NULL;
	if (!rt) {
		rt = route(td, sock->sk, &fl4, &why);
		if (!rt) {
			teredo_drop(td, skb, why);
			return false;
		}
		if (cache)
			dst_cache_set_ip4(cache, &rt->dst, fl4.saddr);
	}
	encapsulate(td, skb, sock->sk, rt, &fl4, tos);
	return true;
}

static __be32 local_address(const struct teredo_dev *td)
{
	const struct teredo_mapping *map = rcu_dereference(td->mapping);

	return map && map->local ? map->local : td->cfg.local;
}

/**
 * teredo_peer_cache() - give a peer a cache of routes
 * @peers: table
 * @peer: a peer without a cache
 *
 * Made for the first packet sent to the peer, so unsolicited peers cost no per-CPU memory.
 * Without memory, or with more than %TEREDO_CACHED_PEERS peers, there is no cache.
 *
 * Context: BH off, RCU; peers->lock not held.
 */
void teredo_peer_cache(struct teredo_peers *peers, struct teredo_peer *peer)
{
	struct dst_cache cache = {};

	if (READ_ONCE(peers->count) > TEREDO_CACHED_PEERS)
		return;
	spin_lock_bh(&peers->lock);
	if (!peer->dst.cache &&
	    !dst_cache_init(&cache, GFP_ATOMIC | __GFP_NOWARN)) {
		peer->dst.reset_ts = cache.reset_ts;
		/* readers take no lock: publish the cache when it is complete */
		smp_store_release(&peer->dst.cache, cache.cache);
	}
	spin_unlock_bh(&peers->lock);
}

/**
 * teredo_output() - send an IPv6 packet to a peer's endpoint
 * @td: device
 * @skb: packet, consumed
 * @peer: a trusted peer
 *
 * Context: BH off, RCU. No lock of this module may be held: another tunnel can route the
 * packet back to this device.
 */
void teredo_output(struct teredo_dev *td, struct sk_buff *skb,
		   struct teredo_peer *peer)
{
	u8 inner = ipv6_get_dsfield(ipv6_hdr(skb));
	struct teredo_endpoint from = {
		.addr = local_address(td),
		.port = peer->sport,
	};
	u8 tos = READ_ONCE(td->cfg.tos);

	if (tos == TEREDO_TOS_INHERIT)
		tos = inner;
	teredo_stamp(&peer->tx);
	if (unlikely(!peer->dst.cache))
		teredo_peer_cache(td->peers, peer);
	/* RFC 6040 4.1, normal mode: the outer ECN field is the inner one */
	send_to(td, skb, peer->ep, from,
		(tos & ~INET_ECN_MASK) | (inner & INET_ECN_MASK), &peer->dst);
}

static void trace_payload(const struct teredo_dev *td,
			  struct teredo_endpoint to, const u8 *payload,
			  size_t len)
{
	struct teredo_packet pkt;
	const u8 *ip6;

	/* the control daemon can send any payload */
	if (teredo_parse(&pkt, payload, len))
		return;
	ip6 = payload + pkt.ip6;
	trace_teredo_control_out(td, teredo_kind(ip6, pkt.ip6_len), to, ip6 + 8,
				 ip6 + 24);
}

static struct sk_buff *make_datagram(struct teredo_dev *td,
				     const void *payload, size_t len)
{
	unsigned int headroom = LL_MAX_HEADER + TEREDO_HLEN;
	struct sk_buff *skb = alloc_skb(headroom + len, GFP_ATOMIC);

	if (!skb) {
		teredo_count(td, TEREDO_TX_DROP_NO_MEMORY);
		return NULL;
	}
	skb_reserve(skb, headroom);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb_put_data(skb, payload, len);
	skb->protocol = htons(ETH_P_IPV6);
	skb->dev = td->dev;
	return skb;
}

/**
 * teredo_send() - send a control packet
 * @td: device
 * @to: remote endpoint
 * @from: local endpoint; address 0 for the default address, port 0 for the service port
 * @payload: UDP payload, borrowed
 * @len: its length in octets
 *
 * Context: BH off, RCU; no lock of this module held.
 * Return: 0, also if there was no memory for the outer headers, which is counted as a drop;
 * -ENOMEM without memory for the datagram; -EHOSTUNREACH without a socket or a usable route.
 */
int teredo_send(struct teredo_dev *td, struct teredo_endpoint to,
		struct teredo_endpoint from, const void *payload, size_t len)
{
	struct sk_buff *skb = make_datagram(td, payload, len);

	if (!skb)
		return -ENOMEM;
	from.addr = from.addr ?: local_address(td);
	from.port = from.port ?: td->cfg.port;
	if (!send_to(td, skb, to, from, 0, NULL))
		return -EHOSTUNREACH;
	if (trace_teredo_control_out_enabled())
		trace_payload(td, to, payload, len);
	return 0;
}

/**
 * teredo_multicast() - send a control packet from the service port to a multicast group
 * @td: device
 * @group: address and port of the group
 * @ifindex: the link
 * @payload: UDP payload, borrowed
 * @len: its length in octets
 *
 * Context: BH off, RCU; no lock of this module held.
 * Return: as teredo_send().
 */
int teredo_multicast(struct teredo_dev *td, struct teredo_endpoint group,
		     int ifindex, const void *payload, size_t len)
{
	struct socket *sock = rcu_dereference(td->sock);
	struct flowi4 fl4 = {
		.flowi4_oif = ifindex,
		.flowi4_mark = READ_ONCE(td->cfg.fwmark),
		.flowi4_uid = sock_net_uid(td->net, NULL),
		.flowi4_proto = IPPROTO_UDP,
		.daddr = group.addr,
		.saddr = local_address(td),
		.fl4_sport = td->cfg.port,
		.fl4_dport = group.port,
	};
	struct sk_buff *skb;
	struct rtable *rt;

	if (!sock)
		return -EHOSTUNREACH;
	rt = ip_route_output_flow(td->net, &fl4, sock->sk);
	if (IS_ERR(rt))
		return -EHOSTUNREACH;
	skb = make_datagram(td, payload, len);
	if (!skb) {
		ip_rt_put(rt);
		return -ENOMEM;
	}
	encapsulate(td, skb, sock->sk, rt, &fl4, 0);
	if (trace_teredo_control_out_enabled())
		trace_payload(td, group, payload, len);
	return 0;
}

/**
 * teredo_unreachable() - send ICMPv6 address unreachable to the source of a packet
 * @td: device
 * @skb: outgoing packet, borrowed
 *
 * Context: BH off, RCU; no lock of this module held.
 */
void teredo_unreachable(struct teredo_dev *td, struct sk_buff *skb)
{
	teredo_nptv6_icmp_error(td, skb, ICMPV6_ADDR_UNREACH);
}
