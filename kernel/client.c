// SPDX-License-Identifier: GPL-2.0
/*
 * What a client sends and takes: tables 4.2 and 4.3, as far as they are not
 * about the peers' state.
 */
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>

#include "bubble-rx.h"
#include "bubble.h"
#include "burst.h"
#include "client.h"
#include "decap.h"
#include "device.h"
#include "discovery.h"
#include "encap.h"
#include "endpoint.h"
#include "peer.h"
#include "probe.h"
#include "random-port.h"
#include "stats.h"
#include "symmetric.h"
#include "trust.h"

/**
 * teredo_client_may_send - may a packet be sent to anybody at all
 * @td: device
 * @skb: packet from the IPv6 stack
 * @map: own mapping or NULL
 *
 * Table 4.2 down to T-03.
 *
 * Context: BH off, RCU.
 * Return: true if it may; if not, it is consumed.
 */
bool teredo_client_may_send(struct teredo_dev *td, struct sk_buff *skb,
			    const struct teredo_mapping *map)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	int scope = ipv6_addr_type(&ip6->daddr);

	if (unlikely(!map)) {
		teredo_unreachable(td, skb);
		teredo_drop(td, skb, TEREDO_TX_DROP_NOT_QUALIFIED);
		return false;
	}
	if (unlikely(!(scope & IPV6_ADDR_UNICAST) ||
		     scope & (IPV6_ADDR_LINKLOCAL | IPV6_ADDR_LOOPBACK))) {
		teredo_drop(td, skb, TEREDO_TX_DROP_SCOPE);
		return false;
	}
	if (unlikely(!ipv6_addr_equal(&ip6->saddr, &map->address))) {
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH,
				ICMPV6_ADM_PROHIBITED, 0);
		teredo_drop(td, skb, TEREDO_TX_DROP_SOURCE);
		return false;
	}
	return true;
}

/* Row P-17. */
static bool bubble_repeats(struct teredo_rx *rx)
{
	return teredo_rx_bubble(rx) && teredo_reachable(&rx->src) &&
	       teredo_bubble_rx_repeats_nonce(rx);
}

/* The address of the source says where it must come from, unless it has been
 * told a secret, or heard on our link.
 */
static bool source_proven(struct teredo_rx *rx)
{
	return teredo_reachable(&rx->src) &&
	       (teredo_endpoint_equal(teredo_mapped(&rx->src), rx->from) ||
		teredo_discovery_from(rx) ||
		(!teredo_rx_bubble(rx) && teredo_bubble_rx_from_alt(rx)));
}

/* Verify the peer at @to, then react to its trailers and accept the datagram. */
static void trust_at(struct teredo_rx *rx, struct teredo_endpoint to)
{
	if (!teredo_trust_at(rx, to)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_PEER_LIMIT);
		return;
	}
	if (rx->pkt.trailer_len && teredo_rx_bubble(rx))
		teredo_bubble_rx_direct(rx);
	teredo_rx_accept(rx);
}

/* Row P-13: from the endpoint of a trusted peer. Return: true if consumed. */
static bool from_trusted(struct teredo_rx *rx)
{
	if (!teredo_rx_known(rx))
		return false;
	trust_at(rx, rx->from);
	return true;
}

/* It is the peer's, but the peer may be reached better elsewhere, or not yet.
 * @repeats says whether our nonce has proven it.
 */
static void proven_teredo(struct teredo_rx *rx, bool repeats)
{
	if (teredo_rx_bubble(rx) &&
	    (teredo_bubble_rx_second(rx, repeats) ||
	     teredo_bubble_rx_early(rx))) {
		teredo_rx_accept(rx);
		return;
	}
	if (repeats)
		teredo_bubble_rx_announce(rx);
	switch (teredo_endpoint_judge(rx)) {
	case TEREDO_ENDPOINT_OBSERVED:
		trust_at(rx, rx->from);
		break;
	case TEREDO_ENDPOINT_MAPPED:
		trust_at(rx, teredo_mapped(&rx->src));
		break;
	case TEREDO_ENDPOINT_UNDECIDED:
		teredo_rx_accept(rx);
	}
}

/* Rows P-15 to P-19. */
static void from_teredo(struct teredo_rx *rx)
{
	bool repeats = bubble_repeats(rx);

	if (repeats || source_proven(rx))
		proven_teredo(rx, repeats);
	else if (teredo_rx_bubble(rx))
		teredo_rx_drop(rx, TEREDO_RX_DROP_BUBBLE);
	else
		teredo_rx_drop(rx, TEREDO_RX_DROP_SPOOFED);
}

/* Row P-21: a native source, by way of some relay. */
static void from_native(struct teredo_rx *rx)
{
	if (teredo_rx_bubble(rx)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_BUBBLE);
		return;
	}
	if (teredo_rx_decapsulate(rx))
		teredo_probe_hold(rx->td, rx->map, rx->skb, rx->from);
}

/* Row P-14. The reply comes from a relay, and data will be sent there: it must
 * be a place that data may be sent to. Asked before P-13, as it may well be the
 * relay that is known already.
 */
static bool test_answered(struct teredo_rx *rx)
{
	if (!rx->from.port || !teredo_ipv4_is_global(rx->from.addr) ||
	    !teredo_test_answered(rx->td, rx->ip6, rx->pkt.ip6_len, rx->from,
				  rx->port))
		return false;
	teredo_rx_control(rx);
	teredo_rx_consume(rx, TEREDO_RX_TEST_REPLIES);
	return true;
}

static bool origin_usable(const struct teredo_rx *rx)
{
	return rx->pkt.origin && rx->pkt.from.port &&
	       teredo_ipv4_is_global(rx->pkt.from.addr);
}

/* Row P-10: a relay asks for a way in; its data waits there for a bubble of
 * ours (RFC 4380 5.2.3), which repeats its nonce as that of a peer is. Nothing is
 * proven by it. The origin is what limits are fair between: the server has seen
 * it, so a sender has as many as IPv4 addresses.
 */
static enum teredo_limit_verdict answer_relay(struct teredo_rx *rx)
{
	struct teredo_path path = { .to = rx->pkt.from };
	struct teredo_trailers tr = {
		.has_nonce = rx->tr->has_nonce && teredo_uses_nonces(rx->td),
		.nonce = rx->tr->nonce,
	};
	enum teredo_limit_verdict verdict;

	verdict = teredo_limit_fair(rx->td->answers, path.to.addr, 0,
				    TEREDO_ANSWER_RATE);
	if (verdict == TEREDO_LIMIT_PASS)
		teredo_send_bubble(rx->td, rx->map, &rx->src, path, &tr);
	return verdict;
}

/* Rows P-09 to P-11: a bubble that the own server passed on. */
static void server_bubble(struct teredo_rx *rx)
{
	bool teredo = teredo_is_teredo(&rx->src, rx->td->cfg.prefix);
	enum teredo_limit_verdict verdict;

	teredo_rx_control(rx);
	/* RFC 6081 5.6.4.2 */
	if (rx->tr->bad_alternate && READ_ONCE(rx->td->cfg.hairpin)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_TRAILER);
		return;
	}
	if (teredo ? !teredo_reachable(&rx->src) : !origin_usable(rx)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_BUBBLE);
		return;
	}
	/* row P-09 for a peer */
	verdict = teredo ? teredo_bubble_rx_indirect(rx) : answer_relay(rx);
	if (verdict == TEREDO_LIMIT_PASS)
		teredo_rx_consume(rx, TEREDO_RX_INDIRECT_BUBBLES);
	else
		teredo_rx_refused(rx, verdict);
}

static bool at_random_port(const struct teredo_rx *rx)
{
	return rx->port != rx->td->cfg.port;
}

static bool is_server(const struct teredo_rx *rx, __be32 server)
{
	return server && rx->from.addr == server &&
	       rx->from.port == htons(TEREDO_PORT);
}

static bool is_secondary(const struct teredo_rx *rx)
{
	const struct teredo_config *cfg = &rx->td->cfg;
	__be32 server = READ_ONCE(cfg->server2);

	return server && rx->from.addr == server &&
	       rx->from.port == READ_ONCE(cfg->server2_port);
}

/**
 * teredo_client_contact - note that the server has been heard of
 * @rx: datagram
 *
 * Whatever it sent counts (RFC 4380 5.2.3).
 */
void teredo_client_contact(struct teredo_rx *rx)
{
	struct teredo_dev *td = rx->td;

	if (!is_server(rx, teredo_server(&rx->map->address)))
		return;
	teredo_stamp(&td->contact);
	if (!READ_ONCE(td->contacted))
		WRITE_ONCE(td->contacted, true);
}

/* Row P-07: nothing in the trailers asks for the packet to be dropped. */
static bool trailers_allow(struct teredo_rx *rx, struct teredo_trailers *tr)
{
	rx->tr = tr;
	return teredo_rx_trailers(rx, tr);
}

/* The answer to a test of a random port. Return: false if it is none. */
static bool port_test_answered(struct teredo_rx *rx)
{
	struct in6_addr resume;

	if (!rx->map || !origin_usable(rx) || !teredo_predict_seen(rx, &resume))
		return false;
	if (!ipv6_addr_any(&resume))
		teredo_probe_resume(rx->td, rx->map, &resume);
	return true;
}

/* Row P-04: a router advertisement is the helper's business alone. It judges
 * it, too; here only what comes from elsewhere is kept away from it. At a random
 * port it can only be the answer to a test of that port.
 */
static void router_advertisement(struct teredo_rx *rx)
{
	const struct teredo_config *cfg = &rx->td->cfg;
	struct teredo_trailers trailers;

	teredo_rx_control(rx);
	if (!is_server(rx, READ_ONCE(cfg->server)) && !is_secondary(rx))
		teredo_rx_drop(rx, TEREDO_RX_DROP_CONTROL);
	else if (!trailers_allow(rx, &trailers))
		teredo_rx_drop(rx, TEREDO_RX_DROP_TRAILER);
	else if (!at_random_port(rx))
		teredo_rx_to_helper(rx);
	else if (port_test_answered(rx))
		teredo_rx_consume(rx, TEREDO_RX_PORT_TESTS);
	else
		teredo_rx_drop(rx, TEREDO_RX_DROP_PORT);
}

/* Row P-06 for the source. */
static bool source_possible(const struct teredo_rx *rx)
{
	int type = ipv6_addr_type(&rx->src);

	return type & IPV6_ADDR_UNICAST && !(type & IPV6_ADDR_LOOPBACK) &&
	       !ipv6_addr_equal(&rx->src, &rx->map->address);
}

/* Check whether a random port is open for a peer: as its port, or by its burst. */
static bool is_port_of(struct teredo_dev *td, __be16 port,
		       const struct in6_addr *addr)
{
	struct teredo_peer *peer;
	bool is_ours;

	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_lookup(td->peers, addr);
	is_ours = (peer && peer->random_port &&
		   peer->random_port->port == port) ||
	       teredo_burst_has(td, port, addr);
	spin_unlock_bh(&td->peers->lock);
	return is_ours;
}

/* A random port is open for the one peer that has been told of it. */
static bool port_allows(const struct teredo_rx *rx)
{
	return !at_random_port(rx) ||
	       is_port_of(rx->td, rx->port, &rx->src);
}

/* Rows P-08 and on: the packet is for us, but from whom. */
static void dispatch_by_source(struct teredo_rx *rx)
{
	bool server = is_server(rx, teredo_server(&rx->map->address)) &&
		      !at_random_port(rx);
	int type = ipv6_addr_type(&rx->src);

	if (server && teredo_rx_bubble(rx)) {
		server_bubble(rx);
		return;
	}
	/* only from the server is an origin more than somebody's word, or
	 * we would send to whoever a stranger names
	 */
	if (server && origin_usable(rx) &&
	    !teredo_is_teredo(&rx->src, rx->td->cfg.prefix))
		answer_relay(rx);

	if (test_answered(rx) || from_trusted(rx))
		return;
	if (teredo_is_teredo(&rx->src, rx->td->cfg.prefix))
		from_teredo(rx);
	else if (type & IPV6_ADDR_LINKLOCAL)
		teredo_rx_drop(rx, TEREDO_RX_DROP_LINK_LOCAL);
	else
		from_native(rx);
}

/**
 * teredo_client_rcv - table 4.3 from P-04 on
 * @rx: datagram that has been parsed, consumed
 *
 * Context: softirq, RCU.
 */
void teredo_client_rcv(struct teredo_rx *rx)
{
	struct teredo_trailers trailers;

	/* a random port says nothing of the mapping of the service port */
	if (rx->map && !at_random_port(rx))
		teredo_client_contact(rx);

	if (teredo_rx_icmp(rx) == TEREDO_ICMP_RA &&
	    ipv6_addr_type(&rx->src) & IPV6_ADDR_LINKLOCAL)
		router_advertisement(rx);
	else if (!rx->map)
		teredo_rx_drop(rx, TEREDO_RX_DROP_NOT_QUALIFIED);
	else if (!port_allows(rx))
		teredo_rx_drop(rx, TEREDO_RX_DROP_PORT);
	else if (!source_possible(rx))
		teredo_rx_drop(rx, TEREDO_RX_DROP_SOURCE);
	else if (!ipv6_addr_equal(&rx->dst, &rx->map->address))
		teredo_rx_drop(rx, TEREDO_RX_DROP_DESTINATION);
	else if (!trailers_allow(rx, &trailers))
		teredo_rx_drop(rx, TEREDO_RX_DROP_TRAILER);
	else
		dispatch_by_source(rx);
}
