/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The structures of the peer table: peers, the attempts to reach them, and the
 * packets that wait for them. The functions are in peer.h, queue.h and probe.h.
 */
#ifndef _TEREDO_PEER_TYPES_H
#define _TEREDO_PEER_TYPES_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rhashtable.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <net/dst_cache.h>

#include "wire.h"

struct teredo_port;
/* Flows of a peer, and parties, are told apart by a hash of so many values. */
#define TEREDO_QUEUE_FLOWS	64
#define TEREDO_QUEUE_PARTIES	64

/**
 * struct teredo_budget - memory of packets that wait
 * @bytes: of all
 * @share: of each party
 */
struct teredo_budget {
	u32 bytes;
	u32 share[TEREDO_QUEUE_PARTIES];
};

/**
 * struct teredo_waiting - packets that need wait no longer
 * @out: to be sent
 * @in: to be delivered
 */
struct teredo_waiting {
	struct sk_buff_head out;
	struct sk_buff_head in;
};

#define TEREDO_PROBE_TRIES	4		/* once and three repeats */
#define TEREDO_PROBE_INTERVAL	(2 * HZ)	/* between them */

/**
 * struct teredo_probe - the attempt to reach a peer
 * @peer: whose
 * @pending: in the table's tree while @next is to be waited for
 * @next: jiffies of the next try, or of giving up
 * @tries: steps of this attempt, each with bubbles or a test
 * @n_tests: tests of this attempt that have left the host
 * @solicits: solicitations yet to be sent before bubbles
 * @unsolicited: only received packets have asked for this attempt
 * @failed: given up; further packets are refused until the rest is over
 * @testing: @echo is under way, sent at @tested
 * @releasing: what waited is being sent, see release() in trust.c
 * @echo: the connectivity test
 * @tested: jiffies when the first test of the attempt was sent
 * @sent: jiffies of the last bubbles, @sent[n_sent % 4] the oldest
 * @n_sent: bubbles that have left the host, without an answer
 * @answers: answers to its bubbles given since @answered, see bubble-rx.c
 * @answered: jiffies
 * @cause: IPv6 source of the packet that its bubbles count for, unspecified if
 *	the attempt began without one
 * @unsent: the last bubbles did not leave the host
 * @out: packets that wait to be sent
 * @in: packets that wait to be delivered
 * @bytes: memory of both
 * @flow: packets of each flow in @out
 * @told: flows that were told since @told_at that there is no room, a bit each
 * @told_at: jiffies
 *
 * All under the table's lock. Gone as soon as the peer has answered.
 */
struct teredo_probe {
	struct teredo_peer *peer;
	struct rb_node pending;
	unsigned long next;
	u8 tries;
	u8 n_tests;
	u8 solicits;
	bool unsolicited;
	bool failed;
	bool testing;
	bool releasing;
	struct teredo_echo echo;
	unsigned long tested;
	unsigned long sent[TEREDO_PROBE_TRIES];
	unsigned int n_sent;
	u8 answers;
	unsigned long answered;
	struct in6_addr cause;
	bool unsent;
	struct sk_buff_head out;
	struct sk_buff_head in;
	u32 bytes;
	u8 flow[TEREDO_QUEUE_FLOWS];
	u64 told;
	unsigned long told_at;
};

/**
 * struct teredo_peer - one peer
 * @node: in the hash table
 * @addr: IPv6 address, the key
 * @ep: where it is; constant once @trusted, a peer that has moved gets a new
 *	entry
 * @sport: local port that it was proven at, network byte order; likewise
 * @trusted: @ep is proven; set once, read with acquire semantics
 * @local_init: packets of ours asked for this peer first; written under the table's
 *	lock
 * @extended: it has sent trailers, so it knows RFC 6081
 * @bursts: it can be asked for a burst
 * @symmetric: a bubble of it came from elsewhere than its address says (RFC 6081
 *	5.3.4.1); set once
 * @alt_verified: it has proven to be at @alt, but may be reached better elsewhere, so it is
 *	not trusted yet; until @nonce_sent changes
 * @rx: jiffies of the last packet accepted from @ep; written at most once a
 *	tick, by any CPU
 * @tx: jiffies of the last packet or bubble sent to it, likewise
 * @probe: what goes on to reach it, or NULL; written under the table's lock
 * @dst: cached routes to @ep, from the first packet sent on; see
 *	teredo_peer_cache()
 * @wait: jiffies of the first packet sent since the last one accepted, or of
 *	the test made since
 * @tested: the value of @rx that a connectivity test has set
 * @gso_since: jiffies when its packets began to come merged
 * @gso_last: jiffies of the last one that did, see teredo_peer_coalesced()
 * @nonce_sent: of our last bubble to its server, 0 for none; a bubble of the
 *	peer that repeats it shows where the peer is (RFC 6081 5.2)
 * @nonce_received: of its last bubble that came through our server, 0 for
 *	none; repeated in bubbles to it
 * @alt_sport: local port of @alt
 * @remote_random_port: random port of the peer as it has told us, network byte order,
 *	or 0
 * @silences: tests made because only we were talking, see
 *	teredo_peer_silent()
 * @bad_nonces: bubbles that had another nonce than @nonce_sent
 * @moves: moves to another endpoint in the second @moved
 * @moved: seconds of jiffies, modulo 256; see teredo_peer_may_move()
 * @alt: where it was until it moved, or is as well; packets from there are
 *	taken while the entry is fresh (port 0: nowhere)
 * @lan: where it was heard on our link (port 0: nowhere); under the table's
 *	lock
 * @lan_heard: jiffies of its last discovery bubble
 * @random_port: random port of ours, or NULL
 * @early: it has proven to be at @alt, but would drop data before it has got its
 *	nonce from us, see teredo_bubble_rx_early(); until @nonce_sent changes
 * @age: in the table's list
 * @rcu: to free it
 *
 * A packet that comes in needs the first 64 octets alone; data of TCP, and what
 * goes out, the second 64 as well.
 */
struct teredo_peer {
	struct rhash_head node;
	struct in6_addr addr;
	struct teredo_endpoint ep;
	__be16 sport;
	bool trusted;
	bool local_init;
	bool extended;
	bool bursts;
	bool symmetric;
	bool alt_verified;
	unsigned long rx;
	unsigned long tx;
	struct teredo_probe *probe;

	struct dst_cache dst;
	unsigned long wait;
	unsigned long tested;
	unsigned long gso_since;
	unsigned long gso_last;
	__be32 nonce_sent;
	__be32 nonce_received;
	__be16 alt_sport;
	__be16 remote_random_port;
	u8 silences;
	u8 bad_nonces;
	u8 moves;
	u8 moved;

	struct teredo_endpoint alt;
	struct teredo_endpoint lan;
	unsigned long lan_heard;
	struct teredo_port *random_port;
	bool early;
	struct list_head age;
	struct rcu_head rcu;
};

/**
 * struct teredo_peers - the peer table
 * @ht: struct teredo_peer by address; read under RCU, written under @lock
 * @lock: serialises every change of the table, the entries and their probes;
 *	never taken for a packet to or from a peer in use
 * @age: struct teredo_peer, in the order that room is made
 * @pending: struct teredo_probe, sorted by the time they are due
 * @count: entries
 * @out: packets that wait to be sent
 * @in: packets that wait to be delivered
 * @seed: of the hash that tells their parties apart, so that no sender can choose
 *	one to share with
 * @deferred: packets whose peers were forgotten, to be dropped by the worker
 * @ref: the device's and each dump's
 */
struct teredo_peers {
	struct rhashtable ht;
	spinlock_t lock; /* see above */
	struct list_head age;
	struct rb_root_cached pending;
	u32 count;
	struct teredo_budget out;
	struct teredo_budget in;
	u32 seed;
	struct teredo_waiting deferred;
	struct kref ref;
};

#endif /* _TEREDO_PEER_TYPES_H */
