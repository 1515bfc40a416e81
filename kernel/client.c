// SPDX-License-Identifier: GPL-2.0
/*
 * The client role: validate outgoing packets (RFC 4380 5.2.4, rows T-01 to T-03), and
 * dispatch received ones by their source (5.2.3, rows P-04 to P-21). The rows are those
 * of packet-rules.rst. xmit.c and probe.c handle the rows about the state of peers.
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

/* Check for a unicast address that is neither link-local nor the loopback address. */
static bool in_scope(const struct in6_addr *addr)
{
	int type = ipv6_addr_type(addr);

	return type & IPV6_ADDR_UNICAST &&
	       !(type & (IPV6_ADDR_LINKLOCAL | IPV6_ADDR_LOOPBACK));
}

/**
 * teredo_client_may_send() - validate an outgoing packet on a client
 * @td: device
 * @skb: packet from the IPv6 stack
 * @map: own mapping, NULL if not qualified
 *
 * RFC 4380 5.2.4 (rows T-01 to T-03).
 *
 * Context: BH off, RCU.
 * Return: true if the packet can be sent; if not, it is consumed.
 */
bool teredo_client_may_send(struct teredo_dev *td, struct sk_buff *skb,
			    const struct teredo_mapping *map)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);

	if (unlikely(!map)) {
		teredo_unreachable(td, skb);
		teredo_drop(td, skb, TEREDO_TX_DROP_NOT_QUALIFIED);
		return false;
	}
	if (unlikely(!teredo_is_global_unicast(&ip6->daddr)) && !in_scope(&ip6->daddr)) {
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

/* RFC 6081 5.2.4.4 (row P-17). */
static bool bubble_repeats(struct teredo_rx *rx)
{
	return teredo_rx_bubble(rx) && teredo_reachable(&rx->src) &&
	       teredo_bubble_rx_repeats_nonce(rx);
}

/* Check whether the outer source belongs to a Teredo source. It does if it is the mapped
 * endpoint or the endpoint on the link. Data can also come from a secondary endpoint.
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

/* Handle a packet of a verified source: trust the peer at the endpoint that is best to send
 * to, or accept the packet alone if the choice of the endpoint, or data, must wait.
 * @repeats: our nonce has verified the source.
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

/* RFC 4380 5.2.3 rule 6 (row P-21): a native source, via a relay. */
static void from_native(struct teredo_rx *rx)
{
	if (teredo_rx_bubble(rx)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_BUBBLE);
		return;
	}
	if (teredo_rx_decapsulate(rx))
		teredo_probe_hold(rx->td, rx->map, rx->skb, rx->from);
}

/* RFC 4380 5.2.3 rule 2 (row P-14). Data will be sent to the relay that the reply comes
 * from, so its address must be global unicast. Checked before P-13, as the reply can come
 * from the relay in use.
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

/* RFC 4380 5.2.3 (row P-10): answer a relay, which queues its data until a bubble from the
 * client arrives. The answer repeats the relay's nonce. The indirect bubble verifies
 * nothing. The limit is fair between origins: the server has observed the origin, so a
 * sender has no more origins than IPv4 addresses.
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

/* Rows P-09 to P-11: a bubble that the client's server forwarded. */
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
 * teredo_client_contact() - record contact with the client's server
 * @rx: datagram, of any source
 *
 * Any datagram from the server counts (RFC 4380 5.2.3).
 *
 * Context: softirq, RCU.
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

/* RFC 6081 4.1 (row P-07). Return: false if a trailer demands to drop the packet. */
static bool trailers_allow(struct teredo_rx *rx, struct teredo_trailers *tr)
{
	rx->tr = tr;
	return teredo_rx_trailers(rx, tr);
}

/* Handle the answer to a test of a random port. Return: false if it is none. */
static bool port_test_answered(struct teredo_rx *rx)
{
	struct in6_addr resume;

	if (!rx->map || !origin_usable(rx) || !teredo_predict_seen(rx, &resume))
		return false;
	if (!ipv6_addr_any(&resume))
		teredo_probe_resume(rx->td, rx->map, &resume);
	return true;
}

/* Row P-04: pass a router advertisement to the control daemon, which validates it. Drop
 * what does not come from an endpoint of the server. At a random port, an advertisement
 * can only answer a test of that port.
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

/* A random port is open only for the peer that was told of it. */
static bool port_allows(const struct teredo_rx *rx)
{
	return !at_random_port(rx) ||
	       is_port_of(rx->td, rx->port, &rx->src);
}

/* Rows P-08 to P-21: dispatch a packet to our address by its source. */
static void dispatch_by_source(struct teredo_rx *rx)
{
	bool server = is_server(rx, teredo_server(&rx->map->address)) &&
		      !at_random_port(rx);
	int type = ipv6_addr_type(&rx->src);

	if (server && teredo_rx_bubble(rx)) {
		server_bubble(rx);
		return;
	}
	/* Trust an origin indication only from our server. Otherwise an attacker
	 * could direct our bubbles.
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
 * teredo_client_rcv() - handle a datagram on a client
 * @rx: datagram that has been parsed, consumed
 *
 * RFC 4380 5.2.3 (rows P-04 to P-21).
 *
 * Context: softirq, RCU.
 */
void teredo_client_rcv(struct teredo_rx *rx)
{
	struct teredo_trailers trailers;

	/* a datagram at a random port does not verify the mapping of the service port */
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
