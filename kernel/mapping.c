// SPDX-License-Identifier: GPL-2.0
/*
 * Run-time state that userspace sets: a client's mapping (RFC 4380 5.2.1) with its lease,
 * and the control daemon. The carrier of a client follows its mapping. The carrier of a
 * server or relay follows its IPv4 address and link. So a routing daemon that watches it
 * withdraws the service prefix while no client can be reached.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/timekeeping.h>

#include "device.h"
#include "mapping.h"
#include "peer.h"

static time64_t now_boottime(void)
{
	return ktime_get_boottime_seconds();
}

/* Replace the mapping by @mapping, which can be NULL. The carrier follows.
 * Return: true if the peers must be flushed.
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
	/* wait for senders that use the old mapping */
	synchronize_net();
	teredo_peers_flush(td);
}

/* Compare what is known of the NAT, besides the mapped endpoint. */
static bool same_nat(const struct teredo_mapping *a,
		     const struct teredo_mapping *b)
{
	return a->nat == b->nat && a->upnp == b->upnp &&
	       teredo_endpoint_equal(a->upnp_mapped, b->upnp_mapped);
}

/**
 * teredo_set_state() - set the state and the mapping of a device
 * @td: device
 * @state: new state
 * @mapping: mapping for TEREDO_STATE_UP, copied; NULL for other states
 * @lifetime: lease in seconds, after which the state is down; 0 for no lease
 *
 * The carrier follows the state. A new address flushes the peers: they know the client by
 * the old one.
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
 * teredo_check_expiry() - queue expire_work if the lease of the mapping has expired
 * @td: device
 *
 * Timers stop while the host is suspended, boot time does not. So the worker checks at least
 * every 10 s. expire_work ends the mapping, see teredo_mapping_expire().
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
 * mapping may be gone. The lock makes sure that a renewal at the last moment counts.
 *
 * Context: process.
 * Return: true if the mapping has ended.
 */
bool teredo_mapping_expire(struct teredo_dev *td, time64_t *left)
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

/* Set the control daemon to @portid, or unset it if that is 0. If @only is not 0, do so only
 * if the present control daemon is @only.
 * Return: true if the control daemon has changed.
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
 * teredo_set_helper() - set the control daemon, which gets the control packets
 * @td: device
 * @portid: netlink port id, 0 for none
 *
 * Context: any but hard interrupt.
 * Return: true if the control daemon has changed.
 */
bool teredo_set_helper(struct teredo_dev *td, u32 portid)
{
	return change_helper(td, 0, portid);
}

/**
 * teredo_forget_helper() - unset the control daemon if it has a certain port id
 * @td: device
 * @portid: netlink port id
 *
 * Context: any but hard interrupt.
 * Return: true if the control daemon was @portid, and is unset now.
 */
bool teredo_forget_helper(struct teredo_dev *td, u32 portid)
{
	return change_helper(td, portid, 0);
}

/* Check whether the local address is on an interface that works, and the configured link
 * was not deleted.
 */
static bool present(const struct teredo_dev *td)
{
	struct net_device *dev;
	bool up;

	if (td->cfg.link == TEREDO_LINK_NONE)
		return false;
	if (!td->cfg.local)
		return true;
	dev = ip_dev_find(td->net, td->cfg.local);
	up = dev && netif_running(dev) && netif_carrier_ok(dev);
	dev_put(dev);
	return up;
}

/**
 * teredo_local_update() - set the carrier of a server or relay
 * @td: device; nothing is done for a client, whose carrier follows its mapping
 *
 * The carrier follows the local address, the link, and td->no_carrier.
 *
 * Context: RTNL held.
 */
void teredo_local_update(struct teredo_dev *td)
{
	if (td->cfg.mode == TEREDO_MODE_CLIENT || !netif_running(td->dev))
		return;
	if (!td->no_carrier && present(td))
		netif_carrier_on(td->dev);
	else
		netif_carrier_off(td->dev);
}

/**
 * teredo_local_warn() - report why a device that was set up will have no carrier
 * @td: device
 * @extack: gets the message, or NULL
 *
 * The device is up all the same: the address may be configured later.
 *
 * Context: RTNL held.
 */
void teredo_local_warn(const struct teredo_dev *td,
		       struct netlink_ext_ack *extack)
{
	if (td->cfg.link == TEREDO_LINK_NONE)
		NL_SET_ERR_MSG(extack,
			       "No carrier: the configured link does not exist");
	else if (td->cfg.local && !present(td))
		teredo_set_err_msg(extack,
				   "No carrier: no working interface has the local address",
				   "No carrier: no working interface has %pI4",
				   &td->cfg.local);
}
