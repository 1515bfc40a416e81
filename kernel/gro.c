// SPDX-License-Identifier: GPL-2.0
/*
 * GRO: only plain encapsulation merges, which is all that data uses. What has
 * an origin, an authentication or trailers goes on one by one, and bubbles
 * have no inner protocol to merge by. The check of the source, made once on
 * the merged packet, holds for every part: outer addresses and ports were
 * compared when they were merged.
 */
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/gro.h>
#include <net/ipv6.h>

#include "gro.h"

/**
 * teredo_gro_receive - try to merge a datagram with earlier ones
 * @sk: socket
 * @head: datagrams that wait
 * @skb: the new one, at its UDP payload
 *
 * Context: softirq, RCU.
 * Return: the one to pass on now, or NULL.
 */
struct sk_buff *teredo_gro_receive(struct sock *sk, struct list_head *head,
				   struct sk_buff *skb)
{
	const struct packet_offload *inner;
	unsigned int off = skb_gro_offset(skb);
	const struct ipv6hdr *ip6;

	ip6 = skb_gro_header(skb, off + sizeof(*ip6), off);
	if (!ip6 || ip6->version != 6)
		goto flush;
	inner = gro_find_receive_by_type(htons(ETH_P_IPV6));
	if (!inner)
		goto flush;
	return call_gro_receive(inner->callbacks.gro_receive, head, skb);

flush:
	NAPI_GRO_CB(skb)->flush = 1;
	return NULL;
}

/**
 * teredo_gro_complete - finish a merged datagram
 * @sk: socket
 * @skb: the datagram
 * @nhoff: offset of the inner IPv6 header
 *
 * Context: softirq, RCU.
 * Return: 0 or a negative error.
 */
int teredo_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff)
{
	const struct packet_offload *inner;

	inner = gro_find_complete_by_type(htons(ETH_P_IPV6));
	if (!inner)
		return -ENOENT;
	skb_set_inner_mac_header(skb, nhoff);
	return inner->callbacks.gro_complete(skb, nhoff);
}
