// SPDX-License-Identifier: GPL-2.0
/*
 * Random ports behind symmetric NATs: their assignment to peers, their NAT keepalives
 * (RFC 6081 5.4), and port prediction behind NATs with sequential port allocation
 * (5.5). A test belongs to its random port and ends with it. While the test runs,
 * nothing else is sent from that port, and the bubble set to the peer waits.
 */
#include <linux/random.h>

#include "attempt.h"
#include "bubble.h"
#include "decap.h"
#include "device.h"
#include "nat.h"
#include "peer.h"
#include "random-port.h"
#include "symmetric.h"

/* Reclaim the port that an unusable peer without an attempt has had for the longest
 * time. Unsolicited peers get a port as well, and may never send a packet to it.
 */
static void take_back(struct teredo_dev *td)
{
	struct teredo_port *port;

	list_for_each_entry(port, &td->ports.used, list)
		if (!teredo_peer_usable(port->peer) &&
		    (!port->peer->probe ||
		     !teredo_probe_pending(port->peer->probe))) {
			teredo_port_release(td, port->peer);
			return;
		}
}

/**
 * teredo_port_take() - assign a spare random port to a peer
 * @td: device
 * @peer: entry
 *
 * A port-preserving NAT keeps the port number for the first destination. So the
 * predicted external port is the local one.
 *
 * Context: peers->lock held.
 * Return: true if the peer has a random port now; false if there is no spare port.
 */
bool teredo_port_take(struct teredo_dev *td, struct teredo_peer *peer)
{
	struct teredo_ports *ports = &td->ports;
	struct teredo_port *port;

	lockdep_assert_held(&td->peers->lock);
	if (peer->random_port)
		return true;
	if (ports->n_used >= TEREDO_MAX_PORTS)
		take_back(td);
	teredo_ports_wake(td);
	if (!ports->n_spare || ports->n_used >= TEREDO_MAX_PORTS)
		return false;
	port = list_first_entry(&ports->spare, struct teredo_port, list);
	ports->n_spare--;
	port->predicted = port->port;
	teredo_port_give(td, port, peer);
	return true;
}

/**
 * teredo_random_port_add() - add the random ports to a bubble set
 * @peer: peer that the bubbles go to
 * @set: bubble set, which has the bubbles to the peer's other endpoints already
 *
 * RFC 6081 5.4.4.3. A bubble goes to the peer's random port even if this client has no
 * random port, as in the examples of RFC 6081 6.3 and 6.4.
 *
 * Context: peers->lock held.
 */
void teredo_random_port_add(const struct teredo_peer *peer,
			    struct teredo_bubble_set *set)
{
	struct teredo_endpoint to = teredo_mapped(&peer->addr);

	if (teredo_port_tested(peer))
		return;
	if (peer->random_port)
		set->random = peer->random_port->predicted;
	if (!peer->remote_random_port)
		return;
	to.port = peer->remote_random_port;
	teredo_bubble_set_add(set, to,
			      peer->random_port ? peer->random_port->port : 0);
}

/* Return: the path of the bubble in a test. It leads to the peer's random port if
 * known, as the NAT keeps the mapping for the first destination.
 */
static struct teredo_path way_to(const struct teredo_peer *peer)
{
	struct teredo_path path = {
		.to = teredo_mapped(&peer->addr),
		.port = peer->random_port->port,
	};

	path.to.port = peer->remote_random_port ?: path.to.port;
	return path;
}

/* Begin a try of the test (RFC 6081 5.5.4.1.1). */
static void ask(const struct teredo_peer *peer, struct teredo_bubble_set *set)
{
	struct teredo_port_test *test = &peer->random_port->test;

	test->tries++;
	test->running = true;
	test->due = jiffies + test->tries * HZ;
	memset(test->seen, 0, sizeof(test->seen));
	get_random_bytes(test->nonce, sizeof(test->nonce));

	memset(set, 0, sizeof(*set));
	teredo_bubble_set_nonce(set, peer);
	set->test = way_to(peer);
	memcpy(set->test_nonce, test->nonce, sizeof(test->nonce));
}

/* Check whether the test had no usable result. A later test of another port can
 * succeed.
 */
static bool prediction_failed(const struct teredo_port *port)
{
	const struct teredo_port_test *test = &port->test;

	return test->seen[0] && test->seen[1] && !port->predicted &&
	       !time_before(jiffies, test->due);
}

/**
 * teredo_predict_begin() - start a port prediction before a bubble to a peer's server
 * @td: device
 * @map: own mapping
 * @peer: entry that is not usable
 * @set: result, if a test must be sent
 *
 * Unsolicited peers share the limit of all packets that received packets cause to our
 * server. They are charged by the IPv4 address of their mapped endpoint.
 *
 * Context: peers->lock held.
 * Return: true if the bubble must wait for the test.
 */
bool teredo_predict_begin(struct teredo_dev *td,
			  const struct teredo_mapping *map,
			  struct teredo_peer *peer,
			  struct teredo_bubble_set *set)
{
	if (peer->random_port && prediction_failed(peer->random_port))
		teredo_port_release(td, peer);
	if (peer->random_port)
		return peer->random_port->test.running;
	if (!teredo_predict_wanted(td, map) ||
	    (!peer->local_init &&
	     !teredo_test_allowed(td, teredo_mapped(&peer->addr).addr)) ||
	    !teredo_port_take(td, peer))
		return false;
	peer->random_port->predicted = 0;
	ask(peer, set);
	return true;
}

static struct teredo_port *tested_port(const struct teredo_dev *td, __be16 port)
{
	struct teredo_port *pos;

	list_for_each_entry(pos, &td->ports.used, list)
		if (pos->port == port && pos->test.running)
			return pos;
	return NULL;
}

/* Return: index of the nonce of the test that the datagram repeats, or -1. */
static int which_nonce(const struct teredo_rx *rx,
		       const struct teredo_port_test *test)
{
	size_t len;
	const u8 *nonce = teredo_rx_payload(rx, &len) +
			  teredo_auth_nonce(&rx->pkt);
	int i;

	for (i = 0; i < 2; i++)
		if (!memcmp(nonce, test->nonce[i], TEREDO_NONCE_LEN))
			return i;
	return -1;
}

/* Return: the predicted port (RFC 6081 5.5.4.4), or 0 if the ports that the server saw
 * are not from one sequence.
 */
static __be16 middle(const struct teredo_port_test *test)
{
	int first = ntohs(test->seen[0]), last = ntohs(test->seen[1]);

	if (abs(last - first) > TEREDO_PORT_GAP)
		return 0;
	return htons((first + last) / 2);
}

/* Context: peers->lock held. Return: true if the datagram answers a test. */
static bool note_seen(struct teredo_rx *rx, struct in6_addr *resume)
{
	struct teredo_port *port = tested_port(rx->td, rx->port);
	int i = port ? which_nonce(rx, &port->test) : -1;

	if (i < 0)
		return false;
	if (!port->test.seen[i])
		port->test.seen[i] = rx->pkt.from.port;
	if (!port->test.seen[0] || !port->test.seen[1])
		return true;
	port->test.running = false;
	port->predicted = middle(&port->test);
	*resume = port->peer->addr;
	return true;
}

/**
 * teredo_predict_seen() - process an advertisement that answers a port test
 * @rx: router advertisement from the server to a random port, with a usable origin
 * @resume: set to the address of the peer whose bubble set waited for this answer, for
 *	teredo_probe_resume(); to the unspecified address for none
 *
 * Only the nonces identify an answer. With both answers the predicted port is announced
 * to the peer (RFC 6081 5.5.4.4), unless the prediction failed.
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: true if @rx answers a test.
 */
bool teredo_predict_seen(struct teredo_rx *rx, struct in6_addr *resume)
{
	bool is_ours;

	*resume = in6addr_any;
	if (!rx->pkt.auth)
		return false;
	spin_lock_bh(&rx->td->peers->lock);
	is_ours = note_seen(rx, resume);
	spin_unlock_bh(&rx->td->peers->lock);
	return is_ours;
}

static struct teredo_port *overdue(const struct teredo_dev *td)
{
	struct teredo_port *pos;

	list_for_each_entry(pos, &td->ports.used, list)
		if (pos->test.running && !time_before(jiffies, pos->test.due))
			return pos;
	return NULL;
}

/**
 * teredo_predict_step() - repeat or end the first port test that has timed out
 * @td: device
 * @map: own mapping
 * @resume: set to the address of the peer whose bubble set need not wait any more, for
 *	teredo_probe_resume(); to the unspecified address for none
 *
 * RFC 6081 5.5.2.2: a test is repeated once. After that no port is announced to the
 * peer.
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: false if no test has timed out.
 */
bool teredo_predict_step(struct teredo_dev *td,
			 const struct teredo_mapping *map,
			 struct in6_addr *resume)
{
	struct teredo_bubble_set set = {};
	struct teredo_port *port;
	struct in6_addr addr;

	*resume = in6addr_any;
	spin_lock_bh(&td->peers->lock);
	port = overdue(td);
	if (port) {
		addr = port->peer->addr;
		port->test.running = false;
		if (port->test.tries < TEREDO_PORT_TESTS &&
		    !teredo_peer_usable(port->peer))
			ask(port->peer, &set);
		else
			*resume = addr;
	}
	spin_unlock_bh(&td->peers->lock);
	if (set.test.port)
		teredo_send_bubble_set(td, map, &addr, &set);
	return port;
}

/**
 * teredo_predict_delay() - compute when teredo_predict_step() must run next
 * @td: device
 *
 * Context: peers->lock held.
 * Return: jiffies from now, or LONG_MAX.
 */
long teredo_predict_delay(const struct teredo_dev *td)
{
	long delay = LONG_MAX;
	struct teredo_port *pos;

	lockdep_assert_held(&td->peers->lock);
	list_for_each_entry(pos, &td->ports.used, list)
		if (pos->test.running)
			delay = min(delay, (long)(pos->test.due - jiffies));
	return delay;
}

static bool refresh_due(struct teredo_port *port)
{
	const struct teredo_peer *peer = port->peer;

	if (time_before(jiffies, READ_ONCE(peer->tx) + TEREDO_PORT_REFRESH)) {
		port->refreshed = 0;
		return false;
	}
	if (!teredo_port_kept(peer))
		return false;
	port->refreshed++;
	return true;
}

/* Refresh the NAT mapping of one port if due, and move the port to the end of the list.
 */
static void refresh_one(struct teredo_dev *td, const struct teredo_mapping *map)
{
	struct teredo_bubble_set set = {};
	struct teredo_port *port;
	struct in6_addr addr;

	spin_lock_bh(&td->peers->lock);
	port = list_first_entry_or_null(&td->ports.used, struct teredo_port,
					list);
	if (port) {
		list_move_tail(&port->list, &td->ports.used);
		if (refresh_due(port)) {
			addr = port->peer->addr;
			teredo_bubble_set_add(&set, port->peer->ep, port->port);
			teredo_bubble_set_nonce(&set, port->peer);
			set.random = port->predicted;
		}
	}
	spin_unlock_bh(&td->peers->lock);
	if (set.n)
		teredo_send_bubble_set(td, map, &addr, &set);
}

/**
 * teredo_ports_refresh() - send NAT keepalives for random ports
 * @td: device
 * @map: own mapping
 *
 * RFC 6081 5.4.2.1: a bubble every 30 s without data, at most 20. A keepalive does not
 * update @tx of the peer, which stays the time of the last data packet or charged bubble
 * set.
 *
 * Context: BH off, RCU; peers->lock not held.
 */
void teredo_ports_refresh(struct teredo_dev *td,
			  const struct teredo_mapping *map)
{
	unsigned int n = READ_ONCE(td->ports.n_used);

	if (time_in_range_open(jiffies, td->ports.refreshed,
			       td->ports.refreshed + TEREDO_PORT_REFRESH))
		return;
	td->ports.refreshed = jiffies;
	while (n--)
		refresh_one(td, map);
}

/**
 * teredo_ports_delay() - compute when the worker must run for random ports
 * @td: device
 *
 * Context: peers->lock held.
 * Return: jiffies from now, or LONG_MAX.
 */
long teredo_ports_delay(const struct teredo_dev *td)
{
	const struct teredo_ports *ports = &td->ports;

	if (ports->due)
		return 0;
	if (!ports->n_used)
		return LONG_MAX;
	return min(teredo_predict_delay(td),
		   (long)(ports->refreshed + TEREDO_PORT_REFRESH - jiffies));
}
