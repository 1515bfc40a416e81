// SPDX-License-Identifier: GPL-2.0
/*
 * Processing of counters: rates, and the text format of Prometheus
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "ktap.h"
#include "prometheus.h"
#include "rates.h"

/* every counter of the kernel has a help line */
static void test_help(const void *arg)
{
	FILE *file = fopen("../../kernel/stats.c", "r");
	char line[256], name[64];
	int n = 0;

	(void)arg;
	CHECK(file);
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " [TEREDO_%*[A-Z0-9_]] = \"%63[a-z0-9_]\"",
			   name) != 1)
			continue;
		n++;
		if (!prometheus_help(name))
			printf("# %s\n", name);
		CHECK(prometheus_help(name));
	}
	CHECK(n > 40);
	if (file)
		fclose(file);
	CHECK(!prometheus_help("no_such_counter"));
}

static const char expected[] =
"# HELP teredo_up Whether a client is qualified, or another device runs.\n"
"# TYPE teredo_up gauge\n"
"teredo_up{device=\"t0\"} 1\n"
"teredo_up{device=\"a\\\"b\\\\c\"} 0\n"
"# HELP teredo_peers Peers known.\n"
"# TYPE teredo_peers gauge\n"
"teredo_peers{device=\"t0\"} 2\n"
"teredo_peers{device=\"a\\\"b\\\\c\"} 0\n"
"# HELP teredo_tx_bubbles_total Bubbles sent, of every kind.\n"
"# TYPE teredo_tx_bubbles_total counter\n"
"teredo_tx_bubbles_total{device=\"t0\"} 7\n"
"teredo_tx_bubbles_total{device=\"a\\\"b\\\\c\"} 0\n"
"# HELP teredo_new_one_total See the documentation of the kernel module.\n"
"# TYPE teredo_new_one_total counter\n"
"teredo_new_one_total{device=\"t0\"} 9007199254740993\n"
"teredo_new_one_total{device=\"a\\\"b\\\\c\"} 3\n";

static json_t *devices(const char *text)
{
	json_t *value = json_loads(text, 0, NULL);

	CHECK(value);
	return value;
}

static void test_text(const void *arg)
{
	json_t *two = devices("[{\"ifname\":\"t0\",\"up\":1,\"peers\":2,"
		"\"counters\":{\"tx_bubbles\":7,\"new_one\":9007199254740993}},"
		"{\"ifname\":\"a\\\"b\\\\c\",\"up\":0,\"peers\":0,"
		"\"counters\":{\"tx_bubbles\":0,\"new_one\":3}}]");
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	(void)arg;
	prometheus_print(file, two);
	fclose(file);
	CHECK(!strcmp(text, expected));
	free(text);
	json_decref(two);
}

static void test_no_device(const void *arg)
{
	json_t *none = json_array();
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	(void)arg;
	prometheus_print(file, none);
	fclose(file);
	CHECK(!len);
	free(text);
	json_decref(none);
}

static double rate_of(json_t *rates, size_t device, const char *name)
{
	json_t *o = json_object_get(json_array_get(rates, device), "counters");

	o = json_object_get(o, name);
	CHECK(json_is_real(json_object_get(o, "rate")));
	return json_real_value(json_object_get(o, "rate"));
}

static void test_rates(const void *arg)
{
	json_t *before = devices("[{\"ifname\":\"t0\",\"counters\":"
				 "{\"up\":10,\"same\":5,\"less\":9}}]");
	json_t *now = devices("[{\"ifname\":\"new\",\"counters\":{\"up\":8}},"
			      "{\"ifname\":\"t0\",\"counters\":"
			      "{\"up\":15,\"same\":5,\"less\":3,\"more\":4}}]");
	json_t *rates = rates_make(before, now, 2);

	(void)arg;
	CHECK(json_array_size(rates) == 2);
	CHECK(rate_of(rates, 0, "up") == 0);
	CHECK(rate_of(rates, 1, "up") == 2.5);
	CHECK(rate_of(rates, 1, "same") == 0);
	/* the device was created again */
	CHECK(rate_of(rates, 1, "less") == 0);
	CHECK(rate_of(rates, 1, "more") == 0);
	json_decref(rates);
	rates = rates_make(before, now, 0);
	CHECK(rate_of(rates, 1, "up") == 0);
	json_decref(rates);
	json_decref(before);
	json_decref(now);
}

static const struct ktap_test tests[] = {
	{ "each counter of the kernel is explained", test_help, NULL },
	{ "text for Prometheus, two devices", test_text, NULL },
	{ "text for Prometheus, no device", test_no_device, NULL },
	{ "rates", test_rates, NULL },
};

KTAP_MAIN(tests)
