// SPDX-License-Identifier: GPL-2.0
/*
 * Local client discovery.
 *
 * What comes in by multicast only says where a peer may be. It is written to
 * there, and data goes there not before something has come from there to the
 * service port (rows P-03, P-16 and T-07).
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
 * teredo_discovery_init - nothing is looked for yet
 * @disc: result
 */
void teredo_discovery_init(struct teredo_discovery *disc)
{
	ratelimit_state_init(&disc->space, TEREDO_DISCOVERY_SPACE, 1);
	ratelimit_set_flags(&disc->space, RATELIMIT_MSG_ON_RELEASE);
}

/* the link that it is on, 0 for none */
static int running_on(const struct teredo_dev *td)
{
	return READ_ONCE(td->discovery.ifindex);
}

/* The network of the outer source is one of the link's (RFC 4380 5.2.8). */
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

/* Row P-03: why a datagram is no discovery bubble to be believed, or
 * %TEREDO_RX_DISCOVERY if it is one.
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
	/* Behind one NAT is behind one address. So nobody on the link can have
	 * what is meant for a client elsewhere.
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

/* The peer is told where we are, and takes packets from there then (5.2.3). */
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

/* Nothing but discovery bubbles is taken from this socket. It is bound to the
 * group's address and to the link, so what was sent to another address or came
 * in elsewhere does not get here.
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

/* 0 stands for no link: where the mapping's address is */
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

/* Other programs may listen there as well. */
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

/* Before the socket is closed, which would ask for RTNL otherwise. */
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

/* The first discovery bubble goes out at once. */
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
 * teredo_discovery_close - listen no more
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
 * teredo_discovery_update - listen on the right link, if on any
 * @td: device, whose mapping or configuration may have changed, or the
 *	addresses of links
 *
 * A client does if it is to and is qualified, on the link that has the address
 * of its mapping.
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
 * teredo_discovery_work - send a discovery bubble if it is time for one
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
 * teredo_discovery_next - when the worker is needed
 * @td: device
 *
 * Return: jiffies from now.
 */
unsigned long teredo_discovery_next(const struct teredo_dev *td)
{
	long delay = READ_ONCE(td->discovery.next) - jiffies;

	return running_on(td) ? max(delay, 0L) : TEREDO_DISCOVERY_MAX;
}

/**
 * teredo_discovery_knows - was a peer heard on the link lately
 * @td: device
 * @peer: entry
 *
 * Context: table locked.
 * Return: true if it is worth looking for there.
 */
bool teredo_discovery_knows(const struct teredo_dev *td,
			    const struct teredo_peer *peer)
{
	return running_on(td) && peer->lan.port &&
	       time_before(jiffies, peer->lan_heard + TEREDO_DISCOVERY_LIFE);
}

/**
 * teredo_discovery_add - look for a peer on the link as well
 * @td: device
 * @peer: the peer that bubbles go to
 * @set: bubbles
 *
 * A discovery bubble, which it answers, and one to where it was, which makes it
 * trust us if the first has told it who we are.
 *
 * Context: table locked.
 * Return: false if nothing is known of it there.
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
 * teredo_discovery_from - does a packet come from where a peer is on the link
 * @rx: packet from a Teredo source
 *
 * Row P-16.
 *
 * Context: BH off, RCU; table not locked.
 * Return: true if it does.
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
