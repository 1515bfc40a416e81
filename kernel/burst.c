// SPDX-License-Identifier: GPL-2.0
/*
 * Port spray (beyond RFC 6081), see burst.h. A separate work opens and closes the ports:
 * this needs process context, and takes long.
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

/* Ports that NATs allocate. STEP and N_PORTS are coprime, so bubbles that are STEP ports
 * apart hit each port once.
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

/* Check whether bubbles have been sent for %TEREDO_BURST_AFTER without an answer. */
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
 * teredo_burst_begin() - begin a burst if one is due
 * @td: device
 * @map: own mapping
 * @probe: attempt to reach a peer that is not usable, with a bubble set due
 *
 * Context: peers->lock held.
 * Return: true if the bubble set must wait until the ports are open.
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
 * teredo_burst_tell() - set the burst trailer of a bubble to a peer's server
 * @td: device
 * @map: own mapping
 * @peer: the peer
 * @tr: trailers of the bubble
 *
 * Context: peers->lock held.
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
 * teredo_burst_note() - process the burst trailer of a peer
 * @rx: bubble that came via our server
 * @peer: entry of the peer
 *
 * A burst goes to the mapped IPv4 address of the peer, which the peer's server or ours
 * has seen.
 *
 * Context: peers->lock held.
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
 * teredo_burst_has() - check whether a port is open for a peer's burst
 * @td: device
 * @port: local port, network byte order
 * @addr: the peer's address
 *
 * After the peer is found, no port counts as open. More bubbles can arrive at other ports
 * before the peer knows, and each would move the peer to another path.
 *
 * Context: peers->lock held.
 * Return: true if the port is open for a burst to @addr that has not found the peer yet.
 */
bool teredo_burst_has(const struct teredo_dev *td, __be16 port,
		      const struct in6_addr *addr)
{
	return is_for(&td->burst, addr) &&
	       td->burst.phase != TEREDO_BURST_END &&
	       find_port(&td->burst, port);
}

/**
 * teredo_burst_keep() - end the burst for a peer that was heard
 * @td: device
 * @peer: entry of the peer
 * @port: local port that received the packet, network byte order
 *
 * If the port belongs to the burst, it becomes the peer's random port. The other ports
 * are closed.
 *
 * Context: peers->lock held.
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

/* Return: the peer of the burst, or NULL if it is usable or forgotten.
 * Context: peers->lock held.
 */
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

/* Add newly opened ports to the burst, and send a bubble from each, so that the NAT
 * allocates an external port for each.
 * Return: false if the peer is not wanted any more.
 */
static bool spread(struct teredo_dev *td, const struct teredo_mapping *map,
		   struct list_head *opened)
{
	struct teredo_burst *burst = &td->burst;
	struct teredo_path path = { .to = teredo_mapped(&burst->peer) };
	struct teredo_port *port;
	struct teredo_peer *peer;
	__be32 nonce = 0;

	/* @opened belongs to this work alone: bubbles are sent without the lock */
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

/* Let the worker ask the peer to send.
 * Return: false after %TEREDO_BURST_ROUNDS requests, or if the peer is not wanted any more.
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
 * teredo_burst_step() - check whether a peer must be asked to send now
 * @td: device
 * @resume: set to the address of the peer whose bubble set carries the request, as in
 *	teredo_predict_seen()
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: false if no peer must be asked.
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

/* Send a batch of bubbles to random ports of the peer's mapped address.
 * Return: false if this was the last batch, or the peer is not wanted any more.
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

/* Return: jiffies until the next step, 0 if the burst is over. */
static unsigned long step(struct teredo_dev *td,
			  const struct teredo_mapping *map,
			  struct list_head *opened, bool full)
{
	struct teredo_burst *burst = &td->burst;

	/* the phase can change: each step checks it again under the lock */
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
 * teredo_burst_init() - initialise the burst state, without a burst
 * @burst: result
 *
 * Context: before the device is registered.
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
 * teredo_burst_stop() - end the burst
 * @td: device that neither sends nor receives any more
 *
 * Context: process, peers->lock not held.
 */
void teredo_burst_stop(struct teredo_dev *td)
{
	LIST_HEAD(ports);

	cancel_delayed_work_sync(&td->burst.work);
	end(td, &ports);
}
