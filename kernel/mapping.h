/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run-time state that userspace sets: the state and the mapping of a client (RFC 4380
 * 5.2.1) with its lease, and the control daemon. The carrier depends on it.
 */
#ifndef _TEREDO_MAPPING_H
#define _TEREDO_MAPPING_H

#include "device.h"

struct netlink_ext_ack;

int teredo_set_state(struct teredo_dev *td, enum teredo_state state,
		     const struct teredo_mapping *mapping, u32 lifetime);
bool teredo_mapping_expire(struct teredo_dev *td, time64_t *left);
void teredo_check_expiry(struct teredo_dev *td);
bool teredo_set_helper(struct teredo_dev *td, u32 portid);
bool teredo_forget_helper(struct teredo_dev *td, u32 portid);
void teredo_local_update(struct teredo_dev *td);
void teredo_local_warn(const struct teredo_dev *td,
		       struct netlink_ext_ack *extack);

#endif /* _TEREDO_MAPPING_H */
