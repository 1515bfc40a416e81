/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * rtnetlink attributes of link type "teredo": device configuration. Run-time state is
 * controlled by generic netlink, see linux/teredo.h.
 */
#ifndef _UAPI_LINUX_IF_TEREDO_H
#define _UAPI_LINUX_IF_TEREDO_H

#include <linux/in6.h>
#include <linux/types.h>

#define TEREDO_LINK_KIND	"teredo"

/* Value of IFLA_TEREDO_LINK after that interface was deleted. No interface has this
 * index.
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
				 * TEREDO_LINK_NONE: no datagram is sent or
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
	IFLA_TEREDO_AUTH,	/* u8, the server requires a secret */
	IFLA_TEREDO_SYMMETRIC,	/* u8, server: forward bubbles of other servers'
				 * clients behind symmetric NATs; client:
				 * support symmetric NATs (RFC 6081 5.2),
				 * default 1; relay: accept clients behind
				 * symmetric NATs that repeat its nonce
				 */
	IFLA_TEREDO_DIRECT,	/* u8, the relay sends direct bubbles as well,
				 * because it is behind a NAT
				 */
	IFLA_TEREDO_RATE,	/* u32, limit per IPv4 destination: datagrams
				 * per second of a server, bubbles per second of
				 * a relay; 0: no limit
				 */
	IFLA_TEREDO_SERVED,	/* struct if_teredo_prefix[], native prefixes
				 * that the relay serves; empty: all but
				 * fc00::/7
				 */
	IFLA_TEREDO_PRESERVING,	/* u8, the client supports port-preserving
				 * symmetric NATs (RFC 6081 5.4), default 1;
				 * needs IFLA_TEREDO_SYMMETRIC
				 */
	IFLA_TEREDO_SOLICIT,	/* u8, the client solicits idle peers directly
				 * before it uses their servers (RFC 6081 5.7),
				 * default 1
				 */
	IFLA_TEREDO_HAIRPIN,	/* u8, the client finds peers behind its own
				 * NAT (RFC 6081 5.6), default 1
				 */
	IFLA_TEREDO_DISCOVERY,	/* u8, the client discovers peers on its link by
				 * multicast (RFC 4380 5.2.8), default 0
				 */
	IFLA_TEREDO_SEQUENTIAL,	/* u8, the client supports symmetric NATs with
				 * sequential port allocation (RFC 6081 5.5),
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
				 * clients only; with IFLA_TEREDO_AUTH, of
				 * authenticated clients only; default 0
				 */
	/* u32, packets per second and direction that the gateway carries for one
	 * client; 0: no limit
	 */
	IFLA_TEREDO_CLIENT_RATE,

	IFLA_TEREDO_PORT2,	/* be16, UDP port of IFLA_TEREDO_LOCAL2; default
				 * 3544, also if LOCAL2 is set without it.
				 * LOCAL2 can be the same address as LOCAL if
				 * the ports differ
				 */
	IFLA_TEREDO_SERVER2_PORT, /* be16, of SERVER2; default as for PORT2 */

	/* in6_addr, native /64 that replaces the prefix of the gateway's clients; last
	 * 64 bits 0. All zero, the default: no translation. Needs IFLA_TEREDO_GATEWAY,
	 * and is cleared with it.
	 */
	IFLA_TEREDO_GATEWAY_PREFIX,

	__IFLA_TEREDO_MAX,
	IFLA_TEREDO_MAX = __IFLA_TEREDO_MAX - 1
};

#define TEREDO_MAX_SERVED 16	/* entries of IFLA_TEREDO_SERVED */

struct if_teredo_prefix {
	struct in6_addr addr;
	__u8 len;		/* length in bits */
	__u8 pad[3];		/* 0; the bits behind the prefix must be 0, too */
};

#endif /* _UAPI_LINUX_IF_TEREDO_H */
