/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cleanup for a client whose configuration cannot be read any more.
 */
#ifndef _ABANDON_H
#define _ABANDON_H

struct daemon;

void abandon_device(struct daemon *d);

#endif /* _ABANDON_H */
