// SPDX-License-Identifier: GPL-2.0
/*
 * Attempts to reach peers (RFC 4380 5.2.6), as a part of the peer table: their order by
 * next step, hand-over to another entry, and removal. probe.c takes the steps.
 */
#include <linux/rbtree.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "attempt.h"
#include "device.h"
#include "peer-types.h"
#include "queue.h"

static struct teredo_probe *probe_of(const struct rb_node *node)
{
	return rb_entry(node, struct teredo_probe, pending);
}

static bool is_sooner(struct rb_node *node, const struct rb_node *other)
{
	return time_before(probe_of(node)->next, probe_of(other)->next);
}

/**
 * teredo_probe_first() - find the attempt whose next step is due first
 * @peers: table
 *
 * Context: peers->lock held.
 * Return: the attempt, or NULL if none waits.
 */
struct teredo_probe *teredo_probe_first(const struct teredo_peers *peers)
{
	struct rb_node *node = rb_first_cached(&peers->pending);

	return node ? probe_of(node) : NULL;
}

/**
 * teredo_probe_insert() - add an attempt to the tree of pending attempts
 * @peers: table
 * @probe: attempt that is not in the tree yet, with @next set
 *
 * A tree bounds the time under the lock. Attempts that are due at the same time
 * stay in the order of insertion.
 *
 * Context: peers->lock held.
 */
void teredo_probe_insert(struct teredo_peers *peers,
			 struct teredo_probe *probe)
{
	rb_add_cached(&probe->pending, &peers->pending, is_sooner);
}

/**
 * teredo_probe_disarm() - remove an attempt from the tree of pending attempts
 * @peers: table
 * @probe: attempt, which may not be in the tree
 *
 * Context: peers->lock held.
 */
void teredo_probe_disarm(struct teredo_peers *peers,
			 struct teredo_probe *probe)
{
	if (!teredo_probe_pending(probe))
		return;
	rb_erase_cached(&probe->pending, &peers->pending);
	RB_CLEAR_NODE(&probe->pending);
}

/**
 * teredo_probe_unlink() - free a peer's attempt whose queues are empty
 * @td: device
 * @peer: entry that has an attempt
 *
 * Context: peers->lock held.
 */
void teredo_probe_unlink(struct teredo_dev *td, struct teredo_peer *peer)
{
	struct teredo_probe *probe = peer->probe;

	WRITE_ONCE(peer->probe, NULL);
	teredo_probe_disarm(td->peers, probe);
	kfree(probe);
}

/**
 * teredo_probe_free() - free a peer's attempt, if any, and defer its queued packets
 * @td: device
 * @peer: entry that is about to be removed
 *
 * The worker drops the packets, and sends ICMPv6 errors for those that were to be sent.
 *
 * Context: peers->lock held.
 */
void teredo_probe_free(struct teredo_dev *td, struct teredo_peer *peer)
{
	struct teredo_waiting w;

	lockdep_assert_held(&td->peers->lock);
	if (!peer->probe)
		return;
	teredo_waiting_init(&w);
	teredo_dequeue(td, peer->probe, &w);
	teredo_probe_unlink(td, peer);
	teredo_queue_defer_unreach(td, &w);
}

/**
 * teredo_probe_hand_over() - move a peer's attempt to the entry that replaces it
 * @old: replaced entry
 * @new: replacing entry
 *
 * Context: peers->lock held.
 */
void teredo_probe_hand_over(struct teredo_peer *old, struct teredo_peer *new)
{
	struct teredo_probe *probe = old->probe;

	if (!probe)
		return;
	probe->peer = new;
	WRITE_ONCE(new->probe, probe);
	WRITE_ONCE(old->probe, NULL);
}
