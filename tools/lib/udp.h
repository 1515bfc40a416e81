/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transport for control packets through a UDP socket of the program, to test the
 * network without a device.
 */
#ifndef _UDP_H
#define _UDP_H

#include "transport.h"

/**
 * struct udp - a UDP socket
 * @transport: base structure
 * @fd: the socket
 * @refused: called for an ICMP error about a datagram to @to, with the @ctx of
 *	@transport; can be NULL
 */
struct udp {
	struct transport transport;
	int fd;
	void (*refused)(void *ctx, struct teredo_endpoint to, const char *why);
};

int udp_open(struct udp *udp, u16 port, __be32 towards);
void udp_route(struct udp *udp, u32 fwmark, const char *link);
void udp_close(struct udp *udp);
void udp_receive(struct udp *udp);
struct teredo_endpoint udp_local(const struct udp *udp);

#endif /* _UDP_H */
