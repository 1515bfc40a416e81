// SPDX-License-Identifier: GPL-2.0
/*
 * Stored port mapping: a mapping that is read, written and read again must be the
 * same.
 */
#include "fuzz.h"

#include "port_mapping.h"

static bool same(const struct mapping *a, const struct mapping *b)
{
	return a->method == b->method && a->gateway == b->gateway &&
	       teredo_endpoint_equal(a->inside, b->inside) &&
	       teredo_endpoint_equal(a->outside, b->outside);
}

int fuzz_one(const u8 *data, size_t len)
{
	char *line = malloc(len + 1), buf[MAPPING_LINE];
	struct mapping map, again;

	memcpy(line, data, len);
	line[len] = '\0';
	if (mapping_parse(&map, line)) {
		mapping_format(buf, &map);
		FUZZ_CHECK(mapping_parse(&again, buf) && same(&map, &again));
	}
	free(line);
	return 0;
}
