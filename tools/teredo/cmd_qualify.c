// SPDX-License-Identifier: GPL-2.0
/*
 * teredo qualify: test whether a Teredo client would work here, and if not, why.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "cli.h"
#include "print.h"
#include "server_probe.h"
#include "status.h"

#define DEFAULT_TIMEOUT	60	/* s; qualification itself fails after 12 s */

/**
 * struct arguments - arguments of "teredo qualify"
 * @list: the server
 * @port: local port, 0 for any
 * @timeout: time limit in seconds
 * @verify: @host is set
 * @host: native host that must answer
 */
struct arguments {
	struct server_list list;
	unsigned long port;
	unsigned long timeout;
	bool verify;
	struct in6_addr host;
};

static const char *explain_nat(enum teredo_nat nat)
{
	if (nat == TEREDO_NAT_NONE)
		return "no NAT: the server sees the address and port of this host";
	if (nat == TEREDO_NAT_RESTRICTED)
		return "a NAT is on the way and keeps one mapping for all destinations";
	return "the NAT gives each destination another mapping: some peers can be reached, native hosts cannot";
}

static void add_result(const struct probe *probe, json_t *o)
{
	struct teredo_endpoint local = udp_local(&probe->udp);
	const struct qualify *q = &probe->q;

	json_object_set_new(o, "local", status_endpoint(local.addr,
							local.port));
	if (q->primary.answered)
		json_object_set_new(o, "mapped",
				    status_endpoint(q->primary.mapped.addr,
						    q->primary.mapped.port));
	if (q->secondary.answered &&
	    !teredo_endpoint_equal(q->primary.mapped, q->secondary.mapped))
		json_object_set_new(o, "mapped2",
				    status_endpoint(q->secondary.mapped.addr,
						    q->secondary.mapped.port));
	if (qualify_has_address(q))
		json_object_set_new(o, "address", print_in6(&q->address));
	if (q->rejected)
		json_object_set_new(o, "ignored",
				    json_pack("{s:I,s:s}", "answers",
					      (json_int_t)q->rejected, "why",
					      packet_verdict_name(q->last_verdict)));
}

static void add_nat(const struct probe *probe, json_t *o)
{
	enum teredo_nat type = probe_nat(probe);
	bool preserving = udp_local(&probe->udp).port ==
			  probe->q.primary.mapped.port;
	json_t *nat;

	if (type == TEREDO_NAT_UNKNOWN)
		return;
	nat = status_nat(type);
	json_object_set_new(nat, "port_preserving", json_boolean(preserving));
	json_object_set_new(nat, "means", json_string(explain_nat(type)));
	json_object_set_new(o, "nat", nat);
}

static json_t *make_result(const struct probe *probe)
{
	const struct teredo_endpoint second = probe->q.server.secondary;
	enum outcome outcome = probe_outcome(probe);
	json_t *connectivity = probe_connectivity(probe);
	struct reason reason;
	json_t *o;

	o = json_pack("{s:s,s:s,s:I,s:{s:o,s:s}}",
		      "state", qualify_has_address(&probe->q) ? "qualified" :
								"offline",
		      "outcome", outcome_name(outcome),
		      "ms", (json_int_t)probe_ms(probe),
		      "server",
		      "primary", status_ipv4(probe->q.server.primary),
		      "name", probe->spec->primary);
	status_secondary(json_object_get(o, "server"), second.addr, second.port);
	probe_explain(probe, &reason);
	status_reason(o, &reason, NULL);
	add_nat(probe, o);
	add_result(probe, o);
	if (connectivity)
		json_object_set_new(o, "connectivity", connectivity);
	return o;
}

static int set_server(struct arguments *args, const char *text)
{
	const char *err = server_list_add(&args->list, text);

	if (!err && args->list.n != 1)
		err = "is more than one server";
	return err ? cli_error("%s: %s", text, err) : CLI_OK;
}

static int set_host(struct arguments *args, const char *text)
{
	args->verify = true;
	return cli_native_host(text, &args->host) ? CLI_OK : CLI_ERROR;
}

static int parse_one(struct arguments *args, const char *key,
		     const char *value)
{
	if (!strcmp(key, "--server"))
		return set_server(args, value);
	if (!strcmp(key, "--verify"))
		return set_host(args, value);
	if (!strcmp(key, "--port"))
		return cli_number(value, 65535, &args->port) ? CLI_OK :
							       CLI_ERROR;
	if (!strcmp(key, "--timeout"))
		return cli_number(value, 3600, &args->timeout) ? CLI_OK :
								 CLI_ERROR;
	return cli_error("unknown option %s (try: teredo help)", key);
}

static int parse(struct arguments *args, int argc, char **argv)
{
	int i, ret;

	for (i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			return cli_error("%s: the value is missing (try: teredo help)",
					 argv[i]);
		ret = parse_one(args, argv[i], argv[i + 1]);
		if (ret)
			return ret;
	}
	if (!args->list.n)
		return cli_error("--server is missing (try: teredo qualify --server SERVER)");
	return CLI_OK;
}

int cmd_qualify(int argc, char **argv)
{
	struct arguments args = { .timeout = DEFAULT_TIMEOUT };
	static struct probe probe;
	const char *err;
	json_t *result;

	if (parse(&args, argc, argv))
		return CLI_ERROR;
	probe.symmetric = true;
	probe.verify = args.verify;
	probe.v.host = args.host;
	err = probe_open(&probe, &args.list.spec[0], NULL, args.port);
	if (err)
		return cli_error("%s: %s", args.list.spec[0].primary, err);
	probe_run(&probe, 1, args.timeout * 1000);
	result = make_result(&probe);
	probe_close(&probe);
	if (cli.json) {
		print_json(result);
	} else {
		print_tree(result, 0);
		json_decref(result);
	}
	return outcome_good(probe_outcome(&probe)) ? CLI_OK : CLI_UNQUALIFIED;
}
