/* SPDX-License-Identifier: GPL-2.0 */
/*
 * List of the devices that have a configuration file.
 */
#ifndef _CONFIGURED_H
#define _CONFIGURED_H

#include <net/if.h>

#define CONFIGURED_MAX	32

/**
 * struct configured - devices with a configuration in CONF_DIR
 * @names: their names, sorted
 * @n: number of them, at most %CONFIGURED_MAX
 */
struct configured {
	char names[CONFIGURED_MAX][IF_NAMESIZE];
	unsigned int n;
};

void configured_find(struct configured *found);

#endif /* _CONFIGURED_H */
