/* SPDX-License-Identifier: GPL-2.0 */
/* Network device of a tunnel: setup, and the change of its underlying link. */
#ifndef _TEREDO_NETDEV_H
#define _TEREDO_NETDEV_H

struct net_device;
struct teredo_dev;

void teredo_setup(struct net_device *dev);
void teredo_device_relink(struct teredo_dev *td);

#endif /* _TEREDO_NETDEV_H */
