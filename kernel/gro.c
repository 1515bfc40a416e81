// SPDX-License-Identifier: GPL-2.0
/*
 * GRO of received datagrams. Plain encapsulation, which all data has, is coalesced by the GRO
 * of the inner IPv6 packets. Datagrams with an origin indication, an authentication or
 * trailers, and bubbles, are not coalesced. Only datagrams with equal outer addresses and
 * ports are, so one check of the outer source holds for the whole GRO packet.
 */
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/gro.h>
#include <net/ipv6.h>

#include "gro.h"

/**
 * teredo_gro_receive() - try to coalesce a datagram with earlier ones
 * @sk: socket
 * @head: datagrams that GRO holds
 * @skb: the new datagram, at its UDP payload
 *
 * Context: softirq, RCU.
 * Return: the held datagram to pass on now, or NULL.
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
 * teredo_gro_complete() - finish a coalesced datagram
 * @sk: socket
 * @skb: the datagram
 * @nhoff: offset of the inner IPv6 header in octets
 *
 * Context: softirq, RCU.
 * Return: 0; -ENOENT without IPv6 GRO; else the error of IPv6 GRO.
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
