/* SPDX-License-Identifier: GPL-2.0 */
/*
 * State machine of a client: qualification and maintenance (RFC 4380 5.2.1, 5.2.5,
 * changed by RFC 5991 3.2).
 *
 * Pure: events are function calls, actions are calls of struct qualify_ops, and
 * ops->now() is the clock. All times are in milliseconds.
 */
#ifndef _QUALIFY_H
#define _QUALIFY_H

#include <linux/teredo.h>

#include "packet.h"
#include "reason.h"

#define QUALIFY_TIMEOUT_MS	4000	/* T of 5.2.1 */
#define QUALIFY_TRIES		3	/* N of 5.2.1 */
#define QUALIFY_REFRESH_MS	30000	/* 5.2, default */
#define QUALIFY_REFRESH_MIN_MS	5000
/* The refresh interval counts as too long after this many consecutive refreshes with a
 * new mapping. A single change can have another cause, such as a new uplink.
 */
#define QUALIFY_CHANGES		2
/* Time until a silent secondary address is queried again. A server with one address
 * costs three solicitations in this time.
 */
#define QUALIFY_RETEST_MS	(10 * 60 * 1000)
#define QUALIFY_NEVER		UINT64_MAX

enum qualify_state {
	QUALIFY_INITIAL,	/* idle */
	QUALIFY_STARTING,	/* no address; waits for advertisements (5.2.1) */
	QUALIFY_QUALIFIED,	/* has an address */
	QUALIFY_MAINTAINING,	/* has an address, verifies the mapping (5.2.5) */
	QUALIFY_OFFLINE,	/* no address, retries at growing intervals */
};

/* Events for ops->event() */
enum qualify_event {
	QUALIFY_EV_PROBE,	/* a round with q->server begins */
	QUALIFY_EV_UP,		/* q->address is new */
	QUALIFY_EV_CONFIRMED,	/* q->address still holds */
	QUALIFY_EV_LOST,	/* q->address must be removed at once */
	QUALIFY_EV_FAILED,	/* a round failed, q->reason says why */
	QUALIFY_EV_SILENT,	/* the primary address has not answered in time */
	QUALIFY_EV_NEW_KEY,	/* q->new_key has become true */
};

enum qualify_reason {
	QUALIFY_OK,
	QUALIFY_NO_REPLY,	/* primary address silent */
	QUALIFY_NO_REPLY2,	/* secondary address silent (5.2.1, row C-37) */
	QUALIFY_SYMMETRIC,	/* the two mappings differ (5.2.1, row C-38) */
	QUALIFY_STALE,		/* paused by qualify_pause() */
};

/**
 * struct qualify_server - addresses of a server
 * @primary: address that is embedded in the Teredo address
 * @secondary: endpoint for the detection of symmetric NATs; its address is @primary
 *	if the server has a second port instead of a second address
 */
struct qualify_server {
	__be32 primary;
	struct teredo_endpoint secondary;
};

#define QUALIFY_SERVERS		8

/**
 * struct qualify_ops - functions that the state machine needs
 * @send: send a datagram; a failure counts as loss
 * @now: read the monotonic clock
 * @random: fill a buffer with unpredictable octets (RFC 4086)
 * @contact: time since the last packet of any kind from the server's primary
 *	address; QUALIFY_NEVER if there was none
 * @event: act on an event
 */
struct qualify_ops {
	void (*send)(void *ctx, struct teredo_endpoint to, const u8 *data,
		     size_t len);
	u64 (*now)(void *ctx);
	void (*random)(void *ctx, void *buf, size_t len);
	u64 (*contact)(void *ctx);
	void (*event)(void *ctx, enum qualify_event event);
};

/**
 * struct qualify_exchange - a solicitation with its repeats
 * @query: the solicitation, to match answers against
 * @deadline: when to repeat or fail; QUALIFY_NEVER if the exchange does not run
 * @tries: number of solicitations sent
 * @answered: a valid answer has arrived and is in @mapped
 * @mapped: mapped endpoint: the service port as this address sees it
 */
struct qualify_exchange {
	struct packet_query query;
	u64 deadline;
	unsigned int tries;
	bool answered;
	struct teredo_endpoint mapped;
};

/**
 * struct qualify - state of the state machine
 * @ops: functions that it needs
 * @ctx: passed to @ops
 * @key: key for secure qualification
 * @prefix: service prefix
 * @refresh: refresh interval
 * @changes: consecutive refreshes that found another mapping
 * @skip_secondary: query only the primary address, and take any NAT for a restricted one
 * @symmetric: support symmetric NATs (RFC 6081 5.2)
 * @servers: servers to try in turn
 * @n_servers: number of entries in @servers
 * @index: entry in use
 * @server: server in use
 * @state: current state
 * @reason: reason of the last failure
 * @blamed: address and port that @reason refers to
 * @address: Teredo address; valid in QUALIFIED and MAINTAINING
 * @mapped: mapped endpoint in @address
 * @nat: kind of NAT that the two answers show; none is reported as restricted, and
 *	unknown means that the secondary address is silent
 * @silent: servers whose secondary address was silent, one bit for each entry
 * @retest: when to query the secondary address again; valid while @nat is unknown
 * @flags: flags of the last address, reused while mapping and server are the same
 * @flags_known: @flags, @mapped and @address belong to some address
 * @primary: exchange with the primary address
 * @secondary: exchange with the secondary address
 * @timer: next refresh or retry; QUALIFY_NEVER if there is none
 * @offline_since: when OFFLINE was entered
 * @slow_rounds: retries since the quick retries ended
 * @new_key: the last valid advertisement asked for a new key
 * @last_ra: time of the last valid advertisement; QUALIFY_NEVER if there was none
 * @last_verdict: why the last invalid advertisement was rejected
 * @rejected: number of rejected advertisements
 */
struct qualify {
	const struct qualify_ops *ops;
	void *ctx;
	struct packet_key key;
	__be32 prefix;
	u64 refresh;
	unsigned int changes;
	bool skip_secondary;
	bool symmetric;
	struct qualify_server servers[QUALIFY_SERVERS];
	unsigned int n_servers;
	unsigned int index;
	struct qualify_server server;

	enum qualify_state state;
	enum qualify_reason reason;
	struct teredo_endpoint blamed;
	struct in6_addr address;
	struct teredo_endpoint mapped;
	enum teredo_nat nat;
	u32 silent;
	u64 retest;
	u16 flags;
	bool flags_known;
	struct qualify_exchange primary;
	struct qualify_exchange secondary;
	u64 timer;
	u64 offline_since;
	unsigned int slow_rounds;
	u64 last_ra;
	bool new_key;
	enum packet_verdict last_verdict;
	u64 rejected;
};

static inline bool qualify_has_address(const struct qualify *q)
{
	return q->state == QUALIFY_QUALIFIED ||
	       q->state == QUALIFY_MAINTAINING;
}

static inline bool qualify_nat_symmetric(const struct qualify *q)
{
	return q->nat == TEREDO_NAT_SYMMETRIC_PORT ||
	       q->nat == TEREDO_NAT_SYMMETRIC_ADDRESS;
}

void qualify_init(struct qualify *q, const struct qualify_ops *ops, void *ctx);
void qualify_set_servers(struct qualify *q,
			 const struct qualify_server *servers, unsigned int n);
void qualify_start(struct qualify *q);
void qualify_stop(struct qualify *q);
void qualify_adopt(struct qualify *q, const struct qualify_server *server,
		   const struct in6_addr *address, enum teredo_nat nat);
void qualify_maintain(struct qualify *q);
void qualify_pause(struct qualify *q, u64 ms);
void qualify_retry_soon(struct qualify *q);
enum packet_verdict qualify_receive(struct qualify *q,
				    struct teredo_endpoint from,
				    const u8 *data, size_t len);
void qualify_refused(struct qualify *q, struct teredo_endpoint from);
u64 qualify_deadline(const struct qualify *q);
void qualify_timeout(struct qualify *q);
void qualify_explain(const struct qualify *q, struct reason *r);

#endif /* _QUALIFY_H */
