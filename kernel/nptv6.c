// SPDX-License-Identifier: GPL-2.0
/*
 * Network prefix translation (RFC 6296): addresses, transport checksums, and the
 * packets quoted in ICMPv6 errors.
 */
#include <linux/dccp.h>
#include <linux/icmpv6.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/checksum.h>
#include <net/ipv6.h>

#include "device.h"
#include "nptv6.h"
#include "stats.h"

/* The first 64 bits of an address, as two words: an IPv6 header is aligned to 4 octets.
 */
#define PREFIX_WORDS	2
#define PREFIX_SIZE	(PREFIX_WORDS * sizeof(__be32))

/**
 * struct translation - translation of one direction
 * @from: prefix to replace, network byte order
 * @to: replacement, network byte order
 * @diff: checksum of @to minus that of @from
 * @source: translate the source address, otherwise the destination
 */
struct translation {
	__be32 from[PREFIX_WORDS];
	__be32 to[PREFIX_WORDS];
	__wsum diff;
	bool source;
};

/**
 * struct teredo_nptv6 - translation of a gateway
 * @rx: from clients to native hosts
 * @tx: from native hosts to clients
 * @back: undoes @tx
 * @rcu: to free it after a grace period
 */
struct teredo_nptv6 {
	struct translation rx;
	struct translation tx;
	struct translation back;
	struct rcu_head rcu;
};

static struct translation make(const __be32 *from, const __be32 *to, bool source)
{
	struct translation t = { .source = source };

	memcpy(t.from, from, PREFIX_SIZE);
	memcpy(t.to, to, PREFIX_SIZE);
	t.diff = csum_sub(csum_partial(to, PREFIX_SIZE, 0),
			  csum_partial(from, PREFIX_SIZE, 0));
	return t;
}

/**
 * teredo_nptv6_update() - start, change or stop the translation of a device
 * @td: device
 * @cfg: configuration, with @gateway_prefix all zero for no translation
 *
 * Context: process, RTNL held.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int teredo_nptv6_update(struct teredo_dev *td, const struct teredo_config *cfg)
{
	const __be32 clients[PREFIX_WORDS] = { cfg->prefix, cfg->local };
	const __be32 *native = cfg->gateway_prefix.s6_addr32;
	struct teredo_nptv6 *nptv6 = NULL;

	if (native[0]) {
		nptv6 = kzalloc_obj(*nptv6, GFP_KERNEL);
		if (!nptv6)
			return -ENOMEM;
		nptv6->rx = make(clients, native, true);
		nptv6->tx = make(native, clients, false);
		nptv6->back = make(clients, native, false);
	}
	nptv6 = rcu_replace_pointer(td->nptv6, nptv6, lockdep_rtnl_is_held());
	if (nptv6)
		kfree_rcu(nptv6, rcu);
	return 0;
}

/**
 * teredo_nptv6_free() - free the translation of a device
 * @td: device that no packet uses any more
 *
 * Context: process.
 */
void teredo_nptv6_free(struct teredo_dev *td)
{
	kfree(rcu_dereference_protected(td->nptv6, true));
}

static bool has_prefix(const struct in6_addr *addr, const __be32 *prefix)
{
	return !((addr->s6_addr32[0] ^ prefix[0]) |
		 (addr->s6_addr32[1] ^ prefix[1]));
}

static void set_prefix(struct in6_addr *addr, const __be32 *prefix)
{
	addr->s6_addr32[0] = prefix[0];
	addr->s6_addr32[1] = prefix[1];
}

static struct ipv6hdr *header_at(const struct sk_buff *skb, unsigned int at)
{
	return (struct ipv6hdr *)(skb->data + at);
}

/* Return: the offset of the checksum in a transport header with a pseudo header, or -1.
 */
static int checksum_in(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return offsetof(struct tcphdr, check);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return offsetof(struct udphdr, check);
	case IPPROTO_ICMPV6:
		return offsetof(struct icmp6hdr, icmp6_cksum);
	case IPPROTO_DCCP:
		return offsetof(struct dccp_hdr, dccph_checksum);
	}
	return -1;
}

/**
 * struct transport - transport header of a packet
 * @proto: protocol number
 * @at: offset of the header from skb->data, negative for none
 * @sum: offset of the checksum from skb->data, 0 for none
 */
struct transport {
	u8 proto;
	int at;
	unsigned int sum;
};

/* The IPv6 header at @at is linear. A later fragment has no transport header, and a
 * quoted packet can end before the checksum.
 */
static struct transport find_transport(const struct sk_buff *skb, unsigned int at)
{
	struct transport t = { .proto = header_at(skb, at)->nexthdr };
	__be16 frag = 0;
	int in;

	t.at = at + sizeof(struct ipv6hdr);
	if (t.proto != IPPROTO_TCP && t.proto != IPPROTO_UDP)
		t.at = ipv6_skip_exthdr(skb, t.at, &t.proto, &frag);
	in = checksum_in(t.proto);
	if (t.at >= 0 && in >= 0 && t.at + in + sizeof(__sum16) <= skb->len)
		t.sum = t.at + in;
	return t;
}

/* Check whether the checksum field holds only the sum of the pseudo header, which a
 * network device completes. In a GSO packet with an inner tunnel, the outer checksum
 * field does.
 */
static bool is_partial(const struct sk_buff *skb, const struct transport *t)
{
	return skb->ip_summed == CHECKSUM_PARTIAL &&
	       (skb_is_gso(skb) || skb_checksum_start_offset(skb) == t->at);
}

/* Include the new address in the transport checksum. The sum over the whole packet
 * stays the same, as an IPv6 header has no checksum of its own.
 * Return: false if there is no checksum: 0 in UDP stands for none (RFC 6935).
 */
static bool adjust(struct sk_buff *skb, const struct transport *t, __wsum diff)
{
	__sum16 *sum = (__sum16 *)(skb->data + t->sum);
	bool udp = t->proto == IPPROTO_UDP;

	if (!t->sum || (udp && !*sum && !is_partial(skb, t)))
		return false;
	if (is_partial(skb, t))
		*sum = ~csum_fold(csum_add(diff, csum_unfold(*sum)));
	else
		csum_replace_by_diff(sum, diff);
	if (udp && !*sum)
		*sum = CSUM_MANGLED_0;
	return true;
}

static struct in6_addr *address_at(const struct sk_buff *skb, unsigned int at,
				   bool source)
{
	struct ipv6hdr *ip6 = header_at(skb, at);

	return source ? &ip6->saddr : &ip6->daddr;
}

/* Translate the packet that an ICMPv6 error quotes. It went in the opposite direction,
 * so the opposite address is translated. If its own checksum can be adjusted, the sum
 * over the quoted packet stays the same; otherwise the checksum of the error changes.
 * Return: false without memory.
 */
static bool translate_quoted(struct sk_buff *skb, const struct transport *icmp,
			     const struct translation *t)
{
	unsigned int at = icmp->at + sizeof(struct icmp6hdr);
	struct transport quoted;
	__sum16 *sum;

	if (skb->data[icmp->at] & ICMPV6_INFOMSG_MASK ||
	    skb->len < at + sizeof(struct ipv6hdr))
		return true;
	if (skb_ensure_writable(skb, at + sizeof(struct ipv6hdr)))
		return false;
	if (!has_prefix(address_at(skb, at, !t->source), t->from))
		return true;
	quoted = find_transport(skb, at);
	if (quoted.sum && skb_ensure_writable(skb, quoted.sum + sizeof(*sum)))
		return false;
	set_prefix(address_at(skb, at, !t->source), t->to);
	if (!adjust(skb, &quoted, t->diff) && !is_partial(skb, icmp)) {
		sum = (__sum16 *)(skb->data + icmp->sum);
		csum_replace_by_diff(sum, t->diff);
	}
	return true;
}

/* Return: false without memory. */
static bool translate(struct sk_buff *skb, const struct translation *t)
{
	struct transport transport = find_transport(skb, 0);
	unsigned int write = transport.sum ? transport.sum + sizeof(__sum16) :
					     sizeof(struct ipv6hdr);

	if (skb_ensure_writable(skb, write))
		return false;
	set_prefix(address_at(skb, 0, t->source), t->to);
	if (!adjust(skb, &transport, t->diff) &&
	    skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	return transport.proto != IPPROTO_ICMPV6 || !transport.sum ||
	       translate_quoted(skb, &transport, t);
}

/* Addresses that are numbered by hand, such as ::1 or ::77, decode to a mapped IPv4
 * address in 240.0.0.0/4.
 */
static bool can_be_client(const struct in6_addr *addr)
{
	__be32 mapped = teredo_mapped(addr).addr;

	return teredo_ipv4_is_global(mapped) && ntohl(mapped) < 0xf0000000;
}

/* Clients cannot reach each other via the native prefix: each would wait for the reply
 * to its own connectivity test before it replies to the other's. A neighbour on the
 * link, or an address of this host, is not a client.
 */
static bool is_between_clients(const struct teredo_dev *td,
			       const struct in6_addr *dst, const __be32 *native)
{
	return unlikely(has_prefix(dst, native)) &&
	       can_be_client(dst) &&
	       !ipv6_chk_addr(dev_net(td->dev), dst, td->dev, 0);
}

/**
 * teredo_nptv6_rx() - translate the source of a client's packet
 * @td: device
 * @skb: decapsulated packet, skb->data at its IPv6 header
 *
 * The destination of a packet that an ICMPv6 error quotes is translated as well.
 *
 * Context: softirq, RCU.
 * Return: 0, also if no translation applies; -ENOMEM; -EHOSTUNREACH if the destination
 * is another client.
 */
int teredo_nptv6_rx(struct teredo_dev *td, struct sk_buff *skb)
{
	const struct teredo_nptv6 *nptv6 = rcu_dereference(td->nptv6);
	const struct translation *t;

	if (!nptv6)
		return 0;
	t = &nptv6->rx;
	if (is_between_clients(td, &ipv6_hdr(skb)->daddr, t->to))
		return -EHOSTUNREACH;
	if (!has_prefix(&ipv6_hdr(skb)->saddr, t->from))
		return 0;
	if (!translate(skb, t))
		return -ENOMEM;
	teredo_count(td, TEREDO_RX_TRANSLATED);
	return 0;
}

/**
 * teredo_nptv6_tx() - translate the destination of a packet to a client
 * @td: device
 * @skb: packet from the IPv6 stack, skb->data at its IPv6 header
 *
 * The source of a packet that an ICMPv6 error quotes is translated as well.
 *
 * Context: BH off, RCU.
 * Return: 0, also if no translation applies; -ENOMEM; -EHOSTUNREACH if the destination
 * is a client's Teredo address: the client's answer would come from the native address.
 */
int teredo_nptv6_tx(struct teredo_dev *td, struct sk_buff *skb)
{
	const struct teredo_nptv6 *nptv6 = rcu_dereference(td->nptv6);
	const struct in6_addr *dst = &ipv6_hdr(skb)->daddr;

	if (!nptv6)
		return 0;
	if (!has_prefix(dst, nptv6->tx.from))
		return has_prefix(dst, nptv6->tx.to) ? -EHOSTUNREACH : 0;
	if (!translate(skb, &nptv6->tx))
		return -ENOMEM;
	teredo_count(td, TEREDO_TX_TRANSLATED);
	return 0;
}

/**
 * teredo_nptv6_icmp_error() - send an ICMPv6 destination unreachable for an outgoing packet
 * @td: device
 * @skb: packet, borrowed; returned as it was before teredo_nptv6_tx()
 * @code: code of ICMPV6_DEST_UNREACH
 *
 * The error quotes the packet as its source sent it. No error is sent without memory.
 *
 * Context: BH off, RCU; neither td->lock nor peers->lock held.
 */
void teredo_nptv6_icmp_error(struct teredo_dev *td, struct sk_buff *skb, u8 code)
{
	const struct teredo_nptv6 *nptv6 = rcu_dereference(td->nptv6);

	if (nptv6 && has_prefix(&ipv6_hdr(skb)->daddr, nptv6->back.from) &&
	    !translate(skb, &nptv6->back))
		return;
	icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, code, 0);
}
