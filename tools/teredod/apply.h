/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Apply the configuration to a device that exists already.
 */
#ifndef _APPLY_H
#define _APPLY_H

#include <stddef.h>

struct daemon;

void apply_start(struct daemon *d);
void apply_running(struct daemon *d);
void apply_routes(struct daemon *d);
void apply_command(const struct daemon *d, char *buf, size_t len);

#endif /* _APPLY_H */
