// SPDX-License-Identifier: GPL-2.0
/*
 * The transmit entry (RFC 4380 5.2.4, 5.4.1). The role validates the packet. A
 * packet to a usable peer is encapsulated at once, after one look-up in the peer
 * table. For any other destination probe.c queues the packet and probes the peer.
 */
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <net/ipv6.h>

#include "client.h"
#include "device.h"
#include "encap.h"
#include "nptv6.h"
#include "peer.h"
#include "probe.h"
#include "relay.h"
#include "stats.h"
#include "xmit.h"

static bool may_send(struct teredo_dev *td, struct sk_buff *skb,
		     const struct teredo_mapping *map)
{
	if (td->cfg.mode == TEREDO_MODE_CLIENT)
		return teredo_client_may_send(td, skb, map);
	return teredo_relay_may_send(td, skb, map);
}

/* Check whether teredo_probe_refresh() must be called. Silence is only a reason for
 * native peers, whose relay may have gone.
 */
static bool wants_refresh(const struct teredo_dev *td,
			  struct teredo_peer *peer)
{
	if (READ_ONCE(peer->probe))
		return false;
	return teredo_peer_aging(peer) ||
	       (!teredo_is_teredo(&peer->addr, td->cfg.prefix) &&
		teredo_peer_silent(peer));
}

/* Translate the destination. Return: false if the packet is dropped. */
static bool to_client(struct teredo_dev *td, struct sk_buff *skb)
{
	int err = teredo_nptv6_tx(td, skb);

	if (likely(!err))
		return true;
	if (err == -EHOSTUNREACH)
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
	teredo_drop(td, skb, err == -ENOMEM ? TEREDO_TX_DROP_NO_MEMORY :
					      TEREDO_TX_DROP_NOT_NATIVE);
	return false;
}

/**
 * teredo_xmit() - send a packet, as ndo_start_xmit
 * @skb: packet from the IPv6 stack, consumed
 * @dev: the Teredo device
 *
 * Context: BH off.
 * Return: NETDEV_TX_OK.
 */
netdev_tx_t teredo_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct teredo_dev *td = netdev_priv(dev);
	const struct teredo_mapping *map;
	struct teredo_peer *peer;

	if (unlikely(skb->protocol != htons(ETH_P_IPV6) ||
		     !pskb_inet_may_pull(skb))) {
		teredo_drop(td, skb, TEREDO_TX_DROP_NOT_IPV6);
		return NETDEV_TX_OK;
	}
	rcu_read_lock();
	if (unlikely(teredo_nptv6_on(td)) && !to_client(td, skb))
		goto unlock;
	map = rcu_dereference(td->mapping);
	if (!may_send(td, skb, map))
		goto unlock;

	peer = teredo_peer_lookup(td->peers, &ipv6_hdr(skb)->daddr);
	if (unlikely(!peer || !teredo_peer_usable(peer))) {
		teredo_probe_xmit(td, map, skb);
		goto unlock;
	}
	teredo_output(td, skb, peer);
	if (unlikely(wants_refresh(td, peer)))
		teredo_probe_refresh(td, map, &peer->addr);
unlock:
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

/**
 * teredo_features_check() - limit the offloads of a packet to the device
 * @skb: packet from the IPv6 stack, borrowed
 * @dev: the Teredo device
 * @features: features of the device that suit the packet
 *
 * A GSO packet whose inner checksums are complete is segmented before it is
 * encapsulated. A hypervisor can hand over such packets. The outer checksum of a
 * GSO packet is the sum of a pseudo header. Netfilter and tc take it for that only
 * while skb->ip_summed is CHECKSUM_PARTIAL.
 *
 * Context: BH off.
 * Return: the features that can be used.
 */
netdev_features_t teredo_features_check(struct sk_buff *skb,
					struct net_device *dev,
					netdev_features_t features)
{
	if (skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL)
		return features & ~NETIF_F_GSO_MASK;
	return features;
}
