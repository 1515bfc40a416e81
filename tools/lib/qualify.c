// SPDX-License-Identifier: GPL-2.0
/*
 * State machine of a client (RFC 4380 5.2.1, 5.2.5): events from outside. Section
 * numbers refer to RFC 4380 unless another RFC is named.
 *
 * qualify_states.c implements the states.
 */
#include "qualify.h"

#include <assert.h>

#include "qualify_states.h"
#include "value.h"

/**
 * qualify_init() - initialize an idle state machine
 * @q: result; key, refresh and other parameters can be set afterwards
 * @ops: functions that it needs
 * @ctx: passed to @ops
 */
void qualify_init(struct qualify *q, const struct qualify_ops *ops, void *ctx)
{
	memset(q, 0, sizeof(*q));
	q->ops = ops;
	q->ctx = ctx;
	q->prefix = cpu_to_be32(TEREDO_PREFIX);
	q->refresh = QUALIFY_REFRESH_MS;
	q->timer = QUALIFY_NEVER;
	q->offline_since = QUALIFY_NEVER;
	q->last_ra = QUALIFY_NEVER;
	exchange_stop(&q->primary);
	exchange_stop(&q->secondary);
}

/**
 * qualify_set_servers() - set the servers to use
 * @q: machine
 * @servers: servers in order of preference
 * @n: number of servers, at least 1; those beyond QUALIFY_SERVERS are ignored
 *
 * Takes effect with the next round.
 */
void qualify_set_servers(struct qualify *q,
			 const struct qualify_server *servers, unsigned int n)
{
	q->n_servers = n < QUALIFY_SERVERS ? n : QUALIFY_SERVERS;
	memcpy(q->servers, servers, q->n_servers * sizeof(*servers));
	q->index %= q->n_servers;
}

/**
 * qualify_start() - start qualification from scratch
 * @q: machine, with servers set
 *
 * Called at the start, and when knowledge about the path has become worthless: after
 * a change of the local address or router, and after a suspend.
 */
void qualify_start(struct qualify *q)
{
	bool had_address = qualify_has_address(q);

	q->state = QUALIFY_INITIAL;
	q->reason = QUALIFY_OK;
	q->offline_since = QUALIFY_NEVER;
	q->slow_rounds = 0;
	q->timer = QUALIFY_NEVER;
	if (had_address)
		tell(q, QUALIFY_EV_LOST);
	qualify_begin_round(q, QUALIFY_STARTING);
}

/**
 * qualify_stop() - give up the address and stay idle until the next start
 * @q: machine
 */
void qualify_stop(struct qualify *q)
{
	bool had_address = qualify_has_address(q);

	exchange_stop(&q->primary);
	exchange_stop(&q->secondary);
	q->timer = QUALIFY_NEVER;
	q->state = QUALIFY_INITIAL;
	if (had_address)
		tell(q, QUALIFY_EV_LOST);
}

/**
 * qualify_adopt() - take over the address that an earlier daemon obtained
 * @q: machine, with servers set
 * @server: its server, normally one of those set
 * @address: the address
 * @nat: kind of NAT, as far as known
 *
 * The mapping is verified at once.
 */
void qualify_adopt(struct qualify *q, const struct qualify_server *server,
		   const struct in6_addr *address, enum teredo_nat nat)
{
	unsigned int i;

	for (i = 0; i < q->n_servers; i++)
		if (q->servers[i].primary == server->primary)
			q->index = i;
	q->server = *server;
	q->address = *address;
	q->mapped = teredo_mapped(address);
	q->nat = nat;
	q->retest = now(q);
	q->flags = teredo_flags(address);
	q->flags_known = true;
	qualify_send_maintenance(q);
}

/**
 * qualify_maintain() - verify the mapping now instead of at the next refresh
 * @q: machine; nothing happens unless it is qualified
 */
void qualify_maintain(struct qualify *q)
{
	if (q->state == QUALIFY_QUALIFIED)
		qualify_send_maintenance(q);
}

/**
 * qualify_pause() - send nothing for some time
 * @q: machine; nothing happens unless it is off-line
 * @ms: time until the next solicitation
 *
 * Some NATs keep a mapping that leads nowhere, as long as packets refresh it
 * (RFC 4787 REQ-6). Silence lets the mapping expire.
 */
void qualify_pause(struct qualify *q, u64 ms)
{
	if (q->state != QUALIFY_OFFLINE)
		return;
	exchange_stop(&q->primary);
	exchange_stop(&q->secondary);
	qualify_blame(q, QUALIFY_STALE);
	q->timer = now(q) + ms;
}

/**
 * qualify_retry_soon() - schedule the next try within QUALIFY_TIMEOUT_MS
 * @q: machine; nothing happens unless it is off-line
 *
 * Called when something indicates that the server is reachable.
 */
void qualify_retry_soon(struct qualify *q)
{
	u64 soon = now(q) + QUALIFY_TIMEOUT_MS;

	if (q->state == QUALIFY_OFFLINE && soon < q->timer)
		q->timer = soon;
}

/* Both endpoints have the same address if the server has only a second port. */
static struct qualify_exchange *find_exchange(struct qualify *q,
					      struct teredo_endpoint from)
{
	if (exchange_runs(&q->primary) &&
	    teredo_endpoint_equal(q->primary.query.to, from))
		return &q->primary;
	if (exchange_runs(&q->secondary) &&
	    teredo_endpoint_equal(q->secondary.query.to, from))
		return &q->secondary;
	return NULL;
}

static enum packet_verdict reject(struct qualify *q,
				  enum packet_verdict verdict)
{
	q->rejected++;
	q->last_verdict = verdict;
	return verdict;
}

/**
 * qualify_receive() - process a received control packet
 * @q: machine
 * @from: source of the packet
 * @data: UDP payload
 * @len: length of @data in octets
 *
 * An invalid packet changes nothing, and the wait continues (row C-34).
 *
 * Return: RA_VALID, or why the packet was rejected.
 */
enum packet_verdict qualify_receive(struct qualify *q,
				    struct teredo_endpoint from,
				    const u8 *data, size_t len)
{
	struct qualify_exchange *x = find_exchange(q, from);
	struct packet_answer answer;
	enum packet_verdict verdict;

	if (!x)
		return reject(q, RA_UNEXPECTED);
	verdict = packet_check_ra(&answer, &x->query, from, data, len);
	if (verdict != RA_VALID)
		return reject(q, verdict);

	exchange_stop(x);
	x->answered = true;
	x->mapped = answer.mapped;
	q->last_ra = now(q);
	if (answer.new_key && !q->new_key)
		tell(q, QUALIFY_EV_NEW_KEY);
	q->new_key = answer.new_key;
	if (x == &q->primary)
		qualify_primary_answered(q);
	else
		qualify_secondary_answered(q);
	return RA_VALID;
}

/**
 * qualify_refused() - process an ICMP error for a solicitation
 * @q: machine
 * @from: endpoint that was queried
 *
 * Attackers can forge the error, so it ends only the exchange with the secondary
 * address.
 */
void qualify_refused(struct qualify *q, struct teredo_endpoint from)
{
	if (find_exchange(q, from) != &q->secondary)
		return;
	exchange_stop(&q->secondary);
	if (q->primary.answered)
		qualify_secondary_silent(q);
}

static u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

/**
 * qualify_deadline() - get the time of the next timeout
 * @q: machine
 *
 * Return: time to call qualify_timeout() at, or QUALIFY_NEVER.
 */
u64 qualify_deadline(const struct qualify *q)
{
	if (q->state == QUALIFY_OFFLINE)
		return q->timer;
	return min_u64(q->timer,
		       min_u64(q->primary.deadline, q->secondary.deadline));
}

/**
 * qualify_explain() - find out why there is no address
 * @q: machine
 * @r: result, REASON_NONE if there is nothing to explain
 */
void qualify_explain(const struct qualify *q, struct reason *r)
{
	static const enum reason_id ids[] = {
		[QUALIFY_OK]		= REASON_NONE,
		[QUALIFY_NO_REPLY]	= REASON_NO_REPLY,
		[QUALIFY_NO_REPLY2]	= REASON_NO_REPLY2,
		[QUALIFY_SYMMETRIC]	= REASON_SYMMETRIC,
		[QUALIFY_STALE]		= REASON_STALE,
	};
	enum reason_id id = ids[q->reason];
	char server[VALUE_SERVER];

	static_assert(QUALIFY_TRIES == 3 && QUALIFY_TIMEOUT_MS == 4000 &&
		      TEREDO_PORT == 3544, "the texts have these numbers");

	if (id == REASON_NO_REPLY && q->key.secret_len)
		id = REASON_NO_REPLY_SECRET;
	value_server_text(server, q->blamed);
	reason_set(r, id, server, NULL);
}
