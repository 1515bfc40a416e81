// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: dump, add and remove peers. A dump holds peers->lock only for one
 * entry at a time, so entries can be created and removed during a dump.
 */
#include <linux/netlink.h>
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "bubble.h"
#include "device.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "peer.h"
#include "probe.h"
#include "random-port.h"
#include "trust.h"
#include "unreach.h"

static enum teredo_peer_state peer_state(const struct teredo_peer *peer)
{
	if (teredo_peer_usable(peer))
		return TEREDO_PEER_STATE_TRUSTED;
	if (peer->probe && peer->probe->failed)
		return TEREDO_PEER_STATE_FAILED;
	if (peer->trusted)
		return TEREDO_PEER_STATE_EXPIRED;
	return TEREDO_PEER_STATE_PROBING;
}

static u32 tries(const struct teredo_probe *probe, bool teredo)
{
	return teredo ? probe->n_sent : probe->tries;
}

static int put_nonces(struct sk_buff *skb, const struct teredo_peer *peer)
{
	if ((peer->nonce_sent &&
	     nla_put_be32(skb, TEREDO_A_PEER_NONCE_SENT, peer->nonce_sent)) ||
	    (peer->nonce_received &&
	     nla_put_be32(skb, TEREDO_A_PEER_NONCE_RECEIVED,
			  peer->nonce_received)))
		return -EMSGSIZE;
	return 0;
}

/* report the local port only if it is not the service port */
static int put_ports(struct sk_buff *skb, const struct teredo_peer *peer)
{
	const struct teredo_port *random = peer->random_port;

	if (random && peer->trusted && peer->sport == random->port &&
	    nla_put_be16(skb, TEREDO_A_PEER_LOCAL_PORT, peer->sport))
		return -EMSGSIZE;
	if (random && random->predicted &&
	    nla_put_be16(skb, TEREDO_A_PEER_RANDOM_PORT, random->predicted))
		return -EMSGSIZE;
	if (peer->remote_random_port &&
	    nla_put_be16(skb, TEREDO_A_PEER_PEER_RANDOM_PORT,
			 peer->remote_random_port))
		return -EMSGSIZE;
	return 0;
}

static int put_lan(struct sk_buff *skb, const struct teredo_peer *peer)
{
	if (peer->lan.port &&
	    (nla_put_in_addr(skb, TEREDO_A_PEER_LAN_ADDR, peer->lan.addr) ||
	     nla_put_be16(skb, TEREDO_A_PEER_LAN_PORT, peer->lan.port)))
		return -EMSGSIZE;
	return 0;
}

static int put_peer(struct sk_buff *skb, const struct teredo_peer *peer,
		    u32 ifindex, __be32 prefix)
{
	const struct teredo_probe *probe = peer->probe;
	bool teredo = teredo_is_teredo(&peer->addr, prefix);

	if (nla_put_u32(skb, TEREDO_A_PEER_IFINDEX, ifindex) ||
	    nla_put_in6_addr(skb, TEREDO_A_PEER_ADDRESS, &peer->addr) ||
	    nla_put_u32(skb, TEREDO_A_PEER_STATE, peer_state(peer)) ||
	    nla_put_u32(skb, TEREDO_A_PEER_IDLE_RX,
			jiffies_to_msecs(jiffies - READ_ONCE(peer->rx))) ||
	    nla_put_u32(skb, TEREDO_A_PEER_IDLE_TX,
			jiffies_to_msecs(jiffies - READ_ONCE(peer->tx))) ||
	    nla_put_u32(skb, TEREDO_A_PEER_TRIES,
			probe ? tries(probe, teredo) : 0) ||
	    nla_put_u32(skb, TEREDO_A_PEER_QUEUED, probe ?
			skb_queue_len(&probe->out) +
			skb_queue_len(&probe->in) : 0))
		return -EMSGSIZE;
	if (peer->trusted &&
	    (nla_put_in_addr(skb, TEREDO_A_PEER_REMOTE_ADDR, peer->ep.addr) ||
	     nla_put_be16(skb, TEREDO_A_PEER_REMOTE_PORT, peer->ep.port)))
		return -EMSGSIZE;
	if (nla_put_u8(skb, TEREDO_A_PEER_SYMMETRIC, peer->symmetric))
		return -EMSGSIZE;
	return put_nonces(skb, peer) ?: put_ports(skb, peer) ?:
	       put_lan(skb, peer);
}

/**
 * struct peer_dump - state of a dump of the peers
 * @peers: the table, NULL before the first message; the dump holds a reference to the
 *	table and none to the device, as a slow dump must not block device removal
 * @iter: position in the table
 * @ifindex: of the device
 * @prefix: service prefix, network byte order
 */
struct peer_dump {
	struct teredo_peers *peers;
	struct rhashtable_iter iter;
	u32 ifindex;
	__be32 prefix;
};

int teredo_nl_peer_get_start(struct netlink_callback *cb)
{
	struct peer_dump *dump;

	dump = kzalloc_obj(*dump, GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	cb->args[0] = (long)dump;
	return 0;
}

/* Not part of teredo_nl_peer_get_start(): on some kernels, an error from there cannot
 * carry an extack message.
 */
static int peer_dump_begin(struct peer_dump *dump, struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct teredo_dev *td;

	rtnl_lock();
	td = teredo_nl_dev(sock_net(cb->skb->sk), attrs[TEREDO_A_PEER_IFINDEX],
			   cb->extack);
	if (IS_ERR(td)) {
		rtnl_unlock();
		return PTR_ERR(td);
	}
	dump->peers = td->peers;
	dump->ifindex = td->dev->ifindex;
	dump->prefix = td->cfg.prefix;
	teredo_peers_get(dump->peers);
	rtnl_unlock();

	rhashtable_walk_enter(&dump->peers->ht, &dump->iter);
	return 0;
}

int teredo_nl_peer_get_done(struct netlink_callback *cb)
{
	struct peer_dump *dump = (struct peer_dump *)cb->args[0];

	if (dump->peers) {
		rhashtable_walk_exit(&dump->iter);
		teredo_peers_put(dump->peers);
	}
	kfree(dump);
	return 0;
}

static int fill_peer(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct peer_dump *dump,
		     const struct teredo_peer *peer)
{
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			  cb->nlh->nlmsg_seq, &teredo_nl_family, NLM_F_MULTI,
			  TEREDO_CMD_PEER_GET);
	if (!hdr)
		return -EMSGSIZE;
	/* the probe can be freed unless the lock is held */
	spin_lock_bh(&dump->peers->lock);
	err = put_peer(skb, peer, dump->ifindex, dump->prefix);
	spin_unlock_bh(&dump->peers->lock);
	if (err) {
		genlmsg_cancel(skb, hdr);
		return err;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int teredo_nl_peer_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct peer_dump *dump = (struct peer_dump *)cb->args[0];
	struct teredo_peer *peer;
	int err;

	if (!dump->peers) {
		err = peer_dump_begin(dump, cb);
		if (err)
			return err;
	}
	rhashtable_walk_start(&dump->iter);
	/* peek: an entry that did not fit is the first of the next message */
	for (peer = rhashtable_walk_peek(&dump->iter); peer;
	     peer = rhashtable_walk_next(&dump->iter)) {
		/* The table was resized: some entries can be reported twice. */
		if (IS_ERR(peer))
			continue;
		if (fill_peer(skb, cb, dump, peer))
			break;
	}
	rhashtable_walk_stop(&dump->iter);
	return skb->len;
}

/* Accept only an address with which packets can be exchanged. */
static int check_peer(const struct teredo_dev *td, struct genl_info *info,
		      struct in6_addr *addr)
{
	int type;

	if (GENL_REQ_ATTR_CHECK(info, TEREDO_A_PEER_ADDRESS)) {
		NL_SET_ERR_MSG(info->extack, "The peer's address is needed");
		return -EINVAL;
	}
	*addr = nla_get_in6_addr(info->attrs[TEREDO_A_PEER_ADDRESS]);
	type = ipv6_addr_type(addr);
	if (!(type & IPV6_ADDR_UNICAST) ||
	    type & (IPV6_ADDR_LINKLOCAL | IPV6_ADDR_LOOPBACK) ||
	    (teredo_is_teredo(addr, td->cfg.prefix) ?
	     !teredo_reachable(addr) : td->cfg.mode != TEREDO_MODE_CLIENT)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[TEREDO_A_PEER_ADDRESS],
				    "Not an address that a peer can have");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

/* Read the endpoint at which a request declares a peer verified.
 * Return: 0, with @ep->port 0 if the request has no endpoint; or a negative error.
 */
static int get_endpoint(struct genl_info *info, struct teredo_endpoint *ep)
{
	struct nlattr *addr = info->attrs[TEREDO_A_PEER_REMOTE_ADDR];
	struct nlattr *port = info->attrs[TEREDO_A_PEER_REMOTE_PORT];

	if (!addr != !port) {
		NL_SET_ERR_MSG(info->extack,
			       "Remote address and remote port must be given together");
		return -EINVAL;
	}
	if (!addr)
		return 0;
	ep->addr = nla_get_in_addr(addr);
	ep->port = nla_get_be16(port);
	if (!ep->port || ipv4_is_zeronet(ep->addr) ||
	    ipv4_is_multicast(ep->addr) || ipv4_is_lbcast(ep->addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, addr,
				    "Remote address must be unicast, remote port not 0");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static int start_peer(struct teredo_dev *td, const struct in6_addr *addr,
		      struct teredo_endpoint ep, struct netlink_ext_ack *extack)
{
	const struct teredo_mapping *map;
	int err = -ENETDOWN;

	local_bh_disable();
	rcu_read_lock();
	map = rcu_dereference(td->mapping);
	if (map && ep.port)
		err = teredo_trust(td, addr, ep, td->cfg.port) ?
		      0 : -ENOBUFS;
	else if (map)
		err = teredo_probe_start(td, map, addr);
	rcu_read_unlock();
	local_bh_enable();

	if (err == -ENETDOWN)
		NL_SET_ERR_MSG(extack, "The client is not qualified");
	else if (err == -ENOBUFS)
		NL_SET_ERR_MSG(extack, "The peer table is full of peers in use");
	else if (err == -EBUSY)
		NL_SET_ERR_MSG(extack, "The peer did not answer and is in back-off");
	return err;
}

int teredo_nl_peer_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct teredo_endpoint ep = {};
	struct teredo_dev *td;
	struct in6_addr addr;
	int err;

	rtnl_lock();
	td = teredo_nl_admin(skb, info, TEREDO_A_PEER_IFINDEX);
	err = IS_ERR(td) ? PTR_ERR(td) : check_peer(td, info, &addr);
	if (!err)
		err = get_endpoint(info, &ep);
	if (!err)
		err = start_peer(td, &addr, ep, info->extack);
	rtnl_unlock();
	return err;
}

static int del_peer(struct teredo_dev *td, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[TEREDO_A_PEER_ADDRESS];
	struct teredo_peer *peer;
	struct in6_addr addr;

	if (!attr) {
		teredo_peers_flush(td);
		teredo_queue_flush_unreach(td);
		return 0;
	}
	addr = nla_get_in6_addr(attr);
	rcu_read_lock();
	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_lookup(td->peers, &addr);
	if (peer)
		teredo_peer_remove(td, peer);
	spin_unlock_bh(&td->peers->lock);
	rcu_read_unlock();
	if (peer)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, attr, "No such peer");
	return -ENOENT;
}

int teredo_nl_peer_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct teredo_dev *td;
	int err;

	rtnl_lock();
	td = teredo_nl_admin(skb, info, TEREDO_A_PEER_IFINDEX);
	err = IS_ERR(td) ? PTR_ERR(td) : del_peer(td, info);
	rtnl_unlock();
	return err;
}
