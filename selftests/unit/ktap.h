/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test harness of the unit tests: KTAP output, and octets from text files
 */
#ifndef _KTAP_H
#define _KTAP_H

#include "wire.h"

/**
 * struct ktap_test - a test
 * @name: description, then # and the requirement IDs
 * @run: the test; uses CHECK()
 * @arg: passed to @run
 */
struct ktap_test {
	const char *name;
	void (*run)(const void *arg);
	const void *arg;
};

#define CHECK(cond) ktap_check(cond, #cond, __FILE__, __LINE__)

void ktap_check(bool good, const char *what, const char *file, int line);
int ktap_run(const struct ktap_test *tests, int n);

#define KTAP_MAIN(tests)						\
int main(void)								\
{									\
	return ktap_run(tests, ARRAY_SIZE(tests));	\
}

#define KTAP_OCTETS	1500

size_t ktap_load(const char *file, const char *id, u8 *buf);

#endif /* _KTAP_H */
