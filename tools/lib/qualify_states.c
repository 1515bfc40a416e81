// SPDX-License-Identifier: GPL-2.0
/*
 * The states of the client's state machine: exchanges with a server, and what their
 * answers, silence and time do. Sections are those of RFC 4380 unless another RFC is
 * named.
 *
 * One deviation: 5.2.1 asks the secondary address after the primary one has
 * answered. Here both are asked at once, which RFC 6081 5.1.1 allows (further
 * solicitations at other times), and the verdict needs one round trip instead
 * of two. Each exchange still has its own nonce and its own three tries.
 *
 * Another one: if the secondary address alone is silent, there is service, but the kind
 * of NAT is not known. 5.2.1 gives up, so a server with one address would have no
 * clients.
 */
#include "qualify_states.h"

/* A server that comes back must find us within 5 s, so for as long as most
 * outages and reboots last the retries keep the pace of 5.2.1. After that the
 * load that a dead server would face matters more, and the intervals grow.
 */
#define QUICK_MS	(5 * 60 * 1000)

static const u64 slow_intervals[] = { 30000, 60000, 120000, 240000, 300000 };

#define SLOW_INTERVALS	(ARRAY_SIZE(slow_intervals))

/* uniform in [low, high], but for a bias of 2^-32 */
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

/* One nonce serves all repeats, so that a late answer still counts */
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

/* Return: true if there is nothing left to try */
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

/* A contact that is younger than now shortens the wait: the interval runs from
 * the last packet of the server, whatever it held (5.2.5).
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

	/* What a NAT does to mappings stays as it is until the path changes,
	 * and that restarts us. So nothing is won by asking quickly.
	 */
	if (q->reason != QUALIFY_SYMMETRIC &&
	    now(q) - q->offline_since < QUICK_MS)
		return jitter(q, QUALIFY_TIMEOUT_MS);
	if (i < SLOW_INTERVALS - 1)
		q->slow_rounds++;
	return jitter(q, slow_intervals[i]);
}

/**
 * qualify_blame() - note why there is no address, and which server that is about
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
	/* silence has taken 12 s already, so another server may be asked now */
	q->timer = now(q);
	if (q->n_servers == 1 || reason == QUALIFY_SYMMETRIC)
		q->timer += retry_delay(q);
	if (had_address)
		tell(q, QUALIFY_EV_LOST);
	tell(q, QUALIFY_EV_FAILED);
}

/* The bits are drawn when the mapping or the server is new and stay as long as
 * both do (RFC 5991 3.1): the address is what peers know us by.
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

/* Different mappings towards two addresses: a symmetric NAT, through which RFC
 * 4380 gives no service (5.2.1), RFC 6081 some.
 * Return: true if there is to be an address.
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
 * qualify_secondary_silent() - go on without an answer of the secondary address
 * @q: machine
 *
 * No verdict about the NAT. A server whose secondary address answers is preferred: the
 * others have one try each before one like this is used.
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

/* Both answers are needed for a verdict (5.2.1) */
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

/* A NAT that has another mapping at each refresh forgets mappings in less time than
 * the interval. RFC 4380 5.2.7 has no shorter ones. @refresh was the interval.
 */
static void shorten_refresh(struct qualify *q, u64 refresh)
{
	if (++q->changes < QUALIFY_CHANGES)
		return;
	q->refresh = refresh / 2 > QUALIFY_REFRESH_MIN_MS ?
		     refresh / 2 : QUALIFY_REFRESH_MIN_MS;
}

/* A NAT that has lost its mapping has made a new one: the old address is dead,
 * and what kind of NAT this is may have changed as well (5.2.5). The loss resets
 * the interval.
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
 * qualify_primary_answered() - take in an answer of the primary address
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
		/* the server is back; what else is under way gets its tries */
		q->state = QUALIFY_STARTING;
		q->timer = QUALIFY_NEVER;
		judge(q);
		break;
	default:
		judge(q);
	}
}

/**
 * qualify_secondary_answered() - take in an answer of the secondary address
 * @q: machine
 *
 * In QUALIFIED this is the check after a changed mapping
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
 * qualify_send_maintenance() - check the mapping (5.2.5)
 * @q: machine
 */
void qualify_send_maintenance(struct qualify *q)
{
	q->state = QUALIFY_MAINTAINING;
	q->timer = QUALIFY_NEVER;
	exchange_start(q, &q->primary, primary_of(q));
}

/* The secondary address may answer by now. */
static void retest(struct qualify *q)
{
	if (q->nat == TEREDO_NAT_UNKNOWN && !exchange_runs(&q->secondary) &&
	    q->retest <= now(q))
		exchange_start(q, &q->secondary, q->server.secondary);
}

/* Any packet of the server refreshes the mapping. A client with a secret must also
 * authenticate again, as the gateway of its server carries its packets for some time
 * after that, and they are packets of the server, too.
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

	/* drawn anew for each check, as 5.2 has it for each interval */
	if (age < q->refresh * 3 / 4) {
		arm_refresh(q, age);
		tell(q, QUALIFY_EV_CONFIRMED);
		return;
	}
	qualify_send_maintenance(q);
}

/* The server may have sent something else meanwhile, then it is there and the
 * mapping works (5.2.3 counts every packet of its).
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
 * qualify_begin_round() - ask the server whose turn it is
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

/* One try per round: a round off-line is nothing but a look whether somebody
 * is there. Servers take turns.
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

/* The secondary address is asked again after a changed mapping, see also retest() */
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
 * qualify_timeout - time has passed
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
