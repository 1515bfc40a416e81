// SPDX-License-Identifier: GPL-2.0
/*
 * The client's state machine. Sections are those of RFC 4380 unless another
 * RFC is named.
 *
 * qualify_states.c has the states; this is what happens to the machine from outside.
 */
#include "qualify.h"

#include <assert.h>

#include "qualify_states.h"
#include "value.h"

/**
 * qualify_init - make a machine that does nothing yet
 * @q: result; key, refresh and so on may be set afterwards
 * @ops: the outside
 * @ctx: handed to @ops
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
 * qualify_set_servers - say which servers to use
 * @q: machine
 * @servers: in order of preference
 * @n: number of them, at least 1; what is over QUALIFY_SERVERS is ignored
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
 * qualify_start - begin from scratch
 * @q: machine, with servers set
 *
 * For the start, and for everything that makes what is known about the path
 * worthless: another local address, another router, a suspended machine.
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
 * qualify_stop - give up the address and do nothing until the next start
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
 * qualify_adopt - go on with an address that an earlier helper got
 * @q: machine, with servers set
 * @server: its server, which should be one of them
 * @address: the address
 * @nat: what is known of the NAT
 *
 * The server is asked at once whether the mapping still is what it was.
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
 * qualify_maintain - check the mapping now instead of at the next refresh
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
 * For a NAT that keeps a mapping which leads nowhere, as long as it sees packets
 * (RFC 4787 REQ-6).
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
 * qualify_retry_soon() - try again at the pace of 5.2.1
 * @q: machine; nothing happens unless it is off-line
 *
 * For a sign that the server can be reached.
 */
void qualify_retry_soon(struct qualify *q)
{
	u64 soon = now(q) + QUALIFY_TIMEOUT_MS;

	if (q->state == QUALIFY_OFFLINE && soon < q->timer)
		q->timer = soon;
}

/* Both have the same address if the server has a second port only. */
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
 * qualify_receive - a control packet has come
 * @q: machine
 * @from: where it comes from
 * @data: UDP payload
 * @len: length of @data
 *
 * What is not valid changes nothing and the wait goes on (C-34).
 *
 * Return: RA_VALID, or what was wrong with it.
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
 * qualify_refused() - the network says that no answer will come
 * @q: machine
 * @from: address and port that were asked
 *
 * Any host can forge that, so only the secondary address is given up by it.
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
 * qualify_deadline - when does the machine want to be woken
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
