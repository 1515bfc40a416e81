// SPDX-License-Identifier: GPL-2.0
/* Named counters: names, update and sum over all CPUs. */
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "device.h"
#include "stats.h"
#include "trace.h"

const char * const teredo_counter_names[TEREDO_N_COUNTERS] = {
	[TEREDO_TX_BUBBLES] = "tx_bubbles",
	[TEREDO_TX_TESTS] = "tx_tests",
	[TEREDO_TX_PORT_TESTS] = "tx_port_tests",
	[TEREDO_TX_CONTROL] = "tx_control",
	[TEREDO_TX_TRANSLATED] = "tx_translated",
	[TEREDO_TX_DROP_NOT_IPV6] = "tx_drop_not_ipv6",
	[TEREDO_TX_DROP_NOT_QUALIFIED] = "tx_drop_not_qualified",
	[TEREDO_TX_DROP_SCOPE] = "tx_drop_scope",
	[TEREDO_TX_DROP_SOURCE] = "tx_drop_source",
	[TEREDO_TX_DROP_NOT_TEREDO] = "tx_drop_not_teredo",
	[TEREDO_TX_DROP_EMBEDDED] = "tx_drop_embedded",
	[TEREDO_TX_DROP_NO_ROUTE] = "tx_drop_no_route",
	[TEREDO_TX_DROP_LOOP] = "tx_drop_loop",
	[TEREDO_TX_DROP_QUEUE_FULL] = "tx_drop_queue_full",
	[TEREDO_TX_DROP_NO_ANSWER] = "tx_drop_no_answer",
	[TEREDO_TX_DROP_PEER_LIMIT] = "tx_drop_peer_limit",
	[TEREDO_TX_DROP_RATE] = "tx_drop_rate",
	[TEREDO_TX_DROP_SHARE] = "tx_drop_share",
	[TEREDO_TX_DROP_NO_MEMORY] = "tx_drop_no_memory",
	[TEREDO_TX_DROP_NOT_CLIENT] = "tx_drop_not_client",
	[TEREDO_TX_DROP_NOT_AUTHENTICATED] = "tx_drop_not_authenticated",
	[TEREDO_TX_DROP_CLIENT_RATE] = "tx_drop_client_rate",
	[TEREDO_TX_DROP_NOT_NATIVE] = "tx_drop_not_native",
	[TEREDO_RX_BUBBLES] = "rx_bubbles",
	[TEREDO_RX_INDIRECT_BUBBLES] = "rx_indirect_bubbles",
	[TEREDO_RX_DISCOVERY] = "rx_discovery",
	[TEREDO_RX_CONTROL] = "rx_control",
	[TEREDO_RX_HELD] = "rx_held",
	[TEREDO_RX_TEST_REPLIES] = "rx_test_replies",
	[TEREDO_RX_PORT_TESTS] = "rx_port_tests",
	[TEREDO_RX_SOLICITATIONS] = "rx_solicitations",
	[TEREDO_RX_ECHO_REQUESTS] = "rx_echo_requests",
	[TEREDO_RX_FORWARDED] = "rx_forwarded",
	[TEREDO_RX_ROUTED] = "rx_routed",
	[TEREDO_RX_TRANSLATED] = "rx_translated",
	[TEREDO_RX_DROP_MALFORMED] = "rx_drop_malformed",
	[TEREDO_RX_DROP_HEADERS] = "rx_drop_headers",
	[TEREDO_RX_DROP_NOT_QUALIFIED] = "rx_drop_not_qualified",
	[TEREDO_RX_DROP_SOURCE] = "rx_drop_source",
	[TEREDO_RX_DROP_DESTINATION] = "rx_drop_destination",
	[TEREDO_RX_DROP_DISCOVERY] = "rx_drop_discovery",
	[TEREDO_RX_DROP_OFF_LINK] = "rx_drop_off_link",
	[TEREDO_RX_DROP_OTHER_NAT] = "rx_drop_other_nat",
	[TEREDO_RX_DROP_PORT] = "rx_drop_port",
	[TEREDO_RX_DROP_TRAILER] = "rx_drop_trailer",
	[TEREDO_RX_DROP_BUBBLE] = "rx_drop_bubble",
	[TEREDO_RX_DROP_SPOOFED] = "rx_drop_spoofed",
	[TEREDO_RX_DROP_NO_PEER] = "rx_drop_no_peer",
	[TEREDO_RX_DROP_PROTOCOL] = "rx_drop_protocol",
	[TEREDO_RX_DROP_EMBEDDED] = "rx_drop_embedded",
	[TEREDO_RX_DROP_LOOP] = "rx_drop_loop",
	[TEREDO_RX_DROP_NO_SECOND] = "rx_drop_no_second",
	[TEREDO_RX_DROP_AUTH] = "rx_drop_auth",
	[TEREDO_RX_DROP_LINK_LOCAL] = "rx_drop_link_local",
	[TEREDO_RX_DROP_ND] = "rx_drop_nd",
	[TEREDO_RX_DROP_CONTROL] = "rx_drop_control",
	[TEREDO_RX_DROP_NO_DAEMON] = "rx_drop_no_daemon",
	[TEREDO_RX_DROP_RATE] = "rx_drop_rate",
	[TEREDO_RX_DROP_SHARE] = "rx_drop_share",
	[TEREDO_RX_DROP_QUEUE_FULL] = "rx_drop_queue_full",
	[TEREDO_RX_DROP_UNVERIFIED] = "rx_drop_unverified",
	[TEREDO_RX_DROP_PEER_LIMIT] = "rx_drop_peer_limit",
	[TEREDO_RX_DROP_ECN] = "rx_drop_ecn",
	[TEREDO_RX_DROP_NO_MEMORY] = "rx_drop_no_memory",
	[TEREDO_RX_DROP_NOT_CLIENT] = "rx_drop_not_client",
	[TEREDO_RX_DROP_NOT_AUTHENTICATED] = "rx_drop_not_authenticated",
	[TEREDO_RX_DROP_CLIENT_RATE] = "rx_drop_client_rate",
	[TEREDO_RX_DROP_BETWEEN_CLIENTS] = "rx_drop_between_clients",
	[TEREDO_PEERS_EVICTED] = "peers_evicted",
};

/**
 * teredo_count_n() - add to a counter
 * @td: device
 * @which: counter
 * @n: number to add
 *
 * Context: any but hard interrupt.
 */
void teredo_count_n(struct teredo_dev *td, enum teredo_counter which,
		    unsigned int n)
{
	struct teredo_stats *stats;

	local_bh_disable();
	stats = this_cpu_ptr(td->stats);
	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->value[which], n);
	u64_stats_update_end(&stats->syncp);
	local_bh_enable();
}

/**
 * teredo_count() - add one to a counter
 * @td: device
 * @which: counter
 *
 * Context: any but hard interrupt.
 */
void teredo_count(struct teredo_dev *td, enum teredo_counter which)
{
	teredo_count_n(td, which, 1);
}

/**
 * teredo_drop() - free a packet, and count and trace the reason
 * @td: device
 * @skb: packet, consumed
 * @why: counter whose name starts with tx_ or rx_
 *
 * Also counts in tx_dropped or rx_dropped of the network device.
 *
 * Context: any but hard interrupt.
 */
void teredo_drop(struct teredo_dev *td, struct sk_buff *skb,
		 enum teredo_counter why)
{
	trace_teredo_drop(td, skb, teredo_counter_names[why]);
	teredo_count(td, why);
	if (teredo_counter_names[why][0] == 't')
		DEV_STATS_INC(td->dev, tx_dropped);
	else
		DEV_STATS_INC(td->dev, rx_dropped);
	kfree_skb(skb);
}

/**
 * teredo_stats_read() - sum the counters over all CPUs
 * @td: device
 * @values: result, an array of %TEREDO_N_COUNTERS
 *
 * Context: any.
 */
void teredo_stats_read(const struct teredo_dev *td, u64 *values)
{
	const struct teredo_stats *stats;
	u64 copy[TEREDO_N_COUNTERS];
	unsigned int start, i;
	int cpu;

	memset(values, 0, TEREDO_N_COUNTERS * sizeof(*values));
	for_each_possible_cpu(cpu) {
		stats = per_cpu_ptr(td->stats, cpu);
		do {
			start = u64_stats_fetch_begin(&stats->syncp);
			for (i = 0; i < TEREDO_N_COUNTERS; i++)
				copy[i] = u64_stats_read(&stats->value[i]);
		} while (u64_stats_fetch_retry(&stats->syncp, start));
		for (i = 0; i < TEREDO_N_COUNTERS; i++)
			values[i] += copy[i];
	}
}
