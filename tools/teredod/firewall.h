/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does anything filter what comes in?
 */
#ifndef _FIREWALL_H
#define _FIREWALL_H

#include "nl.h"

enum firewall {
	FIREWALL_UNKNOWN,	/* we may not look */
	FIREWALL_NONE,
	FIREWALL_SOME,
};

bool firewall_is_input(const struct nlmsghdr *nlh);
enum firewall firewall_look(void);

#endif /* _FIREWALL_H */
