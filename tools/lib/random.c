// SPDX-License-Identifier: GPL-2.0
/*
 * Random octets from the kernel (RFC 5991 4): flags of addresses, nonces of
 * solicitations and of connectivity tests.
 */
#include "random.h"

#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

/**
 * random_fill() - fill a buffer with random octets, for struct qualify_ops
 * @ctx: ignored
 * @buf: result
 * @len: length of @buf in octets, at most 256
 *
 * The kernel never returns fewer octets if at most 256 are requested. Nonces would be
 * guessable without random octets, so abort.
 */
void random_fill(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	if (getrandom(buf, len, 0) != (ssize_t)len)
		abort();
}
