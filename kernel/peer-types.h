/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Structures of the peer table: peers, the attempts to reach them, and the packets that
 * wait for them (RFC 4380 5.2). The functions are in peer.h, attempt.h, queue.h and
 * probe.h.
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
/* Number of hash values that distinguish the flows of a peer, and the parties. */
#define TEREDO_QUEUE_FLOWS	64
#define TEREDO_QUEUE_PARTIES	64

/**
 * struct teredo_budget - memory that queued packets use, as sum of skb->truesize
 * @bytes: of all packets
 * @share: of each party's packets, see queue.h
 */
struct teredo_budget {
	u32 bytes;
	u32 share[TEREDO_QUEUE_PARTIES];
};

/**
 * struct teredo_waiting - packets that were taken from the queues of a peer
 * @out: packets to send
 * @in: packets to deliver
 */
struct teredo_waiting {
	struct sk_buff_head out;
	struct sk_buff_head in;
};

#define TEREDO_PROBE_TRIES	4		/* one try and three repeats */
#define TEREDO_PROBE_INTERVAL	(2 * HZ)	/* between tries */

/**
 * struct teredo_probe - an attempt to reach a peer
 * @peer: peer to reach
 * @pending: in the table's tree while a next step is due at @next
 * @next: jiffies of the next try, or of the end of the attempt
 * @tries: steps of this attempt, each with bubbles or a test
 * @n_tests: tests of this attempt that have left the host
 * @solicits: solicitations yet to be sent before bubbles (RFC 6081 5.7)
 * @unsolicited: only received packets have caused this attempt
 * @failed: without an answer; further packets are rejected until the back-off is over
 * @testing: a test with @echo is under way since @tested
 * @releasing: the queued packets are being sent, see release() in trust.c
 * @echo: the connectivity test
 * @tested: jiffies when the first test of the attempt was sent
 * @sent: jiffies of the last bubbles, @sent[n_sent % 4] the oldest
 * @n_sent: bubble sets charged, without an answer; a set is refunded if none of its
 *	bubbles left the host
 * @answers: bubbles of the peer answered since @answered, see bubble-rx.c
 * @answered: jiffies when @answers was last reset
 * @cause: IPv6 source that the bubbles of this attempt are charged to, unspecified if
 *	the attempt began without a packet
 * @unsent: the last bubbles did not leave the host
 * @out: packets that wait to be sent
 * @in: packets that wait to be delivered
 * @bytes: memory of both, as sum of skb->truesize
 * @flow: packets of each flow in @out
 * @told: bitmap of flows that got an ICMPv6 error for a full queue since @told_at
 * @told_at: jiffies when @told was last cleared
 *
 * Everything is protected by peers->lock. The structure is freed when the peer answers,
 * when the peer is removed, and at the end of an unanswered refresh that has sent no
 * bubbles. After other attempts without an answer it stays, for the times of the limits.
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
 * struct teredo_peer - a peer
 * @node: in the hash table
 * @addr: IPv6 address, the key
 * @ep: verified endpoint; constant once @trusted, as a peer that moves gets a new entry
 * @sport: local port that @ep was verified at, network byte order; constant once
 *	@trusted
 * @trusted: @ep is verified; set once, read with acquire semantics
 * @local_init: a packet to send, or a netlink request, has needed the peer while it was
 *	not usable; written under peers->lock
 * @extended: the peer has sent trailers of RFC 6081
 * @bursts: the peer supports bursts, see burst.h
 * @symmetric: a bubble came from another endpoint than the mapped one (RFC 6081
 *	5.3.4.1); set once
 * @alt_verified: verified at @alt, but data is not sent there yet: another endpoint may
 *	be better, or see @early. A usable peer keeps @ep, another one is not usable yet.
 *	Until @nonce_sent changes.
 * @rx: jiffies of the last packet accepted from @ep; written at most once per tick, by
 *	any CPU
 * @tx: jiffies of the last data packet sent to the peer, or of the last bubble set that
 *	was charged; answers, solicitations, keepalives and tests do not count; written
 *	like @rx
 * @probe: attempt to reach the peer, or NULL; written under peers->lock. It stays after a
 *	failed attempt or an unanswered refresh, and can exist to count answers alone. While
 *	it exists, packets from the peer do not take the fast path.
 * @dst: cached routes to @ep, from the first packet sent on; see teredo_peer_cache()
 * @wait: jiffies of the first packet sent since the last packet accepted, or of the
 *	last silence test since then
 * @tested: value of @rx that the last connectivity test has set
 * @gso_since: jiffies when packets of the peer began to arrive coalesced
 * @gso_last: jiffies of the last coalesced packet, see teredo_peer_coalesced()
 * @nonce_sent: nonce of our last bubble to the peer's server, 0 for none; a bubble that
 *	repeats it verifies the peer's endpoint (RFC 6081 5.2)
 * @nonce_received: nonce of the peer's last bubble via our server, 0 for none; our
 *	bubbles to the peer repeat it
 * @alt_sport: local port of @alt, network byte order
 * @remote_random_port: random port that the peer has announced, network byte order, or
 *	0
 * @silences: tests sent because the peer was silent, see teredo_peer_silent()
 * @bad_nonces: bubbles that had another nonce than @nonce_sent
 * @moves: moves to another endpoint in the second @moved
 * @moved: seconds of jiffies, modulo 256; see teredo_peer_may_move()
 * @alt: secondary endpoint, such as the one before a move; packets from it are accepted
 *	while the entry is fresh (port 0: none)
 * @lan: endpoint on our link (port 0: none); protected by peers->lock
 * @lan_heard: jiffies of the peer's last discovery bubble
 * @random_port: our random port for this peer, or NULL
 * @early: verified at @alt, but the peer drops data until it gets its nonce from us,
 *	see teredo_bubble_rx_early(); until @nonce_sent changes
 * @age: in the table's list
 * @rcu: to free the entry
 *
 * The receive path needs only the first 64 octets. TCP data received, and the transmit
 * path, need the second 64 as well.
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
 * @lock: serialises every change of the table, the entries and their probes; never
 *	taken for a packet to or from a peer in use
 * @age: struct teredo_peer in order of eviction
 * @pending: struct teredo_probe, sorted by the time they are due
 * @count: number of entries
 * @out: memory of packets that wait to be sent
 * @in: memory of packets that wait to be delivered
 * @seed: of the hash of parties, so that no sender can choose the party that it shares
 *	with others
 * @deferred: packets whose peers were removed; the worker sends the ICMPv6 errors and
 *	frees them
 * @ref: held by the device and by each dump
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
