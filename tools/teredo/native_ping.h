/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connectivity test of a client (RFC 4380 5.2.9). A Teredo address shows only that
 * the server is reachable; data passes through relays, which can be missing or broken.
 * The test sends an Echo Request to a native host via the server. The reply returns
 * through the relay nearest to that host.
 *
 * Pure: datagrams arrive by function calls and are sent by a callback; the caller
 * passes the time, in milliseconds.
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
 * struct verify - a connectivity test
 * @send: send a datagram
 * @ctx: passed to @send
 * @host: the native host
 * @address: Teredo address of the client
 * @echo: identifies the reply
 * @state: state of the test
 * @tries: requests sent
 * @sent: time of the last request
 * @relay: source of the reply, or relay that asked for a bubble to send the reply
 * @relay_known: @relay is set
 * @rtt: time from the last request to the reply
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
