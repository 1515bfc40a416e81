// SPDX-License-Identifier: GPL-2.0
/*
 * Random octets of teredod: no value repeats, and every bit changes
 */
#include <string.h>

#include "ktap.h"
#include "random.h"

#define DRAWS	64

/* One value of 64 random bits: two of 64 draws are equal with a chance of 1e-16. */
static void test_differ(const void *arg)
{
	u8 draws[DRAWS][TEREDO_NONCE_LEN];
	int i, j, repeats = 0;

	(void)arg;
	for (i = 0; i < DRAWS; i++)
		random_fill(NULL, draws[i], sizeof(draws[i]));
	for (i = 0; i < DRAWS; i++)
		for (j = 0; j < i; j++)
			repeats += !memcmp(draws[i], draws[j], sizeof(draws[i]));
	CHECK(!repeats);
}

/* A bit that is equal in all of 64 draws has a chance of 1e-19. */
static void test_bits(const void *arg)
{
	u8 set[TEREDO_NONCE_LEN] = { 0 }, clear[TEREDO_NONCE_LEN] = { 0 };
	u8 draw[TEREDO_NONCE_LEN];
	unsigned int i, n;

	(void)arg;
	for (n = 0; n < DRAWS; n++) {
		random_fill(NULL, draw, sizeof(draw));
		for (i = 0; i < sizeof(draw); i++) {
			set[i] |= draw[i];
			clear[i] |= ~draw[i];
		}
	}
	for (i = 0; i < sizeof(draw); i++)
		set[i] &= clear[i];
	for (i = 1; i < sizeof(draw); i++)
		set[0] &= set[i];
	CHECK(set[0] == 0xff);
}

static const struct ktap_test tests[] = {
	{ "no draw repeats another one # V-05 C-44", test_differ, NULL },
	{ "each bit is random # V-05", test_bits, NULL },
};

KTAP_MAIN(tests)
