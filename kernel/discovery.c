// SPDX-License-Identifier: GPL-2.0
/*
 * Local client discovery (RFC 4380 5.2.8; rows P-03, P-16 and T-07).
 *
 * A multicast bubble is only a hint at the endpoint of a peer on the link. The client
 * answers by a bubble to that endpoint. It sends data there only after a packet from there
 * has come to the service port.
 */
#include <linux/igmp.h>
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/udp_tunnel.h>

#include "bubble.h"
#include "decap.h"
#include "device.h"
#include "discovery.h"
#include "peer.h"
#include "socket.h"
#include "stats.h"

/**
 * teredo_discovery_init() - initialise local discovery, without a link
 * @disc: result
 *
 * Context: before the device is registered.
 */
void teredo_discovery_init(struct teredo_discovery *disc)
{
	ratelimit_state_init(&disc->space, TEREDO_DISCOVERY_SPACE, 1);
	ratelimit_set_flags(&disc->space, RATELIMIT_MSG_ON_RELEASE);
}

/* Return: ifindex of the link that discovery uses, 0 for none */
static int running_on(const struct teredo_dev *td)
{
	return READ_ONCE(td->discovery.ifindex);
}

/* Check whether the outer source is in a network of the link (RFC 4380 5.2.8). */
static bool on_link(const struct teredo_rx *rx)
{
	struct net *net = rx->td->net;
	const struct in_ifaddr *ifa;
	struct in_device *in_dev;
	struct net_device *dev;

	dev = dev_get_by_index_rcu(net, running_on(rx->td));
	in_dev = dev ? __in_dev_get_rcu(dev) : NULL;
	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (inet_ifa_match(rx->from.addr, ifa))
			return true;
	return false;
}

static bool is_discovery(const struct teredo_rx *rx)
{
	return !rx->pkt.auth && !rx->pkt.origin && teredo_rx_bubble(rx) &&
	       ipv6_addr_equal(&rx->dst, &in6addr_linklocal_allnodes) &&
	       teredo_is_teredo(&rx->src, rx->td->cfg.prefix) &&
	       teredo_reachable(&rx->src) && rx->from.port;
}

/* RFC 4380 5.2.8 (row P-03): validate a discovery bubble.
 * Return: %TEREDO_RX_DISCOVERY, or the counter of the reason to drop it.
 */
static enum teredo_counter judge(const struct teredo_rx *rx)
{
	struct teredo_trailers trailers;

	if (!is_discovery(rx))
		return TEREDO_RX_DROP_DISCOVERY;
	if (ipv6_addr_equal(&rx->src, &rx->map->address) ||
	    rx->from.addr == rx->map->local)
		return TEREDO_RX_DROP_SOURCE;
	if (!on_link(rx))
		return TEREDO_RX_DROP_OFF_LINK;
	/* Clients behind one NAT have one mapped address. So a host on the link
	 * cannot get the packets for a client behind another NAT.
	 */
	if (teredo_mapped(&rx->src).addr != rx->map->mapped.addr)
		return TEREDO_RX_DROP_OTHER_NAT;
	if (!teredo_rx_trailers(rx, &trailers))
		return TEREDO_RX_DROP_TRAILER;
	return TEREDO_RX_DISCOVERY;
}

/* Return: false if there is no room for the peer */
static bool note_peer(const struct teredo_rx *rx)
{
	struct teredo_peers *peers = rx->td->peers;
	struct teredo_peer *peer;

	spin_lock_bh(&peers->lock);
	peer = teredo_peer_lookup(peers, &rx->src);
	if (!peer) {
		peer = teredo_peer_make(rx->td, &rx->src, false);
		if (peer)
			WRITE_ONCE(peer->rx, jiffies);
	}
	if (peer) {
		peer->lan = rx->from;
		peer->lan_heard = jiffies;
	}
	spin_unlock_bh(&peers->lock);
	return peer;
}

/* Answer a discovery bubble. The peer then accepts packets from our endpoint (5.2.3). */
static void discovered(struct teredo_rx *rx)
{
	struct teredo_path path = { .to = rx->from };
	enum teredo_limit_verdict verdict;

	teredo_rx_control(rx);
	verdict = teredo_limit_fair(rx->td->answers, rx->from.addr, 0,
				    TEREDO_ANSWER_RATE);
	if (verdict != TEREDO_LIMIT_PASS) {
		teredo_rx_refused(rx, verdict);
	} else if (!note_peer(rx)) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_PEER_LIMIT);
	} else {
		teredo_send_bubble(rx->td, rx->map, &rx->src, path, NULL);
		teredo_rx_consume(rx, TEREDO_RX_DISCOVERY);
	}
}

/* Accept only discovery bubbles. The socket is bound to the group's address and to the
 * link, so it receives no datagrams to other addresses or from other links.
 */
static void receive(struct teredo_rx *rx)
{
	enum teredo_counter verdict;

	if (!teredo_rx_parse(rx))
		return;
	if (!rx->map) {
		teredo_rx_drop(rx, TEREDO_RX_DROP_NOT_QUALIFIED);
		return;
	}
	verdict = judge(rx);
	if (verdict == TEREDO_RX_DISCOVERY)
		discovered(rx);
	else
		teredo_rx_drop(rx, verdict);
}

static int discovery_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct teredo_rx rx;

	if (teredo_rx_begin(&rx, sk, skb))
		receive(&rx);
	return 0;
}

/* Return: ifindex of the link that has the IPv4 address of the mapping, 0 for none */
static int wanted_link(const struct teredo_dev *td)
{
	const struct teredo_mapping *map;
	struct net_device *dev = NULL;
	int ifindex = 0;
	__be32 local;

	rcu_read_lock();
	map = rcu_dereference(td->mapping);
	local = map ? map->local : 0;
	rcu_read_unlock();
	if (READ_ONCE(td->cfg.local_discovery) && local)
		dev = ip_dev_find(td->net, local);
	if (dev && netif_running(dev) && dev->flags & IFF_MULTICAST)
		ifindex = dev->ifindex;
	dev_put(dev);
	return ifindex;
}

static void make_group(struct ip_mreqn *group, int ifindex)
{
	*group = (struct ip_mreqn) {
		.imr_multiaddr.s_addr = htonl(TEREDO_DISCOVERY_GROUP),
		.imr_ifindex = ifindex,
	};
}

/* Other programs can bind to the same group and port. */
static int bind_to_group(struct sock *sk, struct socket *sock, int ifindex)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(TEREDO_PORT),
		.sin_addr.s_addr = htonl(TEREDO_DISCOVERY_GROUP),
	};

	sock_set_reuseaddr(sk);
	/* the type of the address is not the same in every kernel */
	return sock_bindtoindex(sk, ifindex, true) ?:
	       kernel_bind(sock, (void *)&addr, sizeof(addr));
}

static int join(struct sock *sk, int ifindex)
{
	struct ip_mreqn group;
	int err;

	make_group(&group, ifindex);
	lock_sock(sk);
	err = ip_mc_join_group(sk, &group);
	release_sock(sk);
	return err;
}

/* Leave the group before the socket is closed, which would otherwise take RTNL. */
static void leave(struct sock *sk, int ifindex)
{
	struct ip_mreqn group;

	make_group(&group, ifindex);
	lock_sock(sk);
	ip_mc_leave_group(sk, &group);
	release_sock(sk);
}

static int open_socket(struct teredo_dev *td, int ifindex, struct socket **sock)
{
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = td,
		.encap_type = 1,
		.encap_rcv = discovery_rcv,
	};
	int err;

	err = sock_create_kern(td->net, AF_INET, SOCK_DGRAM, 0, sock);
	if (err)
		return err;
	err = bind_to_group((*sock)->sk, *sock, ifindex);
	if (err) {
		sock_release(*sock);
		return err;
	}
	setup_udp_tunnel_sock(td->net, teredo_tunnel_arg(*sock), &tunnel);
	err = join((*sock)->sk, ifindex);
	if (err)
		teredo_socket_release(*sock);
	return err;
}

/* Open the socket. The worker sends the first discovery bubble at once. */
static void start(struct teredo_dev *td, int ifindex)
{
	struct teredo_discovery *disc = &td->discovery;
	struct socket *sock;
	int err = open_socket(td, ifindex, &sock);

	if (err) {
		netdev_warn_once(td->dev, "no local discovery: error %d\n",
				 err);
		return;
	}
	disc->sock = sock;
	WRITE_ONCE(disc->next, jiffies);
	WRITE_ONCE(disc->ifindex, ifindex);
	mod_delayed_work(teredo_wq, &td->probe_work, 0);
}

/**
 * teredo_discovery_close() - stop listening for discovery bubbles
 * @td: device
 *
 * Context: process, RTNL held.
 */
void teredo_discovery_close(struct teredo_dev *td)
{
	struct teredo_discovery *disc = &td->discovery;

	ASSERT_RTNL();
	if (!disc->sock)
		return;
	leave(disc->sock->sk, disc->ifindex);
	WRITE_ONCE(disc->ifindex, 0);
	teredo_socket_release(disc->sock);
	disc->sock = NULL;
}

/**
 * teredo_discovery_update() - move local discovery to the link of the mapping
 * @td: device, whose mapping or configuration may have changed, or the
 *	addresses of links
 *
 * Only a qualified client with cfg.local_discovery listens, on the link that has the
 * IPv4 address of its mapping.
 *
 * Context: process, RTNL held.
 */
void teredo_discovery_update(struct teredo_dev *td)
{
	int ifindex;

	ASSERT_RTNL();
	ifindex = wanted_link(td);
	if (ifindex == td->discovery.ifindex)
		return;
	teredo_discovery_close(td);
	if (ifindex)
		start(td, ifindex);
}

/**
 * teredo_discovery_work() - send a discovery bubble if one is due
 * @td: device
 * @map: own mapping
 *
 * Context: the worker, BH off, RCU.
 */
void teredo_discovery_work(struct teredo_dev *td,
			   const struct teredo_mapping *map)
{
	unsigned long delay = TEREDO_DISCOVERY_SPACE;

	if (!running_on(td) ||
	    time_before(jiffies, READ_ONCE(td->discovery.next)))
		return;
	if (teredo_discovery_send(td, map))
		delay = get_random_u32_inclusive(TEREDO_DISCOVERY_MIN,
						 TEREDO_DISCOVERY_MAX);
	WRITE_ONCE(td->discovery.next, jiffies + delay);
}

/**
 * teredo_discovery_next() - tell when the next discovery bubble is due
 * @td: device
 *
 * Context: any.
 * Return: jiffies from now, %TEREDO_DISCOVERY_MAX without a link.
 */
unsigned long teredo_discovery_next(const struct teredo_dev *td)
{
	long delay = READ_ONCE(td->discovery.next) - jiffies;

	return running_on(td) ? max(delay, 0L) : TEREDO_DISCOVERY_MAX;
}

/**
 * teredo_discovery_knows() - check whether a peer was heard on the link within 600 s
 * @td: device
 * @peer: entry
 *
 * Context: peers->lock held.
 * Return: true if the peer was heard, and discovery uses a link now.
 */
bool teredo_discovery_knows(const struct teredo_dev *td,
			    const struct teredo_peer *peer)
{
	return running_on(td) && peer->lan.port &&
	       time_before(jiffies, peer->lan_heard + TEREDO_DISCOVERY_LIFE);
}

/**
 * teredo_discovery_add() - look for a peer on the link as well
 * @td: device
 * @peer: the peer that bubbles go to
 * @set: bubble set, extended
 *
 * Adds a discovery bubble, which the peer answers, and a direct bubble to the peer's
 * endpoint on the link. The peer trusts the sender of the direct bubble if the discovery
 * bubble has come before.
 *
 * Context: peers->lock held.
 * Return: false if the peer was not heard on the link.
 */
bool teredo_discovery_add(const struct teredo_dev *td,
			  const struct teredo_peer *peer,
			  struct teredo_bubble_set *set)
{
	if (!teredo_discovery_knows(td, peer))
		return false;
	teredo_bubble_set_add(set, peer->lan, 0);
	teredo_bubble_set_nonce(set, peer);
	set->discover = true;
	return true;
}

/**
 * teredo_discovery_from() - check whether a packet is from a peer's endpoint on the link
 * @rx: packet from a Teredo source
 *
 * RFC 4380 5.2.8 (row P-16).
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: true if the peer was heard there within 600 s, and the packet came to the service
 * port.
 */
bool teredo_discovery_from(const struct teredo_rx *rx)
{
	struct teredo_peers *peers = rx->td->peers;
	struct teredo_peer *peer;
	bool there;

	if (!running_on(rx->td) || rx->port != rx->td->cfg.port)
		return false;
	spin_lock_bh(&peers->lock);
	peer = teredo_peer_lookup(peers, &rx->src);
	there = peer && teredo_discovery_knows(rx->td, peer) &&
		teredo_endpoint_equal(peer->lan, rx->from);
	spin_unlock_bh(&peers->lock);
	return there;
}
