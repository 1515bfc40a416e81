/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gateway of a server: native IPv6 for the server's own clients. The kernel module
 * translates their first 64 bits (RFC 6296), or nftables masquerades them.
 */
#ifndef _NAT66_H
#define _NAT66_H

#include <netinet/in.h>
#include <stdbool.h>

enum nat66_method {
	NAT66_NO,
	NAT66_PREFIX,		/* the clients' /64 becomes a native /64 */
	NAT66_MASQUERADE,	/* clients share the addresses of the host */
};

/**
 * struct nat66_conf - [gateway] of the configuration
 * @method: kind of translation
 * @prefix: native /64, with NAT66_PREFIX
 * @forwarding: enable IPv6 forwarding while the gateway runs
 * @proxy: answer neighbour solicitations for @prefix
 */
struct nat66_conf {
	enum nat66_method method;
	struct in6_addr prefix;
	bool forwarding;
	bool proxy;
};

#endif /* _NAT66_H */
