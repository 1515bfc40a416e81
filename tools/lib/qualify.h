/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The client's state machine: qualification and maintenance (RFC 4380
 * sections 5.2.1 and 5.2.5, as RFC 5991 section 3.2 changes them).
 *
 * Pure: events come in by function calls, actions go out by struct
 * qualify_ops, time is whatever ops->now() says. Milliseconds throughout.
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
/* Refreshes in a row that find another mapping until the interval is taken for too
 * long. One change may have any reason, such as another uplink.
 */
#define QUALIFY_CHANGES		2
/* Until a secondary address that was silent is asked again: a server that has one
 * address costs three solicitations in this time
 */
#define QUALIFY_RETEST_MS	(10 * 60 * 1000)
#define QUALIFY_NEVER		UINT64_MAX

enum qualify_state {
	QUALIFY_INITIAL,	/* nothing to do yet */
	QUALIFY_STARTING,	/* 5.2.1, solicitations are out */
	QUALIFY_QUALIFIED,	/* has an address */
	QUALIFY_MAINTAINING,	/* has an address, asks the server about it */
	QUALIFY_OFFLINE,	/* has none, tries again now and then */
};

/* What ops->event() is told */
enum qualify_event {
	QUALIFY_EV_PROBE,	/* a round with q->server begins */
	QUALIFY_EV_UP,		/* q->address is new */
	QUALIFY_EV_CONFIRMED,	/* q->address still holds */
	QUALIFY_EV_LOST,	/* q->address is to go at once */
	QUALIFY_EV_FAILED,	/* a round came to nothing, q->reason says why */
	QUALIFY_EV_SILENT,	/* the primary address has not answered in time */
	QUALIFY_EV_NEW_KEY,	/* q->new_key has become true */
};

enum qualify_reason {
	QUALIFY_OK,
	QUALIFY_NO_REPLY,	/* primary address silent */
	QUALIFY_NO_REPLY2,	/* secondary address silent (C-37) */
	QUALIFY_SYMMETRIC,	/* the two mappings differ (C-38) */
	QUALIFY_STALE,		/* qualify_pause() */
};

/**
 * struct qualify_server - a server
 * @primary: the address that goes into ours
 * @secondary: address and port that show whether the NAT is symmetric; the address
 *	is @primary if the server has a second port in place of a second address
 */
struct qualify_server {
	__be32 primary;
	struct teredo_endpoint secondary;
};

#define QUALIFY_SERVERS		8

/**
 * struct qualify_ops - what the machine needs from outside
 * @send: send a datagram; failures count as loss
 * @now: monotonic time
 * @random: fill with unpredictable octets (RFC 4086)
 * @contact: time since the server's primary address was last heard from,
 *	by whatever packet; QUALIFY_NEVER if it was not
 * @event: something happened that others must act upon
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
 * struct qualify_exchange - a solicitation and its repeats
 * @query: what the answer is checked against
 * @deadline: when to repeat or give up; QUALIFY_NEVER if not under way
 * @tries: times sent
 * @answered: a valid answer came, it is in @mapped
 * @mapped: our service port as this address sees it
 */
struct qualify_exchange {
	struct packet_query query;
	u64 deadline;
	unsigned int tries;
	bool answered;
	struct teredo_endpoint mapped;
};

/**
 * struct qualify - the machine
 * @ops: see there
 * @ctx: handed to @ops
 * @key: for secure qualification
 * @prefix: service prefix
 * @refresh: refresh interval
 * @changes: refreshes in a row that found another mapping
 * @skip_secondary: take any NAT for a restricted one
 * @symmetric: go on behind a symmetric NAT (RFC 6081 5.2)
 * @servers: the servers to try in turn
 * @n_servers: number of entries in @servers
 * @index: the entry in use
 * @server: the server in use
 * @state: where the machine stands
 * @reason: why it does not get on, or the last time it did not
 * @blamed: the address and port that @reason is about
 * @address: Teredo address; valid in QUALIFIED and MAINTAINING
 * @mapped: the mapping in @address
 * @nat: what the two answers say of the NAT; none is not told from restricted, and
 *	unknown stands for a secondary address that is silent
 * @silent: servers whose secondary address was silent, a bit for each entry
 * @retest: when to ask the secondary address again; valid while @nat is unknown
 * @flags: of the last address, kept as long as mapping and server are
 * @flags_known: @flags, @mapped and @address are of some address
 * @primary: exchange with the primary address
 * @secondary: exchange with the secondary address
 * @timer: next refresh or retry; QUALIFY_NEVER if there is none
 * @offline_since: when OFFLINE was entered
 * @slow_rounds: retries since the quick ones ended
 * @new_key: the last valid advertisement said that the secret is an old one
 * @last_ra: when the last valid advertisement came; QUALIFY_NEVER if none did
 * @last_verdict: why the last invalid one was not
 * @rejected: number of invalid ones
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
