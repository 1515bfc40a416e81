/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random ports: sockets in addition to the service port, each for one peer (RFC 6081
 * 5.4, 5.5). A fresh port has no NAT mapping yet. So its external port is predictable
 * behind port-preserving symmetric NATs and behind NATs with sequential port
 * allocation.
 */
#ifndef _TEREDO_RANDOM_PORT_H
#define _TEREDO_RANDOM_PORT_H

#include <linux/list.h>
#include <linux/types.h>

#include "device.h"
#include "peer-types.h"
#include "wire.h"

struct socket;

/* Maximum number of peers with a random port. Each port costs a socket. */
#define TEREDO_MAX_PORTS	64
/* Ports kept open in advance, as they are needed in contexts that cannot open a socket.
 */
#define TEREDO_SPARE_PORTS	2

#define TEREDO_PORT_REFRESH	(30 * HZ)	/* RFC 6081 5.4.2.1 */
#define TEREDO_PORT_REFRESHES	20

/**
 * struct teredo_port_test - test that predicts an external port (Echo Test, RFC 6081 5.5)
 * @running: the server has not answered all solicitations yet
 * @tries: solicitation pairs sent
 * @due: jiffies when this try times out
 * @nonce: nonces of the solicitations to the primary and to the secondary address
 * @seen: external ports that the server saw there, network byte order, or 0
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
 * @sock: socket bound to the port
 * @port: local port, network byte order
 * @predicted: external port that the peer will see, network byte order, or 0 if unknown
 * @peer: peer that uses the port, or NULL
 * @refreshed: NAT keepalive bubbles sent since the last data
 * @test: the test that sets @predicted
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

/* Check whether a test of the peer's random port is running. The test predicts the
 * external port, so no other packet may leave by this port.
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
