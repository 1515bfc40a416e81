// SPDX-License-Identifier: GPL-2.0
/*
 * Build and transmit bubbles, discovery bubbles, solicitations of random ports and
 * connectivity tests (RFC 4380 5.2.6, 5.2.8, 5.2.9; RFC 6081 5.5.4.1). Other files decide
 * which are sent: bubble-set.c, probe.c, bubble-rx.c, symmetric.c, burst.c, discovery.c and
 * client.c.
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
 * teredo_reachable() - check whether a Teredo address contains valid endpoints
 * @addr: address with the service prefix
 *
 * Bubbles go to its mapped endpoint and to its server (RFC 4380 5.2.4).
 *
 * Context: any.
 * Return: true if both IPv4 addresses are global unicast and the mapped port is not 0.
 */
bool teredo_reachable(const struct in6_addr *addr)
{
	struct teredo_endpoint mapped = teredo_mapped(addr);

	return mapped.port && teredo_ipv4_is_global(mapped.addr) &&
	       teredo_ipv4_is_global(teredo_server(addr));
}

/* Charge a bubble of a relay or server to the share of its cause, and to RATE of IPv4 address
 * @to. The cause is the native source of the packet that the bubble is sent for. Without
 * such a packet (a refresh, or a request of the administrator) it is the client's mapped
 * IPv4 address.
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

/* A client sends from its Teredo address. A relay sends from its source address for the
 * client, as servers accept no Teredo address from a relay (RFC 4380 5.3.1, 5.4.1). A
 * relay without such an address uses a link-local one: it only returns as the destination
 * of the client's answer.
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
 * teredo_send_bubble() - send one bubble (RFC 4380 5.2.6)
 * @td: device
 * @map: own mapping
 * @dst: IPv6 destination
 * @path: remote endpoint and local port
 * @tr: trailers, or NULL
 *
 * Context: BH off, RCU; no lock of this module held.
 * Return: as teredo_send().
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
 * teredo_discovery_send() - send a discovery bubble (RFC 4380 5.2.8), at most one per second
 * @td: device
 * @map: own mapping
 *
 * Context: BH off, RCU; no lock of this module held.
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

/* A server that relays to its own client does not send itself the indirect bubble. Send
 * what its forwarding would make of that bubble.
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
 * teredo_uses_nonces() - check whether bubbles carry nonces (RFC 6081 5.2)
 * @td: device
 *
 * Symmetric NATs and peers behind the same NAT require them. On a server,
 * cfg.symmetric controls forwarding, and the built-in relay follows RFC 4380 strictly.
 *
 * Context: any.
 * Return: true if bubbles carry nonces.
 */
bool teredo_uses_nonces(const struct teredo_dev *td)
{
	return td->cfg.mode != TEREDO_MODE_SERVER &&
	       (READ_ONCE(td->cfg.symmetric) || READ_ONCE(td->cfg.hairpin));
}

/**
 * teredo_bubble_set_nonce() - repeat a peer's nonce in direct bubbles
 * @set: bubbles
 * @peer: the peer they go to
 *
 * Context: peers->lock held.
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

/* Check RATE before direct bubbles are sent. Without the indirect bubble they do not reach
 * the client, but would count.
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

/* Send an Echo Test: the bubble between the two solicitations gets an external port
 * between theirs (RFC 6081 5.5).
 */
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

/* Return: true if at least one bubble has left */
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

/* Refund the charge of a bubble set, unless another set was charged since. */
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
 * teredo_send_bubble_set() - send bubbles to a peer
 * @td: device
 * @map: own mapping
 * @dst: Teredo address that teredo_reachable() allows
 * @set: bubble set, borrowed
 *
 * Direct bubbles open our NAT for the peer's answer. The indirect bubble goes to the
 * server in the *peer's* address, for which the peer's NAT is open (RFC 4380 5.2.4,
 * 5.4.1). Only transmitted bubbles count (5.2.6): if none leaves, the charge of @set is
 * refunded.
 *
 * Context: BH off, RCU; no lock of this module held.
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
 * teredo_test_allowed() - check whether an unsolicited packet can cause a test
 * @td: a client
 * @source: IPv4 address that the test counts for, network byte order
 *
 * Tests of native hosts and of random ports share the limit, as the client's server
 * gets both.
 *
 * Context: BH off.
 * Return: true if it can, and the test is counted.
 */
bool teredo_test_allowed(struct teredo_dev *td, __be32 source)
{
	return teredo_limit_fair(td->tests, source, 0, TEREDO_TEST_RATE) ==
	       TEREDO_LIMIT_PASS;
}

/* Refund a test, and the doubling of the silence that is allowed to the peer, see
 * teredo_peer_silent().
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
 * teredo_send_test() - send a connectivity test via the client's server
 * @td: device
 * @map: own mapping
 * @dst: IPv6 address of the node to test
 * @echo: identifier, sequence number and data of the Echo Request
 *
 * The reply comes through a relay and shows which one (RFC 4380 5.2.9). A test that does
 * not leave the host does not count.
 *
 * Context: BH off, RCU; no lock of this module held.
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
