// SPDX-License-Identifier: GPL-2.0
/*
 * teredo monitor: print changes of devices as they happen.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>

#include "cli.h"
#include "print.h"
#include "status.h"

static json_t *make_event(const struct dev_info *dev)
{
	struct reason reason;
	json_t *o = json_pack("{s:I,s:o,s:s}", "time", (json_int_t)time(NULL),
			      "ifname", status_text(dev->name), "state",
			      print_state(dev, &reason));

	status_reason(o, &reason, dev->name);
	if (dev->server)
		json_object_set_new(o, "server", status_ipv4(dev->server));
	if (dev_has(dev, TEREDO_A_DEV_MAPPED_ADDR))
		json_object_set_new(o, "mapped",
				    status_endpoint(dev->mapped.addr,
						    dev->mapped.port));
	if (dev_has(dev, TEREDO_A_DEV_ADDRESS))
		json_object_set_new(o, "address", print_in6(&dev->address));
	return o;
}

static void show_human(json_t *o)
{
	json_t *mapped = json_object_get(o, "mapped");

	print_colored(PRINT_NAME, print_get(o, "ifname"));
	printf(": %s", print_get(o, "state"));
	if (print_get(o, "server"))
		printf(" server %s", print_get(o, "server"));
	if (mapped)
		printf(" mapped %s:%lld", print_get(mapped, "address"),
		       (long long)json_integer_value(json_object_get(mapped,
								     "port")));
	if (print_get(o, "address")) {
		printf(" address ");
		print_colored(PRINT_ADDRESS, print_get(o, "address"));
	}
	if (print_get(o, "reason"))
		printf(" reason: %s", print_get(o, "reason"));
	putchar('\n');
}

static int on_event(const struct nlmsghdr *nlh, void *ctx)
{
	const u32 *ifindex = ctx;
	struct dev_info dev;
	json_t *o;

	if (dev_command(nlh) != TEREDO_CMD_DEV_NTF)
		return 0;
	dev_parse(&dev, nlh);
	if (*ifindex && dev.ifindex != *ifindex)
		return 0;
	o = make_event(&dev);
	if (cli.json) {
		print_json(o);
	} else {
		show_human(o);
		json_decref(o);
	}
	fflush(stdout);
	return 0;
}

static int monitor(struct nl *nl, u32 ifindex)
{
	struct pollfd pfd = { .fd = nl_fd(nl), .events = POLLIN };
	int ret;

	if (nl_join(nl, nl->events))
		return cli_refused(nl);
	while (!ferror(stdout)) {
		if (poll(&pfd, 1, -1) < 0)
			break;
		ret = nl_drain(nl, on_event, &ifindex);
		if (ret == -ENOBUFS)
			fputs("(some changes were lost)\n", stderr);
		else if (ret)
			return cli_refused(nl);
	}
	return CLI_ERROR;
}

int cmd_monitor(int argc, char **argv)
{
	u32 ifindex = 0;
	struct nl nl;
	int ret;

	if (argc > 1)
		return cli_error("monitor takes one device");
	if (argc && !cli_device(argv[0], &ifindex))
		return CLI_ERROR;
	ret = cli_open(&nl);
	if (ret)
		return ret;
	ret = monitor(&nl, ifindex);
	nl_close(&nl);
	return ret;
}
