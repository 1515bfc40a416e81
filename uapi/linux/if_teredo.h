/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * rtnetlink attributes of link type "teredo": what an administrator fixes for
 * a device. What changes while it runs is generic netlink, linux/teredo.h.
 */
#ifndef _UAPI_LINUX_IF_TEREDO_H
#define _UAPI_LINUX_IF_TEREDO_H

#include <linux/in6.h>
#include <linux/types.h>

#define TEREDO_LINK_KIND	"teredo"

/* IFLA_TEREDO_LINK has this value after that interface was deleted. No
 * interface ever has this index.
 */
#define TEREDO_LINK_NONE	0xffffffff

/* nested in IFLA_INFO_DATA; addresses and ports in network byte order */
enum {
	IFLA_TEREDO_UNSPEC,
	IFLA_TEREDO_MODE,	/* u8, enum teredo_mode */
	IFLA_TEREDO_PORT,	/* be16, service port; 0: chosen at first up */
	IFLA_TEREDO_LOCAL,	/* be32, IPv4 address to bind; 0: any */
	IFLA_TEREDO_LOCAL2,	/* be32, the server's secondary address */
	IFLA_TEREDO_LINK,	/* u32, ifindex that datagrams leave by; 0: any;
				 * TEREDO_LINK_NONE: no datagram leaves or is
				 * received until another value is set
				 */
	IFLA_TEREDO_SERVER,	/* be32, the client's server */
	IFLA_TEREDO_SERVER2,	/* be32, its secondary address */
	IFLA_TEREDO_TTL,	/* u8, of the outer header; 0: the route's */
	IFLA_TEREDO_TOS,	/* u8, of the outer header; 1: inherit */
	IFLA_TEREDO_FWMARK,	/* u32, of outgoing datagrams */
	IFLA_TEREDO_UDP_CSUM,	/* u8, send UDP checksums; default 1 */
	IFLA_TEREDO_MAX_PEERS,	/* u32, bound of the peer table */
	IFLA_TEREDO_PREFIX,	/* be32, service prefix; default 2001:0::/32 */
	IFLA_TEREDO_AUTH,	/* u8, the server demands a secret */
	IFLA_TEREDO_SYMMETRIC,	/* u8, the server lets bubbles of symmetric
				 * clients of other servers through; the client
				 * supports symmetric NATs (RFC 6081 5.2),
				 * default 1; the relay takes clients behind
				 * them that repeat its nonce
				 */
	IFLA_TEREDO_DIRECT,	/* u8, the relay sends direct bubbles as well,
				 * because it is behind a NAT
				 */
	IFLA_TEREDO_RATE,	/* u32, datagrams per second that a server
				 * sends to one IPv4 address, bubbles that a
				 * relay does; 0: no limit
				 */
	IFLA_TEREDO_SERVED,	/* struct if_teredo_prefix[], what the relay
				 * serves; empty: all of IPv6
				 */
	IFLA_TEREDO_PRESERVING,	/* u8, the client supports port-preserving
				 * symmetric NATs (RFC 6081 5.4), default 1;
				 * needs IFLA_TEREDO_SYMMETRIC
				 */
	IFLA_TEREDO_SOLICIT,	/* u8, the client asks silent peers before
				 * their servers (RFC 6081 5.7), default 1
				 */
	IFLA_TEREDO_HAIRPIN,	/* u8, the client finds peers behind its own
				 * NAT (RFC 6081 5.6), default 1
				 */
	IFLA_TEREDO_DISCOVERY,	/* u8, the client finds peers on its link by
				 * multicast (5.2.8), default 0
				 */
	IFLA_TEREDO_SEQUENTIAL,	/* u8, the client supports symmetric NATs that
				 * give ports out in sequence (RFC 6081 5.5),
				 * default 1; needs IFLA_TEREDO_PRESERVING
				 */
	IFLA_TEREDO_BURST,	/* u8, the client tries many ports if a few
				 * bubbles do not get through; default 0; needs
				 * IFLA_TEREDO_SYMMETRIC
				 */
	IFLA_TEREDO_ANY_PORT,	/* u8, the kernel chose IFLA_TEREDO_PORT, because
				 * it was 0; read only
				 */

	IFLA_TEREDO_GATEWAY,	/* u8, the server is the relay of its own
				 * clients and of no others; with
				 * IFLA_TEREDO_AUTH, of those that have
				 * authenticated; default 0
				 */
	/* u32, packets per second that the gateway carries from one client, and to
	 * it; 0: no limit
	 */
	IFLA_TEREDO_CLIENT_RATE,

	IFLA_TEREDO_PORT2,	/* be16, UDP port of IFLA_TEREDO_LOCAL2; default
				 * 3544, also whenever that is set without it.
				 * LOCAL2 can be LOCAL if this is another port
				 */
	IFLA_TEREDO_SERVER2_PORT, /* be16, of SERVER2; default as for PORT2 */

	/* in6_addr, native /64 that the gateway translates its clients' prefix to,
	 * the last 64 bits 0; all zero, the default: no translation; needs
	 * IFLA_TEREDO_GATEWAY, and goes with it
	 */
	IFLA_TEREDO_GATEWAY_PREFIX,

	__IFLA_TEREDO_MAX,
	IFLA_TEREDO_MAX = __IFLA_TEREDO_MAX - 1
};

#define TEREDO_MAX_SERVED 16	/* entries of IFLA_TEREDO_SERVED */

struct if_teredo_prefix {
	struct in6_addr addr;
	__u8 len;		/* of the prefix, in bits */
	__u8 pad[3];		/* 0, as are the bits behind the prefix */
};

#endif /* _UAPI_LINUX_IF_TEREDO_H */
