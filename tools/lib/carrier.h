/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a server or relay has no carrier, which kernel/mapping.c decides.
 */
#ifndef _CARRIER_H
#define _CARRIER_H

#include "iflink.h"
#include "reason.h"

void carrier_explain(struct reason *r, const struct link_info *link);
bool carrier_has_address(__be32 addr);

#endif /* _CARRIER_H */
