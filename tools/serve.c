// SPDX-License-Identifier: GPL-2.0
/*
 * A server that demands secrets: the kernel passes solicitations here, and
 * what secure.c finds good is answered. Everything else a server does, the
 * kernel does. Without secrets there is only the route to look after, if the
 * server is to be a relay as well.
 */
#include "daemon.h"
#include "log.h"
#include "notify.h"
#include "readable.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

static void describe(const struct daemon *d, struct secure_server *server)
{
	server->prefix = d->link.conf.prefix;
	server->local = d->link.conf.local;
	server->local2 = d->link.conf.local2;
}

static void refuse(struct daemon *d, const struct secure_rs *rs,
		   enum secure_verdict verdict)
{
	char text[INET_ADDRSTRLEN];

	d->refused[verdict]++;
	inet_ntop(AF_INET, &rs->from.addr, text, sizeof(text));
	log_debug("%s: solicitation from %s refused: %s", d->name, text,
		  secure_verdict_name(verdict));
}

static void on_receive(void *ctx, struct teredo_endpoint from,
		       __be32 local_addr, const u8 *data, size_t len)
{
	struct daemon *d = ctx;
	struct secure_rs rs = { .from = from, .to = local_addr };
	struct secure_server server;
	enum secure_verdict verdict;
	u8 reply[SECURE_RA_MAX];

	describe(d, &server);
	verdict = secure_check_rs(&rs, &server, &d->conf.secrets, data, len);
	if (verdict != RS_VALID) {
		refuse(d, &rs, verdict);
		return;
	}
	d->kt.local_addr = secure_answer_from(&server, &rs);
	len = secure_build_ra(reply, &server, &rs);
	if (d->kt.transport.send(&d->kt.transport, from, reply, len)) {
		log_debug("%s: cannot send: %s", d->name, d->kt.nl.error);
		return;
	}
	d->answered++;
	d->expired += rs.secret->expired;
}

static void on_failed(void *ctx, const char *why)
{
	struct daemon *d = ctx;

	log_debug("%s: cannot send: %s", d->name, why);
}

static bool has_helper(const struct daemon *d)
{
	return d->conf.secrets_file[0];
}

/* A device that goes down forgets its helper */
static void register_again(struct daemon *d, const struct dev_info *dev)
{
	if (!dev->helper && d->link.flags & IFF_UP &&
	    ktransport_register(&d->kt))
		log_error("%s: %s", d->name, d->kt.nl.error);
}

static void serve_lost(struct daemon *d)
{
	struct dev_info dev;

	if (!has_helper(d) || dev_get(&d->genl, d->ifindex, &dev))
		return;
	ktransport_resync(&d->kt, &dev);
	register_again(d, &dev);
}

static void serve_link(struct daemon *d)
{
	struct dev_info dev;

	relay_link(d);
	if (has_helper(d) && !dev_get(&d->genl, d->ifindex, &dev))
		register_again(d, &dev);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct daemon *d = poll->data;

	(void)events;
	readable_resume(poll, status, on_readable);
	if (ktransport_receive(&d->kt))
		serve_lost(d);
	if (!d->kt.taken_over)
		return;
	log_info("%s: another teredod has taken over", d->name);
	daemon_exit(d, 0);
}

/* A device that was there before may not demand secrets yet. The other way
 * round it would be silent, which nobody can want.
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

static int open_helper(struct daemon *d)
{
	if (ktransport_open(&d->kt, d->ifindex) ||
	    ktransport_register(&d->kt)) {
		log_error("%s", d->kt.nl.error);
		return -EIO;
	}
	d->kt.transport.receive = on_receive;
	d->kt.transport.failed = on_failed;
	d->kt.transport.ctx = d;
	uv_poll_init(&d->loop, &d->kt_poll, nl_fd(&d->kt.nl));
	d->kt_poll.data = d;
	return uv_poll_start(&d->kt_poll, UV_READABLE, on_readable);
}

/* The helper comes first, so that a device which begins to demand secrets has
 * somebody to ask.
 */
static int serve_open(struct daemon *d)
{
	int ret = relay_open(d);

	if (!ret && has_helper(d))
		ret = open_helper(d);
	return ret ? ret : agree(d);
}

/* A file with an error changes nothing: who was let in still is */
static void serve_reload(struct daemon *d)
{
	char error[SECRETS_ERROR];
	struct secret_list list;

	if (!d->conf.secrets_file[0])
		return;
	notify("RELOADING=1");
	if (secrets_load(&list, d->conf.secrets_file, error)) {
		log_error("%s: %s; going on with what was there before",
			  d->conf.secrets_file, error);
	} else {
		secrets_free(&d->conf.secrets);
		d->conf.secrets = list;
		log_info("%s: secrets read: %u", d->name, list.n);
	}
	notify("READY=1");
}

static json_t *make_refused(const struct daemon *d)
{
	json_t *refused = json_object();
	int i;

	for (i = 0; i < RS_VERDICTS; i++)
		if (d->refused[i])
			json_object_set_new(refused, secure_verdict_name(i),
					    json_integer(d->refused[i]));
	return refused;
}

static void serve_status(struct daemon *d, json_t *status)
{
	relay_role.status(d, status);
	if (!d->conf.secrets_file[0])
		return;
	json_object_set_new(status, "secure",
			    json_pack("{s:I,s:I,s:I,s:o}",
				      "secrets", (json_int_t)d->conf.secrets.n,
				      "answered", (json_int_t)d->answered,
				      "expired", (json_int_t)d->expired,
				      "refused", make_refused(d)));
}

const struct role server_role = {
	.open = serve_open,
	.begin = relay_begin,
	.link = serve_link,
	.route = relay_route,
	.removed = relay_removed,
	.repair = relay_repair,
	.lost = serve_lost,
	.reload = serve_reload,
	.status = serve_status,
	.close = relay_close,
};
