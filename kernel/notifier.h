/* SPDX-License-Identifier: GPL-2.0 */
/*
 * List of all devices, and the notifiers that walk it: IPv4 addresses, links, netlink
 * ports.
 */
#ifndef _TEREDO_NOTIFIER_H
#define _TEREDO_NOTIFIER_H

#include <linux/types.h>

struct list_head;
struct net;
struct teredo_dev;

void teredo_device_add(struct teredo_dev *td);
void teredo_device_del(struct teredo_dev *td);
void teredo_devices_local_changed(struct net *net);
void teredo_devices_link_gone(struct net *net, int ifindex);
struct teredo_dev *teredo_devices_next(const struct net *net, int ifindex);
void teredo_devices_forget_helper(struct net *net, u32 portid);
void teredo_devices_exit_net(struct net *net, struct list_head *kill);

int teredo_notifiers_register(void);
void teredo_notifiers_unregister(void);

#endif /* _TEREDO_NOTIFIER_H */
