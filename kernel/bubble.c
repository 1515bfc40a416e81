// SPDX-License-Identifier: GPL-2.0
/*
 * Bubbles and connectivity tests. Whether one may be sent is decided in
 * probe.c and receive.c; here they are made.
 */
#include <net/addrconf.h>

#include "bubble.h"
#include "device.h"
#include "discovery.h"
#include "limit.h"
#include "peer.h"
#include "stats.h"
#include "xmit.h"

static struct teredo_endpoint server_of(const struct in6_addr *addr)
{
	return (struct teredo_endpoint) {
		.addr = teredo_server(addr),
		.port = htons(TEREDO_PORT),
	};
}

static struct teredo_endpoint usual_source(const struct teredo_mapping *map)
{
	return (struct teredo_endpoint) { .addr = map->local };
}

/**
 * teredo_reachable - may anything be sent for a Teredo address
 * @addr: address with the service prefix
 *
 * Both IPv4 addresses in it are ones that we would send to (RFC 4380 5.2.4).
 *
 * Return: true if both are global unicast and the port is one.
 */
bool teredo_reachable(const struct in6_addr *addr)
{
	struct teredo_endpoint mapped = teredo_mapped(addr);

	return mapped.port && teredo_ipv4_is_global(mapped.addr) &&
	       teredo_ipv4_is_global(teredo_server(addr));
}

/* Whoever can send packets to a relay chooses where its bubbles go: not too many
 * to anybody.
 */
static bool allowed(struct teredo_dev *td, struct teredo_endpoint to)
{
	if (!td->limit ||
	    teredo_limit_allow(td->limit, to.addr, READ_ONCE(td->cfg.rate)))
		return true;
	teredo_count(td, TEREDO_TX_DROP_RATE);
	return false;
}

/* A client has its address; a relay takes the one that it would talk to the
 * client from, as servers accept only addresses that are not Teredo (RFC 4380
 * 5.3.1, 5.4.1). With none at all, a link-local address is as good: it only
 * comes back in the client's answer.
 */
static void source_for(const struct teredo_dev *td,
		       const struct teredo_mapping *map,
		       const struct in6_addr *dst, struct in6_addr *src)
{
	*src = map->address;
	if (td->cfg.mode == TEREDO_MODE_CLIENT)
		return;
	if (ipv6_dev_get_saddr(dev_net(td->dev), NULL, dst, 0, src) ||
	    teredo_is_teredo(src, td->cfg.prefix))
		teredo_make_linklocal(src, 0, (struct teredo_endpoint) {
			.addr = td->cfg.local,
			.port = td->cfg.port,
		});
}

/**
 * teredo_send_bubble - send one bubble (RFC 4380 5.2.6)
 * @td: device
 * @map: own mapping
 * @dst: IPv6 destination
 * @way: where to, and from which port
 * @tr: trailers, or NULL
 *
 * Context: BH off, RCU; no lock of ours held.
 * Return: 0; -ENOMEM, -EBUSY if too much is sent to that place, -EHOSTUNREACH if
 * there is no way to send it.
 */
int teredo_send_bubble(struct teredo_dev *td,
		       const struct teredo_mapping *map,
		       const struct in6_addr *dst,
		       struct teredo_way way,
		       const struct teredo_trailers *tr)
{
	struct teredo_endpoint from = { .addr = map->local, .port = way.port };
	u8 bubble[TEREDO_IP6_HLEN + TEREDO_TRAILERS_LEN];
	size_t len = TEREDO_IP6_HLEN;
	struct in6_addr src;
	int err;

	if (!allowed(td, way.to))
		return -EBUSY;
	source_for(td, map, dst, &src);
	teredo_build_ip6(bubble, TEREDO_NEXTHDR_NONE, 0, &src, dst);
	if (tr)
		len += teredo_build_trailers(bubble + len, tr);
	err = teredo_send(td, way.to, from, bubble, len);
	if (!err)
		teredo_count(td, TEREDO_TX_BUBBLES);
	return err;
}

/* A server that relays to a client of its own takes the short way: what its
 * forwarding would make of the indirect bubble.
 */
static void send_as_server(struct teredo_dev *td,
			   const struct teredo_mapping *map,
			   const struct in6_addr *dst)
{
	u8 buf[TEREDO_ORIGIN_LEN + TEREDO_IP6_HLEN];
	struct teredo_endpoint self = {
		.addr = td->cfg.local,
		.port = td->cfg.port,
	};
	struct in6_addr src;

	if (!allowed(td, teredo_mapped(dst)))
		return;
	source_for(td, map, dst, &src);
	teredo_build_origin(buf, self);
	teredo_build_ip6(buf + TEREDO_ORIGIN_LEN, TEREDO_NEXTHDR_NONE, 0,
			 &src, dst);
	if (!teredo_send(td, teredo_mapped(dst), usual_source(map), buf,
			 sizeof(buf)))
		teredo_count(td, TEREDO_TX_BUBBLES);
}

/**
 * teredo_call_wants_nonce - are there nonces in bubbles
 * @td: device
 *
 * Both symmetric NATs and peers behind our own make them necessary. A server
 * has another use for the setting, and relays by the letter.
 *
 * Return: true if there are.
 */
bool teredo_call_wants_nonce(const struct teredo_dev *td)
{
	return td->cfg.mode != TEREDO_MODE_SERVER &&
	       (READ_ONCE(td->cfg.symmetric) || READ_ONCE(td->cfg.hairpin));
}

/**
 * teredo_call_nonce - repeat a peer's nonce in direct bubbles
 * @call: bubbles
 * @peer: the peer they go to
 *
 * Context: table locked.
 */
void teredo_call_nonce(struct teredo_call *call,
		       const struct teredo_peer *peer)
{
	call->tr.has_nonce = peer->nonce_received;
	call->tr.nonce = peer->nonce_received;
}

/* Return: what teredo_send_bubble() does */
static int send_direct(struct teredo_dev *td, const struct teredo_mapping *map,
		       const struct in6_addr *dst,
		       const struct teredo_call *call, struct teredo_way way)
{
	struct teredo_trailers tr = call->tr;

	tr.has_random_port = way.port && call->random;
	tr.random_port = call->random;
	return teredo_send_bubble(td, map, dst, way, &tr);
}

static void send_indirect(struct teredo_dev *td,
			  const struct teredo_mapping *map,
			  const struct in6_addr *dst,
			  const struct teredo_call *call)
{
	struct teredo_way way = { .to = server_of(dst) };
	struct teredo_trailers tr = call->server_tr;

	tr.has_random_port = call->random;
	tr.random_port = call->random;
	teredo_send_bubble(td, map, dst, way, &tr);
}

/* RFC 6081 5.5.4.1.1: a solicitation with a nonce and no secret */
static void solicit(struct teredo_dev *td, const struct teredo_mapping *map,
		    __be32 server, __be16 port, const u8 *nonce)
{
	struct teredo_endpoint to = {
		.addr = server,
		.port = htons(TEREDO_PORT),
	};
	struct teredo_endpoint from = { .addr = map->local, .port = port };
	u8 rs[TEREDO_AUTH_MIN + TEREDO_RS_PACKET];

	teredo_build_auth(rs, nonce);
	teredo_build_rs(rs + TEREDO_AUTH_MIN);
	teredo_send(td, to, from, rs, sizeof(rs));
}

/* The order is what the test is about. */
static void send_port_test(struct teredo_dev *td,
			   const struct teredo_mapping *map,
			   const struct in6_addr *dst,
			   const struct teredo_call *call)
{
	__be16 port = call->test.port;

	solicit(td, map, READ_ONCE(td->cfg.server), port, call->test_nonce[0]);
	send_direct(td, map, dst, call, call->test);
	solicit(td, map, READ_ONCE(td->cfg.server2), port, call->test_nonce[1]);
	teredo_count(td, TEREDO_TX_PORT_TESTS);
}

/**
 * teredo_send_call - send bubbles to a peer
 * @td: device
 * @map: own mapping
 * @dst: Teredo address that teredo_reachable() allows
 * @call: which
 *
 * Direct ones open our NAT for the peer's answer. The indirect one goes to the
 * server in the *peer's* address, which has a way in (RFC 4380 5.2.4, 5.4.1).
 *
 * Context: BH off, RCU; no lock of ours held.
 */
void teredo_send_call(struct teredo_dev *td, const struct teredo_mapping *map,
		      const struct in6_addr *dst,
		      const struct teredo_call *call)
{
	int i, err;

	if (call->discover)
		teredo_discovery_send(td, map);
	for (i = 0; i < call->n; i++) {
		err = send_direct(td, map, dst, call, call->way[i]);
		/* Without a way to the peer, or if that is a broadcast address,
		 * nobody is to be asked for an answer either (5.2.4).
		 */
		if (!i && err == -EHOSTUNREACH)
			return;
	}
	if (call->test.port)
		send_port_test(td, map, dst, call);
	if (!call->indirect)
		return;
	if (td->cfg.mode == TEREDO_MODE_SERVER &&
	    teredo_server(dst) == td->cfg.local)
		send_as_server(td, map, dst);
	else
		send_indirect(td, map, dst, call);
}

/**
 * teredo_send_test - send an Echo Request by way of the own server
 * @td: device
 * @map: own mapping
 * @dst: the node to test
 * @echo: what makes the reply recognisable
 *
 * The reply comes through a relay and shows which one (RFC 4380 5.2.9).
 *
 * Context: BH off, RCU; no lock of ours held.
 */
void teredo_send_test(struct teredo_dev *td, const struct teredo_mapping *map,
		      const struct in6_addr *dst,
		      const struct teredo_echo *echo)
{
	u8 packet[TEREDO_ECHO_PACKET];

	teredo_build_echo(packet, &map->address, dst, echo);
	if (!teredo_send(td, server_of(&map->address), usual_source(map),
			 packet, sizeof(packet)))
		teredo_count(td, TEREDO_TX_TESTS);
}
