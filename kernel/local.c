// SPDX-License-Identifier: GPL-2.0
/*
 * The carrier of servers and relays follows their IPv4 address and the link
 * that they send by, so that a routing daemon that watches the carrier stops
 * announcing the service prefix when clients could not be reached any more.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>

#include "device.h"
#include "local.h"

/* The address exists, and so does the link it is on. The link to send by has
 * not been deleted.
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
 * teredo_local_update - set the carrier by the address, the link and the
 * administrator's wish
 * @td: device
 *
 * Clients are not concerned: their helper sees to it.
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
 * teredo_local_warn() - say why a device that was set up will have no carrier
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
			       "No carrier: the interface to send by does not exist");
	else if (td->cfg.local && !present(td))
		teredo_set_err_msg(extack,
				   "No carrier: no working interface has the local address",
				   "No carrier: no working interface has %pI4",
				   &td->cfg.local);
}

static int inetaddr_event(struct notifier_block *nb, unsigned long event,
			  void *data)
{
	const struct in_ifaddr *ifa = data;

	/* NETDEV_DOWN comes when the address is no longer found */
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

	/* also if the interface moves to another namespace */
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

/* __dev_open() calls PRE_UP and then, unless a notifier objects, ndo_open, which
 * clears the pointer. If ndo_open does not come, the pointer stays until the next
 * PRE_UP replaces it, and only ndo_open uses it. Being the first notifier, this
 * one is called before each ndo_open, whatever others return.
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

/**
 * teredo_local_register - begin to watch addresses and links
 *
 * Return: 0 or a negative error.
 */
int teredo_local_register(void)
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
	return 0;

unregister_netdev:
	unregister_netdevice_notifier(&netdev_notifier);
unregister_inetaddr:
	unregister_inetaddr_notifier(&inetaddr_notifier);
	return err;
}

/**
 * teredo_local_unregister - stop watching
 */
void teredo_local_unregister(void)
{
	unregister_netdevice_notifier(&open_notifier);
	unregister_netdevice_notifier(&netdev_notifier);
	unregister_inetaddr_notifier(&inetaddr_notifier);
}
