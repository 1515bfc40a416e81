/* SPDX-License-Identifier: GPL-2.0 */
/* The carrier of servers and relays follows their IPv4 address. */
#ifndef _TEREDO_LOCAL_H
#define _TEREDO_LOCAL_H

struct teredo_dev;

void teredo_local_update(struct teredo_dev *td);
void teredo_local_warn(const struct teredo_dev *td,
		       struct netlink_ext_ack *extack);
int teredo_local_register(void);
void teredo_local_unregister(void);

#endif /* _TEREDO_LOCAL_H */
