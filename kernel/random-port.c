// SPDX-License-Identifier: GPL-2.0
/* The pool of random ports: sockets are opened and closed by the worker. */
#include <linux/netdevice.h>
#include <net/inet_sock.h>

#include "device.h"
#include "peer-types.h"
#include "random-port.h"
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
/**
 * teredo_ports_wake() - let the worker open and close ports
 * @td: device
 *
 * Context: table locked.
 */
void teredo_ports_wake(struct teredo_dev *td)
{
	td->ports.due = true;
	mod_delayed_work(teredo_wq, &td->probe_work, 0);
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
	peer->random_port = port;
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
	new->random_port = old->random_port;
	old->random_port = NULL;
	if (new->random_port)
		new->random_port->peer = new;
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
 * teredo_port_kept - is the NAT's mapping of a peer's random port being kept
 * @peer: entry
 *
 * Context: table locked.
 * Return: true if it is, and has not been for long without data.
 */
bool teredo_port_kept(const struct teredo_peer *peer)
{
	return peer->random_port && peer->trusted &&
	       peer->sport == peer->random_port->port &&
	       peer->random_port->refreshed < TEREDO_PORT_REFRESHES;
}
