// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "teredo": what changes while a device runs. The
 * contract is Documentation/netlink/specs/teredo.yaml, which makes
 * netlink-gen.[ch]. Commands that change something hold RTNL, so a device
 * stays what it is meanwhile.
 */
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "bubble.h"
#include "device.h"
#include "discovery.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "peer.h"
#include "port.h"
#include "probe.h"
#include "stats.h"
#include "trust.h"
#include "xmit.h"

/* The device that a request names, or an error that has been explained. */
static struct teredo_dev *get_teredo(struct net *net, struct nlattr *ifindex,
				     struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	ASSERT_RTNL();
	if (!ifindex) {
		NL_SET_ERR_MSG(extack, "An interface index is needed");
		return ERR_PTR(-EINVAL);
	}
	dev = __dev_get_by_index(net, nla_get_u32(ifindex));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(extack, ifindex, "No such device");
		return ERR_PTR(-ENODEV);
	}
	if (!teredo_is_device(dev)) {
		NL_SET_ERR_MSG_ATTR(extack, ifindex, "Not a Teredo device");
		return ERR_PTR(-EOPNOTSUPP);
	}
	return netdev_priv(dev);
}

/* The same for a request that changes something: what that does happens in
 * the namespace of the socket, which the device may have left.
 */
static struct teredo_dev *get_admin(struct sk_buff *skb,
				    struct genl_info *info, int ifindex)
{
	struct teredo_dev *td;

	td = get_teredo(genl_info_net(info), info->attrs[ifindex],
			info->extack);
	if (IS_ERR(td) || netlink_ns_capable(skb, td->net->user_ns,
					     CAP_NET_ADMIN))
		return td;
	NL_SET_ERR_MSG(info->extack,
		       "The socket is in a namespace that you may not administer");
	return ERR_PTR(-EPERM);
}

static int check_up(const struct teredo_dev *td, struct genl_info *info)
{
	if (netif_running(td->dev))
		return 0;
	NL_SET_ERR_MSG(info->extack, "The device is down");
	return -ENETDOWN;
}

static int put_counters(struct sk_buff *skb, const struct teredo_dev *td)
{
	u64 values[TEREDO_N_COUNTERS];
	struct nlattr *nest;
	int i;

	teredo_stats_read(td, values);
	for (i = 0; i < TEREDO_N_COUNTERS; i++) {
		nest = nla_nest_start(skb, TEREDO_A_DEV_COUNTER);
		if (!nest ||
		    nla_put_string(skb, TEREDO_A_COUNTER_NAME,
				   teredo_counter_names[i]) ||
		    nla_put_u64_64bit(skb, TEREDO_A_COUNTER_VALUE, values[i],
				      TEREDO_A_COUNTER_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_mapping(struct sk_buff *skb, const struct teredo_dev *td,
		       const struct teredo_mapping *map)
{
	unsigned long idle = jiffies - READ_ONCE(td->contact);

	if (td->cfg.mode != TEREDO_MODE_CLIENT)
		return 0;
	if (nla_put_in6_addr(skb, TEREDO_A_DEV_ADDRESS, &map->address) ||
	    nla_put_in_addr(skb, TEREDO_A_DEV_MAPPED_ADDR, map->mapped.addr) ||
	    nla_put_be16(skb, TEREDO_A_DEV_MAPPED_PORT, map->mapped.port))
		return -EMSGSIZE;
	if (map->local &&
	    nla_put_in_addr(skb, TEREDO_A_DEV_LOCAL_ADDR, map->local))
		return -EMSGSIZE;
	if (nla_put_u32(skb, TEREDO_A_DEV_NAT, map->nat) ||
	    nla_put_u8(skb, TEREDO_A_DEV_PORT_PRESERVING,
		       map->mapped.port == td->cfg.port) ||
	    nla_put_u8(skb, TEREDO_A_DEV_UPNP, map->upnp))
		return -EMSGSIZE;
	if (map->upnp_mapped.port &&
	    (nla_put_in_addr(skb, TEREDO_A_DEV_UPNP_ADDR,
			     map->upnp_mapped.addr) ||
	     nla_put_be16(skb, TEREDO_A_DEV_UPNP_PORT, map->upnp_mapped.port)))
		return -EMSGSIZE;
	if (READ_ONCE(td->contacted) &&
	    nla_put_u32(skb, TEREDO_A_DEV_CONTACT, jiffies_to_msecs(idle)))
		return -EMSGSIZE;
	return 0;
}

/* what stands under the device's lock */
static int put_state(struct sk_buff *skb, struct teredo_dev *td)
{
	time64_t left = 0;
	u32 state, helper;

	spin_lock_bh(&td->lock);
	state = td->state;
	helper = td->helper;
	if (td->expires)
		left = max_t(time64_t, 1, td->expires -
			     ktime_get_boottime_seconds());
	spin_unlock_bh(&td->lock);

	if (nla_put_u32(skb, TEREDO_A_DEV_STATE, state) ||
	    nla_put_u32(skb, TEREDO_A_DEV_LIFETIME, left))
		return -EMSGSIZE;
	if (helper && nla_put_u32(skb, TEREDO_A_DEV_HELPER, helper))
		return -EMSGSIZE;
	return 0;
}

static int put_config(struct sk_buff *skb, const struct teredo_dev *td)
{
	const struct teredo_config *cfg = &td->cfg;

	if (nla_put_u32(skb, TEREDO_A_DEV_IFINDEX, td->dev->ifindex) ||
	    nla_put_u32(skb, TEREDO_A_DEV_MODE, cfg->mode) ||
	    nla_put_be16(skb, TEREDO_A_DEV_LOCAL_PORT, cfg->port))
		return -EMSGSIZE;
	if (cfg->server &&
	    nla_put_in_addr(skb, TEREDO_A_DEV_SERVER, cfg->server))
		return -EMSGSIZE;
	if (cfg->server2 &&
	    nla_put_in_addr(skb, TEREDO_A_DEV_SERVER2, cfg->server2))
		return -EMSGSIZE;
	return nla_put_u32(skb, TEREDO_A_DEV_PEERS,
			   READ_ONCE(td->peers->count));
}

/* One device as a dev-get reply, or as an event, which has no counters */
static int fill_dev(struct sk_buff *skb, struct teredo_dev *td, u32 portid,
		    u32 seq, int flags, u8 cmd)
{
	const struct teredo_mapping *map;
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, portid, seq, &teredo_nl_family, flags, cmd);
	if (!hdr)
		return -EMSGSIZE;
	err = put_config(skb, td) ?: put_state(skb, td);
	rcu_read_lock();
	map = rcu_dereference(td->mapping);
	if (!err && map)
		err = put_mapping(skb, td, map);
	rcu_read_unlock();
	if (!err && cmd == TEREDO_CMD_DEV_GET)
		err = put_counters(skb, td);
	if (err) {
		genlmsg_cancel(skb, hdr);
		return err;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * teredo_nl_dev_changed - tell whoever listens
 * @td: device
 * @gfp: how to allocate
 *
 * Context: any but hard interrupt, no lock of ours held.
 */
void teredo_nl_dev_changed(struct teredo_dev *td, gfp_t gfp)
{
	struct net *net = dev_net(td->dev);
	struct sk_buff *skb;

	if (!genl_has_listeners(&teredo_nl_family, net, TEREDO_NLGRP_EVENTS))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, gfp);
	if (!skb || fill_dev(skb, td, 0, 0, 0, TEREDO_CMD_DEV_NTF)) {
		nlmsg_free(skb);
		/* they have missed something, and are to know that they have */
		genl_set_err(&teredo_nl_family, net, 0, TEREDO_NLGRP_EVENTS,
			     -ENOBUFS);
		return;
	}
	genlmsg_multicast_netns(&teredo_nl_family, net, skb, 0,
				TEREDO_NLGRP_EVENTS, gfp);
}

int teredo_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *ifindex = genl_info_dump(cb)->attrs[TEREDO_A_DEV_IFINDEX];
	struct net *net = sock_net(skb->sk);
	struct net_device *dev;
	struct teredo_dev *td;
	int idx = 0, err = 0;

	rtnl_lock();
	if (ifindex) {
		td = get_teredo(net, ifindex, cb->extack);
		if (IS_ERR(td)) {
			err = PTR_ERR(td);
			goto unlock;
		}
	}
	for_each_netdev(net, dev) {
		if (!teredo_is_device(dev) ||
		    (ifindex && dev->ifindex != nla_get_u32(ifindex)))
			continue;
		if (idx++ < cb->args[0])
			continue;
		err = fill_dev(skb, netdev_priv(dev),
			       NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			       NLM_F_MULTI, TEREDO_CMD_DEV_GET);
		if (err)
			break;
		cb->args[0] = idx;
	}
	/* what did not fit goes into the next message */
	if (err == -EMSGSIZE && skb->len)
		err = 0;
unlock:
	rtnl_unlock();
	return err ?: skb->len;
}

/* What the NAT was asked for, if the helper has done so. Bubbles tell peers. */
static int get_upnp(struct genl_info *info, struct teredo_mapping *map)
{
	struct nlattr **attrs = info->attrs;
	struct nlattr *addr = attrs[TEREDO_A_DEV_UPNP_ADDR];
	struct nlattr *port = attrs[TEREDO_A_DEV_UPNP_PORT];

	if (attrs[TEREDO_A_DEV_UPNP])
		map->upnp = nla_get_u8(attrs[TEREDO_A_DEV_UPNP]);
	if (!addr && !port)
		return 0;
	if (addr && port) {
		map->upnp_mapped.addr = nla_get_in_addr(addr);
		map->upnp_mapped.port = nla_get_be16(port);
	}
	if (map->upnp && teredo_alternate_valid(map->upnp_mapped))
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "upnp-addr and upnp-port go together, with upnp, and must be a place to send to");
	return -EINVAL;
}

/* State up needs all that makes the address, and they must agree. */
static int get_mapping(const struct teredo_dev *td, struct genl_info *info,
		       struct teredo_mapping *map)
{
	struct nlattr **attrs = info->attrs;
	__be32 server;

	if (GENL_REQ_ATTR_CHECK(info, TEREDO_A_DEV_ADDRESS) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_DEV_SERVER) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_DEV_MAPPED_ADDR) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_DEV_MAPPED_PORT)) {
		NL_SET_ERR_MSG(info->extack,
			       "State up needs address, server, mapped-addr and mapped-port");
		return -EINVAL;
	}
	map->address = nla_get_in6_addr(attrs[TEREDO_A_DEV_ADDRESS]);
	map->mapped.addr = nla_get_in_addr(attrs[TEREDO_A_DEV_MAPPED_ADDR]);
	map->mapped.port = nla_get_be16(attrs[TEREDO_A_DEV_MAPPED_PORT]);
	server = nla_get_in_addr(attrs[TEREDO_A_DEV_SERVER]);
	if (attrs[TEREDO_A_DEV_NAT])
		map->nat = nla_get_u32(attrs[TEREDO_A_DEV_NAT]);
	if (attrs[TEREDO_A_DEV_LOCAL_ADDR])
		map->local = nla_get_in_addr(attrs[TEREDO_A_DEV_LOCAL_ADDR]);
	if (map->local && td->cfg.local && map->local != td->cfg.local) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TEREDO_A_DEV_LOCAL_ADDR],
				    "The socket is bound to another address");
		return -EADDRNOTAVAIL;
	}

	if (!teredo_is_teredo(&map->address, td->cfg.prefix) ||
	    teredo_server(&map->address) != server ||
	    !teredo_endpoint_equal(teredo_mapped(&map->address),
				   map->mapped)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[TEREDO_A_DEV_ADDRESS],
				    "The address is not the one that prefix, server and mapping make");
		return -EADDRNOTAVAIL;
	}
	if (!teredo_reachable(&map->address)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[TEREDO_A_DEV_ADDRESS],
				    "Server and mapping must be global unicast, the port not 0");
		return -EADDRNOTAVAIL;
	}
	return get_upnp(info, map);
}

/* Return: 1 if it has changed */
static int take_address(__be32 *to, struct nlattr *attr)
{
	__be32 addr;

	if (!attr)
		return 0;
	addr = nla_get_in_addr(attr);
	if (addr == *to)
		return 0;
	WRITE_ONCE(*to, addr);
	return 1;
}

static int check_servers(struct genl_info *info)
{
	static const u8 which[] = { TEREDO_A_DEV_SERVER, TEREDO_A_DEV_SERVER2 };
	struct nlattr *attr;
	__be32 addr;
	int i;

	for (i = 0; i < ARRAY_SIZE(which); i++) {
		attr = info->attrs[which[i]];
		if (!attr)
			continue;
		addr = nla_get_in_addr(attr);
		if (addr && !teredo_ipv4_is_global(addr)) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "A server must have a global unicast IPv4 address");
			return -EADDRNOTAVAIL;
		}
	}
	return 0;
}

/* Takes the servers over: whose control packets are believed.
 * Return: 1 if one is another, 0 if not.
 */
static int set_servers(struct teredo_dev *td, struct genl_info *info)
{
	return take_address(&td->cfg.server, info->attrs[TEREDO_A_DEV_SERVER]) |
	       take_address(&td->cfg.server2,
			    info->attrs[TEREDO_A_DEV_SERVER2]);
}

/* Return: 1 if it has changed, 0 if not, or a negative error. */
static int set_state(struct teredo_dev *td, struct genl_info *info)
{
	u32 state = nla_get_u32(info->attrs[TEREDO_A_DEV_STATE]);
	bool up = state == TEREDO_STATE_UP;
	struct teredo_mapping map = {};
	u32 lifetime = 0;
	int err;

	err = check_up(td, info);
	if (!err && up)
		err = get_mapping(td, info, &map);
	if (!err)
		err = check_servers(info);
	if (err)
		return err;
	if (info->attrs[TEREDO_A_DEV_LIFETIME])
		lifetime = min_t(u32, S32_MAX / HZ,
				 nla_get_u32(info->attrs[TEREDO_A_DEV_LIFETIME]));
	err = teredo_set_state(td, state, up ? &map : NULL, lifetime);
	teredo_discovery_update(td);
	return err;
}

/* All or nothing: the servers, with which nothing can go wrong any more, come
 * last.
 * Return: 1 if there is something to tell, 0 if not, or a negative error.
 */
static int dev_set(struct teredo_dev *td, struct genl_info *info)
{
	int ret;

	if (td->cfg.mode != TEREDO_MODE_CLIENT) {
		NL_SET_ERR_MSG(info->extack,
			       "Only a client has a state that can be set");
		return -EOPNOTSUPP;
	}
	ret = info->attrs[TEREDO_A_DEV_STATE] ? set_state(td, info) :
						check_servers(info);
	return ret < 0 ? ret : ret | set_servers(td, info);
}

int teredo_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct teredo_dev *td;
	int err;

	rtnl_lock();
	td = get_admin(skb, info, TEREDO_A_DEV_IFINDEX);
	err = IS_ERR(td) ? PTR_ERR(td) : dev_set(td, info);
	if (err > 0)
		teredo_nl_dev_changed(td, GFP_KERNEL);
	rtnl_unlock();
	return min(err, 0);
}

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

/* the service port is nothing to tell */
static int put_ports(struct sk_buff *skb, const struct teredo_peer *peer)
{
	const struct teredo_port *random = peer->random;

	if (random && peer->trusted && peer->sport == random->port &&
	    nla_put_be16(skb, TEREDO_A_PEER_LOCAL_PORT, peer->sport))
		return -EMSGSIZE;
	if (random && random->predicted &&
	    nla_put_be16(skb, TEREDO_A_PEER_RANDOM_PORT, random->predicted))
		return -EMSGSIZE;
	if (peer->peer_random &&
	    nla_put_be16(skb, TEREDO_A_PEER_PEER_RANDOM_PORT,
			 peer->peer_random))
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
 * struct peer_dump - a dump of the peers under way
 * @peers: the table, NULL before the first message; the dump's reference
 *	keeps it, not the device, which a reader that dawdles must not keep
 *	from going away
 * @iter: where it is
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

/* Not in teredo_nl_peer_get_start(): there, not every kernel can be told what
 * is wrong with a request.
 */
static int peer_dump_begin(struct peer_dump *dump, struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct teredo_dev *td;

	rtnl_lock();
	td = get_teredo(sock_net(cb->skb->sk), attrs[TEREDO_A_PEER_IFINDEX],
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
	/* the probe is only there under the lock */
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
	/* peek: one that does not fit is the first of the next message */
	for (peer = rhashtable_walk_peek(&dump->iter); peer;
	     peer = rhashtable_walk_next(&dump->iter)) {
		/* the table was resized, some may come twice */
		if (IS_ERR(peer))
			continue;
		if (fill_peer(skb, cb, dump, peer))
			break;
	}
	rhashtable_walk_stop(&dump->iter);
	return skb->len;
}

/* Only a peer that packets could be exchanged with. */
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

/* The endpoint that a request takes a peer to be at.
 * Return: 0, with @ep->port 0 if there is none in the request.
 */
static int get_endpoint(struct genl_info *info, struct teredo_endpoint *ep)
{
	struct nlattr *addr = info->attrs[TEREDO_A_PEER_REMOTE_ADDR];
	struct nlattr *port = info->attrs[TEREDO_A_PEER_REMOTE_PORT];

	if (!addr != !port) {
		NL_SET_ERR_MSG(info->extack,
			       "Remote address and port go together");
		return -EINVAL;
	}
	if (!addr)
		return 0;
	ep->addr = nla_get_in_addr(addr);
	ep->port = nla_get_be16(port);
	if (!ep->port || ipv4_is_zeronet(ep->addr) ||
	    ipv4_is_multicast(ep->addr) || ipv4_is_lbcast(ep->addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, addr,
				    "Not a place to send to");
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
		NL_SET_ERR_MSG(extack, "The peer did not answer, leave it alone for a while");
	return err;
}

int teredo_nl_peer_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct teredo_endpoint ep = {};
	struct teredo_dev *td;
	struct in6_addr addr;
	int err;

	rtnl_lock();
	td = get_admin(skb, info, TEREDO_A_PEER_IFINDEX);
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
	td = get_admin(skb, info, TEREDO_A_PEER_IFINDEX);
	err = IS_ERR(td) ? PTR_ERR(td) : del_peer(td, info);
	rtnl_unlock();
	return err;
}

/* Control packets go to servers, which are reached at one port. */
static int get_packet(const struct teredo_dev *td, struct genl_info *info,
		      struct teredo_endpoint *to, __be32 *from)
{
	struct nlattr **attrs = info->attrs;

	if (GENL_REQ_ATTR_CHECK(info, TEREDO_A_PACKET_REMOTE_ADDR) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_PACKET_REMOTE_PORT) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_PACKET_PAYLOAD)) {
		NL_SET_ERR_MSG(info->extack,
			       "A packet needs remote-addr, remote-port and payload");
		return -EINVAL;
	}
	to->addr = nla_get_in_addr(attrs[TEREDO_A_PACKET_REMOTE_ADDR]);
	to->port = nla_get_be16(attrs[TEREDO_A_PACKET_REMOTE_PORT]);
	if (!teredo_ipv4_is_global(to->addr) || !to->port) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TEREDO_A_PACKET_REMOTE_ADDR],
				    "Not a global unicast IPv4 address and a port");
		return -EADDRNOTAVAIL;
	}
	if (attrs[TEREDO_A_PACKET_LOCAL_ADDR])
		*from = nla_get_in_addr(attrs[TEREDO_A_PACKET_LOCAL_ADDR]);
	if (*from && td->cfg.local && *from != td->cfg.local &&
	    *from != td->cfg.local2) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TEREDO_A_PACKET_LOCAL_ADDR],
				    "The socket is bound to another address");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static int send_packet(struct teredo_dev *td, struct genl_info *info)
{
	struct nlattr *payload = info->attrs[TEREDO_A_PACKET_PAYLOAD];
	struct teredo_endpoint to, from = {};
	int err;

	err = get_packet(td, info, &to, &from.addr);
	if (err)
		return err;
	err = check_up(td, info);
	if (err)
		return err;
	if (teredo_set_helper(td, info->snd_portid))
		teredo_nl_dev_changed(td, GFP_KERNEL);

	local_bh_disable();
	rcu_read_lock();
	err = teredo_send(td, to, from, nla_data(payload), nla_len(payload));
	rcu_read_unlock();
	local_bh_enable();
	if (!err)
		teredo_count(td, TEREDO_TX_CONTROL);
	else if (err == -EHOSTUNREACH)
		NL_SET_ERR_MSG(info->extack,
			       "There is no way to send it from and to these addresses");
	return err;
}

int teredo_nl_packet_send_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct teredo_dev *td;
	int err;

	rtnl_lock();
	td = get_admin(skb, info, TEREDO_A_PACKET_IFINDEX);
	err = IS_ERR(td) ? PTR_ERR(td) : send_packet(td, info);
	rtnl_unlock();
	return err;
}

int teredo_nl_helper_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct teredo_dev *td;
	int err;

	rtnl_lock();
	td = get_admin(skb, info, TEREDO_A_DEV_IFINDEX);
	err = IS_ERR(td) ? PTR_ERR(td) : check_up(td, info);
	if (!err && teredo_set_helper(td, info->snd_portid))
		teredo_nl_dev_changed(td, GFP_KERNEL);
	rtnl_unlock();
	return err;
}

/**
 * teredo_nl_packet - pass a control packet to the helper
 * @td: device
 * @from: outer source
 * @local: outer destination, network byte order
 * @payload: UDP payload, at most TEREDO_MAX_PACKET octets
 * @len: its length
 *
 * Context: softirq, RCU.
 * Return: 0, or a negative error if nobody has got it.
 */
int teredo_nl_packet(struct teredo_dev *td, struct teredo_endpoint from,
		     __be32 local, const void *payload, size_t len)
{
	u32 helper = READ_ONCE(td->helper);
	struct sk_buff *skb;
	void *hdr;

	if (!helper)
		return -ESRCH;
	skb = genlmsg_new(nla_total_size(len) + 4 * nla_total_size(4),
			  GFP_ATOMIC);
	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put(skb, 0, 0, &teredo_nl_family, 0,
			  TEREDO_CMD_PACKET_NTF);
	if (!hdr ||
	    nla_put_u32(skb, TEREDO_A_PACKET_IFINDEX, td->dev->ifindex) ||
	    nla_put_in_addr(skb, TEREDO_A_PACKET_REMOTE_ADDR, from.addr) ||
	    nla_put_be16(skb, TEREDO_A_PACKET_REMOTE_PORT, from.port) ||
	    nla_put_in_addr(skb, TEREDO_A_PACKET_LOCAL_ADDR, local) ||
	    nla_put(skb, TEREDO_A_PACKET_PAYLOAD, len, payload)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_unicast(dev_net(td->dev), skb, helper);
}

static int port_event(struct notifier_block *nb, unsigned long event,
		      void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		teredo_devices_forget_helper(notify->net, notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block port_notifier = {
	.notifier_call = port_event,
};

/**
 * teredo_nl_register - make the family known
 *
 * Return: 0 or a negative error.
 */
int teredo_nl_register(void)
{
	int err;

	err = netlink_register_notifier(&port_notifier);
	if (err)
		return err;
	err = genl_register_family(&teredo_nl_family);
	if (err)
		netlink_unregister_notifier(&port_notifier);
	return err;
}

/**
 * teredo_nl_unregister - take the family back
 */
void teredo_nl_unregister(void)
{
	genl_unregister_family(&teredo_nl_family);
	netlink_unregister_notifier(&port_notifier);
}
