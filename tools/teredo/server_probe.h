/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Probe of a server over a UDP socket of the program. The daemon's state machine
 * qualifies. On request, a connectivity test with a native host follows. Several probes
 * can run in parallel, each with its own NAT mapping.
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
 * struct probe - probe of a server
 * @spec: the server in text form
 * @symmetric: accept a symmetric NAT; set by the caller
 * @verify: test a native host, too; the caller sets the host in @v
 * @udp: socket
 * @q: state machine
 * @v: connectivity test
 * @begun: start time, in microseconds
 * @sent: times of the last solicitations to the primary and the secondary address
 * @rtt: round-trip times of their answers in microseconds, negative without an answer
 * @over: the probe is finished
 * @refused: an ICMP error came from the primary or the secondary address
 * @unsent: a datagram to the primary address could not be sent
 * @error: text of the ICMP error, or why the datagram could not be sent; "" without
 *	an error
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
