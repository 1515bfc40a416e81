// SPDX-License-Identifier: GPL-2.0
/* Connectivity test with a native host (RFC 4380 5.2.9), see native_ping.h. */
#include "native_ping.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>

static struct teredo_endpoint server_of(const struct verify *v)
{
	return (struct teredo_endpoint) {
		.addr = teredo_server(&v->address),
		.port = cpu_to_be16(TEREDO_PORT),
	};
}

static void request(struct verify *v, u64 now)
{
	u8 packet[TEREDO_ECHO_PACKET];

	v->tries++;
	v->sent = now;
	teredo_build_echo(packet, &v->address, &v->host, &v->echo);
	v->send(v->ctx, server_of(v), packet, sizeof(packet));
}

/**
 * verify_start() - start a test
 * @v: test with @send, @ctx, @host and a random @echo
 * @address: Teredo address of the client
 * @now: time
 */
void verify_start(struct verify *v, const struct in6_addr *address, u64 now)
{
	v->address = *address;
	v->state = VERIFY_TESTING;
	v->tries = 0;
	v->relay_known = false;
	request(v, now);
}

/**
 * verify_deadline() - get the time of the next timeout
 * @v: test
 *
 * Return: time to call verify_timeout() at, UINT64_MAX if there is none.
 */
u64 verify_deadline(const struct verify *v)
{
	return v->state == VERIFY_TESTING ? v->sent + VERIFY_INTERVAL_MS :
					    UINT64_MAX;
}

/**
 * verify_timeout() - repeat the request, or fail, when the time has come
 * @v: test
 * @now: time
 */
void verify_timeout(struct verify *v, u64 now)
{
	if (now < verify_deadline(v))
		return;
	if (v->tries < VERIFY_TRIES)
		request(v, now);
	else
		v->state = VERIFY_FAILED;
}

static struct in6_addr address_at(const u8 *data)
{
	struct in6_addr addr;

	memcpy(&addr, data, sizeof(addr));
	return addr;
}

static bool same(const struct in6_addr *a, const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* A relay has the reply, and has asked via the server for a bubble that opens the NAT
 * (RFC 4380 5.2.3, 5.4.1).
 */
static void let_in(struct verify *v, const u8 *ip6, struct teredo_endpoint relay)
{
	struct in6_addr src = address_at(ip6 + 8);
	u8 bubble[TEREDO_IP6_HLEN];

	v->relay = relay;
	v->relay_known = true;
	teredo_build_ip6(bubble, TEREDO_NEXTHDR_NONE, 0, &v->address, &src);
	v->send(v->ctx, relay, bubble, sizeof(bubble));
}

static bool is_usable(struct teredo_endpoint ep)
{
	return ep.port && teredo_ipv4_is_global(ep.addr);
}

/**
 * verify_receive() - process a received datagram
 * @v: test
 * @from: source of the datagram
 * @data: UDP payload
 * @len: length of @data in octets
 * @now: time
 */
void verify_receive(struct verify *v, struct teredo_endpoint from,
		    const u8 *data, size_t len, u64 now)
{
	struct in6_addr src, dst;
	struct teredo_packet pkt;
	const u8 *ip6;

	if (v->state != VERIFY_TESTING || teredo_parse(&pkt, data, len) ||
	    packet_discarded(&pkt, data))
		return;
	ip6 = data + pkt.ip6;
	src = address_at(ip6 + 8);
	dst = address_at(ip6 + 24);
	if (!same(&dst, &v->address))
		return;
	if (teredo_is_bubble(ip6, pkt.ip6_len)) {
		/* trust only the server's origin; relays have no Teredo address */
		if (teredo_endpoint_equal(from, server_of(v)) && pkt.origin &&
		    is_usable(pkt.from) &&
		    src.s6_addr32[0] != v->address.s6_addr32[0])
			let_in(v, ip6, pkt.from);
	} else if (same(&src, &v->host) &&
		   teredo_is_echo_reply(ip6, pkt.ip6_len, &v->echo)) {
		v->state = VERIFY_GOOD;
		v->relay = from;
		v->relay_known = true;
		v->rtt = now - v->sent;
	}
}

/**
 * verify_explain() - find out why the native host is not reached
 * @v: test
 * @r: result, REASON_NONE if the host is reached, or not tested
 */
void verify_explain(const struct verify *v, struct reason *r)
{
	char host[INET6_ADDRSTRLEN], relay[INET_ADDRSTRLEN];

	reason_set(r, REASON_NONE, NULL, NULL);
	if (v->state == VERIFY_OFF || v->state == VERIFY_GOOD)
		return;
	inet_ntop(AF_INET6, &v->host, host, sizeof(host));
	inet_ntop(AF_INET, &v->relay.addr, relay, sizeof(relay));
	if (v->relay_known)
		reason_set(r, REASON_NO_WAY_BACK, relay, host);
	else
		reason_set(r, REASON_NO_RELAY, host, NULL);
}
