// SPDX-License-Identifier: GPL-2.0
/* The gateway of a server: which packets of its own clients it carries (RFC 4380 5.4). */
#include <linux/icmpv6.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>

#include "auth.h"
#include "decap.h"
#include "device.h"
#include "gateway.h"
#include "nptv6.h"
#include "ratelimit.h"
#include "stats.h"

enum verdict {
	CARRY,
	NOT_CLIENT,
	NOT_AUTHENTICATED,
	RATE,
};

/* Decide whether to carry @skb, which comes from or goes to the client with address @addr. */
static enum verdict judge(struct teredo_dev *td, const struct in6_addr *addr,
			  const struct sk_buff *skb, struct teredo_limit *limit)
{
	u32 n = skb_shinfo(skb)->gso_segs ?: 1;
	struct teredo_endpoint mapped = teredo_mapped(addr);

	if (!teredo_is_teredo(addr, td->cfg.prefix) ||
	    teredo_server(addr) != td->cfg.local)
		return NOT_CLIENT;
	if (READ_ONCE(td->cfg.auth) &&
	    !teredo_client_is_authenticated(td->clients, mapped))
		return NOT_AUTHENTICATED;
	if (!teredo_limit_client(limit, mapped.addr, mapped.port, n,
				 READ_ONCE(td->cfg.client_rate)))
		return RATE;
	return CARRY;
}

/**
 * teredo_gateway_rx() - check whether the gateway carries a packet of a client
 * @rx: datagram that would be delivered to the IPv6 stack
 * @src: inner source
 *
 * Context: softirq, RCU.
 * Return: true if the packet is carried, or the device has no gateway; else @rx is consumed.
 */
bool teredo_gateway_rx(struct teredo_rx *rx, const struct in6_addr *src)
{
	static const enum teredo_counter why[] = {
		[NOT_CLIENT] = TEREDO_RX_DROP_NOT_CLIENT,
		[NOT_AUTHENTICATED] = TEREDO_RX_DROP_NOT_AUTHENTICATED,
		[RATE] = TEREDO_RX_DROP_CLIENT_RATE,
	};
	enum verdict verdict;

	if (!teredo_gateway_on(rx->td))
		return true;
	verdict = judge(rx->td, src, rx->skb, rx->td->from_clients);
	if (verdict == CARRY)
		return true;
	teredo_rx_drop(rx, why[verdict]);
	return false;
}

/**
 * teredo_gateway_tx() - check whether the gateway carries a packet to a client
 * @td: a server or relay
 * @skb: packet from the IPv6 stack
 *
 * A packet to an address that is not carried causes an ICMPv6 error. A packet over the
 * rate causes none.
 *
 * Context: BH off, RCU.
 * Return: true if the packet is carried, or the device has no gateway; else @skb is consumed.
 */
bool teredo_gateway_tx(struct teredo_dev *td, struct sk_buff *skb)
{
	static const enum teredo_counter why[] = {
		[NOT_CLIENT] = TEREDO_TX_DROP_NOT_CLIENT,
		[NOT_AUTHENTICATED] = TEREDO_TX_DROP_NOT_AUTHENTICATED,
		[RATE] = TEREDO_TX_DROP_CLIENT_RATE,
	};
	enum verdict verdict;

	if (!teredo_gateway_on(td))
		return true;
	verdict = judge(td, &ipv6_hdr(skb)->daddr, skb, td->to_clients);
	if (verdict == CARRY)
		return true;
	if (verdict != RATE)
		teredo_nptv6_icmp_error(td, skb, ICMPV6_ADM_PROHIBITED);
	teredo_drop(td, skb, why[verdict]);
	return false;
}
