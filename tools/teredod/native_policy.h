/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a client does beside native IPv6.
 */
#ifndef _NATIVE_POLICY_H
#define _NATIVE_POLICY_H

#include <net/if.h>
#include <uv.h>

#include "native.h"

struct daemon;

/**
 * struct beside - native IPv6 beside a client (native_policy.c)
 * @native: is there native IPv6
 * @name: the interface that it is on
 * @look: waits for a burst of events to end
 * @timer: waits until @native is believed
 * @stand_in: host-specific relay in place of the client, 0 if there is none; the error
 *	of struct place is about it while the client is dormant
 */
struct beside {
	struct native native;
	char name[IF_NAMESIZE];
	uv_timer_t look;
	uv_timer_t timer;
	u32 stand_in;
};

void beside_begin(struct daemon *d);
void beside_changed(struct daemon *d);
void beside_repair(struct daemon *d);
void beside_close(struct daemon *d);

#endif /* _NATIVE_POLICY_H */
