/* SPDX-License-Identifier: GPL-2.0 */
/* Transmission of bubbles and connectivity tests (RFC 4380 5.2.6, 5.2.8, 5.2.9). */
#ifndef _TEREDO_BUBBLE_H
#define _TEREDO_BUBBLE_H

#include "wire.h"

struct teredo_dev;
struct teredo_mapping;
struct teredo_peer;

/* Direct bubbles of a set: to the mapped, the trusted and the on-link endpoint, to and
 * from random ports, by a path that was verified early, and to alternates.
 */
#define TEREDO_MAX_DIRECT	(6 + TEREDO_MAX_ALTERNATES)

/**
 * struct teredo_path - a path to a peer
 * @to: remote endpoint
 * @port: local port, network byte order; 0 for the service port
 */
struct teredo_path {
	struct teredo_endpoint to;
	__be16 port;
};

/**
 * struct teredo_charge - what a bubble set has used of the limits of RFC 4380
 * 5.2.6, to give it back if no bubble of the set leaves the host
 * @n_sent: number of the set in the peer's count, 0 if the set is not counted
 * @at: jiffies when the set was counted
 * @sent: the entry of the attempt's ring of times that @at replaced
 * @tx: the peer's last transmission before @at, in jiffies
 */
struct teredo_charge {
	unsigned int n_sent;
	unsigned long at;
	unsigned long sent;
	unsigned long tx;
};

/**
 * struct teredo_bubble_set - one round of bubbles to a peer
 * @path: paths of the direct bubbles
 * @n: number of entries of @path
 * @indirect: send a bubble via the peer's server as well
 * @discover: send a discovery bubble first
 * @random: our random port as the peer sees it, network byte order, or 0; told in the
 *	indirect bubble, and in those that are sent from that port
 * @tr: other trailers of the direct bubbles
 * @server_tr: other trailers of the indirect bubble
 * @test: path of the bubble of an Echo Test (RFC 6081 5.5), from a random port; port 0
 *	for no test
 * @test_nonce: nonces of the test's two solicitations
 * @cause: IPv6 source of the packet that the bubbles are sent for, unspecified if there
 *	is none; the limits of relays and servers are fair between these sources
 * @repeat: bubbles were sent to the peer before, without an answer
 * @charge: what the limits were charged for the set
 */
struct teredo_bubble_set {
	struct teredo_path path[TEREDO_MAX_DIRECT];
	u8 n;
	bool indirect;
	bool discover;
	__be16 random;
	struct teredo_trailers tr;
	struct teredo_trailers server_tr;
	struct teredo_path test;
	u8 test_nonce[2][TEREDO_NONCE_LEN];
	struct in6_addr cause;
	bool repeat;
	struct teredo_charge charge;
};

static inline void teredo_bubble_set_add(struct teredo_bubble_set *set,
					 struct teredo_endpoint to, __be16 port)
{
	set->path[set->n++] = (struct teredo_path) { .to = to, .port = port };
}

void teredo_bubble_set_nonce(struct teredo_bubble_set *set,
			     const struct teredo_peer *peer);

bool teredo_uses_nonces(const struct teredo_dev *td);
bool teredo_reachable(const struct in6_addr *addr);
int teredo_send_bubble(struct teredo_dev *td,
		       const struct teredo_mapping *map,
		       const struct in6_addr *dst,
		       struct teredo_path path,
		       const struct teredo_trailers *tr);
bool teredo_discovery_send(struct teredo_dev *td,
			   const struct teredo_mapping *map);
void teredo_send_bubble_set(struct teredo_dev *td,
			    const struct teredo_mapping *map,
			    const struct in6_addr *dst,
			    const struct teredo_bubble_set *set);
bool teredo_test_allowed(struct teredo_dev *td, __be32 source);
void teredo_send_test(struct teredo_dev *td, const struct teredo_mapping *map,
		      const struct in6_addr *dst,
		      const struct teredo_echo *echo);

#endif /* _TEREDO_BUBBLE_H */
