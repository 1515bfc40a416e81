// SPDX-License-Identifier: GPL-2.0
/* Random ports. */
#include <linux/netdevice.h>
#include <net/inet_sock.h>

#include "bubble.h"
#include "burst.h"
#include "device.h"
#include "peer.h"
#include "port.h"
#include "predict.h"
#include "probe.h"
#include "socket.h"

/**
 * teredo_ports_init - no ports yet
 * @ports: result
 */
void teredo_ports_init(struct teredo_ports *ports)
{
	INIT_LIST_HEAD(&ports->spare);
	INIT_LIST_HEAD(&ports->used);
	INIT_LIST_HEAD(&ports->closing);
}

/**
 * teredo_port_open - open a port that is nobody's yet
 * @td: device
 *
 * Context: process.
 * Return: the port, in no list, or NULL.
 */
struct teredo_port *teredo_port_open(struct teredo_dev *td)
{
	struct teredo_port *port = kzalloc_obj(*port, GFP_KERNEL);

	if (!port)
		return NULL;
	if (teredo_socket_bind(td, td->cfg.local, 0, &port->sock)) {
		kfree(port);
		return NULL;
	}
	port->port = inet_sk(port->sock->sk)->inet_sport;
	return port;
}

static void open_spare(struct teredo_dev *td)
{
	struct teredo_ports *ports = &td->ports;
	struct teredo_port *port;

	while (READ_ONCE(ports->n_spare) < TEREDO_SPARE_PORTS) {
		port = teredo_port_open(td);
		if (!port)
			return;
		spin_lock_bh(&td->peers->lock);
		list_add(&port->list, &ports->spare);
		ports->n_spare++;
		spin_unlock_bh(&td->peers->lock);
	}
}

/**
 * teredo_ports_free - close ports
 * @list: them; empty afterwards
 *
 * Waits once for all who may still use them.
 *
 * Context: process, table not locked.
 */
void teredo_ports_free(struct list_head *list)
{
	struct teredo_port *port, *next;

	if (list_empty(list))
		return;
	list_for_each_entry(port, list, list)
		teredo_socket_mute(port->sock);
	synchronize_rcu();
	list_for_each_entry_safe(port, next, list, list) {
		teredo_socket_free(port->sock);
		kfree(port);
	}
	INIT_LIST_HEAD(list);
}

/**
 * teredo_ports_work - open what may be needed and close what is not
 * @td: device, up
 * @wanted: random ports are of use
 *
 * Context: process, table not locked.
 */
void teredo_ports_work(struct teredo_dev *td, bool wanted)
{
	struct teredo_ports *ports = &td->ports;
	LIST_HEAD(closing);

	spin_lock_bh(&td->peers->lock);
	list_splice_init(&ports->closing, &closing);
	ports->due = false;
	if (!wanted) {
		list_splice_init(&ports->spare, &closing);
		ports->n_spare = 0;
	}
	spin_unlock_bh(&td->peers->lock);

	teredo_ports_free(&closing);
	if (wanted)
		open_spare(td);
}

/**
 * teredo_ports_close - close all random ports
 * @td: device that forgets its peers, and whose worker does not run any more
 *
 * Context: process, table not locked.
 */
void teredo_ports_close(struct teredo_dev *td)
{
	WARN_ON_ONCE(td->ports.n_used);
	teredo_ports_work(td, false);
}

/* Table locked. */
static void wake(struct teredo_dev *td)
{
	td->ports.due = true;
	mod_delayed_work(teredo_wq, &td->probe_work, 0);
}

/* Strangers that ask for an answer get a port as well, and may then be silent. The
 * one that had the most time to say something goes.
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
 * teredo_port_give - let a peer have a certain port
 * @td: device
 * @port: port that is nobody's, in a list
 * @peer: entry that has none
 *
 * Context: table locked.
 */
void teredo_port_give(struct teredo_dev *td, struct teredo_port *port,
		      struct teredo_peer *peer)
{
	lockdep_assert_held(&td->peers->lock);
	list_move_tail(&port->list, &td->ports.used);
	td->ports.n_used++;
	port->peer = peer;
	peer->random = port;
}

/**
 * teredo_port_take - give a peer a random port
 * @td: device
 * @peer: entry
 *
 * The NAT keeps the port for its first destination, so that is what the peer
 * will see.
 *
 * Context: table locked.
 * Return: false if it has none and there is none.
 */
bool teredo_port_take(struct teredo_dev *td, struct teredo_peer *peer)
{
	struct teredo_ports *ports = &td->ports;
	struct teredo_port *port;

	lockdep_assert_held(&td->peers->lock);
	if (peer->random)
		return true;
	if (ports->n_used >= TEREDO_MAX_PORTS)
		take_back(td);
	wake(td);
	if (!ports->n_spare || ports->n_used >= TEREDO_MAX_PORTS)
		return false;
	port = list_first_entry(&ports->spare, struct teredo_port, list);
	ports->n_spare--;
	port->predicted = port->port;
	teredo_port_give(td, port, peer);
	return true;
}

/**
 * teredo_port_hand_over - let the entry that replaces a peer's have its port
 * @old: entry that goes
 * @new: entry that comes
 *
 * Context: table locked.
 */
void teredo_port_hand_over(struct teredo_peer *old, struct teredo_peer *new)
{
	new->random = old->random;
	old->random = NULL;
	if (new->random)
		new->random->peer = new;
}

/**
 * teredo_port_release - a peer needs no random port any more
 * @td: device
 * @peer: entry
 *
 * Context: table locked.
 */
void teredo_port_release(struct teredo_dev *td, struct teredo_peer *peer)
{
	struct teredo_port *port = peer->random;

	lockdep_assert_held(&td->peers->lock);
	if (!port)
		return;
	peer->random = NULL;
	port->peer = NULL;
	list_move(&port->list, &td->ports.closing);
	td->ports.n_used--;
	wake(td);
}

/**
 * teredo_port_call - let bubbles make use of random ports
 * @peer: the peer they go to
 * @call: bubbles, those to the peer's usual places are there already
 *
 * RFC 6081 5.4.4.3; a peer's random port is written to whether or not we have
 * one ourselves, as the examples in 6.3 and 6.4 have it.
 *
 * Context: table locked.
 */
void teredo_port_call(const struct teredo_peer *peer, struct teredo_call *call)
{
	struct teredo_endpoint to = teredo_mapped(&peer->addr);

	if (teredo_port_tested(peer))
		return;
	if (peer->random)
		call->random = peer->random->predicted;
	if (!peer->peer_random)
		return;
	to.port = peer->peer_random;
	teredo_call_add(call, to, peer->random ? peer->random->port : 0);
}

/**
 * teredo_port_is_of - is a port the random port of a peer
 * @td: device
 * @port: local port, network byte order
 * @addr: peer's address
 *
 * Context: BH off, RCU; table not locked.
 * Return: true if it is.
 */
bool teredo_port_is_of(struct teredo_dev *td, __be16 port,
		       const struct in6_addr *addr)
{
	struct teredo_peer *peer;
	bool ours;

	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_lookup(td->peers, addr);
	ours = (peer && peer->random && peer->random->port == port) ||
	       teredo_burst_has(td, port, addr);
	spin_unlock_bh(&td->peers->lock);
	return ours;
}

/**
 * teredo_ports_delay - when there is something to do for ports
 * @td: device
 *
 * Context: table locked.
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

/**
 * teredo_port_kept - is the NAT's mapping of a peer's random port being kept
 * @peer: entry
 *
 * Context: table locked.
 * Return: true if it is, and has not been for long without data.
 */
bool teredo_port_kept(const struct teredo_peer *peer)
{
	return peer->random && peer->trusted &&
	       peer->sport == peer->random->port &&
	       peer->random->refreshed < TEREDO_PORT_REFRESHES;
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

/* Looks at one port, and puts it behind the others. */
static void refresh_one(struct teredo_dev *td, const struct teredo_mapping *map)
{
	struct teredo_call call = {};
	struct teredo_port *port;
	struct in6_addr addr;

	spin_lock_bh(&td->peers->lock);
	port = list_first_entry_or_null(&td->ports.used, struct teredo_port,
					list);
	if (port) {
		list_move_tail(&port->list, &td->ports.used);
		if (refresh_due(port)) {
			addr = port->peer->addr;
			teredo_call_add(&call, port->peer->ep, port->port);
			teredo_call_nonce(&call, port->peer);
			call.random = port->predicted;
		}
	}
	spin_unlock_bh(&td->peers->lock);
	if (call.n)
		teredo_send_call(td, map, &addr, &call);
}

/**
 * teredo_ports_refresh - keep the NAT's mappings of random ports
 * @td: device
 * @map: own mapping
 *
 * RFC 6081 5.4.2.1: a bubble each 30 s without data, 20 at most. It does not
 * count as transmission, so that is the time of the last data.
 *
 * Context: BH off, RCU; table not locked.
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
