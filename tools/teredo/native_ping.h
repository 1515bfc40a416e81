/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is there a way to the native Internet? An address says only that the server
 * is reached; data goes by relays, which may be missing or broken. So a native
 * host is asked for an Echo Reply in the way of a connectivity test (RFC 4380
 * 5.2.9): by the server, and back through the relay that is nearest to the
 * host.
 *
 * Pure: datagrams come in by function calls and go out by a callback, time is
 * what the caller says, in milliseconds.
 */
#ifndef _NATIVE_PING_H
#define _NATIVE_PING_H

#include "packet.h"
#include "reason.h"

#define VERIFY_TRIES		4
#define VERIFY_INTERVAL_MS	2000

enum verify_state {
	VERIFY_OFF,
	VERIFY_TESTING,
	VERIFY_GOOD,
	VERIFY_FAILED,
};

/**
 * struct verify - a test
 * @send: sends a datagram
 * @ctx: handed to @send
 * @host: the native host
 * @address: our own address
 * @echo: what makes the reply recognisable
 * @state: where the test stands
 * @tries: requests sent
 * @sent: when the last one was
 * @relay: where the reply came from, or who wants to send it
 * @relay_known: @relay is; without a reply it asked for a way in, at least
 * @rtt: from the last request to the reply
 */
struct verify {
	void (*send)(void *ctx, struct teredo_endpoint to, const u8 *data,
		     size_t len);
	void *ctx;
	struct in6_addr host;
	struct in6_addr address;
	struct teredo_echo echo;
	enum verify_state state;
	unsigned int tries;
	u64 sent;
	struct teredo_endpoint relay;
	bool relay_known;
	u64 rtt;
};

void verify_start(struct verify *v, const struct in6_addr *address, u64 now);
u64 verify_deadline(const struct verify *v);
void verify_timeout(struct verify *v, u64 now);
void verify_receive(struct verify *v, struct teredo_endpoint from,
		    const u8 *data, size_t len, u64 now);
void verify_explain(const struct verify *v, struct reason *r);

#endif /* _NATIVE_PING_H */
