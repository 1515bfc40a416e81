// SPDX-License-Identifier: GPL-2.0
/*
 * Server (RFC 4380 5.3, rows SV-01 to SV-13). Answers and forwarded packets need no
 * state. Each datagram that the server sends is the direct result of a received one.
 * Its destination is proved by the received datagram, or derived from it by the RFC. It
 * is charged to the rate limit of that destination.
 */
#include <linux/in.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>

#include "bubble.h"
#include "decap.h"
#include "device.h"
#include "encap.h"
#include "gateway.h"
#include "peer.h"
#include "ratelimit.h"
#include "relay.h"
#include "server.h"
#include "stats.h"

/* Longest ICMPv6 message to forward. Longer messages are no connectivity tests, and a
 * server must not carry data (RFC 4380 5.3.1).
 */
#define TEREDO_SERVER_ICMP	128
/* octets of trailers to forward; those of RFC 6081 need 44 */
#define TEREDO_SERVER_TRAILERS	128

/* sizes of the longest answers */
#define TEREDO_RA_REPLY		(TEREDO_AUTH_MIN + TEREDO_ORIGIN_LEN + \
				 TEREDO_RA_PACKET)
#define TEREDO_ECHO_REPLY	(TEREDO_IP6_HLEN + TEREDO_SERVER_ICMP)
#define TEREDO_FORWARDED	(TEREDO_ORIGIN_LEN + TEREDO_IP6_HLEN + \
				 TEREDO_SERVER_ICMP + TEREDO_SERVER_TRAILERS)

static bool is_teredo(const struct teredo_rx *rx, const struct in6_addr *addr)
{
	return teredo_is_teredo(addr, rx->td->cfg.prefix);
}

/* Check whether an address names this server, so that it is one of its clients. */
static bool is_client(const struct teredo_rx *rx, const struct in6_addr *addr)
{
	return is_teredo(rx, addr) &&
	       teredo_server(addr) == rx->td->cfg.local;
}

/* Check the limit of answers to solicitations. It is separate from the limit of all
 * other datagrams to an address, so only a forger of that address can use it up.
 * Return: false if the limit is reached; @rx is consumed.
 */
static bool solicitation_allowed(struct teredo_rx *rx)
{
	struct teredo_dev *td = rx->td;

	if (teredo_limit_allow(td->solicited, rx->from.addr,
			       READ_ONCE(td->cfg.rate)))
		return true;
	teredo_rx_drop(rx, TEREDO_RX_DROP_RATE);
	return false;
}

/* Check the limit of datagrams to @to that the sender causes. The sender chooses @to,
 * which may be a NAT with many clients.
 * Return: false if the limit is reached; @rx is consumed.
 */
static bool sender_allowed(struct teredo_rx *rx, __be32 to)
{
	struct teredo_dev *td = rx->td;
	enum teredo_limit_verdict verdict;

	verdict = teredo_limit_fair(td->limit, rx->from.addr, to,
				    READ_ONCE(td->cfg.rate));
	if (verdict == TEREDO_LIMIT_PASS)
		return true;
	teredo_rx_refused(rx, verdict);
	return false;
}

/* Send a datagram and consume the one that caused it. */
static void answer(struct teredo_rx *rx, struct teredo_endpoint to,
		   struct teredo_endpoint from, const u8 *payload, size_t len,
		   enum teredo_counter what)
{
	struct teredo_dev *td = rx->td;

	if (teredo_send(td, to, from, payload, len))
		consume_skb(rx->skb);
	else
		teredo_rx_consume(rx, what);
}

/* Return: the local endpoint that received the datagram. */
static struct teredo_endpoint arrived_at(const struct teredo_rx *rx)
{
	return (struct teredo_endpoint) { .addr = rx->local, .port = rx->port };
}

static struct teredo_endpoint first_endpoint(const struct teredo_rx *rx)
{
	return (struct teredo_endpoint) {
		.addr = rx->td->cfg.local,
		.port = rx->td->cfg.port,
	};
}

/* Return: the second endpoint of the server, address 0 for none. The second endpoint of
 * a server with one address is another port of that address.
 */
static struct teredo_endpoint second_endpoint(const struct teredo_rx *rx)
{
	return (struct teredo_endpoint) {
		.addr = rx->td->cfg.local2,
		.port = rx->td->cfg.port2,
	};
}

/* Select the endpoint to answer a solicitation from. The cone bit requests the other
 * one, by which clients test their NAT (RFC 4380 5.3.2). RFC 5991 4 forbids to ignore
 * the bit.
 * Return: the endpoint, address 0 if the server has no other one.
 */
static struct teredo_endpoint answer_from(const struct teredo_rx *rx)
{
	struct teredo_endpoint first = first_endpoint(rx);

	if (!(teredo_flags(&rx->src) & TEREDO_FLAG_CONE))
		return arrived_at(rx);
	return teredo_endpoint_equal(arrived_at(rx), first) ?
	       second_endpoint(rx) : first;
}

/* Check a router solicitation (RFC 4861 6.1.1). A solicitation longer than the part
 * that teredo_rx_parse() makes linear cannot be checked, and is invalid.
 */
static bool valid_rs(const struct teredo_rx *rx)
{
	return rx->pkt.trailer <= TEREDO_MAX_PACKET &&
	       rx->ip6[7] == 255 && rx->ip6[TEREDO_IP6_HLEN + 1] == 0 &&
	       teredo_nd_options_valid(rx->ip6 + TEREDO_RS_PACKET,
				       rx->pkt.ip6_len - TEREDO_RS_PACKET) &&
	       !teredo_icmp_csum(rx->ip6, rx->pkt.ip6_len);
}

/* Check the trailers of a packet that ends at the server (RFC 6081 4.1). Forwarded
 * packets keep their trailers, which the client reads.
 */
static bool trailers_allow(const struct teredo_rx *rx)
{
	struct teredo_trailers tr;

	return teredo_rx_trailers(rx, &tr);
}

/* Pass a solicitation to the control daemon, which verifies the secret. Drop
 * solicitations that cannot have been made with a secret, so that a flood of them does
 * not load the daemon.
 */
static void ask_helper(struct teredo_rx *rx)
{
	if (!rx->pkt.auth || !rx->pkt.id_len ||
	    rx->pkt.au_len != TEREDO_HMAC_LEN)
		teredo_rx_drop(rx, TEREDO_RX_DROP_AUTH);
	else if (solicitation_allowed(rx))
		teredo_rx_to_helper(rx);
}

/* Answer a router solicitation (RFC 4380 5.3.2, row SV-04). The authentication of the
 * answer, if any, has only the nonce of the request, without client identifier and
 * value. If secrets are required, the control daemon answers.
 */
static void router_solicitation(struct teredo_rx *rx)
{
	struct in6_addr router, prefix = {};
	u8 reply[TEREDO_RA_REPLY], *p = reply;
	struct teredo_endpoint from = answer_from(rx);
	const u8 *payload;
	size_t len;

	teredo_rx_control(rx);
	if (!valid_rs(rx)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_MALFORMED);
		return;
	}
	if (!trailers_allow(rx)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_TRAILER);
		return;
	}
	if (READ_ONCE(rx->td->cfg.auth)) {
		ask_helper(rx);
		return;
	}
	if (!from.addr) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_NO_SECOND);
		return;
	}
	if (!solicitation_allowed(rx))
		return;
	if (rx->pkt.auth) {
		payload = teredo_rx_payload(rx, &len);
		teredo_build_auth(p, payload + teredo_auth_nonce(&rx->pkt));
		p += TEREDO_AUTH_MIN;
	}
	teredo_build_origin(p, rx->from);
	p += TEREDO_ORIGIN_LEN;
	teredo_make_linklocal(&router, TEREDO_FLAG_CONE, first_endpoint(rx));
	prefix.s6_addr32[0] = rx->td->cfg.prefix;
	prefix.s6_addr32[1] = rx->td->cfg.local;
	teredo_build_ra(p, &router, &rx->src, &prefix);
	p += TEREDO_RA_PACKET;
	answer(rx, rx->from, from, reply, p - reply, TEREDO_RX_SOLICITATIONS);
}

/* Answer an Echo Request to the server itself (row SV-08). */
static void echo_request(struct teredo_rx *rx)
{
	u8 reply[TEREDO_ECHO_REPLY], *icmp = reply + TEREDO_IP6_HLEN;
	u32 len = rx->pkt.ip6_len;
	u16 csum;

	if (len > sizeof(reply) ||
	    teredo_rx_icmp(rx) != TEREDO_ICMP_ECHO_REQUEST ||
	    teredo_icmp_csum(rx->ip6, len)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_PROTOCOL);
		return;
	}
	if (!trailers_allow(rx)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_TRAILER);
		return;
	}
	teredo_rx_control(rx);
	if (!sender_allowed(rx, rx->from.addr))
		return;
	memcpy(reply, rx->ip6, len);
	teredo_build_ip6(reply, TEREDO_NEXTHDR_ICMP, len - TEREDO_IP6_HLEN,
			 &rx->dst, &rx->src);
	icmp[0] = TEREDO_ICMP_ECHO_REPLY;
	icmp[2] = 0;
	icmp[3] = 0;
	csum = teredo_icmp_csum(reply, len);
	icmp[2] = csum >> 8;
	icmp[3] = csum;
	answer(rx, rx->from, arrived_at(rx), reply, len,
	       TEREDO_RX_ECHO_REQUESTS);
}

/* Forward a packet to another client (RFC 4380 5.3.1, rows SV-12 and SV-13). An origin
 * indication tells the client the outer source. Clients of other servers would ignore
 * it.
 */
static void forward(struct teredo_rx *rx)
{
	struct in6_addr dst = rx->dst;
	u32 len = rx->pkt.ip6_len + rx->pkt.trailer_len;
	u8 buf[TEREDO_FORWARDED], *p = buf;

	if (!teredo_reachable(&dst)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_EMBEDDED);
		return;
	}
	if (rx->pkt.trailer_len > TEREDO_SERVER_TRAILERS) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_PROTOCOL);
		return;
	}
	teredo_rx_control(rx);
	if (!sender_allowed(rx, teredo_mapped(&dst).addr))
		return;
	if (is_client(rx, &dst)) {
		teredo_build_origin(p, rx->from);
		p += TEREDO_ORIGIN_LEN;
	}
	memcpy(p, rx->ip6, len);
	p += len;
	answer(rx, teredo_mapped(&dst), first_endpoint(rx), buf, p - buf,
	       TEREDO_RX_FORWARDED);
}

/* Check for packets that clients need for hole punching and tests: bubbles and ICMPv6
 * echo (RFC 4380 5.3.1, rows SV-02 and SV-10).
 */
static bool forwardable(const struct teredo_rx *rx)
{
	int type = teredo_rx_icmp(rx);

	if (teredo_rx_bubble(rx))
		return true;
	return (type == TEREDO_ICMP_ECHO_REQUEST ||
		type == TEREDO_ICMP_ECHO_REPLY) &&
	       rx->pkt.ip6_len <= TEREDO_IP6_HLEN + TEREDO_SERVER_ICMP;
}

/* Check for a bubble of a client behind a symmetric NAT. Its packets to other servers
 * than its own have another port than its address embeds. Such bubbles can be forwarded
 * to our own clients, but the port of their source is unverified.
 */
static bool symmetric_bubble(const struct teredo_rx *rx)
{
	return READ_ONCE(rx->td->cfg.symmetric) && teredo_rx_bubble(rx) &&
	       is_teredo(rx, &rx->src) &&
	       teredo_mapped(&rx->src).addr == rx->from.addr &&
	       is_client(rx, &rx->dst);
}

/* Anti-spoofing checks (RFC 4380 5.3.1, rows SV-05 to SV-07). */
static bool source_proven(const struct teredo_rx *rx)
{
	const struct in6_addr *src = &rx->src;

	if (is_teredo(rx, src))
		return teredo_endpoint_equal(teredo_mapped(src), rx->from) ||
		       symmetric_bubble(rx);
	return is_client(rx, &rx->dst);
}

/* Check for a valid inner and outer source (RFC 4380 5.3.1, row SV-03). */
static bool source_possible(const struct teredo_rx *rx)
{
	int type = ipv6_addr_type(&rx->src);

	return type & IPV6_ADDR_UNICAST && !(type & IPV6_ADDR_LOOPBACK) &&
	       teredo_ipv4_is_global(rx->from.addr) && rx->from.port;
}

static bool is_server_itself(const struct teredo_rx *rx,
			     const struct in6_addr *dst)
{
	struct in6_addr own;

	teredo_make_linklocal(&own, TEREDO_FLAG_CONE, first_endpoint(rx));
	return ipv6_addr_equal(dst, &own);
}

/* Process a packet that is no solicitation (RFC 4380 5.3.1, rows SV-05 to SV-13). */
static void by_destination(struct teredo_rx *rx)
{
	const struct in6_addr *dst = &rx->dst;

	if (!source_proven(rx)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_SPOOFED);
	} else if (is_server_itself(rx, dst)) {
		echo_request(rx);
	} else if (is_teredo(rx, dst)) {
		if (forwardable(rx))
			forward(rx);
		else
			teredo_rx_drop(rx, TEREDO_RX_DROP_PROTOCOL);
	} else if (!teredo_relay_global(dst)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_DESTINATION);
	} else if (!forwardable(rx)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_PROTOCOL);
	} else if (!trailers_allow(rx)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_TRAILER);
	} else if (teredo_gateway_rx(rx, &rx->src) && teredo_rx_decapsulate(rx)) {
		teredo_count(rx->td, TEREDO_RX_ROUTED);
		teredo_deliver(rx->td, rx->skb);
	}
}

/* Check for a loop: the outer source is one of the server's own endpoints (row SV-03).
 */
static bool is_loop(const struct teredo_rx *rx)
{
	struct teredo_endpoint second = second_endpoint(rx);

	return teredo_endpoint_equal(rx->from, first_endpoint(rx)) ||
	       (second.addr && teredo_endpoint_equal(rx->from, second));
}

/* Check for a packet of a client that the built-in relay has sent to (RFC 4380 5.4.3).
 * Relayed packets leave by the service port, so no answer arrives at the second port.
 */
static bool from_relay_peer(const struct teredo_rx *rx)
{
	return rx->port == rx->td->cfg.port && !rx->pkt.auth &&
	       !is_teredo(rx, &rx->dst) &&
	       !is_server_itself(rx, &rx->dst) &&
	       teredo_peer_lookup(rx->td->peers, &rx->src);
}

/**
 * teredo_server_rcv() - process a datagram received by a server
 * @rx: datagram that has been parsed, consumed
 *
 * RFC 4380 5.3.1 and 5.3.2 (rows SV-01 to SV-13).
 *
 * Context: softirq, RCU.
 */
void teredo_server_rcv(struct teredo_rx *rx)
{
	static const struct in6_addr all_routers = {
		.s6_addr = { 0xff, 0x02, [15] = 2 },
	};

	if (!rx->map)
		teredo_rx_drop(rx, TEREDO_RX_DROP_NOT_QUALIFIED);
	else if (rx->pkt.origin)
		teredo_rx_drop(rx, TEREDO_RX_DROP_HEADERS);
	else if (!source_possible(rx))
		teredo_rx_drop(rx, TEREDO_RX_DROP_SOURCE);
	else if (is_loop(rx))
		teredo_rx_drop(rx, TEREDO_RX_DROP_LOOP);
	else if (ipv6_addr_type(&rx->src) & IPV6_ADDR_LINKLOCAL &&
		 ipv6_addr_equal(&rx->dst, &all_routers) &&
		 teredo_rx_icmp(rx) == TEREDO_ICMP_RS)
		router_solicitation(rx);
	else if (from_relay_peer(rx))
		teredo_relay_rcv(rx);
	else
		by_destination(rx);
}
