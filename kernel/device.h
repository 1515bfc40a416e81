/* SPDX-License-Identifier: GPL-2.0 */
/* The data of a Teredo device: configuration, state, and the lock of each member. */
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
 * struct teredo_config - configuration of a device (IFLA_TEREDO_*, linux/if_teredo.h)
 * @mode: enum teredo_mode
 * @ttl: TTL of the outer header, 0 for the route's
 * @tos: TOS of the outer header, 1 to inherit that of the inner one
 * @udp_csum: send UDP checksums
 * @any_port: the kernel chooses @port
 * @port: service port, network byte order; 0 until the first up if @any_port
 * @prefix: service prefix, network byte order
 * @local: IPv4 address to bind, network byte order, or 0; of a server, the one in its
 *	clients' Teredo addresses
 * @local2: a server's secondary address, network byte order, or 0; can be @local
 *	if @port2 is another port
 * @port2: UDP port of @local2, network byte order
 * @server: server's primary address, network byte order, or 0
 * @server2: server's secondary address, network byte order, or 0
 * @server2_port: UDP port of @server2, network byte order
 * @link: ifindex that datagrams leave by, 0 for any, or %TEREDO_LINK_NONE
 * @fwmark: mark of outgoing datagrams
 * @max_peers: bound of the peer table
 * @auth: a server's control daemon answers solicitations, which need a secret
 * @symmetric: a server forwards bubbles of other servers' clients behind symmetric NATs;
 *	a client supports symmetric NATs (RFC 6081 5.2); a relay accepts clients behind
 *	symmetric NATs that repeat its nonce
 * @preserving: a client uses random ports behind port-preserving symmetric NATs (RFC
 *	6081 5.4)
 * @sequential: a client uses random ports behind symmetric NATs that allocate ports in
 *	sequence (RFC 6081 5.5)
 * @solicit: a client solicits a silent peer directly before it sends a bubble via the
 *	peer's server (RFC 6081 5.7)
 * @hairpin: a client tells peers its inside address, and sends to theirs if they
 *	are behind the same NAT (RFC 6081 5.6)
 * @local_discovery: a client finds peers on its link by multicast (5.2.8)
 * @burst: a client sends bubbles to and from many ports if bubbles fail, see burst.h
 * @direct: a relay sends direct bubbles, too
 * @rate: bound per destination: datagrams (server) or bubbles (relay) per second to one
 *	IPv4 address; 0 for no limit
 * @gateway: a server carries packets of its own clients only, as their relay
 * @gateway_prefix: native /64 that their prefix is translated to, or all zero; see
 *	nptv6.h
 * @client_rate: packets per second and direction that the gateway carries for each client;
 *	0 for no limit
 * @n_served: entries of @served
 * @served: prefixes that a relay serves; all if @n_served is 0
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
 * struct teredo_mapping - result of qualification (RFC 4380 5.2.1)
 * @address: the client's Teredo address; the server is part of it
 * @mapped: mapped endpoint of the service port
 * @local: IPv4 source that the mapping belongs to, network byte order, or 0
 * @nat: enum teredo_nat, a hint
 * @upnp: the NAT forwards the service port from any source, as UPnP or NAT-PMP requested
 * @upnp_mapped: external endpoint of that forwarding, port 0 if it is @mapped
 * @rcu: to free it
 *
 * Never changes: a new mapping replaces it. The peers are kept unless @address or @local
 * changes. A mapping exists exactly while packets can be sent and received. A client has
 * one while it is qualified, another role while the device is up. Another role leaves
 * @address and @mapped zero.
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
	TEREDO_BURST_SPREAD,	/* opening ports and sending bubbles from them */
	TEREDO_BURST_ASK,	/* the peer was asked to send */
	TEREDO_BURST_SEND,	/* sending, as the peer asked */
	TEREDO_BURST_END,	/* the peer was found */
};

/**
 * struct teredo_burst - the port spray of a device, one at a time
 * @work: opens ports, sends bubbles, and ends the burst
 * @rate: limits the number of bursts
 * @phase: step that the burst is in
 * @peer: IPv6 address of the peer
 * @ports: struct teredo_port, open for the burst
 * @n: bubbles sent in this phase
 * @rounds: requests sent to the peer
 * @resume: the worker must send the peer's bubble set, which carries the request
 * @start: random number that selects the first port to send to
 *
 * Protected by peers->lock.
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
 * @ifindex: link of @sock, 0 while there is none; written under RTNL
 * @next: jiffies of the next discovery bubble
 * @space: limits the discovery bubbles to one per second
 */
struct teredo_discovery {
	struct socket *sock;
	int ifindex;
	unsigned long next;
	struct ratelimit_state space;
};

/**
 * struct teredo_ports - the random ports of a device
 * @spare: open ports, not assigned to a peer
 * @used: ports assigned to a peer
 * @closing: ports that the worker must close
 * @n_spare: entries of @spare
 * @n_used: entries of @used
 * @refreshed: jiffies of the last NAT keepalives; initially 0, which on 32 bits can be
 *	in the future
 * @due: the worker must open or close ports
 *
 * Protected by peers->lock. The worker opens and closes the sockets.
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
 *	once by teredo_setup(). A pointer, as socket.c is below receive.c in the layers
 *	and must not call up to it.
 * @limit: limits what a server or relay sends to one IPv4 address, fair between the
 *	sources that cause it
 * @solicited: limits a server's answers to solicitations, by IPv4 address
 * @nonces: nonces of the solicitations that the control daemon has sent
 * @clients: authenticated clients of a server
 * @from_clients: limits what the gateway carries from each client
 * @to_clients: limits what the gateway carries to each client
 * @nptv6: translation of the gateway, NULL for none; written under RTNL, read under
 *	RCU
 * @no_carrier: the administrator has switched the carrier off; RTNL
 * @open_extack: extack for messages of ndo_open, see notifier.c; RTNL
 * @mapping: of a client: set while qualified; of a server or relay: set while the device
 *	is up; written under @lock, read under RCU
 * @peers: the peer table, there as long as @dev is registered
 * @ports: random ports
 * @discovery: local client discovery
 * @burst: port spray
 * @stats: named counters
 * @gro_cells: where received packets enter the stack
 * @probe_work: repeats bubbles and tests, and ages the peer table
 * @aged: jiffies when @probe_work has last aged the table; initially 0, which on 32 bits
 *	can be in the future
 * @contact: jiffies of the last datagram from the server; a hint that is
 *	written at most once a tick, valid if @contacted
 * @contacted: a datagram from the server has come since @mapping was set
 * @answers: limits the bubbles by which a client answers received packets, fair between
 *	IPv4 addresses
 * @tests: limits the connectivity tests that received packets cause, fair in the same
 *	way
 * @control: limits the packets passed to the control daemon
 * @lock: protects @state, @mapping, @helper and @expires
 * @state: state of qualification
 * @helper: netlink port id of the control daemon, or 0
 * @expires: end of the mapping's lease in seconds of boot time, 0 for never
 * @expire_work: ends the mapping when its lease expires
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
