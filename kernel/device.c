// SPDX-License-Identifier: GPL-2.0
/*
 * The network device: up and down, its life, and the state that the helper
 * gives it.
 */
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/timekeeping.h>
#include <net/addrconf.h>
#include <net/ip_tunnels.h>

#include "device.h"
#include "gateway.h"
#include "limit.h"
#include "local.h"
#include "netlink.h"
#include "nptv6.h"
#include "peer.h"
#include "probe.h"
#include "receive.h"
#include "socket.h"
#include "stats.h"
#include "xmit.h"

/* Pause between two attempts of a work to get RTNL, which it cannot wait for.
 * Nothing urgent depends on it.
 */
#define TEREDO_RTNL_RETRY	(HZ / 10)

/* Every device of every namespace. Changed under RTNL, read under RCU too. */
static LIST_HEAD(devices);

/**
 * teredo_device_add - put a registered device on the list of all devices
 * @td: device
 *
 * Context: RTNL held.
 */
void teredo_device_add(struct teredo_dev *td)
{
	ASSERT_RTNL();
	list_add_rcu(&td->list, &devices);
}

/**
 * teredo_device_del - take a device off the list of all devices
 * @td: device, about to be unregistered
 *
 * Context: RTNL held.
 */
void teredo_device_del(struct teredo_dev *td)
{
	ASSERT_RTNL();
	list_del_rcu(&td->list);
}

/**
 * teredo_devices_local_changed - addresses or links have come or gone
 * @net: namespace
 *
 * Context: RTNL held.
 */
void teredo_devices_local_changed(struct net *net)
{
	struct teredo_dev *td;

	ASSERT_RTNL();
	list_for_each_entry(td, &devices, list)
		if (net_eq(td->net, net)) {
			teredo_local_update(td);
			teredo_discovery_update(td);
		}
}

/**
 * teredo_devices_link_gone - stop devices that send by a deleted interface
 * @net: namespace of the interface
 * @ifindex: index of the interface, which another one may get next
 *
 * Unlike vxlan's, a device is not deleted: its port is part of a client's
 * address, and its addresses and routes may be the administrator's.
 *
 * Context: process, RTNL held.
 */
void teredo_devices_link_gone(struct net *net, int ifindex)
{
	struct teredo_dev *td;

	ASSERT_RTNL();
	list_for_each_entry(td, &devices, list) {
		if (!net_eq(td->net, net) || td->cfg.link != ifindex)
			continue;
		WRITE_ONCE(td->cfg.link, TEREDO_LINK_NONE);
		teredo_device_relink(td);
		teredo_nl_dev_changed(td, GFP_KERNEL);
		netdev_state_change(td->dev);
	}
}

/**
 * teredo_devices_next - find the next device of a dump
 * @net: namespace of the device itself
 * @ifindex: lowest index to consider
 *
 * Context: RTNL held.
 * Return: the device in @net with the lowest index of at least @ifindex, or
 * NULL.
 */
struct teredo_dev *teredo_devices_next(const struct net *net, int ifindex)
{
	struct teredo_dev *td, *next = NULL;

	ASSERT_RTNL();
	list_for_each_entry(td, &devices, list)
		if (net_eq(dev_net(td->dev), net) &&
		    td->dev->ifindex >= ifindex &&
		    (!next || td->dev->ifindex < next->dev->ifindex))
			next = td;
	return next;
}

/**
 * teredo_devices_exit_net - devices die with the namespace of their socket
 * @net: namespace that ends
 * @kill: list to queue them on
 *
 * Those that live in @net themselves are the core's to unregister.
 *
 * Context: RTNL held.
 */
void teredo_devices_exit_net(struct net *net, struct list_head *kill)
{
	struct teredo_dev *td, *next;

	list_for_each_entry_safe(td, next, &devices, list)
		if (net_eq(td->net, net) && !net_eq(dev_net(td->dev), net)) {
			teredo_device_del(td);
			unregister_netdevice_queue(td->dev, kill);
		}
}

/* Sets or clears the helper. @only, unless 0, is the one it must be so far.
 * Return: true if it has changed.
 */
static bool change_helper(struct teredo_dev *td, u32 only, u32 portid)
{
	bool changed;

	spin_lock_bh(&td->lock);
	changed = td->helper != portid && (!only || td->helper == only);
	if (changed)
		WRITE_ONCE(td->helper, portid);
	spin_unlock_bh(&td->lock);
	return changed;
}

/**
 * teredo_set_helper - say who gets the control packets
 * @td: device
 * @portid: netlink port, 0 for nobody
 *
 * Return: true if that is a change.
 */
bool teredo_set_helper(struct teredo_dev *td, u32 portid)
{
	return change_helper(td, 0, portid);
}

/**
 * teredo_forget_helper() - unset the control daemon if it is a certain one
 * @td: device
 * @portid: netlink port of that one
 *
 * Context: any but hard interrupt.
 * Return: true if it was.
 */
static bool teredo_forget_helper(struct teredo_dev *td, u32 portid)
{
	return change_helper(td, portid, 0);
}

/**
 * teredo_devices_forget_helper - a netlink port is gone
 * @net: namespace of the port
 * @portid: its number, which somebody else may get next
 *
 * Context: process.
 */
void teredo_devices_forget_helper(struct net *net, u32 portid)
{
	struct teredo_dev *td;

	rcu_read_lock();
	list_for_each_entry_rcu(td, &devices, list)
		if (net_eq(dev_net(td->dev), net) &&
		    teredo_forget_helper(td, portid))
			teredo_nl_dev_changed(td, GFP_ATOMIC);
	rcu_read_unlock();
}

static time64_t now_boottime(void)
{
	return ktime_get_boottime_seconds();
}

/* Puts @mapping, which may be NULL, in the place of the old one; the carrier
 * follows.
 * Return: what was known of peers holds no more.
 */
static bool replace_mapping(struct teredo_dev *td,
			    struct teredo_mapping *mapping)
{
	struct teredo_mapping *old;
	bool moved;

	lockdep_assert_held(&td->lock);
	old = rcu_replace_pointer(td->mapping, mapping,
				  lockdep_is_held(&td->lock));
	moved = old && (!mapping ||
			memcmp(&old->address, &mapping->address,
			       sizeof(old->address)) ||
			old->local != mapping->local);
	if (!old || moved)
		WRITE_ONCE(td->contacted, false);
	if (old)
		kfree_rcu(old, rcu);
	if (mapping)
		netif_carrier_on(td->dev);
	else
		netif_carrier_off(td->dev);
	return moved;
}

static void forget_peers(struct teredo_dev *td)
{
	/* senders that have seen the old mapping are done after it */
	synchronize_net();
	teredo_peers_flush(td);
}

/* what is known of the NAT, besides the mapping itself */
static bool same_nat(const struct teredo_mapping *a,
		     const struct teredo_mapping *b)
{
	return a->nat == b->nat && a->upnp == b->upnp &&
	       teredo_endpoint_equal(a->upnp_mapped, b->upnp_mapped);
}

/**
 * teredo_set_state - take over what qualification found
 * @td: device
 * @state: new state
 * @mapping: what goes with TEREDO_STATE_UP, copied; NULL for other states
 * @lifetime: seconds until the state falls back to down, 0 for never
 *
 * The carrier follows the state. Another address makes the device forget its
 * peers: to them the old one was ours.
 *
 * Context: process.
 * Return: 1 if anything but the lifetime has changed, 0 if not, or -ENOMEM.
 */
int teredo_set_state(struct teredo_dev *td, enum teredo_state state,
		     const struct teredo_mapping *mapping, u32 lifetime)
{
	struct teredo_mapping *new = NULL, *old;
	bool moved, changed;

	if (mapping) {
		new = kzalloc_obj(*new, GFP_KERNEL);
		if (!new)
			return -ENOMEM;
		new->address = mapping->address;
		new->mapped = mapping->mapped;
		new->local = mapping->local;
		new->nat = mapping->nat;
		new->upnp = mapping->upnp;
		new->upnp_mapped = mapping->upnp_mapped;
	}

	spin_lock_bh(&td->lock);
	old = rcu_dereference_protected(td->mapping,
					lockdep_is_held(&td->lock));
	changed = td->state != state || !old != !new ||
		  (new && !same_nat(new, old));
	td->state = state;
	td->expires = new && lifetime ? now_boottime() + lifetime : 0;
	moved = replace_mapping(td, new);
	spin_unlock_bh(&td->lock);

	if (moved)
		forget_peers(td);
	/* random ports may be needed now, or not any more */
	if (changed)
		mod_delayed_work(teredo_wq, &td->probe_work, 0);
	if (new && lifetime)
		mod_delayed_work(teredo_wq, &td->expire_work,
				 lifetime * HZ);
	return changed || moved;
}

static bool expired(const struct teredo_dev *td)
{
	lockdep_assert_held(&td->lock);
	return td->expires && td->expires <= now_boottime();
}

/**
 * teredo_check_expiry - look whether the mapping has ended
 * @td: device
 *
 * Timers stand still while the machine sleeps, boot time does not: the worker
 * looks every ten seconds.
 *
 * Context: process or softirq.
 */
void teredo_check_expiry(struct teredo_dev *td)
{
	bool over;

	spin_lock_bh(&td->lock);
	over = expired(td);
	spin_unlock_bh(&td->lock);
	if (over)
		mod_delayed_work(teredo_wq, &td->expire_work, 0);
}

/**
 * teredo_mapping_expire() - end the mapping if its lease is over
 * @td: device
 * @left: seconds until the lease is over; 0 if it is, or if there is no lease
 *
 * The lease expires because the control daemon stopped renewing it. The NAT
 * mapping may be gone. Judged under the lock, so that a renewal at the last
 * moment counts.
 *
 * Context: process.
 * Return: true if the mapping has ended.
 */
static bool teredo_mapping_expire(struct teredo_dev *td, time64_t *left)
{
	bool over;

	*left = 0;
	spin_lock_bh(&td->lock);
	over = expired(td);
	if (over) {
		td->state = TEREDO_STATE_DOWN;
		td->expires = 0;
		replace_mapping(td, NULL);
	} else if (td->expires) {
		*left = td->expires - now_boottime();
	}
	spin_unlock_bh(&td->lock);
	if (over)
		forget_peers(td);
	return over;
}

/* Leave the group of local discovery when the mapping is gone, which takes
 * RTNL. teredo_stop() waits for the caller under RTNL, so only try to lock it.
 * Return: false if RTNL is held elsewhere.
 */
static bool leave_discovery(struct teredo_dev *td)
{
	if (!READ_ONCE(td->discovery.ifindex))
		return true;
	if (!rtnl_trylock())
		return false;
	teredo_discovery_update(td);
	rtnl_unlock();
	return true;
}

static void expire_work(struct work_struct *work)
{
	struct teredo_dev *td = container_of(to_delayed_work(work),
					     struct teredo_dev, expire_work);
	time64_t left;

	if (teredo_mapping_expire(td, &left)) {
		teredo_nl_dev_changed(td, GFP_KERNEL);
	} else if (left) {
		queue_delayed_work(teredo_wq, &td->expire_work, left * HZ);
		return;
	}
	if (!leave_discovery(td))
		queue_delayed_work(teredo_wq, &td->expire_work,
				   TEREDO_RTNL_RETRY);
}

/* Roles that have nothing to find out are up with the device. */
static int start_role(struct teredo_dev *td)
{
	const struct teredo_mapping none = { .local = td->cfg.local };
	int err;

	if (td->cfg.mode == TEREDO_MODE_CLIENT)
		return 0;
	err = teredo_set_state(td, TEREDO_STATE_UP, &none, 0);
	if (err < 0)
		return err;
	teredo_local_update(td);
	teredo_nl_dev_changed(td, GFP_KERNEL);
	return 0;
}

static int teredo_open(struct net_device *dev)
{
	struct teredo_dev *td = netdev_priv(dev);
	struct inet6_dev *in6_dev = __in6_dev_get(dev);
	struct netlink_ext_ack *extack = td->open_extack;
	int err;

	td->open_extack = NULL;
	err = teredo_socket_open(td, extack);
	if (err)
		return err;
	err = start_role(td);
	if (err) {
		teredo_socket_close(td);
		return err;
	}
	teredo_local_warn(td, extack);
	/* no link, so no link-local address and no solicitations */
	if (in6_dev)
		in6_dev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	queue_delayed_work(teredo_wq, &td->probe_work, 0);
	return 0;
}

/* Forget the peers, whose random ports are then closed, and stop the workers.
 * The caller has unset the mapping, so no packet makes another peer.
 */
static void stop_workers(struct teredo_dev *td)
{
	teredo_peers_flush(td);
	cancel_delayed_work_sync(&td->probe_work);
	teredo_burst_stop(td);
	teredo_ports_close(td);
}

static int teredo_stop(struct net_device *dev)
{
	struct teredo_dev *td = netdev_priv(dev);

	teredo_discovery_close(td);
	teredo_socket_close(td);
	teredo_set_state(td, TEREDO_STATE_DOWN, NULL, 0);
	/* its number means nothing where the device may be moved to */
	teredo_set_helper(td, 0);
	teredo_nl_dev_changed(td, GFP_KERNEL);
	/* the socket is closed, so no packet wakes the workers again */
	cancel_delayed_work_sync(&td->expire_work);
	stop_workers(td);
	/* probe_work may have queued it in the meantime */
	cancel_delayed_work_sync(&td->expire_work);
	return 0;
}

/* A mapping belongs to the NAT behind one link. Random ports are bound to the
 * former link, so they are closed.
 */
static void relink_client(struct teredo_dev *td)
{
	teredo_set_state(td, TEREDO_STATE_DOWN, NULL, 0);
	teredo_discovery_update(td);
	/* a receiver may still use a mapping that expire_work has unset */
	synchronize_net();
	stop_workers(td);
	queue_delayed_work(teredo_wq, &td->probe_work, 0);
}

/**
 * teredo_device_relink - make a device send and receive by its configured link
 * @td: device whose @link has changed
 *
 * A client loses its mapping: the control daemon has to qualify again. A server
 * or relay keeps its peers. Without a link it loses its carrier.
 *
 * Context: process, RTNL held.
 */
void teredo_device_relink(struct teredo_dev *td)
{
	ASSERT_RTNL();
	if (!netif_running(td->dev))
		return;
	teredo_socket_relink(td);
	if (td->cfg.mode == TEREDO_MODE_CLIENT)
		relink_client(td);
	else
		teredo_peers_reroute(td);
	teredo_local_update(td);
}

/* Each role has what its packets are counted against, and a server its clients. */
static bool create_limits(struct teredo_dev *td)
{
	if (td->cfg.mode == TEREDO_MODE_CLIENT) {
		td->tests = teredo_limit_create(1, TEREDO_LIMIT_ORIGINS);
		td->answers = teredo_limit_create(1, TEREDO_LIMIT_ORIGINS);
		td->control = teredo_limit_create(1, 0);
		return td->tests && td->answers && td->control;
	}
	td->limit = teredo_limit_create(TEREDO_LIMIT_BUCKETS,
					TEREDO_LIMIT_BUCKETS);
	if (td->cfg.mode != TEREDO_MODE_SERVER)
		return td->limit;
	td->solicited = teredo_limit_create(TEREDO_LIMIT_BUCKETS, 0);
	td->control = teredo_limit_create(1, TEREDO_LIMIT_BUCKETS);
	td->from_clients = teredo_limit_create(TEREDO_LIMIT_BUCKETS, 0);
	td->to_clients = teredo_limit_create(TEREDO_LIMIT_BUCKETS, 0);
	td->clients = teredo_clients_create();
	return td->limit && td->solicited && td->control &&
	       td->from_clients && td->to_clients && td->clients;
}

static void free_limits(struct teredo_dev *td)
{
	teredo_clients_destroy(td->clients);
	kvfree(td->from_clients);
	kvfree(td->to_clients);
	kvfree(td->limit);
	kvfree(td->tests);
	kvfree(td->solicited);
	kvfree(td->answers);
	kvfree(td->control);
}

static int teredo_init(struct net_device *dev)
{
	struct teredo_dev *td = netdev_priv(dev);
	int err = -ENOMEM;

	td->stats = netdev_alloc_pcpu_stats(struct teredo_stats);
	if (!td->stats)
		return -ENOMEM;
	td->peers = teredo_peers_create();
	if (!td->peers)
		goto free_stats;
	if (!create_limits(td))
		goto free_limits;
	err = teredo_nptv6_update(td, &td->cfg);
	if (err)
		goto free_limits;
	err = gro_cells_init(&td->gro_cells, dev);
	if (err)
		goto free_nptv6;
	return 0;

free_nptv6:
	teredo_nptv6_free(td);
free_limits:
	free_limits(td);
	teredo_peers_put(td->peers);
free_stats:
	free_percpu(td->stats);
	return err;
}

static void teredo_uninit(struct net_device *dev)
{
	struct teredo_dev *td = netdev_priv(dev);

	gro_cells_destroy(&td->gro_cells);
	teredo_nptv6_free(td);
	teredo_peers_put(td->peers);
	free_limits(td);
	free_percpu(td->stats);
}

/* "ip link set DEV carrier off": a routing daemon that watches the link takes
 * the route back at once. Packets that still come are lost.
 */
static int teredo_change_carrier(struct net_device *dev, bool on)
{
	struct teredo_dev *td = netdev_priv(dev);

	if (td->cfg.mode == TEREDO_MODE_CLIENT)
		return -EOPNOTSUPP;
	td->no_carrier = !on;
	teredo_local_update(td);
	return 0;
}

/* A device that was configured with a link which is gone has none: 0, as sit
 * and ipip have it, which "ip link" shows as DEV@NONE.
 */
static int teredo_get_iflink(const struct net_device *dev)
{
	const struct teredo_dev *td = netdev_priv(dev);
	u32 link = READ_ONCE(td->cfg.link);

	if (link == TEREDO_LINK_NONE)
		return 0;
	return link ?: dev->ifindex;
}

const struct net_device_ops teredo_netdev_ops = {
	.ndo_init	= teredo_init,
	.ndo_uninit	= teredo_uninit,
	.ndo_open	= teredo_open,
	.ndo_stop	= teredo_stop,
	.ndo_start_xmit	= teredo_xmit,
	.ndo_features_check = teredo_features_check,
	.ndo_get_stats64 = dev_get_tstats64,
	.ndo_change_carrier = teredo_change_carrier,
	.ndo_get_iflink	= teredo_get_iflink,
};

static int get_sset_count(struct net_device *dev, int sset)
{
	return sset == ETH_SS_STATS ? TEREDO_N_COUNTERS : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 sset, u8 *data)
{
	int i;

	if (sset != ETH_SS_STATS)
		return;
	for (i = 0; i < TEREDO_N_COUNTERS; i++, data += ETH_GSTRING_LEN)
		strscpy_pad(data, teredo_counter_names[i], ETH_GSTRING_LEN);
}

static void get_ethtool_stats(struct net_device *dev,
			      struct ethtool_stats *stats, u64 *data)
{
	teredo_stats_read(netdev_priv(dev), data);
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "teredo", sizeof(info->driver));
	strscpy(info->version, TEREDO_VERSION, sizeof(info->version));
}

static const struct ethtool_ops teredo_ethtool_ops = {
	.get_drvinfo		= get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= get_sset_count,
	.get_strings		= get_strings,
	.get_ethtool_stats	= get_ethtool_stats,
};

static const struct device_type teredo_type = { .name = "teredo" };

/**
 * teredo_setup - setup of the rtnl link operations
 * @dev: new device
 */
void teredo_setup(struct net_device *dev)
{
	/* Linux 6.1 crashes when it segments a list of datagrams from GRO below
	 * a tunnel, so such a list is segmented before it is encapsulated.
	 */
	netdev_features_t features = NETIF_F_SG | NETIF_F_FRAGLIST |
				     NETIF_F_HW_CSUM | NETIF_F_RXCSUM |
				     NETIF_F_HIGHDMA |
				     (NETIF_F_GSO_SOFTWARE &
				      ~NETIF_F_GSO_FRAGLIST);
	struct teredo_dev *td = netdev_priv(dev);

	dev->netdev_ops = &teredo_netdev_ops;
	dev->ethtool_ops = &teredo_ethtool_ops;
	dev->header_ops = &ip_tunnel_header_ops;
	SET_NETDEV_DEVTYPE(dev, &teredo_type);
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->mtu = TEREDO_MTU;
	dev->min_mtu = TEREDO_MTU;
	dev->max_mtu = IP_MAX_MTU - TEREDO_HLEN;
	/* what the usual link below needs; more would have every forwarded
	 * packet copied to make room
	 */
	dev->needed_headroom = ETH_HLEN + TEREDO_HLEN;
	dev->features |= features;
	dev->hw_features |= features;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->needs_free_netdev = true;
	teredo_set_lltx(dev);
	/* packets that wait are answered with ICMPv6 errors, which need it */
	netif_keep_dst(dev);
	netif_carrier_off(dev);

	td->dev = dev;
	td->encap_rcv = teredo_rcv;
	spin_lock_init(&td->lock);
	teredo_nonces_init(&td->nonces);
	teredo_ports_init(&td->ports);
	teredo_discovery_init(&td->discovery);
	teredo_burst_init(&td->burst);
	INIT_DELAYED_WORK(&td->probe_work, teredo_probe_work);
	INIT_DELAYED_WORK(&td->expire_work, expire_work);
}
