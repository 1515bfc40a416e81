// SPDX-License-Identifier: GPL-2.0
/*
 * teredo stats: the counters of a device, by the names that the kernel gives
 * them.
 */
#include <net/if.h>
#include <stdio.h>

#include "cli.h"
#include "print.h"

static void on_counter(const char *name, uint64_t value, void *ctx)
{
	json_object_set_new(ctx, name, json_integer(value));
}

static void on_device(const struct dev_info *dev, void *ctx)
{
	char name[IF_NAMESIZE] = "?";
	json_t *counters = json_object();

	if_indextoname(dev->ifindex, name);
	dev_counters(dev, on_counter, counters);
	json_array_append_new(ctx, json_pack("{s:s,s:o}", "ifname", name,
					     "counters", counters));
}

static void show_human(json_t *o)
{
	const char *name;
	json_t *value;

	print_colored(PRINT_NAME, print_get(o, "ifname"));
	puts(":");
	json_object_foreach(json_object_get(o, "counters"), name, value)
		printf("  %-32s %lld\n", name,
		       (long long)json_integer_value(value));
}

static void print_devices(json_t *devices)
{
	json_t *o;
	size_t i;

	if (cli.json) {
		print_json(devices);
		return;
	}
	json_array_foreach(devices, i, o)
		show_human(o);
	json_decref(devices);
}

int cmd_stats(int argc, char **argv)
{
	json_t *devices;
	u32 ifindex = 0;
	struct nl nl;
	int ret;

	if (argc > 1)
		return cli_error("stats takes one device");
	if (argc && !cli_device(argv[0], &ifindex))
		return CLI_ERROR;
	ret = cli_open(&nl);
	if (ret)
		return ret;
	devices = json_array();
	if (dev_dump(&nl, ifindex, on_device, devices)) {
		json_decref(devices);
		ret = cli_refused(&nl);
	} else {
		print_devices(devices);
	}
	nl_close(&nl);
	return ret;
}
