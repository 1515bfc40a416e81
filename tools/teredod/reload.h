/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reload of the configuration on SIGHUP.
 */
#ifndef _RELOAD_H
#define _RELOAD_H

#include <stdbool.h>

struct daemon;

bool reload_reloaded(void);
void reload_done(void);
void reload(struct daemon *d);

#endif /* _RELOAD_H */
