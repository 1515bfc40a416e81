// SPDX-License-Identifier: GPL-2.0
/*
 * teredo probe: rank servers, and explain what is wrong with the others or with the
 * network.
 *
 * A server that requires authentication ignores clients without a secret. With a
 * secret, each server is therefore probed twice, with and without the secret.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "conf.h"
#include "print.h"
#include "server_probe.h"
#include "status.h"

#define DEFAULT_CONF	CONF_DIR "/teredo0.conf"
#define DEFAULT_TIMEOUT	13	/* s; qualification itself fails after 12 s */

/**
 * struct arguments - arguments of "teredo probe"
 * @conf: configuration file, NULL if none is given
 * @list: servers
 * @timeout: time limit in seconds
 * @symmetric: accept a symmetric NAT
 * @verify: @host is set
 * @host: native host that must answer
 */
struct arguments {
	const char *conf;
	struct server_list list;
	unsigned long timeout;
	bool symmetric;
	bool verify;
	struct in6_addr host;
};

/**
 * struct result - result of probing a server
 * @spec: the server
 * @probe: the probe that counts, with or without the secret
 * @auth: the server answers only authenticated clients
 * @error: why there is no @probe
 */
struct result {
	const struct server_spec *spec;
	const struct probe *probe;
	bool auth;
	char error[PROBE_ERROR];
};

static struct probe probes[2 * QUALIFY_SERVERS];
static struct result results[QUALIFY_SERVERS];

static const char *auth_word(const struct result *result)
{
	if (result->auth)
		return "yes";
	return result->probe->q.primary.answered ? "no" : "unknown";
}

static void add_rtt(json_t *o, const char *key, int64_t us)
{
	if (us >= 0)
		json_object_set_new(o, key, json_real(us / 1000.0));
}

static void add_look(json_t *o, const struct result *result)
{
	const struct probe *probe = result->probe;
	const struct qualify *q = &probe->q;
	json_t *connectivity = probe_connectivity(probe);
	struct reason reason;

	json_object_set_new(o, "primary", status_ipv4(q->server.primary));
	status_secondary(o, q->server.secondary.addr, q->server.secondary.port);
	json_object_set_new(o, "auth", json_string(auth_word(result)));
	json_object_set_new(o, "secondary_answers",
			    json_boolean(q->secondary.answered));
	add_rtt(o, "rtt_ms", probe->rtt[0]);
	add_rtt(o, "rtt2_ms", probe->rtt[1]);
	if (q->primary.answered)
		json_object_set_new(o, "mapped",
				    status_endpoint(q->primary.mapped.addr,
						    q->primary.mapped.port));
	if (probe_nat(probe) != TEREDO_NAT_UNKNOWN)
		json_object_set_new(o, "nat", status_nat(probe_nat(probe)));
	probe_explain(probe, &reason);
	status_reason(o, &reason, NULL);
	if (connectivity)
		json_object_set_new(o, "connectivity", connectivity);
}

static enum outcome outcome_of(const struct result *result)
{
	return result->probe ? probe_outcome(result->probe) :
			       OUTCOME_NO_NETWORK;
}

static json_t *make_server(const struct result *result)
{
	json_t *o = json_pack("{s:s,s:s}", "server", result->spec->primary,
			      "outcome", outcome_name(outcome_of(result)));

	if (result->probe)
		add_look(o, result);
	else
		json_object_set_new(o, "reason", json_string(result->error));
	return o;
}

/* The server with the best outcome first, then the one with the shortest RTT. */
static int compare(const void *a, const void *b)
{
	const struct result *x = a, *y = b;
	int diff = (int)outcome_of(y) - (int)outcome_of(x);

	if (diff || !x->probe || !y->probe)
		return diff;
	return (x->probe->rtt[0] > y->probe->rtt[0]) -
	       (x->probe->rtt[0] < y->probe->rtt[0]);
}

static enum outcome overall(unsigned int n)
{
	enum outcome outcomes[QUALIFY_SERVERS];
	unsigned int i;

	for (i = 0; i < n; i++)
		outcomes[i] = outcome_of(&results[i]);
	return outcome_of_all(outcomes, n);
}

static json_t *make_report(unsigned int n, enum outcome all)
{
	const char *why = outcome_explain(all, n);
	json_t *servers = json_array();
	json_t *o;
	unsigned int i;

	for (i = 0; i < n; i++)
		json_array_append_new(servers, make_server(&results[i]));
	o = json_pack("{s:s,s:o}", "outcome", outcome_name(all), "servers",
		      servers);
	if (why)
		json_object_set_new(o, "reason", json_string(why));
	return o;
}

static const char *rtt_text(char buf[PRINT_SIZE], json_t *rtt)
{
	if (!rtt)
		return "-";
	snprintf(buf, PRINT_SIZE, "%.1f ms", json_real_value(rtt));
	return buf;
}

static void show_server(json_t *o)
{
	json_t *mapped = json_object_get(o, "mapped");
	json_t *relay = json_object_get(json_object_get(o, "connectivity"),
					"relay");
	const char *outcome = print_get(o, "outcome");
	char rtt[PRINT_SIZE], rtt2[PRINT_SIZE], text[32] = "-";
	bool good = !print_get(o, "reason");

	if (mapped)
		snprintf(text, sizeof(text), "%s:%lld",
			 print_get(mapped, "address"),
			 (long long)json_integer_value(json_object_get(mapped,
								       "port")));
	printf("%-28s %10s %10s  %-8s %-22s", print_get(o, "server"),
	       rtt_text(rtt, json_object_get(o, "rtt_ms")),
	       rtt_text(rtt2, json_object_get(o, "rtt2_ms")),
	       print_get(o, "auth") ? print_get(o, "auth") : "-", text);
	print_colored(good ? PRINT_GOOD : PRINT_BAD, outcome);
	if (relay)
		printf(" relay %s:%lld", print_get(relay, "address"),
		       (long long)json_integer_value(json_object_get(relay,
								     "port")));
	if (!good)
		printf(" (%s)", print_get(o, "reason"));
	putchar('\n');
}

static void show_human(json_t *report)
{
	json_t *servers = json_object_get(report, "servers");
	json_t *o;
	size_t i;

	printf("%-28s %10s %10s  %-8s %-22s%s\n", "server", "rtt", "second",
	       "auth", "mapping", "outcome");
	json_array_foreach(servers, i, o)
		show_server(o);
	if (!print_get(report, "reason"))
		return;
	print_colored(PRINT_BAD, print_get(report, "reason"));
	putchar('\n');
}

/* Return: number of probes: one for each server, or two if there is a secret */
static int open_probes(const struct arguments *args,
		       const struct packet_key *key)
{
	const char *err;
	unsigned int i;
	int n = 0, k;

	for (i = 0; i < args->list.n; i++) {
		results[i].spec = &args->list.spec[i];
		for (k = 0; k <= (key->secret_len > 0); k++) {
			probes[n].symmetric = args->symmetric;
			probes[n].verify = args->verify;
			probes[n].v.host = args->host;
			err = probe_open(&probes[n], results[i].spec,
					 k ? key : NULL, 0);
			if (err)
				snprintf(results[i].error, PROBE_ERROR, "%s",
					 err);
			else
				n++;
		}
	}
	return n;
}

/* The probe without the secret counts, unless only the other one got an answer. */
static void collect(int n_probes)
{
	struct result *result = results;
	int i;

	for (i = 0; i < n_probes; i++) {
		while (result->spec != probes[i].spec)
			result++;
		if (!result->probe) {
			result->probe = &probes[i];
		} else if (!result->probe->q.primary.answered &&
			   probes[i].q.primary.answered) {
			result->probe = &probes[i];
			result->auth = true;
		}
	}
}

static int run(const struct arguments *args, const struct packet_key *key)
{
	int n_probes = open_probes(args, key);
	enum outcome all;
	json_t *report;

	probe_run(probes, n_probes, args->timeout * 1000);
	collect(n_probes);
	qsort(results, args->list.n, sizeof(results[0]), compare);
	all = overall(args->list.n);
	report = make_report(args->list.n, all);
	while (n_probes--)
		probe_close(&probes[n_probes]);
	if (cli.json) {
		print_json(report);
	} else {
		show_human(report);
		json_decref(report);
	}
	return outcome_good(all) ? CLI_OK : CLI_UNQUALIFIED;
}

static int set_option(struct arguments *args, const char *key,
		      const char *value)
{
	if (!strcmp(key, "--config")) {
		args->conf = value;
		return CLI_OK;
	}
	if (!strcmp(key, "--ping")) {
		args->verify = true;
		return cli_native_host(value, &args->host) ? CLI_OK : CLI_ERROR;
	}
	if (!strcmp(key, "--timeout"))
		return cli_number(value, 3600, &args->timeout) ? CLI_OK :
								 CLI_ERROR;
	return cli_error("unknown option %s (try: teredo help)", key);
}

static int parse(struct arguments *args, int argc, char **argv)
{
	const char *err;
	int i, ret = CLI_OK;

	for (i = 0; i < argc && !ret; i++) {
		if (argv[i][0] == '-' && i + 1 == argc)
			return cli_error("%s: the value is missing (try: teredo help)",
					 argv[i]);
		if (argv[i][0] == '-') {
			ret = set_option(args, argv[i], argv[i + 1]);
			i++;
			continue;
		}
		err = server_list_add(&args->list, argv[i]);
		if (err)
			return cli_error("%s: %s", argv[i], err);
	}
	return ret;
}

/* Without servers on the command line, use those of the configuration. Servers on the
 * command line get its secret only if --config names the file.
 */
static int add_conf(struct arguments *args, struct packet_key *key)
{
	const char *path = args->conf ? args->conf : DEFAULT_CONF;
	char error[CONF_ERROR];
	struct conf conf;

	if (args->list.n && !args->conf)
		return CLI_OK;
	if (conf_load(&conf, path, error))
		return cli_error("%s", error);
	*key = conf.key;
	if (link_conf_has(&conf.link, IFLA_TEREDO_SYMMETRIC))
		args->symmetric = conf.link.symmetric;
	if (!args->list.n)
		args->list = conf.servers;
	if (!args->list.n)
		return cli_error("%s: no server to probe", path);
	return CLI_OK;
}

int cmd_probe(int argc, char **argv)
{
	struct arguments args = {
		.timeout = DEFAULT_TIMEOUT,
		.symmetric = true,
	};
	struct packet_key key = { 0 };

	if (parse(&args, argc, argv) || add_conf(&args, &key))
		return CLI_ERROR;
	return run(&args, &key);
}
