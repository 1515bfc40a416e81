/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random ports: sockets beside the service port, each for one peer alone (RFC
 * 6081 5.4, 5.5). A symmetric NAT that keeps ports for the first destination
 * has no mapping for them yet, so what it will make of them can be told before.
 */
#ifndef _TEREDO_RANDOM_PORT_H
#define _TEREDO_RANDOM_PORT_H

#include <linux/list.h>
#include <linux/types.h>

#include "device.h"
#include "peer-types.h"
#include "wire.h"

struct socket;

/* Peers that may have one at a time; each costs a socket. */
#define TEREDO_MAX_PORTS	64
/* Kept ready, as they are needed where a socket cannot be opened. */
#define TEREDO_SPARE_PORTS	2

#define TEREDO_PORT_REFRESH	(30 * HZ)	/* RFC 6081 5.4.2.1 */
#define TEREDO_PORT_REFRESHES	20

/**
 * struct teredo_port_test - an Echo Test
 * @running: not all answers are there
 * @tries: how often the server was asked
 * @due: jiffies when that is over
 * @nonce: of the solicitation to the primary, and to the secondary address
 * @seen: the port that was seen there, network byte order, or 0
 */
struct teredo_port_test {
	bool running;
	u8 tries;
	unsigned long due;
	u8 nonce[2][TEREDO_NONCE_LEN];
	__be16 seen[2];
};

/**
 * struct teredo_port - a random port
 * @list: in one of the lists of struct teredo_ports
 * @sock: its socket, which packets come in by
 * @port: local port, network byte order
 * @predicted: what the peer sees of it, network byte order, or 0 for unknown
 * @peer: whose it is, or NULL
 * @refreshed: bubbles sent since data was, to keep the NAT's mapping
 * @test: finds out @predicted
 */
struct teredo_port {
	struct list_head list;
	struct socket *sock;
	__be16 port;
	__be16 predicted;
	struct teredo_peer *peer;
	u8 refreshed;
	struct teredo_port_test test;
};

/* A test finds out what the peer will see of our random port: nothing else is to
 * leave by it.
 */
static inline bool teredo_port_tested(const struct teredo_peer *peer)
{
	return peer->random_port && peer->random_port->test.running;
}

void teredo_ports_wake(struct teredo_dev *td);
void teredo_ports_init(struct teredo_ports *ports);
void teredo_ports_work(struct teredo_dev *td, bool wanted);
void teredo_ports_close(struct teredo_dev *td);
bool teredo_port_kept(const struct teredo_peer *peer);
struct teredo_port *teredo_port_open(struct teredo_dev *td);
void teredo_ports_free(struct list_head *list);
void teredo_port_give(struct teredo_dev *td, struct teredo_port *port,
		      struct teredo_peer *peer);
void teredo_port_hand_over(struct teredo_peer *old, struct teredo_peer *new);
void teredo_port_release(struct teredo_dev *td, struct teredo_peer *peer);

#endif /* _TEREDO_RANDOM_PORT_H */
