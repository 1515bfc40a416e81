// SPDX-License-Identifier: GPL-2.0
/*
 * Build and transmit bubbles, discovery bubbles, solicitations of random ports and
 * connectivity tests (RFC 4380 5.2.6, 5.2.8, 5.2.9; RFC 6081 5.5.4.1). bubble-set.c
 * and bubble-rx.c decide which are sent.
 */
#include <net/addrconf.h>

#include "bubble.h"
#include "device.h"
#include "encap.h"
#include "peer.h"
#include "ratelimit.h"
#include "stats.h"

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

/* Bubbles that no packet has caused keep a proven client usable, or are the
 * administrator's: the client's IPv4 address counts as their source.
 */
static enum teredo_limit_verdict judge(struct teredo_dev *td, __be32 to,
				       const struct in6_addr *dst,
				       const struct teredo_bubble_set *set)
{
	u32 rate = READ_ONCE(td->cfg.rate);

	if (ipv6_addr_any(&set->cause))
		return teredo_limit_fair(td->limit, teredo_mapped(dst).addr,
					 to, rate);
	return teredo_limit_native(td->limit, &set->cause, to, rate,
				   set->repeat);
}

/* The sender of a packet to a relay chooses where its bubbles go. The rate of the
 * destination protects that destination, and is fair between senders.
 */
static bool allowed(struct teredo_dev *td, __be32 to,
		    const struct in6_addr *dst,
		    const struct teredo_bubble_set *set)
{
	enum teredo_limit_verdict verdict;

	if (td->cfg.mode == TEREDO_MODE_CLIENT)
		return true;
	verdict = judge(td, to, dst, set);
	if (verdict == TEREDO_LIMIT_PASS)
		return true;
	teredo_count(td, verdict == TEREDO_LIMIT_OVER_SHARE ?
			 TEREDO_TX_DROP_SHARE : TEREDO_TX_DROP_RATE);
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
	if (ipv6_dev_get_saddr(dev_net(td->dev), td->dev, dst, 0, src) ||
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
 * @path: where to, and from which port
 * @tr: trailers, or NULL
 *
 * Context: BH off, RCU; no lock of ours held.
 * Return: 0; -ENOMEM, or -EHOSTUNREACH if there is no way to send it.
 */
int teredo_send_bubble(struct teredo_dev *td,
		       const struct teredo_mapping *map,
		       const struct in6_addr *dst,
		       struct teredo_path path,
		       const struct teredo_trailers *tr)
{
	struct teredo_endpoint from = { .addr = map->local, .port = path.port };
	u8 bubble[TEREDO_IP6_HLEN + TEREDO_TRAILERS_LEN];
	size_t len = TEREDO_IP6_HLEN;
	struct in6_addr src;
	int err;

	source_for(td, map, dst, &src);
	teredo_build_ip6(bubble, TEREDO_NEXTHDR_NONE, 0, &src, dst);
	if (tr)
		len += teredo_build_trailers(bubble + len, tr);
	err = teredo_send(td, path.to, from, bubble, len);
	if (!err)
		teredo_count(td, TEREDO_TX_BUBBLES);
	return err;
}

/**
 * teredo_discovery_send - send a discovery bubble, unless there was one just now
 * @td: device
 * @map: own mapping
 *
 * Context: BH off, RCU; no lock of ours held.
 * Return: false if nothing was sent.
 */
bool teredo_discovery_send(struct teredo_dev *td,
			   const struct teredo_mapping *map)
{
	struct teredo_endpoint group = {
		.addr = htonl(TEREDO_DISCOVERY_GROUP),
		.port = htons(TEREDO_PORT),
	};
	u8 bubble[TEREDO_IP6_HLEN];
	int ifindex = READ_ONCE(td->discovery.ifindex);

	if (!ifindex || !__ratelimit(&td->discovery.space))
		return false;
	teredo_build_ip6(bubble, TEREDO_NEXTHDR_NONE, 0, &map->address,
			 &in6addr_linklocal_allnodes);
	bubble[7] = 1;		/* hop limit */
	if (teredo_multicast(td, group, ifindex, bubble, sizeof(bubble)))
		return false;
	teredo_count(td, TEREDO_TX_BUBBLES);
	return true;
}

/* A server that relays to a client of its own takes the short way: what its
 * forwarding would make of the indirect bubble.
 */
static int send_as_server(struct teredo_dev *td,
			  const struct teredo_mapping *map,
			  const struct in6_addr *dst)
{
	u8 buf[TEREDO_ORIGIN_LEN + TEREDO_IP6_HLEN];
	struct teredo_endpoint self = {
		.addr = td->cfg.local,
		.port = td->cfg.port,
	};
	struct in6_addr src;
	int err;

	source_for(td, map, dst, &src);
	teredo_build_origin(buf, self);
	teredo_build_ip6(buf + TEREDO_ORIGIN_LEN, TEREDO_NEXTHDR_NONE, 0,
			 &src, dst);
	err = teredo_send(td, teredo_mapped(dst), usual_source(map), buf,
			  sizeof(buf));
	if (!err)
		teredo_count(td, TEREDO_TX_BUBBLES);
	return err;
}

/**
 * teredo_uses_nonces - are there nonces in bubbles
 * @td: device
 *
 * Both symmetric NATs and peers behind our own make them necessary. A server
 * has another use for the setting, and relays by the letter.
 *
 * Return: true if there are.
 */
bool teredo_uses_nonces(const struct teredo_dev *td)
{
	return td->cfg.mode != TEREDO_MODE_SERVER &&
	       (READ_ONCE(td->cfg.symmetric) || READ_ONCE(td->cfg.hairpin));
}

/**
 * teredo_bubble_set_nonce - repeat a peer's nonce in direct bubbles
 * @set: bubbles
 * @peer: the peer they go to
 *
 * Context: table locked.
 */
void teredo_bubble_set_nonce(struct teredo_bubble_set *set,
			     const struct teredo_peer *peer)
{
	set->tr.has_nonce = peer->nonce_received;
	set->tr.nonce = peer->nonce_received;
}

/* Return: what teredo_send_bubble() does, or -EBUSY over a limit */
static int send_direct(struct teredo_dev *td, const struct teredo_mapping *map,
		       const struct in6_addr *dst,
		       const struct teredo_bubble_set *set,
		       struct teredo_path path)
{
	struct teredo_trailers tr = set->tr;

	if (!allowed(td, path.to.addr, dst, set))
		return -EBUSY;
	tr.has_random_port = path.port && set->random;
	tr.random_port = set->random;
	return teredo_send_bubble(td, map, dst, path, &tr);
}

/* the device is the server of this client */
static bool serves(const struct teredo_dev *td, const struct in6_addr *dst)
{
	return td->cfg.mode == TEREDO_MODE_SERVER &&
	       teredo_server(dst) == td->cfg.local;
}

/* RATE is asked before the direct bubbles leave: without an indirect one they do
 * not reach the client, but would count.
 */
static bool indirect_allowed(struct teredo_dev *td, const struct in6_addr *dst,
			     const struct teredo_bubble_set *set)
{
	__be32 to = serves(td, dst) ? teredo_mapped(dst).addr :
				      teredo_server(dst);

	return allowed(td, to, dst, set);
}

/* Return: what teredo_send() does */
static int send_indirect(struct teredo_dev *td,
			 const struct teredo_mapping *map,
			 const struct in6_addr *dst,
			 const struct teredo_bubble_set *set)
{
	struct teredo_path path = { .to = server_of(dst) };
	struct teredo_trailers tr = set->server_tr;

	if (serves(td, dst))
		return send_as_server(td, map, dst);
	tr.has_random_port = set->random;
	tr.random_port = set->random;
	return teredo_send_bubble(td, map, dst, path, &tr);
}

/* RFC 6081 5.5.4.1.1: a solicitation with a nonce and no secret */
static void solicit(struct teredo_dev *td, const struct teredo_mapping *map,
		    struct teredo_endpoint server, __be16 port, const u8 *nonce)
{
	struct teredo_endpoint from = { .addr = map->local, .port = port };
	u8 rs[TEREDO_AUTH_MIN + TEREDO_RS_PACKET];

	teredo_build_auth(rs, nonce);
	teredo_build_rs(rs + TEREDO_AUTH_MIN);
	teredo_send(td, server, from, rs, sizeof(rs));
}

/* The order is what the test is about. */
static void send_port_test(struct teredo_dev *td,
			   const struct teredo_mapping *map,
			   const struct in6_addr *dst,
			   const struct teredo_bubble_set *set)
{
	struct teredo_endpoint primary = {
		.addr = READ_ONCE(td->cfg.server),
		.port = htons(TEREDO_PORT),
	};
	struct teredo_endpoint secondary = {
		.addr = READ_ONCE(td->cfg.server2),
		.port = READ_ONCE(td->cfg.server2_port),
	};
	__be16 port = set->test.port;

	solicit(td, map, primary, port, set->test_nonce[0]);
	send_direct(td, map, dst, set, set->test);
	solicit(td, map, secondary, port, set->test_nonce[1]);
	teredo_count(td, TEREDO_TX_PORT_TESTS);
}

/* Return: at least one bubble has left */
static bool send_bubble_set(struct teredo_dev *td,
			    const struct teredo_mapping *map,
			    const struct in6_addr *dst,
			    const struct teredo_bubble_set *set)
{
	bool sent = false;
	int i, err;

	if (set->indirect && !indirect_allowed(td, dst, set))
		return false;
	if (set->discover)
		sent = teredo_discovery_send(td, map);
	for (i = 0; i < set->n; i++) {
		err = send_direct(td, map, dst, set, set->path[i]);
		/* Without a route to the peer, or if its address is a
		 * broadcast address, do not ask for an answer (5.2.4).
		 */
		if (!i && err == -EHOSTUNREACH)
			return sent;
		sent |= !err;
	}
	if (set->test.port)
		send_port_test(td, map, dst, set);
	if (set->indirect)
		sent |= !send_indirect(td, map, dst, set);
	return sent;
}

/* Gives back what a bubble set was charged, unless others were counted since. */
static void refund(struct teredo_dev *td, const struct in6_addr *dst,
		   const struct teredo_charge *charge)
{
	struct teredo_probe *probe;
	struct teredo_peer *peer;

	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_lookup(td->peers, dst);
	probe = peer ? peer->probe : NULL;
	if (probe && probe->n_sent == charge->n_sent) {
		probe->n_sent--;
		probe->unsent = true;
		probe->sent[probe->n_sent % TEREDO_PROBE_TRIES] = charge->sent;
		if (READ_ONCE(peer->tx) == charge->at)
			WRITE_ONCE(peer->tx, charge->tx);
	}
	spin_unlock_bh(&td->peers->lock);
}

/**
 * teredo_send_bubble_set - send bubbles to a peer
 * @td: device
 * @map: own mapping
 * @dst: Teredo address that teredo_reachable() allows
 * @set: which
 *
 * Direct ones open our NAT for the peer's answer. The indirect one goes to the
 * server in the *peer's* address, which has a way in (RFC 4380 5.2.4, 5.4.1).
 * Only what was transmitted counts (5.2.6): if no bubble leaves, @set's charge
 * is given back.
 *
 * Context: BH off, RCU; no lock of ours held.
 */
void teredo_send_bubble_set(struct teredo_dev *td,
			    const struct teredo_mapping *map,
			    const struct in6_addr *dst,
			    const struct teredo_bubble_set *set)
{
	if (!send_bubble_set(td, map, dst, set) && set->charge.n_sent)
		refund(td, dst, &set->charge);
}

/**
 * teredo_test_allowed - check whether an unsolicited packet may cause a test
 * @td: a client
 * @source: outer IPv4 source that asks for it, network byte order
 *
 * Its server gets the tests of native hosts, and those of random ports.
 *
 * Context: BH off.
 * Return: true if it may, and it is counted.
 */
bool teredo_test_allowed(struct teredo_dev *td, __be32 source)
{
	return teredo_limit_fair(td->tests, source, 0, TEREDO_TEST_RATE) ==
	       TEREDO_LIMIT_PASS;
}

/* Takes back a test that was counted, and the doubling of the silence that a peer
 * is allowed, see teredo_peer_silent().
 */
static void refund_test(struct teredo_dev *td, const struct in6_addr *dst)
{
	struct teredo_probe *probe;
	struct teredo_peer *peer;

	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_lookup(td->peers, dst);
	probe = peer ? peer->probe : NULL;
	if (probe && probe->n_tests)
		probe->n_tests--;
	if (probe && probe->tries == 1 && peer->silences &&
	    teredo_peer_usable(peer))
		WRITE_ONCE(peer->silences, peer->silences - 1);
	spin_unlock_bh(&td->peers->lock);
}

/**
 * teredo_send_test - send an Echo Request by way of the own server
 * @td: device
 * @map: own mapping
 * @dst: the node to test
 * @echo: what makes the reply recognisable
 *
 * The reply comes through a relay and shows which one (RFC 4380 5.2.9). A test
 * that does not leave the host does not count.
 *
 * Context: BH off, RCU; no lock of ours held.
 */
void teredo_send_test(struct teredo_dev *td, const struct teredo_mapping *map,
		      const struct in6_addr *dst,
		      const struct teredo_echo *echo)
{
	u8 packet[TEREDO_ECHO_PACKET];

	teredo_build_echo(packet, &map->address, dst, echo);
	if (teredo_send(td, server_of(&map->address), usual_source(map),
			packet, sizeof(packet)))
		refund_test(td, dst);
	else
		teredo_count(td, TEREDO_TX_TESTS);
}
