/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A look at a server over a UDP socket of our own: the daemon's state machine
 * qualifies, and if that is wanted, a native host is asked for an answer.
 * Several of them run side by side, each behind a mapping of its own.
 */
#ifndef _SERVER_PROBE_H
#define _SERVER_PROBE_H

#include <jansson.h>

#include "native_ping.h"
#include "outcome.h"
#include "server_spec.h"
#include "udp.h"

#define PROBE_ERROR	128

/**
 * struct probe - one server
 * @spec: as people wrote it
 * @symmetric: a symmetric NAT will do; set by the caller
 * @verify: ask a native host as well; its @host is set by the caller
 * @udp: socket
 * @q: state machine
 * @v: test of the way to the native host
 * @begun: when it began, in microseconds
 * @sent: when the primary and the secondary address were last asked
 * @rtt: what the answers took, negative if there is none
 * @over: there is nothing to wait for any more
 * @refused: an ICMP error came back from the primary and the secondary address
 * @unsent: a datagram to the primary address could not be sent
 * @error: what the error said, or why the datagram could not be sent; "" if all
 *	is well
 */
struct probe {
	const struct server_spec *spec;
	bool symmetric;
	bool verify;
	struct udp udp;
	struct qualify q;
	struct verify v;
	u64 begun;
	u64 sent[2];
	int64_t rtt[2];
	bool over;
	bool refused[2];
	bool unsent;
	char error[PROBE_ERROR];
};

const char *probe_open(struct probe *probe, const struct server_spec *spec,
		       const struct packet_key *key, u16 port);
void probe_run(struct probe *probes, int n, unsigned int timeout_ms);
void probe_close(struct probe *probe);
enum outcome probe_outcome(const struct probe *probe);
enum teredo_nat probe_nat(const struct probe *probe);
u64 probe_ms(const struct probe *probe);
void probe_explain(const struct probe *probe, struct reason *r);
json_t *probe_connectivity(const struct probe *probe);

#endif /* _SERVER_PROBE_H */
