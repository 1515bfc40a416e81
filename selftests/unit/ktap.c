// SPDX-License-Identifier: GPL-2.0
/*
 * Test harness of the unit tests, with KTAP output
 */
#include "ktap.h"

#include <stdio.h>
#include <stdlib.h>

static bool failed;

/**
 * ktap_check - record the outcome of a check
 * @good: outcome
 * @what: its text
 * @file: source file
 * @line: line number in @file
 */
void ktap_check(bool good, const char *what, const char *file, int line)
{
	if (good)
		return;
	printf("# %s:%d: %s\n", file, line, what);
	failed = true;
}

/**
 * ktap_run - run tests
 * @tests: tests
 * @n: number of tests
 *
 * Return: 0 if all are ok, for main().
 */
int ktap_run(const struct ktap_test *tests, int n)
{
	int bad = 0;
	int i;

	printf("KTAP version 1\n1..%d\n", n);
	for (i = 0; i < n; i++) {
		failed = false;
		tests[i].run(tests[i].arg);
		printf("%sok %d - %s\n", failed ? "not " : "", i + 1,
		       tests[i].name);
		fflush(stdout);
		bad += failed;
	}
	return bad ? 1 : 0;
}

static size_t from_hex(const char *hex, u8 *buf)
{
	size_t len = 0;
	unsigned int octet;

	while (len < KTAP_OCTETS && sscanf(hex, "%2x", &octet) == 1) {
		buf[len++] = octet;
		hex += 2;
	}
	return len;
}

/**
 * ktap_load - read octets from a file of lines "ID HEX"
 * @file: its name
 * @id: ID of the line to read
 * @buf: KTAP_OCTETS octets
 *
 * Return: number of octets; exits if the line is missing.
 */
size_t ktap_load(const char *file, const char *id, u8 *buf)
{
	static char line[2 * KTAP_OCTETS + 64];
	size_t len = 0;
	FILE *f = fopen(file, "r");
	char *space;

	while (f && !len && fgets(line, sizeof(line), f)) {
		space = strchr(line, ' ');
		if (!space || line[0] == '#')
			continue;
		*space = '\0';
		if (!strcmp(line, id))
			len = from_hex(space + 1, buf);
	}
	if (f)
		fclose(f);
	if (!len) {
		printf("Bail out! no %s in %s\n", id, file);
		exit(1);
	}
	return len;
}
