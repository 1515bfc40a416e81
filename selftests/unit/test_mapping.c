// SPDX-License-Identifier: GPL-2.0
/*
 * Port mappings as lines of text, and the file that stores one
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ktap.h"
#include "log.h"
#include "port_state.h"

static const char line[] = "upnp 10.1.0.1 10.1.0.2:40000 192.0.2.10:40001";

static bool equal(const struct mapping *a, const struct mapping *b)
{
	return a->method == b->method && a->gateway == b->gateway &&
	       teredo_endpoint_equal(a->inside, b->inside) &&
	       teredo_endpoint_equal(a->outside, b->outside);
}

static void test_line(const void *arg)
{
	char buf[MAPPING_LINE];
	struct mapping map;

	(void)arg;
	CHECK(mapping_parse(&map, line));
	CHECK(map.method == MAPPING_UPNP);
	CHECK(map.gateway == cpu_to_be32(0x0a010001));
	CHECK(map.inside.addr == cpu_to_be32(0x0a010002));
	CHECK(map.inside.port == cpu_to_be16(40000));
	CHECK(map.outside.addr == cpu_to_be32(0xc000020a));
	CHECK(map.outside.port == cpu_to_be16(40001));
	mapping_format(buf, &map);
	CHECK(!strcmp(buf, line));
}

static void test_longest(const void *arg)
{
	struct mapping map = {
		.method = MAPPING_NAT_PMP,
		.gateway = cpu_to_be32(0xdfffffff),
		.inside = { cpu_to_be32(0xdfffffff), cpu_to_be16(0xffff) },
		.outside = { cpu_to_be32(0xdfffffff), cpu_to_be16(0xffff) },
	};
	char buf[MAPPING_LINE];
	struct mapping copy;

	(void)arg;
	mapping_format(buf, &map);
	CHECK(mapping_parse(&copy, buf) && equal(&map, &copy));
}

static void test_no_line(const void *arg)
{
	static const char * const bad[] = {
		"", "\n", "upnp", "upnp 10.1.0.1 10.1.0.2:40000",
		"pcp 10.1.0.1 10.1.0.2:40000 192.0.2.10:40000",
		"upnp 10.1.0 10.1.0.2:40000 192.0.2.10:40000",
		"upnp 10.1.0.1 10.1.0.2:65536 192.0.2.10:40000",
		"upnp 10.1.0.1 10.1.0.2:40000 192.0.2.10:99999",
		"upnp 10.1.0.1 10.1.0.2:40000 192.0.2.300:1",
		"upnp 10.1.0.1 10.1.0.2:40000 192.0.2.10:40000 x",
		"upnp 10.1.0.1 10.1.0.2:40000 192.0.2.10:400000",
	};
	struct mapping map;
	size_t i;

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(!mapping_parse(&map, bad[i]));
}

static void test_method(const void *arg)
{
	enum mapping_method method;
	int i;

	(void)arg;
	for (i = 0; i < MAPPING_METHODS; i++)
		CHECK(mapping_method_parse(&method, mapping_method_name(i)) &&
		      method == (enum mapping_method)i);
	CHECK(!mapping_method_parse(&method, "yes"));
}

static void test_state(const void *arg)
{
	char name[] = "/tmp/portstateXXXXXX";
	struct portstate state = { .path = name };
	struct mapping map, copy;
	int fd = mkstemp(name);

	(void)arg;
	CHECK(fd >= 0 && mapping_parse(&map, line));
	portstate_open(&state);
	CHECK(state.fd);
	CHECK(!portstate_load(&state, &copy));
	portstate_save(&state, &map);
	CHECK(portstate_load(&state, &copy) && equal(&map, &copy));
	/* a shorter line after a longer one */
	map.outside.port = cpu_to_be16(1);
	portstate_save(&state, &map);
	CHECK(portstate_load(&state, &copy) && equal(&map, &copy));
	portstate_clear(&state);
	CHECK(!portstate_load(&state, &copy));
	/* another program has written to the file */
	CHECK(write(fd, "\xff\xff\xff", 3) == 3);
	CHECK(!portstate_load(&state, &copy));
	close(state.fd);
	close(fd);
	unlink(name);
}

static void test_no_state(const void *arg)
{
	struct portstate state = { .path = NULL };
	struct mapping map;

	(void)arg;
	CHECK(mapping_parse(&map, line));
	portstate_open(&state);
	portstate_save(&state, &map);
	CHECK(!portstate_load(&state, &map));
	portstate_clear(&state);
}

static const struct ktap_test tests[] = {
	{ "a mapping is a line", test_line, NULL },
	{ "the longest one fits", test_longest, NULL },
	{ "what is none", test_no_line, NULL },
	{ "how to ask, in words", test_method, NULL },
	{ "an open port is remembered # XU-03", test_state, NULL },
	{ "or not, without a file", test_no_state, NULL },
};

KTAP_MAIN(tests)
