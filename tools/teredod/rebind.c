// SPDX-License-Identifier: GPL-2.0
/*
 * Replacement of a service port whose NAT mapping is stale (see stale.h). Each time the
 * server is silent, the daemon sends it one solicitation from a fresh port, a socket of
 * its own. If the server answers there but not to the service port, the device gets
 * another port. If the port is configured, the client pauses until the NAT has dropped
 * the mapping. If the server or the network is down, the fresh port gets no answer
 * either, and nothing changes.
 */
#include "daemon.h"
#include "log.h"
#include "random.h"
#include "readable.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static void on_closed(uv_handle_t *handle)
{
	free(handle);
}

static void close_port(struct rebind *r)
{
	if (!r->poll)
		return;
	uv_close((uv_handle_t *)r->poll, on_closed);
	r->poll = NULL;
	udp_close(&r->udp);
}

static void on_receive(void *ctx, struct teredo_endpoint from,
		       struct teredo_endpoint local, const u8 *data,
		       size_t len)
{
	struct daemon *d = ctx;
	struct rebind *r = &d->rebind;
	struct packet_answer answer;

	(void)local;
	if (!r->poll ||
	    packet_check_ra(&answer, &r->query, from, data, len) != RA_VALID)
		return;
	log_debug("%s: the server answers another port", d->name);
	stale_answered(&r->stale, r->server);
	close_port(r);
	if (engine_now(d) >= r->stale.not_before)
		engine_retry_soon(d);
}

static void on_failed(void *ctx, const char *why)
{
	struct daemon *d = ctx;

	log_debug("%s: fresh port: cannot send: %s", d->name, why);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct daemon *d = poll->data;

	(void)events;
	readable_resume(poll, status, on_readable);
	if (poll == d->rebind.poll)
		udp_receive(&d->rebind.udp);
}

/* The fresh port must have the source address of the service port. */
static bool open_port(struct daemon *d)
{
	struct rebind *r = &d->rebind;
	__be32 towards = d->kt.local.addr ? d->kt.local.addr :
					    d->client.q.server.primary;

	if (udp_open(&r->udp, 0, towards))
		return false;
	r->poll = malloc(sizeof(*r->poll));
	if (!r->poll)
		abort();
	udp_route(&r->udp, d->link.conf.fwmark, d->link.conf.link);
	r->udp.transport.receive = on_receive;
	r->udp.transport.failed = on_failed;
	r->udp.transport.ctx = d;
	r->udp.refused = NULL;
	uv_poll_init(&d->loop, r->poll, r->udp.fd);
	r->poll->data = d;
	uv_poll_start(r->poll, UV_READABLE, on_readable);
	return true;
}

/* The mapping of a used port can be stale, too, so open a new port for each query. */
static void ask(struct daemon *d)
{
	struct rebind *r = &d->rebind;
	const struct teredo_endpoint to = {
		.addr = d->client.q.server.primary,
		.port = cpu_to_be16(TEREDO_PORT),
	};
	u8 buf[PACKET_RS_MAX];

	close_port(r);
	if (!open_port(d))
		return;
	r->server = d->client.q.index;
	r->query = (struct packet_query) {
		.key = &d->client.q.key,
		.to = to,
		.server = to.addr,
		.prefix = d->client.q.prefix,
	};
	random_fill(d, r->query.nonce, sizeof(r->query.nonce));
	r->udp.transport.send(&r->udp.transport, to, buf,
			      packet_build_rs(buf, &d->client.q.key, r->query.nonce));
}

/**
 * rebind_silent() - test whether the server answers a fresh port
 * @d: daemon of a client whose server has not answered in time
 */
void rebind_silent(struct daemon *d)
{
	stale_silent(&d->rebind.stale, d->client.q.index);
	ask(d);
}

/**
 * rebind_end() - drop the evidence after an answer, or a change of port or path
 * @d: daemon of a client
 * @confirmed: the server has confirmed the address
 */
void rebind_end(struct daemon *d, bool confirmed)
{
	close_port(&d->rebind);
	if (confirmed)
		stale_confirmed(&d->rebind.stale);
	else
		stale_begin(&d->rebind.stale);
}

/* A port that an administrator has configured can be open in a firewall: keep it. */
static bool is_port_fixed(const struct daemon *d)
{
	const struct link_conf *conf = &d->conf.link;

	return !d->link.conf.any_port ||
	       (link_conf_has(conf, IFLA_TEREDO_PORT) && conf->port);
}

/* The kernel changes the port only while the device is down. The resulting events
 * restart qualification.
 */
static void change_port(struct daemon *d)
{
	struct link_conf any = { .port = 0 };
	int ret;

	log_info("%s: the NAT mapping of port %u is stale, taking another port",
		 d->name, ntohs(d->client.local.port));
	stale_port_changed(&d->rebind.stale, engine_now(d));
	link_conf_set(&any, IFLA_TEREDO_PORT);
	ret = link_set_up(&d->rtnl, d->ifindex, false);
	if (!ret)
		ret = link_change(&d->rtnl, d->ifindex, &any);
	if (ret)
		log_error("%s: cannot change the port: %s", d->name,
			  d->rtnl.error);
	if (link_set_up(&d->rtnl, d->ifindex, true))
		log_error("%s: %s", d->name, d->rtnl.error);
}

static void pause_client(struct daemon *d)
{
	u64 ms = stale_pause(&d->rebind.stale);

	log_info("%s: the NAT mapping of port %u is stale, silent for %u s",
		 d->name, ntohs(d->client.local.port), (unsigned int)(ms / 1000));
	qualify_pause(&d->client.q, ms);
}

/**
 * rebind_settle() - replace the port, or pause, if the mapping is stale
 * @d: daemon of a client, not inside a call of its state machine
 *
 * An address is never given up for this. It holds as long as its lease does.
 */
void rebind_settle(struct daemon *d)
{
	bool fixed = is_port_fixed(d);

	if (qualify_has_address(&d->client.q) ||
	    !stale_verdict(&d->rebind.stale, engine_now(d), fixed))
		return;
	close_port(&d->rebind);
	if (fixed)
		pause_client(d);
	else
		change_port(d);
}
