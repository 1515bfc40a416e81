/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes of a device as people write them: in teredod's configuration and
 * after "teredo set".
 */
#ifndef _ATTR_H
#define _ATTR_H

#include "link.h"

const char *attr_set(struct link_conf *conf, const char *name,
		     const char *value);
const char *attr_mode_name(u32 mode);

#endif /* _ATTR_H */
