/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Detection of native IPv6 on the host, with hysteresis. A client serves only hosts
 * without native IPv6 (RFC 4380 5.5). It must not lose its address each time that an
 * uplink comes and goes.
 */
#ifndef _NATIVE_H
#define _NATIVE_H

#include "nl.h"
#include "packet.h"

#define NATIVE_ENTER_MS	5000	/* time until new native IPv6 counts */
#define NATIVE_LEAVE_MS	30000	/* time until lost native IPv6 counts as gone */
#define NATIVE_NEVER	UINT64_MAX

/**
 * struct native - state of the detection
 * @present: native IPv6 exists now
 * @believed: native IPv6 counts as existing
 * @deadline: when @believed becomes @present
 */
struct native {
	bool present;
	bool believed;
	u64 deadline;
};

/**
 * struct native_look - search for native IPv6
 * @prefix: service prefix
 * @own: interface index of the Teredo device
 * @oif: result, interface index of the default route
 * @route: result, another interface has a default route
 * @address: result, another interface has a native address
 */
struct native_look {
	__be32 prefix;
	u32 own;
	u32 oif;
	bool route;
	bool address;
};

void native_begin(struct native *n, bool present);
void native_seen(struct native *n, bool present, u64 now);
bool native_timeout(struct native *n, u64 now);

void native_take_route(struct native_look *look, const struct nlmsghdr *nlh);
void native_take_address(struct native_look *look, const struct nlmsghdr *nlh);
int native_find(struct nl *nl, struct native_look *look);

#endif /* _NATIVE_H */
