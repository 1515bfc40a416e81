// SPDX-License-Identifier: GPL-2.0
/*
 * teredo stats: print the counters of a device under their names in the kernel, once,
 * repeatedly, or for Prometheus.
 */
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "print.h"
#include "prometheus.h"
#include "rates.h"
#include "status.h"

#define CLEAR_SCREEN	"\033[H\033[2J"

/**
 * struct arguments - arguments of "teredo stats"
 * @ifindex: device, 0 for all
 * @watch: print repeatedly
 * @interval: seconds between two readings
 * @count: how many times to print, 0 for no limit
 * @prometheus: use the format of Prometheus
 */
struct arguments {
	u32 ifindex;
	bool watch;
	unsigned long interval;
	unsigned long count;
	bool prometheus;
};

static void on_counter(const char *name, uint64_t value, void *ctx)
{
	json_object_set_new(ctx, name, json_integer(value));
}

static json_t *add_device(json_t *devices, const struct dev_info *dev)
{
	json_t *counters = json_object();
	json_t *o;

	dev_counters(dev, on_counter, counters);
	o = json_pack("{s:o,s:o}", "ifname", status_text(dev->name),
		      "counters", counters);
	json_array_append_new(devices, o);
	return o;
}

static void on_device(const struct dev_info *dev, void *ctx)
{
	add_device(ctx, dev);
}

static void on_device_gauges(const struct dev_info *dev, void *ctx)
{
	json_t *o = add_device(ctx, dev);

	json_object_set_new(o, "up",
			    json_integer(dev->state == TEREDO_STATE_UP));
	json_object_set_new(o, "peers", json_integer(dev->peers));
}

static void print_devices(json_t *devices, void (*show)(json_t *o))
{
	json_t *o;
	size_t i;

	if (cli.json) {
		print_json(devices);
		return;
	}
	json_array_foreach(devices, i, o)
		show(o);
	json_decref(devices);
}

static void show_values(json_t *o)
{
	const char *name;
	json_t *value;

	print_colored(PRINT_NAME, print_get(o, "ifname"));
	puts(":");
	json_object_foreach(json_object_get(o, "counters"), name, value)
		printf("  %-32s %lld\n", name,
		       (long long)json_integer_value(value));
}

/* Omit counters that are 0, to leave the screen to the others. */
static void show_rates(json_t *o)
{
	const char *name;
	json_t *counter;
	double rate;
	char text[32];

	print_colored(PRINT_NAME, print_get(o, "ifname"));
	puts(":");
	json_object_foreach(json_object_get(o, "counters"), name, counter) {
		if (!json_integer_value(json_object_get(counter, "value")))
			continue;
		rate = json_real_value(json_object_get(counter, "rate"));
		snprintf(text, sizeof(text), "%10.1f/s", rate);
		printf("  %-32s %12lld ", name,
		       (long long)json_integer_value(json_object_get(counter,
								     "value")));
		print_colored(rate > 0 ? PRINT_NAME : PRINT_PLAIN, text);
		putchar('\n');
	}
}

static int once(struct nl *nl, const struct arguments *args)
{
	json_t *devices = json_array();

	if (dev_dump(nl, args->ifindex,
		     args->prometheus ? on_device_gauges : on_device,
		     devices)) {
		json_decref(devices);
		return cli_refused(nl);
	}
	if (!args->prometheus) {
		print_devices(devices, show_values);
		return CLI_OK;
	}
	prometheus_print(stdout, devices);
	json_decref(devices);
	return CLI_OK;
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void print_rates(json_t *before, json_t *now, double seconds)
{
	if (!cli.json && isatty(STDOUT_FILENO))
		fputs(CLEAR_SCREEN, stdout);
	print_devices(rates_make(before, now, seconds), show_rates);
	if (!cli.json && !isatty(STDOUT_FILENO))
		putchar('\n');
	fflush(stdout);
}

/* Rates need two readings, so the first one is not printed. */
static int watch(struct nl *nl, const struct arguments *args)
{
	json_t *before = NULL, *now;
	double then = 0, time;
	unsigned long i;
	int ret = CLI_OK;

	for (i = 0; !args->count || i <= args->count; i++) {
		now = json_array();
		if (dev_dump(nl, args->ifindex, on_device, now)) {
			json_decref(now);
			ret = cli_refused(nl);
			break;
		}
		time = now_s();
		if (before)
			print_rates(before, now, time - then);
		json_decref(before);
		before = now;
		then = time;
		if (ferror(stdout))
			break;
		if (!args->count || i < args->count)
			poll(NULL, 0, args->interval * 1000);
	}
	json_decref(before);
	return ret;
}

/* Return: number of arguments consumed, 0 on error */
static int parse_one(struct arguments *args, int argc, char **argv)
{
	if (!strcmp(argv[0], "-w") || !strcmp(argv[0], "--watch")) {
		args->watch = true;
		return 1;
	}
	if (!strcmp(argv[0], "--prometheus")) {
		args->prometheus = true;
		return 1;
	}
	if (argc > 1 && !strcmp(argv[0], "--interval")) {
		args->watch = true;
		return cli_number(argv[1], 3600, &args->interval) ? 2 : 0;
	}
	if (argc > 1 && !strcmp(argv[0], "--count")) {
		args->watch = true;
		return cli_number(argv[1], UINT32_MAX, &args->count) ? 2 : 0;
	}
	if (argv[0][0] == '-' || args->ifindex) {
		cli_error("stats: %s: unknown argument (try: teredo help)", argv[0]);
		return 0;
	}
	return cli_device(argv[0], &args->ifindex) ? 1 : 0;
}

static bool parse(struct arguments *args, int argc, char **argv)
{
	int used;

	for (; argc; argc -= used, argv += used) {
		used = parse_one(args, argc, argv);
		if (!used)
			return false;
	}
	if (args->prometheus && (args->watch || cli.json)) {
		cli_error("stats: --prometheus cannot be combined with --watch or --json");
		return false;
	}
	if (!args->interval) {
		cli_error("stats: an interval has at least one second");
		return false;
	}
	return true;
}

int cmd_stats(int argc, char **argv)
{
	struct arguments args = { .interval = 1 };
	struct nl nl;
	int ret;

	if (!parse(&args, argc, argv))
		return CLI_ERROR;
	ret = cli_open(&nl);
	if (ret)
		return ret;
	ret = args.watch ? watch(&nl, &args) : once(&nl, &args);
	nl_close(&nl);
	return ret;
}
