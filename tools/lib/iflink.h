/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Links over rtnetlink: find a link, set it up or down, create or change a Teredo
 * device.
 */
#ifndef _IFLINK_H
#define _IFLINK_H

#include <linux/if_teredo.h>
#include <net/if.h>

#include "nl.h"

/**
 * struct link_conf - attributes of a Teredo device
 * @set: a bit for each IFLA_TEREDO_* that is set; the kernel chooses the others, or
 *	leaves them unchanged
 * @mode: enum teredo_mode
 * @port: service port, network byte order
 * @local: IPv4 address to bind to
 * @local2: secondary address of a server
 * @port2: UDP port of @local2, network byte order; sent together with @local2 only
 * @link: name of the interface to send datagrams on, "" for any
 * @lower: index of that interface, as the kernel reports it: 0 for any,
 *	%TEREDO_LINK_NONE if it was deleted; ignored in requests
 * @server: a client's server, if already known
 * @server2: its secondary address
 * @server2_port: UDP port of @server2, network byte order; sent together with
 *	@server2 only
 * @ttl: TTL of the outer header
 * @tos: TOS of the outer header
 * @fwmark: mark of outgoing datagrams
 * @udp_csum: send UDP checksums
 * @max_peers: maximum number of peer entries
 * @prefix: service prefix, network byte order
 * @auth: the server requires authentication
 * @symmetric: a server forwards bubbles of other servers' clients behind symmetric
 *	NATs; a relay or client supports symmetric NATs
 * @direct: a relay sends direct bubbles, too
 * @preserving: a client uses random ports behind port-preserving NATs
 * @sequential: ... and behind NATs with sequential port allocation
 * @solicit: a client queries silent peers before their servers
 * @hairpin: a client finds peers behind its own NAT
 * @local_discovery: a client finds peers on its link
 * @burst: a client sprays ports if a few bubbles do not get through
 * @rate: datagrams per second that a server sends to one address
 * @gateway: a server is the relay of its own clients and of no others
 * @gateway_prefix: native /64 that the gateway translates the clients' prefix to, all
 *	zero for none; set by egress.c, not by the configuration of the device
 * @client_rate: packets per second and direction that the gateway forwards for
 *	each client
 * @any_port: the kernel may choose the port; read only
 * @served: prefixes that a relay serves
 * @n_served: number of entries in @served, 0 for all of IPv6
 */
struct link_conf {
	u32 set;
	u8 mode;
	__be16 port;
	__be32 local;
	__be32 local2;
	__be16 port2;
	char link[IF_NAMESIZE];
	u32 lower;
	__be32 server;
	__be32 server2;
	__be16 server2_port;
	u8 ttl;
	u8 tos;
	u32 fwmark;
	u8 udp_csum;
	u32 max_peers;
	__be32 prefix;
	u8 auth;
	u8 symmetric;
	u8 direct;
	u8 preserving;
	u8 sequential;
	u8 solicit;
	u8 hairpin;
	u8 local_discovery;
	u8 burst;
	u32 rate;
	u8 gateway;
	struct in6_addr gateway_prefix;
	u32 client_rate;
	u8 any_port;
	struct if_teredo_prefix served[TEREDO_MAX_SERVED];
	unsigned int n_served;
};

static inline void link_conf_set(struct link_conf *conf, int type)
{
	conf->set |= 1u << type;
}

static inline bool link_conf_has(const struct link_conf *conf, int type)
{
	return conf->set & 1u << type;
}

/**
 * struct link_info - attributes of a link, as rtnetlink reports them
 * @ifindex: its index
 * @name: its name
 * @kind: its kind, "" if it has none
 * @flags: IFF_*
 * @carrier: it has a carrier
 * @foreign: its socket is in another network namespace
 * @mtu: its MTU
 * @table: routing table of its VRF, 0 if it is in none
 * @rx_bytes: octets received
 * @tx_bytes: octets sent
 * @rx_dropped: packets dropped on receive
 * @tx_dropped: packets dropped on transmit
 * @conf: attributes, if it is a Teredo device
 */
struct link_info {
	u32 ifindex;
	char name[IF_NAMESIZE];
	char kind[16];
	u32 flags;
	u8 carrier;
	bool foreign;
	u32 mtu;
	u32 table;
	uint64_t rx_bytes;
	uint64_t tx_bytes;
	uint64_t rx_dropped;
	uint64_t tx_dropped;
	struct link_conf conf;
};

/* Up with a carrier, so the kernel transmits. IFF_RUNNING alone does not suffice: it
 * follows the carrier late, and can be stale after the device was down.
 */
static inline bool link_running(const struct link_info *link)
{
	return (link->flags & (IFF_UP | IFF_RUNNING)) ==
	       (IFF_UP | IFF_RUNNING) && link->carrier;
}

bool link_parse(struct link_info *link, const struct nlmsghdr *nlh);
int link_find(struct nl *nl, const char *name, struct link_info *link);
int link_get(struct nl *nl, u32 ifindex, struct link_info *link);
int link_create(struct nl *nl, const char *name, const struct link_conf *conf);
int link_change(struct nl *nl, u32 ifindex, const struct link_conf *conf);
int link_delete(struct nl *nl, u32 ifindex);
int link_set_up(struct nl *nl, u32 ifindex, bool up);

#endif /* _IFLINK_H */
