// SPDX-License-Identifier: GPL-2.0
/*
 * Refresh interval determination (RFC 4380 5.2.7). The secondary port has a Teredo
 * address and sends nothing for the candidate interval. Then the service port sends it
 * a bubble, which arrives if the mapping still exists.
 *
 * The bubble is sent via the server, as the service port's mapping is kept for packets
 * via the server, too. Few NATs support hairpinning, so it is not sent directly.
 */
#include "daemon.h"
#include "log.h"
#include "random.h"
#include "readable.h"

#include <stdlib.h>
#include <string.h>

/* Suppresses refreshes of the state machine itself: longer than any candidate */
#define QUIET_MS	(3600 * 1000)

static void on_q_timer(uv_timer_t *timer);
static void on_timer(uv_timer_t *timer);

static void settle(struct daemon *d)
{
	struct secondary *s = &d->secondary;
	u64 deadline, now = engine_now(d);

	if (s->state != DETERMINATION_RUNS)
		return;
	deadline = qualify_deadline(&s->q);
	if (deadline == QUALIFY_NEVER)
		uv_timer_stop(&s->q_timer);
	else
		uv_timer_start(&s->q_timer, on_q_timer,
			       deadline > now ? deadline - now : 0, 0);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle);
}

/* Close the port, but keep the interval found. */
static void end(struct daemon *d, enum determination state)
{
	struct secondary *s = &d->secondary;

	if (s->state != DETERMINATION_RUNS)
		return;
	s->state = state;
	uv_timer_stop(&s->q_timer);
	uv_timer_stop(&s->timer);
	/* closing is asynchronous, so the next determination allocates a handle */
	uv_close((uv_handle_t *)s->poll, on_closed);
	udp_close(&s->udp);
	if (state != DETERMINATION_NONE)
		log_info("%s: refresh interval %llu s", d->name,
			 (unsigned long long)d->client.q.refresh / 1000);
}

/* ---- the candidate ---- */

/* Wait for the candidate interval, which begins with the interaction just seen. */
static void wait_candidate(struct daemon *d)
{
	struct secondary *s = &d->secondary;

	s->tries = 0;
	uv_timer_start(&s->timer, on_timer, s->iv.candidate, 0);
}

static void send_bubble(struct daemon *d)
{
	const struct teredo_endpoint to = {
		.addr = d->client.q.server.primary,
		.port = cpu_to_be16(TEREDO_PORT),
	};
	struct secondary *s = &d->secondary;
	u8 bubble[TEREDO_IP6_HLEN];

	teredo_build_ip6(bubble, TEREDO_NEXTHDR_NONE, 0, &d->client.q.address,
			 &s->q.address);
	d->kt.transport.send(&d->kt.transport, to, bubble, sizeof(bubble));
	s->tries++;
	uv_timer_start(&s->timer, on_timer, INTERVAL_WAIT_MS, 0);
}

/* If another candidate follows, maintenance verifies the mapping or creates another
 * one. Either is the interaction that the candidate interval begins with.
 */
static void tried(struct daemon *d, bool works)
{
	struct secondary *s = &d->secondary;

	log_debug("%s: a mapping is %s after %llu ms", d->name,
		  works ? "there" : "gone",
		  (unsigned long long)s->iv.candidate);
	uv_timer_stop(&s->timer);
	s->tries = 0;
	interval_tried(&s->iv, works);
	if (works)
		engine_set_refresh(d, s->iv.found);
	if (s->iv.candidate)
		qualify_maintain(&s->q);
	else
		end(d, DETERMINATION_DONE);
}

static void on_timer(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	if (d->secondary.tries < INTERVAL_TRIES)
		send_bubble(d);
	else
		tried(d, false);
	settle(d);
}

/* ---- the port ---- */

/* Other hosts do not know both addresses, so they cannot forge the bubble. */
static bool is_our_bubble(const struct daemon *d, struct teredo_endpoint from,
			  const u8 *data, size_t len)
{
	struct teredo_packet pkt;
	const u8 *ip6;

	if (from.addr != d->client.q.server.primary ||
	    from.port != cpu_to_be16(TEREDO_PORT) ||
	    teredo_parse(&pkt, data, len) || packet_discarded(&pkt, data))
		return false;
	ip6 = data + pkt.ip6;
	return teredo_is_bubble(ip6, pkt.ip6_len) &&
	       !memcmp(ip6 + 8, &d->client.q.address, sizeof(d->client.q.address)) &&
	       !memcmp(ip6 + 24, &d->secondary.q.address,
		       sizeof(d->secondary.q.address));
}

/* Accepts only the expected bubble and advertisements. */
static void on_receive(void *ctx, struct teredo_endpoint from,
		       struct teredo_endpoint local, const u8 *data,
		       size_t len)
{
	struct daemon *d = ctx;
	struct secondary *s = &d->secondary;

	(void)local;
	if (s->state != DETERMINATION_RUNS)
		return;
	if (s->tries && is_our_bubble(d, from, data, len))
		tried(d, true);
	else
		qualify_receive(&s->q, from, data, len);
}

static void on_failed(void *ctx, const char *why)
{
	struct daemon *d = ctx;

	log_debug("%s: secondary port: cannot send: %s", d->name, why);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct daemon *d = poll->data;

	(void)events;
	readable_resume(poll, status, on_readable);
	udp_receive(&d->secondary.udp);
	settle(d);
}

/* ---- its state machine ---- */

static void on_send(void *ctx, struct teredo_endpoint to, const u8 *data,
		    size_t len)
{
	struct daemon *d = ctx;
	struct transport *transport = &d->secondary.udp.transport;

	transport->send(transport, to, data, len);
}

/* only answers to solicitations count for the secondary port */
static u64 on_contact(void *ctx)
{
	(void)ctx;
	return QUALIFY_NEVER;
}

static void on_event(void *ctx, enum qualify_event event)
{
	struct daemon *d = ctx;
	struct secondary *s = &d->secondary;

	switch (event) {
	case QUALIFY_EV_UP:
	case QUALIFY_EV_CONFIRMED:
		s->qualified = true;
		wait_candidate(d);
		break;
	case QUALIFY_EV_FAILED:
		end(d, s->qualified ? DETERMINATION_DONE :
				      DETERMINATION_FAILED);
		break;
	case QUALIFY_EV_PROBE:
	case QUALIFY_EV_LOST:
	case QUALIFY_EV_SILENT:
	case QUALIFY_EV_NEW_KEY:
		break;
	}
}

static const struct qualify_ops ops = {
	.send = on_send,
	.now = engine_now,
	.random = random_fill,
	.contact = on_contact,
	.event = on_event,
};

static void on_q_timer(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	qualify_timeout(&d->secondary.q);
	settle(d);
}

/* ---- interface ---- */

static void watch_port(struct daemon *d)
{
	struct secondary *s = &d->secondary;

	s->poll = malloc(sizeof(*s->poll));
	if (!s->poll)
		abort();
	uv_poll_init(&d->loop, s->poll, s->udp.fd);
	s->poll->data = d;
	uv_poll_start(s->poll, UV_READABLE, on_readable);
}

/* The secondary port must use the same path as the service port. */
static int open_port(struct daemon *d)
{
	const struct link_conf *link = &d->link.conf;
	struct secondary *s = &d->secondary;
	/* the source address towards a local address is that address */
	int ret = udp_open(&s->udp, 0, d->client.local.addr);

	if (ret)
		return ret;
	udp_route(&s->udp, link->fwmark, link->link);
	s->udp.transport.receive = on_receive;
	s->udp.transport.failed = on_failed;
	s->udp.transport.ctx = d;
	s->udp.refused = NULL;
	watch_port(d);
	return 0;
}

/**
 * secondary_due() - schedule a determination for when the client has an address
 * @d: daemon that starts to qualify, as the path can have changed
 *
 * There is one determination for each qualification. If a mapping is lost later, the
 * interval found was too long, and the configured interval applies.
 */
void secondary_due(struct daemon *d)
{
	d->secondary.due = d->conf.determine;
}

/**
 * secondary_begin() - start the determination if it is due
 * @d: daemon
 */
void secondary_begin(struct daemon *d)
{
	struct secondary *s = &d->secondary;
	int ret;

	if (!s->due)
		return;
	s->due = false;
	s->state = DETERMINATION_FAILED;
	ret = open_port(d);
	if (ret) {
		log_error("%s: no secondary port: %s", d->name, strerror(-ret));
		return;
	}
	s->state = DETERMINATION_RUNS;
	s->qualified = false;
	interval_start(&s->iv, d->client.q.refresh);
	qualify_init(&s->q, &ops, d);
	s->q.key = d->client.q.key;
	s->q.prefix = d->client.q.prefix;
	s->q.skip_secondary = d->client.q.skip_secondary;
	s->q.refresh = QUIET_MS;
	qualify_set_servers(&s->q, &d->client.q.server, 1);
	qualify_start(&s->q);
	settle(d);
}

/**
 * secondary_end() - stop the determination, and restore the configured interval
 * @d: daemon
 */
void secondary_end(struct daemon *d)
{
	end(d, DETERMINATION_NONE);
	d->client.q.refresh = d->conf.refresh;
}

/**
 * secondary_open() - initialize the timers
 * @d: daemon
 */
void secondary_open(struct daemon *d)
{
	struct secondary *s = &d->secondary;

	uv_timer_init(&d->loop, &s->q_timer);
	uv_timer_init(&d->loop, &s->timer);
	s->q_timer.data = d;
	s->timer.data = d;
	secondary_due(d);
}

/**
 * secondary_status() - add the determination to the status
 * @d: daemon
 * @status: object of the status
 */
void secondary_status(const struct daemon *d, json_t *status)
{
	static const char * const words[] = {
		[DETERMINATION_RUNS]	= "running",
		[DETERMINATION_DONE]	= "done",
		[DETERMINATION_FAILED]	= "failed",
	};
	const struct secondary *s = &d->secondary;
	json_t *o;

	if (s->state == DETERMINATION_NONE)
		return;
	o = json_pack("{s:s}", "state", words[s->state]);
	if (s->state == DETERMINATION_RUNS && s->qualified) {
		json_object_set_new(o, "candidate_ms",
				    json_integer(s->iv.candidate));
		json_object_set_new(o, "maximum_ms",
				    json_integer(s->iv.maximum));
	}
	json_object_set_new(status, "determination", o);
}
