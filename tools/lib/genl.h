/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family "teredo": devices, peers, control packets.
 * See Documentation/netlink/specs/teredo.yaml.
 */
#ifndef _GENL_H
#define _GENL_H

#include <linux/teredo.h>
#include <net/if.h>

#include "nl.h"

/**
 * struct dev_info - what the kernel says about a device
 * @present: bit per TEREDO_A_DEV_* that was there
 * @ifindex: the device
 * @name: its name, "?" if it is not known
 * @mode: enum teredo_mode
 * @state: enum teredo_state
 * @address: its Teredo address
 * @server: primary address of its server
 * @server2: secondary address and port
 * @mapped: service port as the server sees it
 * @local: service port
 * @lifetime: seconds left of the state, 0 for ever
 * @contact: milliseconds since the server was heard from
 * @helper: netlink port of the helper
 * @peers: number of peers
 * @clients: number of clients that have authenticated at a server
 * @nat: enum teredo_nat
 * @port_preserving: the mapped port is the service port
 * @upnp: the NAT was asked to let everybody send to the service port, and does
 * @upnp_mapped: where; address 0 if that is @mapped
 * @nlh: the message, for dev_counters()
 */
struct dev_info {
	u32 present;
	u32 ifindex;
	char name[IF_NAMESIZE];
	u32 mode;
	u32 state;
	struct in6_addr address;
	__be32 server;
	struct teredo_endpoint server2;
	struct teredo_endpoint mapped;
	struct teredo_endpoint local;
	u32 lifetime;
	u32 contact;
	u32 helper;
	u32 peers;
	u32 clients;
	u32 nat;
	u8 port_preserving;
	u8 upnp;
	struct teredo_endpoint upnp_mapped;
	const struct nlmsghdr *nlh;
};

static inline bool dev_has(const struct dev_info *dev, int attr)
{
	return dev->present & 1u << attr;
}

/**
 * struct peer_info - what the kernel says about a peer
 * @present: bit per TEREDO_A_PEER_* that was there
 * @address: its IPv6 address
 * @remote: where it is reached
 * @state: enum teredo_peer_state
 * @idle_rx: milliseconds since it was heard from
 * @idle_tx: milliseconds since something was sent to it
 * @tries: bubbles or tests without an answer
 * @queued: packets that wait
 * @nonce_sent: what it has to repeat
 * @nonce_received: what we repeat
 * @local_port: random port that it is reached by
 * @random_port: what it is told to see of ours
 * @peer_random_port: its own
 * @lan: where it was heard on our link
 * @symmetric: it is behind a symmetric NAT
 */
struct peer_info {
	u32 present;
	struct in6_addr address;
	struct teredo_endpoint remote;
	u32 state;
	u32 idle_rx;
	u32 idle_tx;
	u32 tries;
	u32 queued;
	__be32 nonce_sent;
	__be32 nonce_received;
	__be16 local_port;
	__be16 random_port;
	__be16 peer_random_port;
	struct teredo_endpoint lan;
	u8 symmetric;
};

static inline bool peer_has(const struct peer_info *peer, int attr)
{
	return peer->present & 1u << attr;
}

/**
 * struct dev_packet - a control packet
 * @ifindex: device
 * @remote: the other side
 * @local: this side; address and port are 0 if unknown or left to the kernel
 * @data: UDP payload
 * @len: length of @data
 */
struct dev_packet {
	u32 ifindex;
	struct teredo_endpoint remote;
	struct teredo_endpoint local;
	const u8 *data;
	size_t len;
};

typedef void dev_fn(const struct dev_info *dev, void *ctx);
typedef void dev_counter_fn(const char *name, uint64_t value, void *ctx);
typedef void peer_fn(const struct peer_info *peer, void *ctx);

int dev_open(struct nl *nl);
void dev_parse(struct dev_info *dev, const struct nlmsghdr *nlh);
void dev_counters(const struct dev_info *dev, dev_counter_fn *fn, void *ctx);
int dev_dump(struct nl *nl, u32 ifindex, dev_fn *fn, void *ctx);
int dev_get(struct nl *nl, u32 ifindex, struct dev_info *dev);
int dev_set_up(struct nl *nl, const struct dev_info *dev);
int dev_set_state(struct nl *nl, u32 ifindex, enum teredo_state state,
		  __be32 server, struct teredo_endpoint server2);
int dev_set_helper(struct nl *nl, u32 ifindex);
int dev_client_set(struct nl *nl, u32 ifindex, struct teredo_endpoint mapped,
		   u32 lifetime);
int peer_dump(struct nl *nl, u32 ifindex, peer_fn *fn, void *ctx);
int peer_add(struct nl *nl, u32 ifindex, const struct in6_addr *address,
	     struct teredo_endpoint remote);
int peer_del(struct nl *nl, u32 ifindex, const struct in6_addr *address);
int dev_packet_send(struct nl *nl, const struct dev_packet *pkt);
bool dev_packet_parse(struct dev_packet *pkt, const struct nlmsghdr *nlh);
u8 dev_command(const struct nlmsghdr *nlh);

#endif /* _GENL_H */
