/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network device: its configuration, its state, and who may touch them.
 */
#ifndef _TEREDO_DEVICE_H
#define _TEREDO_DEVICE_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <linux/workqueue.h>
#include <net/gro_cells.h>
#include <uapi/linux/if_teredo.h>
#include <uapi/linux/teredo.h>

#include "nonce.h"
#include "wire.h"

struct teredo_clients;
struct teredo_limit;
struct teredo_nptv6;
struct teredo_peers;
struct teredo_stats;

/* outer headers of a data packet: IPv4 and UDP */
#define TEREDO_HLEN	(sizeof(struct iphdr) + sizeof(struct udphdr))

/**
 * struct teredo_prefix - an IPv6 prefix
 * @addr: address
 * @len: length in bits
 */
struct teredo_prefix {
	struct in6_addr addr;
	u8 len;
};

/**
 * struct teredo_config - what an administrator fixes, see linux/if_teredo.h
 * @mode: enum teredo_mode
 * @ttl: of the outer header, 0 for the route's
 * @tos: of the outer header, 1 to inherit
 * @udp_csum: send UDP checksums
 * @any_port: the administrator has left the port open
 * @port: service port, network byte order; 0 until the first up if @any_port
 * @prefix: service prefix, network byte order
 * @local: address to bind, network byte order, or 0; of a server, the one in
 *	its clients' addresses
 * @local2: a server's secondary address, network byte order, or 0; can be @local
 *	if @port2 is another port
 * @port2: UDP port of @local2, network byte order
 * @server: server's primary address, network byte order, or 0
 * @server2: server's secondary address, network byte order, or 0
 * @server2_port: UDP port of @server2, network byte order
 * @link: ifindex that datagrams leave by, 0 for any, or %TEREDO_LINK_NONE
 * @fwmark: of outgoing datagrams
 * @max_peers: bound of the peer table
 * @auth: a server's helper answers solicitations, as they need a secret
 * @symmetric: a server forwards bubbles of other servers' symmetric clients; a
 *	client finds peers behind symmetric NATs, or from behind one (RFC 6081
 *	5.2); a relay takes clients behind them that repeat its nonce
 * @preserving: a client uses random ports behind NATs that preserve them (RFC
 *	6081 5.4)
 * @sequential: ... and behind NATs that give them out in sequence (RFC 6081 5.5)
 * @solicit: a client asks a peer that was silent before it asks its server (RFC
 *	6081 5.7)
 * @hairpin: a client tells peers of its inside address, and uses theirs if they
 *	are behind the same NAT (RFC 6081 5.6)
 * @local_discovery: a client finds peers on its link by multicast (5.2.8)
 * @burst: a client sends many bubbles at once if a few did not help
 * @direct: a relay sends direct bubbles, too
 * @rate: datagrams per second of a server to one IPv4 address, bubbles of a
 *	relay
 * @gateway: a server carries packets of its own clients only, as their relay
 * @gateway_prefix: native /64 that their prefix is translated to, or all zero; see
 *	nptv6.h
 * @client_rate: packets per second and direction that it carries for each
 * @n_served: entries of @served
 * @served: what a relay serves; all if there is none
 *
 * Written under RTNL. The fast path reads single members without a lock:
 * what may change while the device is up is one word each.
 */
struct teredo_config {
	u8 mode;
	u8 ttl;
	u8 tos;
	bool udp_csum;
	bool any_port;
	__be16 port;
	__be32 prefix;
	__be32 local;
	__be32 local2;
	__be16 port2;
	__be32 server;
	__be32 server2;
	__be16 server2_port;
	u32 link;
	u32 fwmark;
	u32 max_peers;
	bool auth;
	bool symmetric;
	bool preserving;
	bool sequential;
	bool solicit;
	bool hairpin;
	bool local_discovery;
	bool burst;
	bool direct;
	u32 rate;
	bool gateway;
	struct in6_addr gateway_prefix;
	u32 client_rate;
	u8 n_served;
	struct teredo_prefix served[TEREDO_MAX_SERVED];
};

/**
 * struct teredo_mapping - what qualification found
 * @address: the client's Teredo address; the server is part of it
 * @mapped: the service port as seen from outside
 * @local: IPv4 source that the mapping belongs to, network byte order, or 0
 * @nat: enum teredo_nat, a hint that may change
 * @upnp: the NAT lets everybody send to the service port, as it was asked to by
 *	UPnP or NAT-PMP; may change
 * @upnp_mapped: where, port 0 if that is @mapped; may change
 * @rcu: to free it
 *
 * Never changes: a new one takes its place. There is one exactly while packets
 * may be sent and taken: while a client is qualified, and while the device of
 * another role is up, which needs no address of its own and leaves @address and
 * @mapped zero.
 */
struct teredo_mapping {
	struct in6_addr address;
	struct teredo_endpoint mapped;
	__be32 local;
	u8 nat;
	bool upnp;
	struct teredo_endpoint upnp_mapped;
	struct rcu_head rcu;
};

enum teredo_burst_phase {
	TEREDO_BURST_IDLE,
	TEREDO_BURST_SPREAD,	/* ports are being opened, bubbles sent */
	TEREDO_BURST_ASK,	/* the peer has been asked */
	TEREDO_BURST_SEND,	/* the peer has asked us */
	TEREDO_BURST_END,	/* the peer was found */
};

/**
 * struct teredo_burst - the burst of a device, one at a time
 * @work: takes it further
 * @rate: bounds them
 * @phase: where it stands
 * @peer: whom it is for
 * @ports: open for it
 * @n: bubbles sent in this phase
 * @rounds: how often the peer was asked
 * @resume: the worker has to send the peer's bubble set, which asks it
 * @start: where the random ports begin
 *
 * Under the lock of the peer table.
 */
struct teredo_burst {
	struct delayed_work work;
	struct ratelimit_state rate;
	enum teredo_burst_phase phase;
	struct in6_addr peer;
	struct list_head ports;
	unsigned int n;
	unsigned int rounds;
	bool resume;
	u32 start;
};

/**
 * struct teredo_discovery - local discovery of a device
 * @sock: socket that is a member of the group, or NULL; RTNL
 * @ifindex: the link that it is on, 0 while there is none; written under RTNL
 * @next: jiffies of the next discovery bubble
 * @space: bounds the discovery bubbles
 */
struct teredo_discovery {
	struct socket *sock;
	int ifindex;
	unsigned long next;
	struct ratelimit_state space;
};

/**
 * struct teredo_ports - the random ports of a device
 * @spare: open, and nobody's
 * @used: a peer's
 * @closing: to be closed
 * @n_spare: number of spare ones
 * @n_used: number of used ones
 * @refreshed: jiffies when mappings have last been refreshed; 0 before, which on
 *	32 bits may be in the future
 * @due: some may have to be opened or closed
 *
 * Under the lock of the peer table. Sockets are opened and closed by the
 * worker.
 */
struct teredo_ports {
	struct list_head spare;
	struct list_head used;
	struct list_head closing;
	unsigned int n_spare;
	unsigned int n_used;
	unsigned long refreshed;
	bool due;
};

/**
 * struct teredo_dev - a Teredo device
 * @dev: its network device
 * @net: namespace that the socket lives in, which @dev may have left
 * @cfg: configuration
 * @sock: UDP socket while the device is up; written under RTNL, read under
 *	RCU
 * @sock2: the same for a server's second endpoint, only received from
 * @encap_rcv: receives the datagrams of the sockets, as udp_sk->encap_rcv; set
 *	once by teredo_setup()
 * @limit: what servers and relays send to one IPv4 address, fair between those
 *	who make them send it
 * @solicited: a server's answers to solicitations, by IPv4 address
 * @nonces: of the solicitations that the helper has sent
 * @clients: those of a server that have authenticated
 * @from_clients: what the gateway carries from each client
 * @to_clients: ... and to it
 * @nptv6: translation of the gateway, NULL for none; written under RTNL, read under
 *	RCU
 * @no_carrier: the administrator wants no carrier; RTNL
 * @open_extack: where ndo_open puts its message, see notifier.c; RTNL
 * @mapping: set while qualified; written under @lock, read under RCU
 * @peers: the peer table, there as long as @dev is registered
 * @ports: random ports
 * @discovery: local client discovery
 * @burst: many bubbles at once
 * @stats: named counters
 * @gro_cells: where received packets enter the stack
 * @probe_work: repeats bubbles and tests, and ages the peer table
 * @aged: jiffies when it has last aged the table; 0 before, which on 32 bits may
 *	be in the future
 * @contact: jiffies of the last datagram from the server; a hint that is
 *	written at most once a tick, meaningful if @contacted
 * @contacted: there was one since @mapping was set
 * @answers: bounds the bubbles that packets of others make a client send, fair
 *	between IPv4 addresses
 * @tests: bounds the connectivity tests that they make a client send, fair in the
 *	same way
 * @control: bounds the packets passed to the helper
 * @lock: protects @state, @mapping, @helper and @expires
 * @state: where qualification stands
 * @helper: netlink port id of the helper, or 0
 * @expires: seconds of boot time when the mapping ends, 0 for never
 * @expire_work: ends the mapping
 * @list: in the list of all devices, see notifier.c
 */
struct teredo_dev {
	struct net_device *dev;
	struct net *net;
	struct teredo_config cfg;
	struct socket __rcu *sock;
	struct socket *sock2;
	int (*encap_rcv)(struct sock *sk, struct sk_buff *skb);
	struct teredo_limit *limit;
	struct teredo_limit *solicited;
	struct teredo_nonces nonces;
	struct teredo_clients *clients;
	struct teredo_limit *from_clients;
	struct teredo_limit *to_clients;
	struct teredo_nptv6 __rcu *nptv6;
	bool no_carrier;
	struct netlink_ext_ack *open_extack;
	struct teredo_mapping __rcu *mapping;
	struct teredo_peers *peers;
	struct teredo_ports ports;
	struct teredo_discovery discovery;
	struct teredo_burst burst;
	struct teredo_stats __percpu *stats;
	struct gro_cells gro_cells;
	struct delayed_work probe_work;
	unsigned long aged;
	unsigned long contact;
	bool contacted;
	struct teredo_limit *answers;
	struct teredo_limit *tests;
	struct teredo_limit *control;

	spinlock_t lock; /* see above */
	enum teredo_state state;
	u32 helper;
	time64_t expires;
	struct delayed_work expire_work;
	struct list_head list;
};

/* every delayed work of the module runs here */
extern struct workqueue_struct *teredo_wq;

extern const struct net_device_ops teredo_netdev_ops;

static inline bool teredo_is_device(const struct net_device *dev)
{
	return dev->netdev_ops == &teredo_netdev_ops;
}

#endif /* _TEREDO_DEVICE_H */
