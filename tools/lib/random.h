/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random octets from the kernel (RFC 5991 4).
 */
#ifndef _RANDOM_H
#define _RANDOM_H

#include <stddef.h>

void random_fill(void *ctx, void *buf, size_t len);

#endif /* _RANDOM_H */
