// SPDX-License-Identifier: GPL-2.0
/*
 * Explain why a client has no address, or what its address cannot reach. The state
 * follows from the reason; both are reported.
 */
#include "daemon.h"
#include "log.h"
#include "sd_notify.h"
#include "value.h"

#include <arpa/inet.h>

/* Explain a client with an address. */
static void explain_address(const struct daemon *d, struct reason *r)
{
	char host[INET6_ADDRSTRLEN];

	if (place_waiting(d)) {
		reason_set(r, REASON_STARTING, NULL, NULL);
	} else if (d->place.error.id) {
		*r = d->place.error;
	} else if (qualify_nat_symmetric(&d->client.q) &&
		   d->reach.found != CONNECTIVITY_GOOD) {
		reason_set(r, REASON_SYMMETRIC_PEERS, NULL, NULL);
	} else if (engine_nat(d) == TEREDO_NAT_UNKNOWN &&
		   d->reach.found != CONNECTIVITY_GOOD) {
		value_server_text(host, d->client.q.server.secondary);
		reason_set(r, REASON_NAT_UNKNOWN, host, NULL);
	} else if (d->reach.found == CONNECTIVITY_FAILED) {
		inet_ntop(AF_INET6, &d->conf.verify, host, sizeof(host));
		reason_set(r, REASON_NO_RELAY, host, NULL);
	}
}

static void explain_name(const struct daemon *d, struct reason *r)
{
	if (d->servers.resolver.error[0])
		reason_set(r, REASON_NOT_FOUND, d->servers.resolver.name,
			   d->servers.resolver.error);
	else
		reason_set(r, REASON_LOOKING_UP, NULL, NULL);
}

/* Explain a client with a path to its server, but no address. After the primary address
 * has answered again, the secondary address can still be silent.
 */
static void explain_server(const struct daemon *d, struct reason *r)
{
	const struct qualify *q = &d->client.q;
	bool half = q->state == QUALIFY_STARTING && q->primary.answered &&
		    q->reason == QUALIFY_NO_REPLY;
	struct teredo_endpoint ep = { .addr = q->server.primary };
	char server[VALUE_SERVER];

	if (half)
		ep = d->client.q.server.secondary;
	value_server_text(server, ep);
	if (d->client.send_error[0])
		reason_set(r, REASON_SEND, server, d->client.send_error);
	else if (d->client.q.reason != QUALIFY_OK && !half)
		qualify_explain(&d->client.q, r);
	else
		reason_set(r, REASON_WAITING, server, NULL);
}

/**
 * explain() - find out why a client is in its state
 * @d: daemon
 * @r: result, REASON_NONE if nothing is missing
 */
void explain(const struct daemon *d, struct reason *r)
{
	reason_set(r, REASON_NONE, NULL, NULL);
	if (d->beside.native.believed && d->place.error.id)
		*r = d->place.error;
	else if (d->beside.native.believed)
		reason_set(r, REASON_NATIVE, d->beside.name, NULL);
	else if (qualify_has_address(&d->client.q))
		explain_address(d, r);
	else if (!d->client.q.n_servers)
		explain_name(d, r);
	else if (!d->watch.path_up)
		*r = d->watch.path_error;
	else
		explain_server(d, r);
}

/**
 * explain_log() - report the state and its reason, to the log and the service manager
 * @d: daemon
 * @word: name of the state
 * @r: the reason
 *
 * Only the log has the remedy.
 */
void explain_log(const struct daemon *d, const char *word,
		 const struct reason *r)
{
	char text[REASON_TEXT], remedy[REASON_TEXT];

	if (!r->id) {
		log_info("%s: %s", d->name, word);
		notify("STATUS=%s", word);
		return;
	}
	reason_text(r, d->name, text);
	log_info("%s: %s: %s (%s)", d->name, word, text,
		 reason_remedy(r, d->name, remedy));
	notify("STATUS=%s: %s", word, text);
}

/**
 * explain_report() - report the state and its reason if they have changed
 * @d: daemon of a client
 *
 * Also starts or stops the connectivity test.
 */
void explain_report(struct daemon *d)
{
	struct reason r;
	bool changed;

	explain(d, &r);
	changed = d->report.state != reason_state(r.id, true);
	if (changed) {
		d->report.state = reason_state(r.id, true);
		d->report.since = uv_now(&d->loop);
		connectivity_changed(d, d->report.state == STATE_QUALIFIED);
		explain(d, &r);
	}
	if (!changed && reason_equal(&r, &d->report.reason))
		return;
	d->report.reason = r;
	explain_log(d, state_word(d->report.state), &r);
}
