// SPDX-License-Identifier: GPL-2.0
/*
 * Many bubbles at once, see burst.h. Ports are opened and closed in process
 * context by a work of its own, as that takes a while.
 */
#include <linux/netdevice.h>
#include <linux/random.h>

#include "bubble.h"
#include "burst.h"
#include "decap.h"
#include "device.h"
#include "nat.h"
#include "peer.h"
#include "random-port.h"

/* Ports that a NAT gives out, and a step that has no factor in common with their
 * number: each is met once.
 */
#define FIRST_PORT	1024
#define N_PORTS		(65536 - FIRST_PORT)
#define STEP		25037

static bool is_for(const struct teredo_burst *burst,
		   const struct in6_addr *addr)
{
	return burst->phase != TEREDO_BURST_IDLE &&
	       ipv6_addr_equal(&burst->peer, addr);
}

/* Bubbles have been exchanged for a while, and have not helped. */
static bool is_time(const struct teredo_probe *probe)
{
	unsigned int first = probe->n_sent < TEREDO_PROBE_TRIES ?
			     0 : probe->n_sent % TEREDO_PROBE_TRIES;

	return probe->n_sent &&
	       !time_before(jiffies, probe->sent[first] + TEREDO_BURST_AFTER);
}

static void start(struct teredo_burst *burst, enum teredo_burst_phase phase,
		  const struct in6_addr *addr)
{
	burst->phase = phase;
	burst->peer = *addr;
	burst->n = 0;
	burst->rounds = 0;
	burst->start = get_random_u32();
	mod_delayed_work(teredo_wq, &burst->work, 0);
}

/**
 * teredo_burst_begin - a bubble to a peer's server is due, is it time for more
 * @td: device
 * @map: own mapping
 * @probe: the attempt to reach a peer that is not usable
 *
 * Context: table locked.
 * Return: true if the bubble has to wait until ports are open.
 */
bool teredo_burst_begin(struct teredo_dev *td,
			const struct teredo_mapping *map,
			struct teredo_probe *probe)
{
	struct teredo_burst *burst = &td->burst;
	const struct teredo_peer *peer = probe->peer;

	if (is_for(burst, &peer->addr))
		return burst->phase == TEREDO_BURST_SPREAD;
	if (!READ_ONCE(td->cfg.burst) || !peer->bursts ||
	    burst->phase != TEREDO_BURST_IDLE || !teredo_nat_random(td, map) ||
	    !is_time(probe) || td->ports.n_used >= TEREDO_MAX_PORTS ||
	    !__ratelimit(&burst->rate))
		return false;
	start(burst, TEREDO_BURST_SPREAD, &peer->addr);
	return true;
}

/**
 * teredo_burst_tell - what a bubble to a peer's server says about bursts
 * @td: device
 * @map: own mapping
 * @peer: the peer
 * @tr: trailers of the bubble
 *
 * Context: table locked.
 */
void teredo_burst_tell(const struct teredo_dev *td,
		       const struct teredo_mapping *map,
		       const struct teredo_peer *peer,
		       struct teredo_trailers *tr)
{
	if (!READ_ONCE(td->cfg.burst))
		return;
	tr->burst = TEREDO_BURST_TRAILER_ABLE;
	tr->has_burst = !teredo_nat_symmetric(map);
	if (is_for(&td->burst, &peer->addr) &&
	    td->burst.phase == TEREDO_BURST_ASK) {
		tr->burst = TEREDO_BURST_TRAILER_NOW;
		tr->has_burst = true;
	}
}

/**
 * teredo_burst_note - what a peer has said about bursts
 * @rx: bubble that came through our server
 * @peer: its entry
 *
 * Bubbles go to the address in the peer's, which its server or ours has seen.
 *
 * Context: table locked.
 */
void teredo_burst_note(struct teredo_rx *rx, struct teredo_peer *peer)
{
	struct teredo_burst *burst = &rx->td->burst;

	if (!READ_ONCE(rx->td->cfg.burst) || !rx->tr->has_burst)
		return;
	if (rx->tr->burst == TEREDO_BURST_TRAILER_ABLE)
		peer->bursts = true;
	else if (rx->tr->burst == TEREDO_BURST_TRAILER_NOW &&
		 peer->nonce_received && !teredo_nat_symmetric(rx->map) &&
		 !teredo_peer_usable(peer) &&
		 burst->phase == TEREDO_BURST_IDLE && __ratelimit(&burst->rate))
		start(burst, TEREDO_BURST_SEND, &peer->addr);
}

static struct teredo_port *find_port(const struct teredo_burst *burst,
				     __be16 port)
{
	struct teredo_port *pos;

	list_for_each_entry(pos, &burst->ports, list)
		if (pos->port == port)
			return pos;
	return NULL;
}

/**
 * teredo_burst_has - is a port open for a peer's burst
 * @td: device
 * @port: local port, network byte order
 * @addr: the peer's address
 *
 * No other is once the peer was found: more than one bubble may meet a port before
 * the peer knows, and each would move it to another.
 *
 * Context: table locked.
 * Return: true if it is.
 */
bool teredo_burst_has(const struct teredo_dev *td, __be16 port,
		      const struct in6_addr *addr)
{
	return is_for(&td->burst, addr) &&
	       td->burst.phase != TEREDO_BURST_END &&
	       find_port(&td->burst, port);
}

/**
 * teredo_burst_keep - a peer was heard from, and maybe at a port of its burst
 * @td: device
 * @peer: its entry
 * @port: local port, network byte order
 *
 * That is its random port from now on, and the burst is over.
 *
 * Context: table locked.
 */
void teredo_burst_keep(struct teredo_dev *td, struct teredo_peer *peer,
		       __be16 port)
{
	struct teredo_burst *burst = &td->burst;
	struct teredo_port *found;

	if (!is_for(burst, &peer->addr))
		return;
	found = find_port(burst, port);
	if (found) {
		teredo_port_release(td, peer);
		teredo_port_give(td, found, peer);
	}
	burst->phase = TEREDO_BURST_END;
	mod_delayed_work(teredo_wq, &burst->work, 0);
}

/* The peer of the burst, if it is still to be found. Table locked. */
static struct teredo_peer *wanted(struct teredo_dev *td)
{
	struct teredo_peer *peer = teredo_peer_lookup(td->peers,
						      &td->burst.peer);

	return peer && !teredo_peer_usable(peer) ? peer : NULL;
}

/* Return: false if not all could be opened. */
static bool open_ports(struct teredo_dev *td, struct list_head *opened)
{
	struct teredo_port *port;
	int i;

	for (i = 0; i < TEREDO_BURST_BATCH; i++) {
		port = teredo_port_open(td);
		if (!port)
			return false;
		list_add_tail(&port->list, opened);
	}
	return true;
}

static void bubble(struct teredo_dev *td, const struct teredo_mapping *map,
		   __be32 nonce, struct teredo_path path)
{
	struct teredo_trailers tr = { .has_nonce = nonce, .nonce = nonce };

	teredo_send_bubble(td, map, &td->burst.peer, path, &tr);
}

/* Takes over newly opened ports and sends a bubble from each of them: that is
 * what the NAT gives out ports for.
 * Return: the peer is still wanted.
 */
static bool spread(struct teredo_dev *td, const struct teredo_mapping *map,
		   struct list_head *opened)
{
	struct teredo_burst *burst = &td->burst;
	struct teredo_path path = { .to = teredo_mapped(&burst->peer) };
	struct teredo_port *port;
	struct teredo_peer *peer;
	__be32 nonce = 0;

	/* only this work takes ports away from what was opened */
	spin_lock_bh(&td->peers->lock);
	peer = burst->phase == TEREDO_BURST_SPREAD ? wanted(td) : NULL;
	if (peer)
		nonce = peer->nonce_received;
	spin_unlock_bh(&td->peers->lock);
	if (!peer)
		return false;
	list_for_each_entry(port, opened, list) {
		path.port = port->port;
		bubble(td, map, nonce, path);
		burst->n++;
	}
	spin_lock_bh(&td->peers->lock);
	list_splice_tail_init(opened, &burst->ports);
	spin_unlock_bh(&td->peers->lock);
	return true;
}

/* Lets the worker ask the peer to send now, once more if it was asked before.
 * Return: false if it was asked often enough, or is not wanted any more.
 */
static bool ask(struct teredo_dev *td)
{
	struct teredo_burst *burst = &td->burst;
	bool more;

	spin_lock_bh(&td->peers->lock);
	more = burst->rounds < TEREDO_BURST_ROUNDS &&
	       burst->phase != TEREDO_BURST_END && wanted(td);
	if (more) {
		burst->phase = TEREDO_BURST_ASK;
		burst->rounds++;
		WRITE_ONCE(burst->resume, true);
		mod_delayed_work(teredo_wq, &td->probe_work, 0);
	}
	spin_unlock_bh(&td->peers->lock);
	return more;
}

/**
 * teredo_burst_step() - check whether a peer has to be asked to send now
 * @td: device
 * @resume: as in teredo_predict_seen(): the peer, whose bubble set asks it
 *
 * Context: BH off, RCU; table not locked.
 * Return: false if no peer has to be asked.
 */
bool teredo_burst_step(struct teredo_dev *td, struct in6_addr *resume)
{
	struct teredo_burst *burst = &td->burst;
	bool due;

	if (!READ_ONCE(burst->resume))
		return false;
	spin_lock_bh(&td->peers->lock);
	due = burst->resume;
	WRITE_ONCE(burst->resume, false);
	*resume = burst->peer;
	spin_unlock_bh(&td->peers->lock);
	return due;
}

/* Sends to some more random ports of the peer's address.
 * Return: false if that was all, or the peer was found.
 */
static bool send_some(struct teredo_dev *td, const struct teredo_mapping *map)
{
	struct teredo_burst *burst = &td->burst;
	struct teredo_path path = { .to = teredo_mapped(&burst->peer) };
	struct teredo_peer *peer;
	__be32 nonce = 0;
	int i;

	spin_lock_bh(&td->peers->lock);
	peer = burst->phase == TEREDO_BURST_SEND ? wanted(td) : NULL;
	if (peer)
		nonce = peer->nonce_received;
	spin_unlock_bh(&td->peers->lock);
	if (!peer)
		return false;
	for (i = 0; i < TEREDO_BURST_BATCH; i++, burst->n++) {
		path.to.port = htons(FIRST_PORT + (burst->start % N_PORTS +
						   burst->n * STEP) % N_PORTS);
		bubble(td, map, nonce, path);
	}
	return burst->n < TEREDO_BURST_SWEEP;
}

/* Return: jiffies until the next step, 0 if it is over. */
static unsigned long step(struct teredo_dev *td,
			  const struct teredo_mapping *map,
			  struct list_head *opened, bool full)
{
	struct teredo_burst *burst = &td->burst;

	/* whoever ends it meanwhile is seen by each step under the lock */
	switch (READ_ONCE(burst->phase)) {
	case TEREDO_BURST_SPREAD:
		if (!spread(td, map, opened))
			return 0;
		if (!full)
			return TEREDO_BURST_PACE;
		fallthrough;
	case TEREDO_BURST_ASK:
		return ask(td) ? TEREDO_BURST_ROUND : 0;
	case TEREDO_BURST_SEND:
		return send_some(td, map) ? TEREDO_BURST_PACE : 0;
	default:
		return 0;
	}
}

static void end(struct teredo_dev *td, struct list_head *ports)
{
	spin_lock_bh(&td->peers->lock);
	td->burst.phase = TEREDO_BURST_IDLE;
	WRITE_ONCE(td->burst.resume, false);
	list_splice_init(&td->burst.ports, ports);
	spin_unlock_bh(&td->peers->lock);
	teredo_ports_free(ports);
}

static void burst_work(struct work_struct *work)
{
	struct teredo_burst *burst = container_of(to_delayed_work(work),
						  struct teredo_burst, work);
	struct teredo_dev *td = container_of(burst, struct teredo_dev, burst);
	const struct teredo_mapping *map;
	unsigned long next = 0;
	LIST_HEAD(opened);
	bool full = false;

	if (READ_ONCE(burst->phase) == TEREDO_BURST_SPREAD)
		full = !open_ports(td, &opened) ||
		       burst->n + TEREDO_BURST_BATCH >= TEREDO_BURST_PORTS;
	local_bh_disable();
	rcu_read_lock();
	map = rcu_dereference(td->mapping);
	if (map)
		next = step(td, map, &opened, full);
	rcu_read_unlock();
	local_bh_enable();
	if (next)
		queue_delayed_work(teredo_wq, &burst->work, next);
	else
		end(td, &opened);
}

/**
 * teredo_burst_init - no burst yet
 * @burst: result
 */
void teredo_burst_init(struct teredo_burst *burst)
{
	INIT_DELAYED_WORK(&burst->work, burst_work);
	INIT_LIST_HEAD(&burst->ports);
	ratelimit_state_init(&burst->rate, TEREDO_BURST_INTERVAL,
			     TEREDO_BURST_ROUNDS);
	ratelimit_set_flags(&burst->rate, RATELIMIT_MSG_ON_RELEASE);
}

/**
 * teredo_burst_stop - end the burst
 * @td: device that neither sends nor receives any more
 *
 * Context: process, table not locked.
 */
void teredo_burst_stop(struct teredo_dev *td)
{
	LIST_HEAD(ports);

	cancel_delayed_work_sync(&td->burst.work);
	end(td, &ports);
}
