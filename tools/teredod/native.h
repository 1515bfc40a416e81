/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native IPv6 beside Teredo: what counts as such, and when to believe it. A
 * client is only for hosts that have nothing better (RFC 4380 5.5), but an
 * uplink that comes and goes shall not take the address along each time.
 */
#ifndef _NATIVE_H
#define _NATIVE_H

#include "nl.h"
#include "packet.h"

#define NATIVE_ENTER_MS	5000	/* it has to be there for so long, */
#define NATIVE_LEAVE_MS	30000	/* or to be gone */
#define NATIVE_NEVER	UINT64_MAX

/**
 * struct native - what is known
 * @present: it is there right now
 * @believed: it is there as far as we are concerned
 * @deadline: when @believed becomes @present
 */
struct native {
	bool present;
	bool believed;
	u64 deadline;
};

/**
 * struct native_look - whose IPv6 counts
 * @prefix: service prefix
 * @own: our device
 * @oif: result, where the default route leads
 * @route: there is a default route through another interface
 * @address: another interface has a global address
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
