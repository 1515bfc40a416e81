// SPDX-License-Identifier: GPL-2.0
/*
 * State machine of a client (RFC 4380 5.2.1, 5.2.5): states, and their reactions to
 * answers, silence and timeouts. Section numbers refer to RFC 4380 unless another RFC
 * is named.
 *
 * Deviation 1: 5.2.1 queries the secondary address after the primary address has
 * answered. Here both are queried at once, which saves a round trip. RFC 6081 5.1.1
 * allows solicitations at other times. Each exchange has its own nonce and tries.
 *
 * Deviation 2: if only the secondary address is silent, the client qualifies without
 * knowing the kind of NAT. 5.2.1 fails here, so a server with one address would have
 * no clients.
 */
#include "qualify_states.h"

/* A client must find a returning server within 5 s. The retries therefore keep the
 * interval of 5.2.1 for as long as most outages and reboots last. Then the intervals
 * grow, to limit the load on a server that returns.
 */
#define QUICK_MS	(5 * 60 * 1000)

static const u64 slow_intervals[] = { 30000, 60000, 120000, 240000, 300000 };

#define SLOW_INTERVALS	(ARRAY_SIZE(slow_intervals))

/* uniform in [low, high], with a bias of 2^-32 */
static u64 random_between(struct qualify *q, u64 low, u64 high)
{
	u32 r;

	q->ops->random(q->ctx, &r, sizeof(r));
	return low + r % (high - low + 1);
}

static u64 jitter(struct qualify *q, u64 interval)
{
	return random_between(q, interval - interval / 10,
			      interval + interval / 10);
}

static struct teredo_endpoint primary_of(const struct qualify *q)
{
	return (struct teredo_endpoint) {
		.addr = q->server.primary,
		.port = cpu_to_be16(TEREDO_PORT),
	};
}

/* ---- exchanges ---- */

static void exchange_send(struct qualify *q, struct qualify_exchange *x)
{
	u8 buf[PACKET_RS_MAX];

	x->tries++;
	x->deadline = now(q) + QUALIFY_TIMEOUT_MS;
	q->ops->send(q->ctx, x->query.to, buf,
		     packet_build_rs(buf, &q->key, x->query.nonce));
}

/* All repeats have the same nonce, so that a late answer still counts. */
static void exchange_start(struct qualify *q, struct qualify_exchange *x,
			   struct teredo_endpoint to)
{
	memset(x, 0, sizeof(*x));
	x->query.key = &q->key;
	x->query.to = to;
	x->query.server = q->server.primary;
	x->query.prefix = q->prefix;
	q->ops->random(q->ctx, x->query.nonce, sizeof(x->query.nonce));
	exchange_send(q, x);
}

/* Return: true if the last try has timed out */
static bool exchange_timeout(struct qualify *q, struct qualify_exchange *x)
{
	if (x->deadline > now(q))
		return false;
	if (x == &q->primary)
		tell(q, QUALIFY_EV_SILENT);
	if (x->tries < QUALIFY_TRIES) {
		exchange_send(q, x);
		return false;
	}
	exchange_stop(x);
	return true;
}

/* ---- states ---- */

/* The interval runs from the server's last packet of any kind, @age milliseconds ago
 * (5.2.5).
 */
static void arm_refresh(struct qualify *q, u64 age)
{
	u64 interval = random_between(q, q->refresh * 3 / 4, q->refresh);

	q->state = QUALIFY_QUALIFIED;
	q->timer = now(q) + (interval > age ? interval - age : 0);
}

static u64 retry_delay(struct qualify *q)
{
	unsigned int i = q->slow_rounds;

	/* The kind of NAT stays the same until the path changes, and a path change
	 * restarts qualification. Quick retries therefore gain nothing.
	 */
	if (q->reason != QUALIFY_SYMMETRIC &&
	    now(q) - q->offline_since < QUICK_MS)
		return jitter(q, QUALIFY_TIMEOUT_MS);
	if (i < SLOW_INTERVALS - 1)
		q->slow_rounds++;
	return jitter(q, slow_intervals[i]);
}

/**
 * qualify_blame() - record why there is no address, and the endpoint to blame
 * @q: machine
 * @reason: the reason
 */
void qualify_blame(struct qualify *q, enum qualify_reason reason)
{
	q->reason = reason;
	q->blamed = reason == QUALIFY_NO_REPLY2 ? q->server.secondary :
						  primary_of(q);
}

static void go_offline(struct qualify *q, enum qualify_reason reason)
{
	bool had_address = qualify_has_address(q);

	exchange_stop(&q->primary);
	exchange_stop(&q->secondary);
	q->changes = 0;
	if (q->offline_since == QUALIFY_NEVER)
		q->offline_since = now(q);
	qualify_blame(q, reason);
	q->state = QUALIFY_OFFLINE;
	/* three tries took 12 s already, so query another server at once */
	q->timer = now(q);
	if (q->n_servers == 1 || reason == QUALIFY_SYMMETRIC)
		q->timer += retry_delay(q);
	if (had_address)
		tell(q, QUALIFY_EV_LOST);
	tell(q, QUALIFY_EV_FAILED);
}

/* Draw the random bits for a new mapping or server, and keep them while both stay the
 * same (RFC 5991 3.1). Peers know the client by its address.
 */
static void make_address(struct qualify *q, struct teredo_endpoint mapped)
{
	bool known = q->flags_known &&
		     teredo_endpoint_equal(q->mapped, mapped) &&
		     teredo_server(&q->address) == q->server.primary;

	if (!known) {
		q->ops->random(q->ctx, &q->flags, sizeof(q->flags));
		q->flags &= TEREDO_FLAG_RANDOM;
		q->flags_known = true;
	}
	q->mapped = mapped;
	teredo_make_address(&q->address, q->prefix, q->server.primary,
			    q->flags, mapped);
}

static void go_qualified(struct qualify *q)
{
	q->offline_since = QUALIFY_NEVER;
	q->slow_rounds = 0;
	q->reason = QUALIFY_OK;
	make_address(q, q->primary.mapped);
	arm_refresh(q, 0);
	tell(q, QUALIFY_EV_UP);
}

/* Different mappings for two destinations show a symmetric NAT. RFC 4380 gives no
 * service behind one (5.2.1), RFC 6081 limited service.
 * Return: true if the client can qualify.
 */
static bool judge_nat(struct qualify *q, struct teredo_endpoint mapped,
		      struct teredo_endpoint mapped2)
{
	if (mapped.addr != mapped2.addr)
		q->nat = TEREDO_NAT_SYMMETRIC_ADDRESS;
	else if (mapped.port != mapped2.port)
		q->nat = TEREDO_NAT_SYMMETRIC_PORT;
	else
		q->nat = TEREDO_NAT_RESTRICTED;
	return q->nat == TEREDO_NAT_RESTRICTED || q->symmetric;
}

/**
 * qualify_secondary_silent() - continue without an answer of the secondary address
 * @q: machine
 *
 * The kind of NAT stays unknown. A server whose secondary address answers is
 * preferred: each other server gets one try before this one is used.
 */
void qualify_secondary_silent(struct qualify *q)
{
	bool before = q->silent & 1u << q->index;

	q->silent |= 1u << q->index;
	if (q->n_servers > 1 && !before) {
		go_offline(q, QUALIFY_NO_REPLY2);
		return;
	}
	q->nat = TEREDO_NAT_UNKNOWN;
	q->retest = now(q) + QUALIFY_RETEST_MS;
	if (qualify_has_address(q))
		tell(q, QUALIFY_EV_CONFIRMED);
	else
		go_qualified(q);
}

/* The kind of NAT follows from both answers (5.2.1). */
static void judge(struct qualify *q)
{
	if (!q->primary.answered)
		return;
	if (q->skip_secondary) {
		q->nat = TEREDO_NAT_RESTRICTED;
		go_qualified(q);
		return;
	}
	if (!q->secondary.answered) {
		if (!exchange_runs(&q->secondary))
			qualify_secondary_silent(q);
		return;
	}

	if (judge_nat(q, q->primary.mapped, q->secondary.mapped))
		go_qualified(q);
	else
		go_offline(q, QUALIFY_SYMMETRIC);
}

/* If each refresh finds a new mapping, the NAT drops mappings sooner than the interval.
 * RFC 4380 5.2.7 only lengthens intervals. @refresh was the interval.
 */
static void shorten_refresh(struct qualify *q, u64 refresh)
{
	if (++q->changes < QUALIFY_CHANGES)
		return;
	q->refresh = refresh / 2 > QUALIFY_REFRESH_MIN_MS ?
		     refresh / 2 : QUALIFY_REFRESH_MIN_MS;
}

/* The NAT has replaced the mapping, so the old address is dead. The kind of NAT can
 * have changed, too (5.2.5). EV_LOST resets the interval, so save it before.
 */
static void mapping_changed(struct qualify *q)
{
	u64 refresh = q->refresh;

	tell(q, QUALIFY_EV_LOST);
	shorten_refresh(q, refresh);
	go_qualified(q);
	if (!q->skip_secondary)
		exchange_start(q, &q->secondary, q->server.secondary);
}

/**
 * qualify_primary_answered() - process an answer of the primary address
 * @q: machine
 */
void qualify_primary_answered(struct qualify *q)
{
	switch (q->state) {
	case QUALIFY_MAINTAINING:
		if (!teredo_endpoint_equal(q->primary.mapped, q->mapped)) {
			mapping_changed(q);
			return;
		}
		q->changes = 0;
		arm_refresh(q, 0);
		tell(q, QUALIFY_EV_CONFIRMED);
		break;
	case QUALIFY_OFFLINE:
		/* the server is back; the exchange with its other address goes on */
		q->state = QUALIFY_STARTING;
		q->timer = QUALIFY_NEVER;
		judge(q);
		break;
	default:
		judge(q);
	}
}

/**
 * qualify_secondary_answered() - process an answer of the secondary address
 * @q: machine
 *
 * In QUALIFIED, the answer belongs to a check after a changed mapping, or to a retest.
 */
void qualify_secondary_answered(struct qualify *q)
{
	if (!qualify_has_address(q))
		judge(q);
	else if (judge_nat(q, q->mapped, q->secondary.mapped))
		tell(q, QUALIFY_EV_CONFIRMED);
	else
		go_offline(q, QUALIFY_SYMMETRIC);
}

/**
 * qualify_send_maintenance() - start to verify the mapping (5.2.5)
 * @q: machine
 */
void qualify_send_maintenance(struct qualify *q)
{
	q->state = QUALIFY_MAINTAINING;
	q->timer = QUALIFY_NEVER;
	exchange_start(q, &q->primary, primary_of(q));
}

/* Query a secondary address that was silent before. */
static void retest(struct qualify *q)
{
	if (q->nat == TEREDO_NAT_UNKNOWN && !exchange_runs(&q->secondary) &&
	    q->retest <= now(q))
		exchange_start(q, &q->secondary, q->server.secondary);
}

/* Any packet of the server refreshes the mapping. A client with a secret must also
 * authenticate again. The gateway of its server forwards only for a limited time after
 * authentication, and forwarded packets are packets of the server, too.
 */
static u64 refresh_age(const struct qualify *q)
{
	if (q->key.secret_len)
		return q->last_ra == QUALIFY_NEVER ? QUALIFY_NEVER :
						     now(q) - q->last_ra;
	return q->ops->contact(q->ctx);
}

static void refresh_due(struct qualify *q)
{
	u64 age = refresh_age(q);

	retest(q);

	/* each check draws a new interval, as 5.2 requires */
	if (age < q->refresh * 3 / 4) {
		arm_refresh(q, age);
		tell(q, QUALIFY_EV_CONFIRMED);
		return;
	}
	qualify_send_maintenance(q);
}

/* Any packet of the server since the exchange began shows that the server runs and
 * the mapping works (5.2.3).
 */
static void maintenance_tick(struct qualify *q)
{
	u64 begun = QUALIFY_TIMEOUT_MS * q->primary.tries;
	u64 age;

	if (q->primary.deadline > now(q))
		return;
	age = q->ops->contact(q->ctx);
	if (age < begun) {
		exchange_stop(&q->primary);
		arm_refresh(q, age);
		tell(q, QUALIFY_EV_CONFIRMED);
	} else if (exchange_timeout(q, &q->primary)) {
		go_offline(q, QUALIFY_NO_REPLY);
	}
}

/**
 * qualify_begin_round() - query the next server
 * @q: machine
 * @state: state in which to wait for its answer
 */
void qualify_begin_round(struct qualify *q, enum qualify_state state)
{
	q->state = state;
	q->server = q->servers[q->index];
	tell(q, QUALIFY_EV_PROBE);
	exchange_start(q, &q->primary, primary_of(q));
	if (!q->skip_secondary)
		exchange_start(q, &q->secondary, q->server.secondary);
}

static void starting_tick(struct qualify *q)
{
	if (exchange_timeout(q, &q->primary))
		go_offline(q, QUALIFY_NO_REPLY);
	else if (exchange_timeout(q, &q->secondary) && q->primary.answered)
		qualify_secondary_silent(q);
}

/* Off-line, each round has one try, which only tests whether a server answers. The
 * servers take turns.
 */
static void offline_tick(struct qualify *q)
{
	if (q->timer > now(q))
		return;
	if (exchange_runs(&q->primary)) {
		if (q->reason != QUALIFY_NO_REPLY)
			qualify_blame(q, QUALIFY_NO_REPLY);
		tell(q, QUALIFY_EV_SILENT);
		tell(q, QUALIFY_EV_FAILED);
	}
	q->index = (q->index + 1) % q->n_servers;
	q->timer = now(q) + retry_delay(q);
	qualify_begin_round(q, QUALIFY_OFFLINE);
}

/* The secondary address is queried after a changed mapping, and by retest(). */
static void qualified_tick(struct qualify *q)
{
	if (exchange_timeout(q, &q->secondary))
		qualify_secondary_silent(q);
	else if (q->state == QUALIFY_MAINTAINING)
		maintenance_tick(q);
	else if (q->timer <= now(q))
		refresh_due(q);
}

/**
 * qualify_timeout() - process timeouts
 * @q: machine
 */
void qualify_timeout(struct qualify *q)
{
	switch (q->state) {
	case QUALIFY_INITIAL:
		break;
	case QUALIFY_STARTING:
		starting_tick(q);
		break;
	case QUALIFY_QUALIFIED:
	case QUALIFY_MAINTAINING:
		qualified_tick(q);
		break;
	case QUALIFY_OFFLINE:
		offline_tick(q);
		break;
	}
}
