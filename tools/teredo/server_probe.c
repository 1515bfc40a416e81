// SPDX-License-Identifier: GPL-2.0
/* Probe of a server over a UDP socket of the program, see server_probe.h. */
#include "server_probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "random.h"
#include "status.h"
#include "value.h"

#define PROBE_MAX	(2 * QUALIFY_SERVERS)

static u64 now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ull + ts.tv_nsec / 1000;
}

static u64 on_now(void *ctx)
{
	(void)ctx;
	return now_us() / 1000;
}

/* Return: 0 for the primary address of the server, 1 for the secondary one, -1 for
 * any other
 */
static int which(const struct probe *probe, struct teredo_endpoint ep)
{
	const struct qualify_server *server = &probe->q.server;

	if (ep.addr == server->primary && ep.port == cpu_to_be16(TEREDO_PORT))
		return 0;
	return teredo_endpoint_equal(ep, server->secondary) ? 1 : -1;
}

static void on_send(void *ctx, struct teredo_endpoint to, const u8 *data,
		    size_t len)
{
	struct probe *probe = ctx;
	int i = which(probe, to);

	if (i >= 0)
		probe->sent[i] = now_us();
	if (probe->udp.transport.send(&probe->udp.transport, to, data, len) &&
	    !i)
		probe->unsent = true;
}

static u64 on_contact(void *ctx)
{
	(void)ctx;
	return QUALIFY_NEVER;
}

static void on_event(void *ctx, enum qualify_event event)
{
	struct probe *probe = ctx;

	if (event == QUALIFY_EV_UP && probe->verify)
		verify_start(&probe->v, &probe->q.address, on_now(NULL));
	else if (event == QUALIFY_EV_UP || event == QUALIFY_EV_FAILED)
		probe->over = true;
}

static const struct qualify_ops ops = {
	.send = on_send,
	.now = on_now,
	.random = random_fill,
	.contact = on_contact,
	.event = on_event,
};

static void on_receive(void *ctx, struct teredo_endpoint from,
		       struct teredo_endpoint local, const u8 *data,
		       size_t len)
{
	struct probe *probe = ctx;
	int i = which(probe, from);

	(void)local;
	if (probe->v.state == VERIFY_TESTING) {
		verify_receive(&probe->v, from, data, len, on_now(NULL));
		probe->over = probe->v.state == VERIFY_GOOD;
		return;
	}
	if (qualify_receive(&probe->q, from, data, len) == RA_VALID && i >= 0)
		probe->rtt[i] = now_us() - probe->sent[i];
}

static void on_failed(void *ctx, const char *why)
{
	struct probe *probe = ctx;

	snprintf(probe->error, sizeof(probe->error), "%s", why);
}

static void on_refused(void *ctx, struct teredo_endpoint to, const char *why)
{
	struct probe *probe = ctx;
	int i = which(probe, to);

	if (i < 0)
		return;
	probe->refused[i] = true;
	on_failed(ctx, why);
	qualify_refused(&probe->q, to);
}

/* An error shows that no answer will come, so do not repeat the solicitation. */
static bool no_answer_expected(const struct probe *probe)
{
	return !probe->q.primary.answered &&
	       (probe->refused[0] || probe->unsent);
}

/**
 * probe_open() - prepare a probe
 * @probe: result; the caller can set @symmetric, @verify and the host of @v before
 * @spec: server
 * @key: identifier and secret of the client, or NULL
 * @port: local port, host byte order, 0 for any
 *
 * Return: NULL, or what is wrong, valid until the next call.
 */
const char *probe_open(struct probe *probe, const struct server_spec *spec,
		       const struct packet_key *key, u16 port)
{
	struct qualify_server server;
	const char *err = server_resolve(spec, &server);
	int ret;

	if (err)
		return err;
	probe->spec = spec;
	probe->rtt[0] = -1;
	probe->rtt[1] = -1;
	probe->v.send = on_send;
	probe->v.ctx = probe;
	random_fill(NULL, &probe->v.echo, sizeof(probe->v.echo));
	qualify_init(&probe->q, &ops, probe);
	probe->q.symmetric = probe->symmetric;
	if (key)
		probe->q.key = *key;
	qualify_set_servers(&probe->q, &server, 1);
	ret = udp_open(&probe->udp, port, server.primary);
	if (ret)
		return strerror(-ret);
	probe->udp.transport.receive = on_receive;
	probe->udp.transport.failed = on_failed;
	probe->udp.transport.ctx = probe;
	probe->udp.refused = on_refused;
	return NULL;
}

/**
 * probe_close() - close the socket of a probe
 * @probe: probe that was opened
 */
void probe_close(struct probe *probe)
{
	udp_close(&probe->udp);
}

static u64 deadline_of(const struct probe *probe)
{
	u64 q = qualify_deadline(&probe->q);
	u64 v = verify_deadline(&probe->v);

	if (probe->over)
		return QUALIFY_NEVER;
	/* the address is used for the test only, so it needs no refresh */
	return probe->v.state == VERIFY_TESTING ? v : q;
}

static void step(struct probe *probe)
{
	if (probe->over)
		return;
	udp_receive(&probe->udp);
	if (probe->v.state == VERIFY_TESTING)
		verify_timeout(&probe->v, on_now(NULL));
	else if (!probe->over)
		qualify_timeout(&probe->q);
	if (probe->v.state == VERIFY_FAILED || no_answer_expected(probe))
		probe->over = true;
}

/* Return: time of the next timeout, at most @deadline; 0 if all probes are finished */
static u64 prepare(struct probe *probes, int n, struct pollfd *pfds,
		   u64 deadline)
{
	u64 until = deadline, one;
	bool all = true;
	int i;

	for (i = 0; i < n; i++) {
		pfds[i].fd = probes[i].over ? -1 : probes[i].udp.fd;
		pfds[i].events = POLLIN;
		all &= probes[i].over;
		one = deadline_of(&probes[i]);
		if (one < until)
			until = one;
	}
	return all ? 0 : until;
}

/**
 * probe_run() - run probes until all are finished or time is up
 * @probes: probes that were opened
 * @n: number of probes, at most twice QUALIFY_SERVERS
 * @timeout_ms: time limit in milliseconds
 */
void probe_run(struct probe *probes, int n, unsigned int timeout_ms)
{
	u64 deadline = on_now(NULL) + timeout_ms;
	struct pollfd pfds[PROBE_MAX];
	u64 until, now;
	int i;

	for (i = 0; i < n; i++) {
		probes[i].begun = now_us();
		qualify_start(&probes[i].q);
		probes[i].over = no_answer_expected(&probes[i]);
	}
	while ((now = on_now(NULL)) < deadline) {
		until = prepare(probes, n, pfds, deadline);
		if (!until)
			break;
		poll(pfds, n, until > now ? until - now : 0);
		for (i = 0; i < n; i++)
			step(&probes[i]);
	}
}

static enum outcome unanswered(const struct probe *probe)
{
	if (probe->refused[0])
		return OUTCOME_REFUSED;
	return probe->error[0] ? OUTCOME_NO_NETWORK : OUTCOME_SILENT;
}

/* Relays of other implementations do not support clients behind symmetric NATs, so
 * most such clients reach only peers.
 */
static enum outcome with_address(const struct probe *probe)
{
	if (!probe->verify)
		return probe_nat(probe) == TEREDO_NAT_UNKNOWN ?
		       OUTCOME_ONE_ADDRESS : OUTCOME_QUALIFIED;
	if (probe->v.state == VERIFY_GOOD)
		return OUTCOME_VERIFIED;
	return qualify_nat_symmetric(&probe->q) ? OUTCOME_SYMMETRIC : OUTCOME_NO_RELAY;
}

/**
 * probe_outcome() - get the outcome of a probe
 * @probe: probe that has run
 *
 * Return: the outcome.
 */
enum outcome probe_outcome(const struct probe *probe)
{
	if (qualify_has_address(&probe->q))
		return with_address(probe);
	if (probe->q.reason == QUALIFY_SYMMETRIC)
		return OUTCOME_SYMMETRIC;
	return unanswered(probe);
}

/**
 * probe_nat() - get the kind of NAT that a probe has found
 * @probe: probe that has run
 *
 * Return: the kind of NAT.
 */
enum teredo_nat probe_nat(const struct probe *probe)
{
	if ((probe->q.nat == TEREDO_NAT_RESTRICTED ||
	     probe->q.nat == TEREDO_NAT_UNKNOWN) &&
	    teredo_endpoint_equal(udp_local(&probe->udp), probe->q.mapped))
		return TEREDO_NAT_NONE;
	return probe->q.nat;
}

/**
 * probe_ms() - get the time since the start of a probe
 * @probe: probe that has run
 *
 * Return: milliseconds.
 */
u64 probe_ms(const struct probe *probe)
{
	return (now_us() - probe->begun) / 1000;
}

static void explain_silence(const struct probe *probe, struct reason *r)
{
	char server[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &probe->q.server.primary, server, sizeof(server));
	if (probe->refused[0])
		reason_set(r, REASON_REFUSED, server, probe->error);
	else if (!probe->q.primary.answered && probe->error[0])
		reason_set(r, REASON_SEND, server, probe->error);
	else if (!probe->over)
		reason_set(r, REASON_TIME_OUT, NULL, NULL);
	else
		qualify_explain(&probe->q, r);
}

static void explain_nat(const struct probe *probe, struct reason *r)
{
	char secondary[VALUE_SERVER];

	value_server_text(secondary, probe->q.server.secondary);
	reason_set(r, REASON_NAT_UNKNOWN, secondary, NULL);
}

/**
 * probe_explain() - explain the failure of a probe
 * @probe: probe that has run
 * @r: result, REASON_NONE without a failure
 */
void probe_explain(const struct probe *probe, struct reason *r)
{
	reason_set(r, REASON_NONE, NULL, NULL);
	if (!qualify_has_address(&probe->q)) {
		explain_silence(probe, r);
		return;
	}
	if (probe->verify)
		verify_explain(&probe->v, r);
	if (qualify_nat_symmetric(&probe->q) && probe->v.state != VERIFY_GOOD)
		reason_set(r, REASON_SYMMETRIC_PEERS, NULL, NULL);
	else if (probe_nat(probe) == TEREDO_NAT_UNKNOWN && !r->id)
		explain_nat(probe, r);
}

/**
 * probe_connectivity() - get the result of the connectivity test
 * @probe: probe that has run
 *
 * Return: an object, NULL if there was no test.
 */
json_t *probe_connectivity(const struct probe *probe)
{
	bool good = probe->v.state == VERIFY_GOOD;
	char host[INET6_ADDRSTRLEN];
	json_t *o;

	if (!probe->verify || !qualify_has_address(&probe->q))
		return NULL;
	inet_ntop(AF_INET6, &probe->v.host, host, sizeof(host));
	o = json_pack("{s:s,s:b}", "host", host, "verified", good);
	if (good)
		json_object_set_new(o, "rtt_ms", json_integer(probe->v.rtt));
	if (probe->v.relay_known)
		json_object_set_new(o, "relay",
				    status_endpoint(probe->v.relay.addr,
						    probe->v.relay.port));
	return o;
}
