/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lower interface: the interface on which the device sends datagrams.
 */
#ifndef _LOWER_H
#define _LOWER_H

struct daemon;

void lower_follow(struct daemon *d);
const char *lower_missing(const struct daemon *d);

#endif /* _LOWER_H */
