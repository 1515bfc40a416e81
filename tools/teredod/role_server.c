// SPDX-License-Identifier: GPL-2.0
/*
 * Role of a server in teredod. If the server requires authentication, the kernel passes
 * solicitations to the daemon, which answers those that server_auth.c accepts. The
 * kernel does everything else. The daemon also maintains the route of a server that is
 * a relay, too, and its gateway.
 */
#include "daemon.h"
#include "log.h"
#include "readable.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

static void describe(const struct daemon *d, struct secure_server *server)
{
	server->prefix = d->link.conf.prefix;
	server->local = d->link.conf.local;
	server->local2.addr = d->link.conf.local2;
	server->local2.port = d->link.conf.port2;
}

/* Time for which the gateway forwards packets of a client after a solicitation, in
 * seconds. A client repeats the solicitation after 30 to 120 s; two can be lost.
 */
#define CLIENT_LIFETIME	300

/* A client with an expired secret gets an address, but no service of the gateway. */
static void let_through(struct daemon *d, const struct secure_rs *rs)
{
	u32 lifetime = rs->secret->expired ? 0 : CLIENT_LIFETIME;

	if (d->link.conf.gateway &&
	    dev_client_set(&d->genl, d->ifindex, rs->from, lifetime))
		log_debug("%s: %s", d->name, d->genl.error);
}

static void refuse(struct daemon *d, const struct secure_rs *rs,
		   enum secure_verdict verdict)
{
	char text[INET_ADDRSTRLEN];

	d->answers.refused[verdict]++;
	inet_ntop(AF_INET, &rs->from.addr, text, sizeof(text));
	log_debug("%s: solicitation from %s refused: %s", d->name, text,
		  secure_verdict_name(verdict));
}

/* An older module reports no port, as it has only the service port. */
static struct teredo_endpoint asked_at(struct teredo_endpoint local)
{
	if (!local.port)
		local.port = cpu_to_be16(TEREDO_PORT);
	return local;
}

/* Omit the service port: it is the default, and the only port of an older module. */
static void answer_from(struct ktransport *kt, struct teredo_endpoint local)
{
	if (local.port == cpu_to_be16(TEREDO_PORT))
		local.port = 0;
	kt->local = local;
}

static void on_receive(void *ctx, struct teredo_endpoint from,
		       struct teredo_endpoint local, const u8 *data,
		       size_t len)
{
	struct daemon *d = ctx;
	struct secure_rs rs = { .from = from, .to = asked_at(local) };
	struct secure_server server;
	enum secure_verdict verdict;
	u8 reply[SECURE_RA_MAX];

	describe(d, &server);
	verdict = secure_check_rs(&rs, &server, &d->conf.secrets, data, len);
	if (verdict != RS_VALID) {
		refuse(d, &rs, verdict);
		return;
	}
	let_through(d, &rs);
	answer_from(&d->kt, secure_answer_from(&server, &rs));
	len = secure_build_ra(reply, &server, &rs);
	if (d->kt.transport.send(&d->kt.transport, from, reply, len)) {
		log_debug("%s: cannot send: %s", d->name, d->kt.nl.error);
		return;
	}
	d->answers.answered++;
	d->answers.expired += rs.secret->expired;
}

static bool has_secrets(const struct daemon *d)
{
	return d->conf.secrets_file[0];
}

/* Make an existing device require authentication if there are secrets. The reverse is
 * an error: if the kernel required secrets and the daemon had none, no client would be
 * answered.
 */
static int agree(struct daemon *d)
{
	struct link_conf auth = { .auth = true };

	if (!d->conf.secrets_file[0] && d->link.conf.auth) {
		log_error("%s demands secrets: say secrets = FILE in the configuration",
			  d->name);
		return -EINVAL;
	}
	if (!d->conf.secrets_file[0] || d->link.conf.auth)
		return 0;
	link_conf_set(&auth, IFLA_TEREDO_AUTH);
	if (!link_change(&d->rtnl, d->ifindex, &auth))
		return 0;
	log_error("%s: %s", d->name, d->rtnl.error);
	return -EIO;
}

/* Register first: a device that requires authentication must have a control daemon. */
static int serve_open(struct daemon *d)
{
	int ret;

	relay_prepare(d);
	ret = helper_open(d, has_secrets(d) ? on_receive : NULL);
	if (!ret)
		ret = agree(d);
	if (!ret)
		egress_open(d);
	return ret;
}

static void serve_begin(struct daemon *d)
{
	relay_begin(d);
	egress_update(d);
}

static void serve_link(struct daemon *d)
{
	relay_link(d);
	egress_link(d);
}

static void serve_repair(struct daemon *d)
{
	relay_repair(d);
	egress_update(d);
}

static void serve_lost(struct daemon *d)
{
	helper_lost(d);
	egress_update(d);
}

static void serve_close(struct daemon *d)
{
	relay_close(d);
	egress_close(d);
}

/* A file with an error changes nothing, so authenticated clients keep their access. */
static void serve_reload(struct daemon *d)
{
	char error[SECRETS_ERROR];
	struct secret_list list;

	if (!d->conf.secrets_file[0])
		return;
	if (secrets_load(&list, d->conf.secrets_file, error)) {
		log_error("%s: %s; continuing with what was there before",
			  d->conf.secrets_file, error);
	} else {
		secrets_free(&d->conf.secrets);
		d->conf.secrets = list;
		log_info("%s: secrets read: %u", d->name, list.n);
	}
}

static json_t *make_refused(const struct daemon *d)
{
	json_t *refused = json_object();
	int i;

	for (i = 0; i < RS_VERDICTS; i++)
		if (d->answers.refused[i])
			json_object_set_new(refused, secure_verdict_name(i),
					    json_integer(d->answers.refused[i]));
	return refused;
}

static void serve_status(struct daemon *d, json_t *status)
{
	relay_role.status(d, status);
	egress_status(d, status);
	if (!d->conf.secrets_file[0])
		return;
	json_object_set_new(status, "secure",
			    json_pack("{s:I,s:I,s:I,s:o}",
				      "secrets", (json_int_t)d->conf.secrets.n,
				      "answered", (json_int_t)d->answers.answered,
				      "expired", (json_int_t)d->answers.expired,
				      "refused", make_refused(d)));
}

const struct role server_role = {
	.open = serve_open,
	.begin = serve_begin,
	.link = serve_link,
	.route = relay_route,
	.removed = relay_removed,
	.repair = serve_repair,
	.lost = serve_lost,
	.reload = serve_reload,
	.status = serve_status,
	.close = serve_close,
};
