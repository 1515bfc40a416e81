/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes of a device in text form, as in teredod's configuration and after
 * "teredo set".
 */
#ifndef _LINK_ATTR_H
#define _LINK_ATTR_H

#include "iflink.h"

const char *attr_set(struct link_conf *conf, const char *name,
		     const char *value);
bool attr_can_set(const char *name);
const char *attr_mode_name(u32 mode);

/* room for the longest value, TEREDO_MAX_SERVED prefixes */
#define ATTR_TEXT	(TEREDO_MAX_SERVED * 52)

/**
 * struct attr_diff - an attribute whose value on a device is not the wanted one
 * @name: its name
 * @type: IFLA_TEREDO_*
 * @wanted: value that it should have
 * @found: value that it has
 */
struct attr_diff {
	const char *name;
	u16 type;
	char wanted[ATTR_TEXT];
	char found[ATTR_TEXT];
};

typedef void attr_diff_fn(const struct attr_diff *diff, void *ctx);

void attr_compare(const struct link_conf *wanted,
		  const struct link_conf *found, attr_diff_fn *fn, void *ctx);

#endif /* _LINK_ATTR_H */
