/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Neighbour discovery proxy (RFC 4861 7.2.8) for a native /64 that the provider has put
 * on the link of this host. The proxy answers solicitations for addresses that clients
 * of the server can have.
 */
#ifndef _NDPROXY_H
#define _NDPROXY_H

#include <uv.h>

#include "nl.h"

#define NDPROXY_ERROR	256
#define NDPROXY_RATE	256	/* advertisements per second */

/**
 * struct ndproxy - neighbour discovery proxy for a /64
 * @open: the socket is open
 * @fd: packet socket
 * @poll: poll handle of the socket
 * @ifindex: interface index of the link
 * @mac: Ethernet address of the interface
 * @prefix: the /64
 * @tokens: advertisements that can be sent now
 * @filled: when @tokens was last raised, by uv_now()
 * @answered: advertisements sent
 * @error: why the socket is not open
 */
struct ndproxy {
	bool open;
	int fd;
	uv_poll_t poll;
	u32 ifindex;
	u8 mac[6];
	struct in6_addr prefix;
	unsigned int tokens;
	uint64_t filled;
	unsigned long long answered;
	char error[NDPROXY_ERROR];
};

bool ndproxy_target(const struct in6_addr *prefix, const u8 *packet, size_t len,
		    struct in6_addr *target);
size_t ndproxy_answer(u8 answer[72], const u8 *packet, const u8 mac[6]);
int ndproxy_open(struct ndproxy *p, uv_loop_t *loop, u32 ifindex,
		 const struct in6_addr *prefix);
void ndproxy_close(struct ndproxy *p);

#endif /* _NDPROXY_H */
