/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzz targets share. Each is one function that gets octets chosen by
 * libFuzzer; what must hold for all of them is said by FUZZ_CHECK().
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
 * struct fuzz - input that has not been used yet
 * @data: octets
 * @len: number of them
 */
struct fuzz {
	const u8 *data;
	size_t len;
};

/* The next octet, 0 once there is none */
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

/* Up to @max octets, as a copy of exactly that size: what reads or writes
 * beyond it is found.
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

/* what libFuzzer calls, by the name that it knows (see Makefile) */
int fuzz_one(const u8 *data, size_t len);

#endif /* _FUZZ_H */
