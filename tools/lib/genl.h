/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of the generic netlink family "teredo": devices, peers and control
 * packets. See Documentation/netlink/specs/teredo.yaml.
 */
#ifndef _GENL_H
#define _GENL_H

#include <linux/teredo.h>
#include <net/if.h>

#include "nl.h"

/**
 * struct dev_info - attributes of a device, as the kernel reports them
 * @present: a bit for each TEREDO_A_DEV_* in the message
 * @ifindex: interface index of the device
 * @name: its name, "?" if unknown
 * @mode: enum teredo_mode
 * @state: enum teredo_state
 * @address: its Teredo address
 * @server: primary address of its server, network byte order
 * @server2: secondary address and port of its server
 * @mapped: mapped endpoint: the service port as the server sees it
 * @local: local endpoint: source address and service port
 * @lifetime: seconds until the lease expires, 0 for no limit
 * @contact: milliseconds since the last datagram from the server
 * @helper: netlink port of the control daemon
 * @peers: number of peer entries
 * @clients: number of authenticated clients of a server
 * @nat: enum teredo_nat
 * @port_preserving: the mapped port is the service port (RFC 6081 5.4.3)
 * @upnp: the NAT forwards the service port on request (RFC 6081 5.3.1)
 * @upnp_mapped: external endpoint of that forwarding; address 0 if it is @mapped
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
 * struct peer_info - attributes of a peer, as the kernel reports them
 * @present: a bit for each TEREDO_A_PEER_* in the message
 * @address: its IPv6 address
 * @remote: endpoint that packets to the peer are sent to
 * @state: enum teredo_peer_state
 * @idle_rx: milliseconds since the last packet accepted from the peer
 * @idle_tx: milliseconds since the last packet or bubble sent to the peer
 * @tries: bubbles or connectivity tests sent without an answer
 * @queued: packets queued for the peer
 * @nonce_sent: nonce that a bubble of the peer must repeat (RFC 6081 5.2.1)
 * @nonce_received: nonce of the peer that our bubbles repeat
 * @local_port: random local port used for the peer (RFC 6081 5.4)
 * @random_port: external port of a random port, as advertised to the peer
 * @peer_random_port: random port that the peer has advertised
 * @lan: endpoint of the peer on the local link (RFC 4380 5.2.8)
 * @symmetric: the peer is behind a symmetric NAT
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
 * @ifindex: interface index of the device
 * @remote: remote endpoint
 * @local: local endpoint; address and port are 0 if unknown or chosen by the kernel
 * @data: UDP payload
 * @len: length of @data in octets
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
