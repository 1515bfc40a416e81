// SPDX-License-Identifier: GPL-2.0
/*
 * List of all devices, and the notifiers that walk it. A device follows the IPv4
 * addresses and the links of its socket's namespace. It unsets a control daemon whose
 * netlink port is closed.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>

#include "device.h"
#include "discovery.h"
#include "mapping.h"
#include "netdev.h"
#include "netlink-notify.h"
#include "notifier.h"

/* Every device of every namespace. Written under RTNL; read under RTNL or RCU. */
static LIST_HEAD(devices);

/**
 * teredo_device_add() - add a registered device to the list of all devices
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
 * teredo_device_del() - remove a device from the list of all devices
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
 * teredo_devices_next() - find the next device of a dump
 * @net: namespace of the device itself
 * @ifindex: lowest index to consider
 *
 * Context: RTNL held.
 * Return: the device in @net with the lowest index of at least @ifindex, or NULL.
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
 * teredo_devices_exit_net() - delete the devices whose socket is in a namespace
 * @net: namespace that is being removed
 * @kill: list to queue the devices on
 *
 * Devices that are in @net themselves are unregistered by the network core.
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

/**
 * teredo_devices_local_changed() - update devices after a change of addresses or links
 * @net: namespace of the change
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
 * teredo_devices_link_gone() - stop devices whose underlying link was deleted
 * @net: namespace of the link
 * @ifindex: index of the link, which another interface can get next
 *
 * Unlike a vxlan device, the device is not deleted: its port is part of a client's
 * address, and an administrator can have set its addresses and routes.
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
 * teredo_devices_forget_helper() - unset a control daemon whose netlink port is closed
 * @net: namespace of the port
 * @portid: netlink port ID, which another program can get next
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

static int inetaddr_event(struct notifier_block *nb, unsigned long event,
			  void *data)
{
	const struct in_ifaddr *ifa = data;

	/* NETDEV_DOWN comes after the address has been removed from the lookup table.
	 */
	if (event == NETDEV_UP || event == NETDEV_DOWN)
		teredo_devices_local_changed(dev_net(ifa->ifa_dev->dev));
	return NOTIFY_DONE;
}

static struct notifier_block inetaddr_notifier = {
	.notifier_call = inetaddr_event,
};

static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *data)
{
	struct net_device *dev = netdev_notifier_info_to_dev(data);

	/* This event also comes when the interface moves to another namespace. */
	if (event == NETDEV_UNREGISTER)
		teredo_devices_link_gone(dev_net(dev), dev->ifindex);
	if ((event == NETDEV_UP || event == NETDEV_DOWN ||
	     event == NETDEV_CHANGE) && !teredo_is_device(dev))
		teredo_devices_local_changed(dev_net(dev));
	return NOTIFY_DONE;
}

static struct notifier_block netdev_notifier = {
	.notifier_call = netdev_event,
};

/* __dev_open() calls PRE_UP and then, unless a notifier objects, ndo_open, which clears
 * the pointer. If ndo_open is not called, the pointer stays until the next PRE_UP
 * replaces it, and only ndo_open uses it. As the first notifier, this one is called
 * before each ndo_open, independent of the results of the others.
 */
static int open_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct net_device *dev = netdev_notifier_info_to_dev(data);
	struct teredo_dev *td = netdev_priv(dev);

	if (event == NETDEV_PRE_UP && teredo_is_device(dev))
		td->open_extack = netdev_notifier_info_to_extack(data);
	return NOTIFY_DONE;
}

static struct notifier_block open_notifier = {
	.notifier_call = open_event,
	.priority = INT_MAX,
};

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
 * teredo_notifiers_register() - register for events of addresses, links and netlink ports
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int teredo_notifiers_register(void)
{
	int err;

	err = register_inetaddr_notifier(&inetaddr_notifier);
	if (err)
		return err;
	err = register_netdevice_notifier(&netdev_notifier);
	if (err)
		goto unregister_inetaddr;
	err = register_netdevice_notifier(&open_notifier);
	if (err)
		goto unregister_netdev;
	err = netlink_register_notifier(&port_notifier);
	if (err)
		goto unregister_open;
	return 0;

unregister_open:
	unregister_netdevice_notifier(&open_notifier);
unregister_netdev:
	unregister_netdevice_notifier(&netdev_notifier);
unregister_inetaddr:
	unregister_inetaddr_notifier(&inetaddr_notifier);
	return err;
}

/**
 * teredo_notifiers_unregister() - unregister from all events
 *
 * Context: process.
 */
void teredo_notifiers_unregister(void)
{
	netlink_unregister_notifier(&port_notifier);
	unregister_netdevice_notifier(&open_notifier);
	unregister_netdevice_notifier(&netdev_notifier);
	unregister_inetaddr_notifier(&inetaddr_notifier);
}
