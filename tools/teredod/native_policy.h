/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy of a client while the host has native IPv6.
 */
#ifndef _NATIVE_POLICY_H
#define _NATIVE_POLICY_H

#include <net/if.h>
#include <uv.h>

#include "native.h"

struct daemon;

/**
 * struct beside - a client while the host has native IPv6 (native_policy.c)
 * @native: state of the detection
 * @name: interface with native IPv6
 * @look: delays the search until a burst of events has ended
 * @timer: expires when @native changes
 * @stand_in: interface index of the host-specific relay that replaces the client, 0 for
 *	none; while the client is dormant, the error of struct place refers to the relay
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
