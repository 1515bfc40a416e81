// SPDX-License-Identifier: GPL-2.0
/*
 * Relay: validation of outgoing (RFC 4380 5.4.1, row RT-01) and received packets (5.4.2,
 * rows RR-01 to RR-07). Row RT-03 is in xmit.c, rows RT-02 and RT-05 are in probe.c. Also
 * used by the host-specific relay, which serves the addresses of its own host, and by the
 * relay that is built into every server.
 */
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/ipv6.h>

#include "bubble-rx.h"
#include "bubble.h"
#include "decap.h"
#include "device.h"
#include "encap.h"
#include "gateway.h"
#include "nptv6.h"
#include "peer.h"
#include "relay.h"
#include "stats.h"
#include "trust.h"

/* Check for an address of this host, on an interface of the same VRF if the device is
 * in one.
 */
static bool own_address(const struct teredo_dev *td,
			const struct in6_addr *addr)
{
	return ipv6_chk_addr(dev_net(td->dev), addr, td->dev, 0);
}

/**
 * teredo_relay_global() - check for a native address that is not of local scope
 * @addr: IPv6 address that is not Teredo
 *
 * Link-local, site-local and loopback addresses and 0::/32 are excluded.
 *
 * Context: any.
 * Return: true for a unicast address that is not excluded, such as fc00::/7.
 */
bool teredo_relay_global(const struct in6_addr *addr)
{
	int type;

	if (likely(teredo_is_global_unicast(addr)))
		return true;
	type = ipv6_addr_type(addr);
	/* 0::/32 has the loopback address and IPv4-compatible addresses */
	return addr->s6_addr32[0] && type & IPV6_ADDR_UNICAST &&
	       !(type & (IPV6_ADDR_LINKLOCAL | IPV6_ADDR_SITELOCAL));
}

/* Check for fc00::/7, which a relay serves only if a configured prefix includes it. */
static bool is_ula(const struct in6_addr *addr)
{
	return (addr->s6_addr[0] & 0xfe) == 0xfc;
}

static bool in_served_prefix(const struct teredo_dev *td,
			     const struct in6_addr *addr)
{
	const struct teredo_prefix *p = td->cfg.served;
	int i;

	for (i = 0; i < td->cfg.n_served; i++)
		if (ipv6_prefix_equal(addr, &p[i].addr, p[i].len))
			return true;
	return !td->cfg.n_served && !is_ula(addr);
}

/* Check whether the relay serves the source of a packet. A source outside of the served
 * range adds no peer (RFC 4380 7.3.5). It can send to a client in use, as its packet
 * can be the ICMPv6 error of a router on the path.
 */
static bool serves_source(const struct teredo_dev *td,
			  const struct ipv6hdr *ip6)
{
	const struct teredo_peer *peer;

	if (td->cfg.mode == TEREDO_MODE_HOSTRELAY)
		return own_address(td, &ip6->saddr);
	if (likely(in_served_prefix(td, &ip6->saddr)))
		return true;
	peer = teredo_peer_lookup(td->peers, &ip6->daddr);
	return peer && teredo_peer_usable(peer);
}

/* Check for a served native source. A Teredo source is refused: clients reach each
 * other without a relay.
 */
static bool source_allowed(const struct teredo_dev *td,
			   const struct ipv6hdr *ip6)
{
	return teredo_relay_global(&ip6->saddr) &&
	       !teredo_is_teredo(&ip6->saddr, td->cfg.prefix) &&
	       serves_source(td, ip6);
}

/**
 * teredo_relay_may_send() - validate an outgoing packet on a relay
 * @td: device
 * @skb: packet from the IPv6 stack
 * @map: placeholder mapping, non-NULL while the device is up
 *
 * RFC 4380 5.4.1 (row RT-01), and packets that must not leave by a relay.
 *
 * Context: BH off, RCU.
 * Return: true if the packet may be sent; if not, it is consumed.
 */
bool teredo_relay_may_send(struct teredo_dev *td, struct sk_buff *skb,
			   const struct teredo_mapping *map)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);

	if (unlikely(!map)) {
		teredo_drop(td, skb, TEREDO_TX_DROP_NOT_QUALIFIED);
		return false;
	}
	if (unlikely(ipv6_addr_is_multicast(&ip6->daddr))) {
		teredo_drop(td, skb, TEREDO_TX_DROP_SCOPE);
		return false;
	}
	if (unlikely(!teredo_is_teredo(&ip6->daddr, td->cfg.prefix))) {
		teredo_unreachable(td, skb);
		teredo_drop(td, skb, TEREDO_TX_DROP_NOT_TEREDO);
		return false;
	}
	if (unlikely(!source_allowed(td, ip6))) {
		teredo_nptv6_icmp_error(td, skb, ICMPV6_ADM_PROHIBITED);
		teredo_drop(td, skb, TEREDO_TX_DROP_SOURCE);
		return false;
	}
	return likely(!teredo_gateway_on(td)) || teredo_gateway_tx(td, skb);
}

/**
 * teredo_relay_serves() - check whether a relay serves a destination
 * @td: device
 * @dst: IPv6 destination of a received packet
 *
 * RFC 4380 5.4.2 (row RR-06). A Teredo or local-scope address is never served. Unique
 * local addresses are served only if configured.
 *
 * Context: RCU.
 * Return: true if @dst is served.
 */
bool teredo_relay_serves(const struct teredo_dev *td,
			 const struct in6_addr *dst)
{
	if (!teredo_relay_global(dst) || teredo_is_teredo(dst, td->cfg.prefix))
		return false;
	if (td->cfg.mode == TEREDO_MODE_HOSTRELAY)
		return own_address(td, dst);
	return in_served_prefix(td, dst);
}

/* The packet verifies the client even if its destination is not served (rows RR-04,
 * RR-07).
 */
static void not_served(struct teredo_rx *rx)
{
	teredo_trust(rx->td, &rx->src, rx->from, rx->port);
	teredo_rx_drop(rx, TEREDO_RX_DROP_DESTINATION);
}

/* Check whether a bubble repeats the nonce that we sent via the client's server. Only
 * the port may differ from the mapped endpoint.
 */
static bool repeats_nonce(struct teredo_rx *rx,
			  const struct teredo_trailers *tr)
{
	bool repeats;

	if (!teredo_rx_bubble(rx) ||
	    teredo_mapped(&rx->src).addr != rx->from.addr)
		return false;
	rx->tr = tr;
	repeats = teredo_bubble_rx_repeats_nonce(rx);
	rx->tr = NULL;
	return repeats;
}

/* Check the source (RFC 4380 5.4.2, row RR-02). Beyond the RFC, a client behind a
 * symmetric NAT is verified by our nonce, as on a client (RFC 6081 5.2).
 */
static bool source_proven(struct teredo_rx *rx,
			  const struct teredo_trailers *tr)
{
	return teredo_endpoint_equal(teredo_mapped(&rx->src), rx->from) ||
	       teredo_rx_known(rx) || repeats_nonce(rx, tr);
}

/**
 * teredo_relay_rcv() - validate a datagram received by a relay
 * @rx: datagram that has been parsed, consumed
 *
 * RFC 4380 5.4.2 (rows RR-01 to RR-07). A relay accepts packets only from clients that
 * it has sent to. Otherwise any client could use it to send to native hosts.
 *
 * Context: softirq, RCU.
 */
void teredo_relay_rcv(struct teredo_rx *rx)
{
	const struct in6_addr *src = &rx->src;
	struct teredo_trailers trailers;

	if (!rx->map)
		teredo_rx_drop(rx, TEREDO_RX_DROP_NOT_QUALIFIED);
	else if (rx->pkt.auth || rx->pkt.origin)
		teredo_rx_drop(rx, TEREDO_RX_DROP_HEADERS);
	else if (!teredo_rx_trailers(rx, &trailers))
		teredo_rx_drop(rx, TEREDO_RX_DROP_TRAILER);
	else if (!teredo_is_teredo(src, rx->td->cfg.prefix) ||
		 !teredo_reachable(src) || !source_proven(rx, &trailers))
		teredo_rx_drop(rx, TEREDO_RX_DROP_SPOOFED);
	else if (!teredo_peer_lookup(rx->td->peers, src))
		teredo_rx_drop(rx, TEREDO_RX_DROP_NO_PEER);
	else if (!teredo_rx_bubble(rx) &&
		 !teredo_relay_serves(rx->td, &rx->dst))
		not_served(rx);
	else if (teredo_rx_bubble(rx) || teredo_gateway_rx(rx, src))
		teredo_rx_trust(rx);
}
