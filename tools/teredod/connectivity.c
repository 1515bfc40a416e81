// SPDX-License-Identifier: GPL-2.0
/*
 * Connectivity test of a client: a qualified client knows only that its server is
 * reachable. Adding a peer entry for a native host makes the kernel send a connectivity
 * test (RFC 4380 5.2.9). The peer entry then shows the answer and the relay.
 */
#include "daemon.h"
#include "log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "status.h"

#define LOOK_MS		500
/* four tests at intervals of 2 s, and 1 s of margin */
#define GIVE_UP_MS	9000
/* Test a reachable host every 300 s, and another one every 60 s, which is longer than
 * the kernel's back-off for the peer (30 s).
 */
#define AGAIN_MS	300000
#define AGAIN_FAILED_MS	60000

static void on_timer(uv_timer_t *timer);

static void settle(struct daemon *d, enum connectivity state)
{
	char host[INET6_ADDRSTRLEN];
	bool news = state != d->reach.before;
	bool good = state == CONNECTIVITY_GOOD;

	d->reach.found = state;
	d->reach.before = state;
	uv_timer_start(&d->reach.timer, on_timer,
		       good ? AGAIN_MS : AGAIN_FAILED_MS, 0);
	explain_report(d);
	if (!news)
		return;
	inet_ntop(AF_INET6, &d->conf.verify, host, sizeof(host));
	if (good)
		log_info("%s: %s is reached", d->name, host);
	else
		log_warn("%s: no answer from %s: it has no relay, or does not answer to pings",
			 d->name, host);
}

static void on_peer(const struct peer_info *peer, void *ctx)
{
	struct daemon *d = ctx;
	u64 spent = uv_now(&d->loop) - d->reach.begun;

	if (memcmp(&peer->address, &d->conf.verify, sizeof(peer->address)))
		return;
	/* a trusted peer counts only if it was heard since the test began */
	if (peer->state == TEREDO_PEER_STATE_TRUSTED && peer->idle_rx <= spent) {
		d->reach.relay = peer->remote;
		d->reach.found = CONNECTIVITY_GOOD;
	} else if (peer->state == TEREDO_PEER_STATE_FAILED) {
		d->reach.found = CONNECTIVITY_FAILED;
	}
}

static void look(struct daemon *d)
{
	uv_update_time(&d->loop);
	peer_dump(&d->genl, d->ifindex, on_peer, d);
	if (d->reach.found == CONNECTIVITY_TESTING &&
	    uv_now(&d->loop) - d->reach.begun >= GIVE_UP_MS)
		d->reach.found = CONNECTIVITY_FAILED;
	if (d->reach.found == CONNECTIVITY_TESTING)
		uv_timer_start(&d->reach.timer, on_timer, LOOK_MS, 0);
	else
		settle(d, d->reach.found);
}

static void begin(struct daemon *d)
{
	const struct teredo_endpoint unknown = { 0 };

	uv_update_time(&d->loop);
	d->reach.begun = uv_now(&d->loop);
	d->reach.found = CONNECTIVITY_TESTING;
	/* the kernel also rejects a peer that is in back-off after a failure */
	if (peer_add(&d->genl, d->ifindex, &d->conf.verify, unknown))
		settle(d, CONNECTIVITY_FAILED);
	else
		uv_timer_start(&d->reach.timer, on_timer, LOOK_MS, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	if (d->reach.found == CONNECTIVITY_TESTING)
		look(d);
	else
		begin(d);
}

/**
 * connectivity_open() - initialize the timer
 * @d: daemon of a client
 */
void connectivity_open(struct daemon *d)
{
	uv_timer_init(&d->loop, &d->reach.timer);
	d->reach.timer.data = d;
}

/**
 * connectivity_changed() - start or stop testing when the client gets or loses its address
 * @d: daemon of a client
 * @qualified: the client has an address
 */
void connectivity_changed(struct daemon *d, bool qualified)
{
	uv_timer_stop(&d->reach.timer);
	d->reach.found = CONNECTIVITY_UNKNOWN;
	d->reach.before = CONNECTIVITY_UNKNOWN;
	if (qualified && d->conf.has_verify)
		begin(d);
}

/**
 * connectivity_status() - add the result to the status
 * @d: daemon of a client
 * @status: object of the status
 */
void connectivity_status(const struct daemon *d, json_t *status)
{
	static const char * const words[] = {
		[CONNECTIVITY_TESTING] = "testing",
		[CONNECTIVITY_GOOD]    = "verified",
		[CONNECTIVITY_FAILED]  = "failed",
	};
	char host[INET6_ADDRSTRLEN];
	json_t *o;

	if (d->reach.found == CONNECTIVITY_UNKNOWN)
		return;
	inet_ntop(AF_INET6, &d->conf.verify, host, sizeof(host));
	o = json_pack("{s:s,s:s}", "host", host, "state", words[d->reach.found]);
	if (d->reach.found == CONNECTIVITY_GOOD)
		json_object_set_new(o, "relay",
				    status_endpoint(d->reach.relay.addr,
						    d->reach.relay.port));
	json_object_set_new(status, "connectivity", o);
}
