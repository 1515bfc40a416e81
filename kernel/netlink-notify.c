// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: messages that the kernel sends on its own. Device events go to the
 * multicast group, control packets (RFC 4380 5.2.2, 5.3.2) to the control daemon. A
 * device event has the same format as the answer to dev-get in netlink.c.
 */
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "auth.h"
#include "device.h"
#include "netlink-gen.h"
#include "netlink-notify.h"
#include "peer-types.h"
#include "stats.h"

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

/* attributes protected by td->lock */
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
	    nla_put_string(skb, TEREDO_A_DEV_IFNAME, td->dev->name) ||
	    nla_put_u32(skb, TEREDO_A_DEV_MODE, cfg->mode) ||
	    nla_put_be16(skb, TEREDO_A_DEV_LOCAL_PORT, cfg->port))
		return -EMSGSIZE;
	if (cfg->server &&
	    nla_put_in_addr(skb, TEREDO_A_DEV_SERVER, cfg->server))
		return -EMSGSIZE;
	if (cfg->server2 &&
	    (nla_put_in_addr(skb, TEREDO_A_DEV_SERVER2, cfg->server2) ||
	     nla_put_be16(skb, TEREDO_A_DEV_SERVER2_PORT, cfg->server2_port)))
		return -EMSGSIZE;
	if (td->clients &&
	    nla_put_u32(skb, TEREDO_A_DEV_CLIENTS,
			teredo_clients_count(td->clients)))
		return -EMSGSIZE;
	return nla_put_u32(skb, TEREDO_A_DEV_PEERS,
			   READ_ONCE(td->peers->count));
}

/**
 * teredo_nl_fill_dev() - append the attributes of a device to a message
 * @skb: message
 * @td: device
 * @portid: netlink port of the receiver, 0 for an event
 * @seq: sequence number of the request, 0 for an event
 * @flags: NLM_F_*
 * @cmd: TEREDO_CMD_DEV_GET, or TEREDO_CMD_DEV_NTF for an event, which has no counters
 *
 * Context: any but hard interrupt, td->lock not held.
 * Return: 0, or -EMSGSIZE with the message unchanged.
 */
int teredo_nl_fill_dev(struct sk_buff *skb, struct teredo_dev *td, u32 portid,
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
 * teredo_nl_dev_changed() - send a device event to the listeners
 * @td: device
 * @gfp: allocation flags
 *
 * Context: any but hard interrupt, neither td->lock nor peers->lock held.
 */
void teredo_nl_dev_changed(struct teredo_dev *td, gfp_t gfp)
{
	struct net *net = dev_net(td->dev);
	struct sk_buff *skb;

	if (!genl_has_listeners(&teredo_nl_family, net, TEREDO_NLGRP_EVENTS))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, gfp);
	if (!skb ||
	    teredo_nl_fill_dev(skb, td, 0, 0, 0, TEREDO_CMD_DEV_NTF)) {
		nlmsg_free(skb);
		/* signal ENOBUFS, so that listeners know that an event was lost */
		genl_set_err(&teredo_nl_family, net, 0, TEREDO_NLGRP_EVENTS,
			     -ENOBUFS);
		return;
	}
	genlmsg_multicast_netns(&teredo_nl_family, net, skb, 0,
				TEREDO_NLGRP_EVENTS, gfp);
}

/**
 * teredo_nl_packet() - pass a control packet to the control daemon
 * @td: device
 * @from: outer source
 * @local: outer destination
 * @payload: UDP payload, at most TEREDO_MAX_PACKET octets
 * @len: length of @payload in octets
 *
 * Context: softirq, RCU.
 * Return: 0; -ESRCH if no control daemon is set, -ENOMEM, -EMSGSIZE, or the error of
 * genlmsg_unicast().
 */
int teredo_nl_packet(struct teredo_dev *td, struct teredo_endpoint from,
		     struct teredo_endpoint local, const void *payload,
		     size_t len)
{
	u32 helper = READ_ONCE(td->helper);
	struct sk_buff *skb;
	void *hdr;

	if (!helper)
		return -ESRCH;
	skb = genlmsg_new(nla_total_size(len) + 5 * nla_total_size(4),
			  GFP_ATOMIC);
	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put(skb, 0, 0, &teredo_nl_family, 0,
			  TEREDO_CMD_PACKET_NTF);
	if (!hdr ||
	    nla_put_u32(skb, TEREDO_A_PACKET_IFINDEX, td->dev->ifindex) ||
	    nla_put_in_addr(skb, TEREDO_A_PACKET_REMOTE_ADDR, from.addr) ||
	    nla_put_be16(skb, TEREDO_A_PACKET_REMOTE_PORT, from.port) ||
	    nla_put_in_addr(skb, TEREDO_A_PACKET_LOCAL_ADDR, local.addr) ||
	    nla_put_be16(skb, TEREDO_A_PACKET_LOCAL_PORT, local.port) ||
	    nla_put(skb, TEREDO_A_PACKET_PAYLOAD, len, payload)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_unicast(dev_net(td->dev), skb, helper);
}
