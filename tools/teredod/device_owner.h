/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Record of the devices that teredod has created.
 */
#ifndef _DEVICE_OWNER_H
#define _DEVICE_OWNER_H

#include <stdbool.h>

struct daemon;

void owned_set(const struct daemon *d);
bool owned_get(const struct daemon *d);
void owned_forget(const struct daemon *d);

#endif /* _DEVICE_OWNER_H */
