/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink: events and control packets for userspace. */
#ifndef _TEREDO_NETLINK_H
#define _TEREDO_NETLINK_H

#include <linux/gfp.h>

#include "wire.h"

struct teredo_dev;

int teredo_nl_register(void);
void teredo_nl_unregister(void);

void teredo_nl_dev_changed(struct teredo_dev *td, gfp_t gfp);
int teredo_nl_packet(struct teredo_dev *td, struct teredo_endpoint from,
		     __be32 local, const void *payload, size_t len);

#endif /* _TEREDO_NETLINK_H */
