// SPDX-License-Identifier: GPL-2.0
/*
 * Network device operations of a tunnel: setup, open, stop, carrier, ethtool counters,
 * and the resources that a device holds while it is registered.
 */
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/ip_tunnels.h>

#include "auth.h"
#include "burst.h"
#include "device.h"
#include "discovery.h"
#include "mapping.h"
#include "netdev.h"
#include "netlink-notify.h"
#include "nptv6.h"
#include "peer.h"
#include "random-port.h"
#include "ratelimit.h"
#include "receive.h"
#include "socket.h"
#include "stats.h"
#include "unreach.h"
#include "worker.h"
#include "xmit.h"

/* Pause between two attempts of a work item to take RTNL, which it cannot wait for.
 * Nothing urgent depends on it.
 */
#define TEREDO_RTNL_RETRY	(HZ / 10)

/* Leave the multicast group of local discovery when the mapping is gone, which takes
 * RTNL. teredo_stop() waits for this work item under RTNL, so only try to lock it.
 * Return: false if RTNL is not available.
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

/* Servers and relays need no qualification: they are in state up while the device is.
 */
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
	/* Teredo has no link, so no link-local address and no router solicitations. */
	if (in6_dev)
		in6_dev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	queue_delayed_work(teredo_wq, &td->probe_work, 0);
	return 0;
}

/* Remove all peers, close their random ports, and stop the workers. The caller has
 * unset the mapping, so no packet creates a new peer.
 */
static void stop_workers(struct teredo_dev *td)
{
	teredo_peers_flush(td);
	teredo_queue_flush_unreach(td);
	/* The burst wakes probe_work. Without a mapping, probe_work starts no new
	 * burst.
	 */
	teredo_burst_stop(td);
	cancel_delayed_work_sync(&td->probe_work);
	teredo_ports_close(td);
}

static int teredo_stop(struct net_device *dev)
{
	struct teredo_dev *td = netdev_priv(dev);

	teredo_discovery_close(td);
	teredo_socket_close(td);
	teredo_set_state(td, TEREDO_STATE_DOWN, NULL, 0);
	/* A netlink port ID belongs to one namespace, and the device can be moved to
	 * another.
	 */
	teredo_set_helper(td, 0);
	teredo_nl_dev_changed(td, GFP_KERNEL);
	/* The socket is closed, so no packet wakes the workers again. */
	cancel_delayed_work_sync(&td->expire_work);
	stop_workers(td);
	/* probe_work may have queued expire_work in the meantime. */
	cancel_delayed_work_sync(&td->expire_work);
	return 0;
}

/* A mapping belongs to the NAT behind one link. Random ports are bound to the former
 * link, so they are closed.
 */
static void relink_client(struct teredo_dev *td)
{
	teredo_set_state(td, TEREDO_STATE_DOWN, NULL, 0);
	teredo_discovery_update(td);
	/* A receiver may still use a mapping that expire_work has unset. */
	synchronize_net();
	stop_workers(td);
	queue_delayed_work(teredo_wq, &td->probe_work, 0);
}

/**
 * teredo_device_relink() - send and receive by the link that is configured now
 * @td: device whose @link has changed
 *
 * A client loses its mapping: the control daemon must qualify again. A server or relay
 * keeps its peers. Without a link it loses its carrier.
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

/* Create the rate limiters of the role, and the client table of a server. Return: false
 * without memory; the caller frees what was created.
 */
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

/* "ip link set DEV carrier off": a routing daemon that watches the link withdraws its
 * route at once. Packets that arrive until then are dropped.
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

/* If the configured link was deleted, report 0, as sit and ipip do. "ip link" shows the
 * device as DEV@NONE.
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
 * teredo_setup() - initialise a new device, as rtnl_link_ops->setup
 * @dev: new device
 *
 * Context: process, RTNL held.
 */
void teredo_setup(struct net_device *dev)
{
	/* Linux 6.1 crashes when it segments a fraglist GRO packet below a tunnel.
	 * Without NETIF_F_GSO_FRAGLIST, such a packet is segmented before it is
	 * encapsulated.
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
	/* Headroom for an Ethernet link below. With more headroom, the stack would copy
	 * every forwarded packet.
	 */
	dev->needed_headroom = ETH_HLEN + TEREDO_HLEN;
	dev->features |= features;
	dev->hw_features |= features;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->needs_free_netdev = true;
	teredo_set_lltx(dev);
	/* The ICMPv6 errors about queued packets need the dst of the packet. */
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
