/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registration with the kernel as the control daemon of a device.
 */
#ifndef _HELPER_H
#define _HELPER_H

#include "wire.h"

struct daemon;

typedef void helper_receive_fn(void *ctx, struct teredo_endpoint from,
			       struct teredo_endpoint local, const u8 *data,
			       size_t len);
int helper_open(struct daemon *d, helper_receive_fn *receive);
void helper_link(struct daemon *d);
void helper_lost(struct daemon *d);

#endif /* _HELPER_H */
