// SPDX-License-Identifier: GPL-2.0
/*
 * Pool of random ports (RFC 6081 5.4, 5.5): the worker opens and closes their sockets.
 */
#include <linux/netdevice.h>
#include <net/inet_sock.h>

#include "device.h"
#include "peer-types.h"
#include "random-port.h"
#include "socket.h"

/**
 * teredo_ports_init() - initialise the lists of ports
 * @ports: the lists
 *
 * Context: any.
 */
void teredo_ports_init(struct teredo_ports *ports)
{
	INIT_LIST_HEAD(&ports->spare);
	INIT_LIST_HEAD(&ports->used);
	INIT_LIST_HEAD(&ports->closing);
}

/**
 * teredo_port_open() - open a port that no peer uses yet
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
 * teredo_ports_free() - close ports
 * @list: list of the ports; empty afterwards
 *
 * All ports share one grace period, in which their receivers finish.
 *
 * Context: process, peers->lock not held.
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
 * teredo_ports_work() - open spare ports and close released ones
 * @td: device, up
 * @wanted: random ports can help, so keep spare ones
 *
 * Context: process, peers->lock not held.
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
 * teredo_ports_close() - close all random ports
 * @td: device without peers, and whose worker does not run any more
 *
 * Context: process, peers->lock not held.
 */
void teredo_ports_close(struct teredo_dev *td)
{
	WARN_ON_ONCE(td->ports.n_used);
	teredo_ports_work(td, false);
}

/**
 * teredo_ports_wake() - wake the worker to open and close ports
 * @td: device
 *
 * Context: peers->lock held.
 */
void teredo_ports_wake(struct teredo_dev *td)
{
	td->ports.due = true;
	mod_delayed_work(teredo_wq, &td->probe_work, 0);
}

/**
 * teredo_port_give() - assign a port to a peer
 * @td: device
 * @port: port without a peer, in a list
 * @peer: entry without a port
 *
 * Context: peers->lock held.
 */
void teredo_port_give(struct teredo_dev *td, struct teredo_port *port,
		      struct teredo_peer *peer)
{
	lockdep_assert_held(&td->peers->lock);
	list_move_tail(&port->list, &td->ports.used);
	td->ports.n_used++;
	port->peer = peer;
	peer->random_port = port;
}

/**
 * teredo_port_hand_over() - move the port of an entry to the entry that replaces it
 * @old: entry to remove
 * @new: entry to add
 *
 * Context: peers->lock held.
 */
void teredo_port_hand_over(struct teredo_peer *old, struct teredo_peer *new)
{
	new->random_port = old->random_port;
	old->random_port = NULL;
	if (new->random_port)
		new->random_port->peer = new;
}

/**
 * teredo_port_release() - take the random port, if any, from a peer
 * @td: device
 * @peer: entry
 *
 * The worker closes the port.
 *
 * Context: peers->lock held.
 */
void teredo_port_release(struct teredo_dev *td, struct teredo_peer *peer)
{
	struct teredo_port *port = peer->random_port;

	lockdep_assert_held(&td->peers->lock);
	if (!port)
		return;
	peer->random_port = NULL;
	port->peer = NULL;
	list_move(&port->list, &td->ports.closing);
	td->ports.n_used--;
	teredo_ports_wake(td);
}

/**
 * teredo_port_kept() - check whether the NAT mapping of a peer's random port is kept alive
 * @peer: entry
 *
 * Context: peers->lock held.
 * Return: true if the peer is verified at that port, and fewer than
 * %TEREDO_PORT_REFRESHES keepalives were sent since the last data.
 */
bool teredo_port_kept(const struct teredo_peer *peer)
{
	return peer->random_port && peer->trusted &&
	       peer->sport == peer->random_port->port &&
	       peer->random_port->refreshed < TEREDO_PORT_REFRESHES;
}
