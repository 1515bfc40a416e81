/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Named counters: reasons of drops, and protocol events. ethtool -S and netlink show
 * them under the same names.
 */
#ifndef _TEREDO_STATS_H
#define _TEREDO_STATS_H

#include <linux/types.h>
#include <linux/u64_stats_sync.h>

struct sk_buff;
struct teredo_dev;

/* Comments cite the rows in Documentation/networking/teredo/packet-rules.rst. TX and RX
 * are directions of the device. The names that users see are the same in lower case.
 */
enum teredo_counter {
	TEREDO_TX_BUBBLES,		/* sent, of every kind */
	TEREDO_TX_TESTS,		/* connectivity tests sent */
	TEREDO_TX_PORT_TESTS,		/* RFC 6081 5.5, three packets each */
	TEREDO_TX_CONTROL,		/* sent for the control daemon */
	TEREDO_TX_TRANSLATED,		/* gateway: to clients */
	TEREDO_TX_DROP_NOT_IPV6,
	TEREDO_TX_DROP_NOT_QUALIFIED,	/* T-01 */
	TEREDO_TX_DROP_SCOPE,		/* T-02: multicast, link-local */
	TEREDO_TX_DROP_SOURCE,		/* T-03: not the own address */
	TEREDO_TX_DROP_NOT_TEREDO,	/* RT-01 */
	TEREDO_TX_DROP_EMBEDDED,	/* T-08: not global unicast */
	TEREDO_TX_DROP_NO_ROUTE,
	TEREDO_TX_DROP_LOOP,		/* route leads to the device itself */
	TEREDO_TX_DROP_QUEUE_FULL,
	TEREDO_TX_DROP_NO_ANSWER,	/* peer did not answer */
	TEREDO_TX_DROP_PEER_LIMIT,
	TEREDO_TX_DROP_RATE,		/* bubble of a relay over its rate */
	TEREDO_TX_DROP_SHARE,		/* bubble of a relay, source over share */
	TEREDO_TX_DROP_NO_MEMORY,
	TEREDO_TX_DROP_NOT_CLIENT,	/* gateway: not one of its clients */
	TEREDO_TX_DROP_NOT_AUTHENTICATED, /* gateway: no secret */
	TEREDO_TX_DROP_CLIENT_RATE,	/* gateway: over the rate of a client */
	TEREDO_TX_DROP_NOT_NATIVE,	/* gateway: not to a native address */
	TEREDO_RX_BUBBLES,		/* from peers directly */
	TEREDO_RX_INDIRECT_BUBBLES,	/* via the server */
	TEREDO_RX_DISCOVERY,		/* P-03: discovery bubbles */
	TEREDO_RX_CONTROL,		/* passed to the control daemon */
	TEREDO_RX_HELD,			/* queued until a test verifies the source */
	TEREDO_RX_TEST_REPLIES,		/* P-14: a test has verified the source */
	TEREDO_RX_PORT_TESTS,		/* answers to port tests */
	TEREDO_RX_SOLICITATIONS,	/* answered by the server */
	TEREDO_RX_ECHO_REQUESTS,	/* answered by the server */
	TEREDO_RX_FORWARDED,		/* by the server */
	TEREDO_RX_ROUTED,		/* by the server, to native hosts */
	TEREDO_RX_TRANSLATED,		/* gateway: to native hosts */
	TEREDO_RX_DROP_MALFORMED,	/* P-01 */
	TEREDO_RX_DROP_HEADERS,		/* RR-01, SV-01: unexpected headers */
	TEREDO_RX_DROP_NOT_QUALIFIED,	/* P-05 */
	TEREDO_RX_DROP_SOURCE,		/* P-06: impossible source */
	TEREDO_RX_DROP_DESTINATION,	/* P-06: not the own address */
	TEREDO_RX_DROP_DISCOVERY,	/* P-03: not a discovery bubble */
	TEREDO_RX_DROP_OFF_LINK,	/* P-03: not from our link */
	TEREDO_RX_DROP_OTHER_NAT,	/* P-03: not behind our NAT */
	TEREDO_RX_DROP_PORT,		/* random port of another peer */
	TEREDO_RX_DROP_TRAILER,		/* P-07: a trailer demands the drop */
	TEREDO_RX_DROP_BUBBLE,		/* P-11, P-18: verifies nothing */
	TEREDO_RX_DROP_SPOOFED,		/* P-19: not from its mapped endpoint */
	TEREDO_RX_DROP_NO_PEER,	/* RR-03: no peer has this source */
	TEREDO_RX_DROP_PROTOCOL,	/* SV-02, SV-10: servers are no relays */
	TEREDO_RX_DROP_EMBEDDED,	/* SV-12: not global unicast */
	TEREDO_RX_DROP_LOOP,		/* SV-03: from the server itself */
	TEREDO_RX_DROP_NO_SECOND,	/* SV-04: no second endpoint */
	TEREDO_RX_DROP_AUTH,		/* SV-04: no secret, but required */
	TEREDO_RX_DROP_LINK_LOCAL,	/* P-20 */
	TEREDO_RX_DROP_ND,		/* neighbour discovery */
	TEREDO_RX_DROP_CONTROL,		/* P-04: not from the server */
	TEREDO_RX_DROP_NO_DAEMON,	/* P-04: no control daemon */
	TEREDO_RX_DROP_RATE,		/* over a rate limit */
	TEREDO_RX_DROP_SHARE,		/* the same, source over its share */
	TEREDO_RX_DROP_QUEUE_FULL,
	TEREDO_RX_DROP_UNVERIFIED,	/* test failed, or via another relay */
	TEREDO_RX_DROP_PEER_LIMIT,
	TEREDO_RX_DROP_ECN,		/* RFC 6040 4.2 */
	TEREDO_RX_DROP_NO_MEMORY,
	TEREDO_RX_DROP_NOT_CLIENT,	/* gateway: not one of its clients */
	TEREDO_RX_DROP_NOT_AUTHENTICATED, /* gateway: no secret */
	TEREDO_RX_DROP_CLIENT_RATE,	/* gateway: over the rate of a client */
	TEREDO_RX_DROP_BETWEEN_CLIENTS,	/* gateway: to another of its clients */
	TEREDO_PEERS_EVICTED,		/* to make room */

	TEREDO_N_COUNTERS
};

/**
 * struct teredo_stats - counters of one CPU
 * @value: values, indexed by enum teredo_counter
 * @syncp: makes reads of 64 bits consistent on 32-bit machines
 */
struct teredo_stats {
	u64_stats_t value[TEREDO_N_COUNTERS];
	struct u64_stats_sync syncp;
};

extern const char * const teredo_counter_names[TEREDO_N_COUNTERS];

void teredo_count(struct teredo_dev *td, enum teredo_counter which);
void teredo_count_n(struct teredo_dev *td, enum teredo_counter which,
		    unsigned int n);
void teredo_drop(struct teredo_dev *td, struct sk_buff *skb,
		 enum teredo_counter why);
void teredo_stats_read(const struct teredo_dev *td, u64 *values);

#endif /* _TEREDO_STATS_H */
