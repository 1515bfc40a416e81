/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Explain why the device of a server or relay has no carrier. The kernel decides
 * about the carrier, see kernel/mapping.c.
 */
#ifndef _CARRIER_H
#define _CARRIER_H

#include "iflink.h"
#include "reason.h"

void carrier_explain(struct reason *r, const struct link_info *link);
bool carrier_has_address(__be32 addr);

#endif /* _CARRIER_H */
