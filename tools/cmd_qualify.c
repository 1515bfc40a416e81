// SPDX-License-Identifier: GPL-2.0
/*
 * teredo qualify: would a Teredo client work here, and if not, why? Runs the
 * daemon's state machine over a UDP socket of its own.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "cli.h"
#include "print.h"
#include "server.h"
#include "status.h"
#include "udp.h"

#define DEFAULT_TIMEOUT	60	/* s; the machine itself gives up at 12 */

/**
 * struct probe - a look at the network
 * @udp: socket
 * @q: state machine
 * @list: the server
 * @begun: when it began
 * @over: there is a verdict
 * @send_error: why a datagram could not be sent, "" if all could
 */
struct probe {
	struct udp udp;
	struct qualify q;
	struct server_list list;
	u64 begun;
	bool over;
	char send_error[128];
};

/**
 * struct arguments - the command line
 * @server: the server, NULL if none was given
 * @port: local port, 0 for any
 * @timeout: seconds
 */
struct arguments {
	const char *server;
	unsigned long port;
	unsigned long timeout;
};

static void on_send(void *ctx, struct teredo_endpoint to, const u8 *data,
		    size_t len)
{
	struct probe *probe = ctx;

	probe->udp.transport.send(&probe->udp.transport, to, data, len);
}

static u64 on_now(void *ctx)
{
	struct timespec ts;

	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static void on_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	if (getrandom(buf, len, 0) != (ssize_t)len)
		abort();
}

static u64 on_contact(void *ctx)
{
	(void)ctx;
	return QUALIFY_NEVER;
}

static void on_event(void *ctx, enum qualify_event event)
{
	struct probe *probe = ctx;

	if (event == QUALIFY_EV_UP || event == QUALIFY_EV_FAILED)
		probe->over = true;
}

static void on_receive(void *ctx, struct teredo_endpoint from,
		       __be32 local_addr, const u8 *data, size_t len)
{
	struct probe *probe = ctx;

	(void)local_addr;
	qualify_receive(&probe->q, from, data, len);
}

static void on_failed(void *ctx, const char *why)
{
	struct probe *probe = ctx;

	snprintf(probe->send_error, sizeof(probe->send_error), "%s", why);
}

static const struct qualify_ops ops = {
	.send = on_send,
	.now = on_now,
	.random = on_random,
	.contact = on_contact,
	.event = on_event,
};

static void run(struct probe *probe, u64 deadline)
{
	struct pollfd pfd = { .fd = probe->udp.fd, .events = POLLIN };
	u64 until, now;

	qualify_start(&probe->q);
	while (!probe->over && (now = on_now(probe)) < deadline) {
		until = qualify_deadline(&probe->q);
		if (until > deadline)
			until = deadline;
		poll(&pfd, 1, until > now ? until - now : 0);
		udp_receive(&probe->udp);
		if (!probe->over)
			qualify_timeout(&probe->q);
	}
}

static const char *nat_type(const struct probe *probe)
{
	struct teredo_endpoint local = udp_local(&probe->udp);

	if (probe->q.reason == QUALIFY_SYMMETRIC)
		return "symmetric";
	if (!qualify_has_address(&probe->q))
		return NULL;
	return teredo_endpoint_equal(local, probe->q.mapped) ? "none" :
							       "restricted";
}

static const char *explain_nat(const char *type)
{
	if (!strcmp(type, "none"))
		return "no NAT: the server sees our own address and port";
	if (!strcmp(type, "symmetric"))
		return "the NAT gives each destination another mapping, so peers cannot be told where we are";
	return "a NAT is on the way and keeps one mapping for all destinations";
}

static void explain_failure(const struct probe *probe, char *buf, size_t len)
{
	if (probe->send_error[0])
		snprintf(buf, len, "cannot send: %s", probe->send_error);
	else if (!probe->over)
		snprintf(buf, len, "no answer from both addresses in the time given");
	else
		qualify_explain(&probe->q, buf, len);
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
	if (q->reason == QUALIFY_SYMMETRIC)
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

static json_t *make_result(const struct probe *probe)
{
	bool good = qualify_has_address(&probe->q);
	const char *type = nat_type(probe);
	char reason[256] = "";
	json_t *o;

	o = json_pack("{s:s,s:I,s:{s:o,s:o,s:s}}",
		      "state", good ? "qualified" : "offline",
		      "ms", (json_int_t)(on_now(NULL) - probe->begun),
		      "server",
		      "primary", status_ipv4(probe->q.server.primary),
		      "secondary", status_ipv4(probe->q.server.secondary),
		      "name", probe->list.spec[0].primary);
	if (!good) {
		explain_failure(probe, reason, sizeof(reason));
		json_object_set_new(o, "reason", json_string(reason));
	}
	if (type)
		json_object_set_new(o, "nat",
				    json_pack("{s:s,s:b,s:s}", "type", type,
					      "port_preserving",
					      udp_local(&probe->udp).port ==
					      probe->q.primary.mapped.port,
					      "means", explain_nat(type)));
	add_result(probe, o);
	return o;
}

static int parse(struct arguments *args, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			return cli_error("%s: what comes next? (try: teredo help)",
					 argv[i]);
		if (!strcmp(argv[i], "--server")) {
			args->server = argv[i + 1];
		} else if (!strcmp(argv[i], "--port")) {
			if (!cli_number(argv[i + 1], 65535, &args->port))
				return CLI_ERROR;
		} else if (!strcmp(argv[i], "--timeout")) {
			if (!cli_number(argv[i + 1], 3600, &args->timeout))
				return CLI_ERROR;
		} else {
			return cli_error("unknown option %s (try: teredo help)",
					 argv[i]);
		}
	}
	if (!args->server)
		return cli_error("--server is needed: which server shall be asked?");
	return CLI_OK;
}

static int find_server(struct probe *probe, const char *text)
{
	struct qualify_server server;
	const char *err;

	err = server_list_add(&probe->list, text);
	if (!err && probe->list.n != 1)
		err = "is more than one server";
	if (!err)
		err = server_resolve(&probe->list.spec[0], &server);
	if (err)
		return cli_error("%s: %s", text, err);
	qualify_set_servers(&probe->q, &server, 1);
	return CLI_OK;
}

int cmd_qualify(int argc, char **argv)
{
	struct arguments args = { .timeout = DEFAULT_TIMEOUT };
	static struct probe probe;
	json_t *result;
	int ret;

	if (parse(&args, argc, argv))
		return CLI_ERROR;
	qualify_init(&probe.q, &ops, &probe);
	if (find_server(&probe, args.server))
		return CLI_ERROR;
	ret = udp_open(&probe.udp, args.port, probe.q.servers[0].primary);
	if (ret)
		return cli_error("port %lu: %s", args.port, strerror(-ret));
	probe.udp.transport.receive = on_receive;
	probe.udp.transport.failed = on_failed;
	probe.udp.transport.ctx = &probe;

	probe.begun = on_now(NULL);
	run(&probe, probe.begun + args.timeout * 1000);
	result = make_result(&probe);
	udp_close(&probe.udp);
	if (cli.json) {
		print_json(result);
	} else {
		print_tree(result, 0);
		json_decref(result);
	}
	return qualify_has_address(&probe.q) ? CLI_OK : CLI_UNQUALIFIED;
}
