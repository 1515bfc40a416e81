/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parts of "teredo show" that concern servers and relays.
 */
#ifndef _SHOW_H
#define _SHOW_H

#include <jansson.h>

#include "genl.h"
#include "iflink.h"

void show_relay_add(json_t *o, struct nl *rtnl, const struct dev_info *dev,
		    const struct link_info *link, bool daemon);
void show_relay(json_t *o);

#endif /* _SHOW_H */
