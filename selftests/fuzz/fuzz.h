/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared code of the fuzz targets. Each target is one function that libFuzzer calls with
 * generated octets. FUZZ_CHECK() states what must hold for all inputs.
 */
#ifndef _FUZZ_H
#define _FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

#define FUZZ_CHECK(cond)						\
do {									\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: does not hold: %s\n",		\
			__FILE__, __LINE__, #cond);			\
		abort();						\
	}								\
} while (0)

/**
 * struct fuzz - the unused rest of the input
 * @data: octets
 * @len: number of them
 */
struct fuzz {
	const u8 *data;
	size_t len;
};

/* Return: the next octet, 0 at the end of the input */
static inline u8 fuzz_u8(struct fuzz *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->data++;
}

static inline u16 fuzz_u16(struct fuzz *in)
{
	u16 high = fuzz_u8(in);

	return high << 8 | fuzz_u8(in);
}

/* Return: up to @max octets in a buffer of exactly that size, so that the sanitizer finds
 * accesses beyond it.
 */
static inline u8 *fuzz_take(struct fuzz *in, size_t max, size_t *len)
{
	u8 *copy;

	*len = in->len < max ? in->len : max;
	copy = malloc(*len);
	if (*len)
		memcpy(copy, in->data, *len);
	in->data += *len;
	in->len -= *len;
	return copy;
}

/* the target function; the Makefile maps it to libFuzzer's name */
int fuzz_one(const u8 *data, size_t len);

#endif /* _FUZZ_H */
