// SPDX-License-Identifier: GPL-2.0
/*
 * Refresh interval determination (RFC 4380 5.2.7): candidates for given NAT timeouts
 */
#include <stdio.h>

#include "ktap.h"
#include "refresh_interval.h"

/**
 * struct nat - a NAT and the expected determination
 * @lasts: timeout of a mapping, ms
 * @tried: candidates in order, ms, ends with 0
 * @found: resulting interval, ms
 */
struct nat {
	uint64_t lasts;
	uint64_t tried[8];
	uint64_t found;
};

static void test_nat(const void *arg)
{
	const struct nat *nat = arg;
	struct interval iv;
	int i;

	interval_start(&iv, 30000);
	CHECK(iv.found == 30000 && iv.maximum == 120000);
	for (i = 0; iv.candidate && nat->tried[i]; i++) {
		CHECK(iv.candidate == nat->tried[i]);
		interval_tried(&iv, iv.candidate < nat->lasts);
	}
	CHECK(!iv.candidate && !nat->tried[i]);
	CHECK(iv.found == nat->found);
}

/* for any NAT the determination ends soon, with an interval that has worked */
static void test_any(const void *arg)
{
	struct interval iv;
	uint64_t lasts;
	int n;

	(void)arg;
	for (lasts = 30001; lasts < 200000; lasts += 500) {
		interval_start(&iv, 30000);
		for (n = 0; iv.candidate && n < 10; n++)
			interval_tried(&iv, iv.candidate < lasts);
		CHECK(!iv.candidate && iv.found < lasts);
		CHECK(iv.found >= 30000 && iv.found < 120000);
	}
}

#define NAT(text, ...) { text, test_nat, &(const struct nat){ __VA_ARGS__ } }

static const struct ktap_test tests[] = {
	NAT("50 s # C-101 C-104", 50000, { 60000, 45000, 52500 }, 45000),
	NAT("patient, ends by itself # C-101 C-103", 300000,
	    { 60000, 90000, 105000, 112500 }, 112500),
	NAT("40 s # C-104", 40000, { 60000, 45000, 37500 }, 37500),
	NAT("31 s # C-104", 31000, { 60000, 45000, 37500 }, 30000),
	NAT("80 s # C-103 C-104", 80000,
	    { 60000, 90000, 75000, 82500 }, 75000),
	{ "any # C-103 C-104", test_any, NULL },
};

KTAP_MAIN(tests)
