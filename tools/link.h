/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Links by rtnetlink: find one, create a Teredo one, set it up.
 */
#ifndef _LINK_H
#define _LINK_H

#include <net/if.h>

#include "nl.h"

/**
 * struct link_info - what rtnetlink says about a link
 * @ifindex: its index
 * @name: its name
 * @kind: its kind, "" if it has none
 * @flags: IFF_*
 * @mtu: its MTU
 * @rx_bytes: octets received
 * @tx_bytes: octets sent
 * @rx_dropped: packets not received
 * @tx_dropped: packets not sent
 */
struct link_info {
	u32 ifindex;
	char name[IF_NAMESIZE];
	char kind[16];
	u32 flags;
	u32 mtu;
	uint64_t rx_bytes;
	uint64_t tx_bytes;
	uint64_t rx_dropped;
	uint64_t tx_dropped;
};

/**
 * struct link_conf - how to create a client device; 0 leaves it to the kernel
 * @port: service port, host byte order
 * @local: IPv4 address to bind
 * @link: name of the interface that datagrams leave by, "" for any
 * @server: the server, if it is known already
 * @server2: its secondary address
 * @ttl: of the outer header
 * @tos: of the outer header
 * @fwmark: of outgoing datagrams
 * @max_peers: bound of the peer table
 * @prefix: service prefix
 * @no_udp_checksum: send no UDP checksums
 */
struct link_conf {
	u16 port;
	__be32 local;
	char link[IF_NAMESIZE];
	__be32 server;
	__be32 server2;
	u8 ttl;
	u8 tos;
	u32 fwmark;
	u32 max_peers;
	__be32 prefix;
	bool no_udp_checksum;
};

bool link_parse(struct link_info *link, const struct nlmsghdr *nlh);
int link_find(struct nl *nl, const char *name, struct link_info *link);
int link_create(struct nl *nl, const char *name, const struct link_conf *conf);
int link_set_up(struct nl *nl, u32 ifindex);

#endif /* _LINK_H */
