/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control packets through a UDP socket of our own, for a look at the network
 * without a device.
 */
#ifndef _UDP_H
#define _UDP_H

#include "transport.h"

/**
 * struct udp - a UDP socket
 * @transport: its base
 * @fd: the socket
 * @refused: an ICMP error says that a datagram to @to did not get there;
 *	may be NULL, gets the @ctx of @transport
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
