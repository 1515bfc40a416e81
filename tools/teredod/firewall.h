/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Detection of a firewall for incoming IPv6 packets (RFC 4380 7.1).
 */
#ifndef _FIREWALL_H
#define _FIREWALL_H

#include "nl.h"

enum firewall {
	FIREWALL_UNKNOWN,	/* no permission to look */
	FIREWALL_NONE,
	FIREWALL_SOME,
};

bool firewall_is_input(const struct nlmsghdr *nlh);
enum firewall firewall_look(void);

#endif /* _FIREWALL_H */
