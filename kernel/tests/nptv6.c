// SPDX-License-Identifier: GPL-2.0
/*
 * Network prefix translation (RFC 6296): addresses, checksums of every kind, and the
 * packets quoted in ICMPv6 errors. Each packet is translated. Then its checksum is
 * verified as by a receiver, and it is compared with the expected packet.
 */
#include <kunit/test.h>
#include <linux/icmpv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "../device.h"
#include "../nptv6.h"
#include "../stats.h"

static const struct in6_addr client = { { .u6_addr32 = {
	cpu_to_be32(0x20010000), cpu_to_be32(0xcb007101),
	cpu_to_be32(0x2c5a63bf), cpu_to_be32(0x3ffffdf5),
} } };

static const struct in6_addr native = { { .u6_addr32 = {
	cpu_to_be32(0x20010db8), cpu_to_be32(0x00050001),
	cpu_to_be32(0x2c5a63bf), cpu_to_be32(0x3ffffdf5),
} } };

static const struct in6_addr host = { { .u6_addr32 = {
	cpu_to_be32(0x20010db8), cpu_to_be32(0x00070000), 0, cpu_to_be32(7),
} } };

#define PAYLOAD		64	/* octets after the transport header */
#define ROOM		512

/* Create a device with a gateway in the initial namespace. */
static struct teredo_dev *gateway(struct kunit *test)
{
	struct teredo_dev *td = kunit_kzalloc(test, sizeof(*td), GFP_KERNEL);
	struct net_device *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, td);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	td->dev = dev;
	td->stats = netdev_alloc_pcpu_stats(struct teredo_stats);
	KUNIT_ASSERT_NOT_NULL(test, td->stats);
	dev_net_set(dev, &init_net);
	td->cfg.prefix = htonl(TEREDO_PREFIX);
	td->cfg.local = client.s6_addr32[1];
	td->cfg.gateway_prefix = native;
	td->cfg.gateway_prefix.s6_addr32[2] = 0;
	td->cfg.gateway_prefix.s6_addr32[3] = 0;
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, teredo_nptv6_update(td, &td->cfg), 0);
	rtnl_unlock();
	return td;
}

static void end(struct teredo_dev *td)
{
	teredo_nptv6_free(td);
	free_percpu(td->stats);
}

/* Return: offset of the checksum in a header of @proto. */
static unsigned int sum_of(u8 proto)
{
	return proto == IPPROTO_TCP ? 16 : proto == IPPROTO_UDP ? 6 : 2;
}

static void put_header(struct sk_buff *skb, u8 proto, const struct in6_addr *src,
		       const struct in6_addr *dst, unsigned int len)
{
	struct ipv6hdr *ip6 = skb_put_zero(skb, sizeof(*ip6));

	ip6->version = 6;
	ip6->nexthdr = proto;
	ip6->hop_limit = 64;
	ip6->payload_len = htons(len);
	ip6->saddr = *src;
	ip6->daddr = *dst;
}

static __sum16 sum_over(const struct sk_buff *skb, unsigned int at, u8 proto)
{
	const struct ipv6hdr *ip6 = (struct ipv6hdr *)(skb->data + at);
	unsigned int transport = at + sizeof(*ip6), len = ntohs(ip6->payload_len);

	return csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len, proto,
			       csum_partial(skb->data + transport, len, 0));
}

/* Append a packet of @proto with its checksum to @skb. */
static void put_packet(struct sk_buff *skb, u8 proto, const struct in6_addr *src,
		       const struct in6_addr *dst)
{
	unsigned int at = skb->len, len = 20 + PAYLOAD, i;
	u8 *data;

	put_header(skb, proto, src, dst, len);
	data = skb_put(skb, len);
	for (i = 0; i < len; i++)
		data[i] = i * 7 + 1;
	*data = ICMPV6_ECHO_REQUEST;
	*(__sum16 *)(data + sum_of(proto)) = 0;
	*(__sum16 *)(data + sum_of(proto)) = sum_over(skb, at, proto);
}

static struct sk_buff *new_skb(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(ROOM, GFP_ATOMIC);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	return skb;
}

static struct sk_buff *packet(struct kunit *test, u8 proto,
			      const struct in6_addr *src,
			      const struct in6_addr *dst)
{
	struct sk_buff *skb = new_skb(test);

	put_packet(skb, proto, src, dst);
	return skb;
}

/* Turn the checksum into a partial one, to be completed by the device. */
static void make_partial(struct sk_buff *skb, u8 proto)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	__sum16 *sum = (__sum16 *)(skb->data + sizeof(*ip6) + sum_of(proto));

	*sum = ~csum_ipv6_magic(&ip6->saddr, &ip6->daddr,
				ntohs(ip6->payload_len), proto, 0);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + sizeof(*ip6);
	skb->csum_offset = sum_of(proto);
}

/* Consumes both. */
static void expect_same(struct kunit *test, struct sk_buff *skb,
			struct sk_buff *want)
{
	KUNIT_EXPECT_EQ(test, skb->len, want->len);
	KUNIT_EXPECT_MEMEQ(test, skb->data, want->data, want->len);
	kfree_skb(skb);
	kfree_skb(want);
}

static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6 };

static void describe(const u8 *proto, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "protocol %u", *proto);
}

KUNIT_ARRAY_PARAM(protocol, protocols, describe);

static void test_rx(struct kunit *test)
{
	u8 proto = *(const u8 *)test->param_value;
	struct teredo_dev *td = gateway(test);
	struct sk_buff *skb = packet(test, proto, &client, &host);

	skb->ip_summed = CHECKSUM_COMPLETE;
	skb->csum = csum_partial(skb->data, skb->len, 0);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, teredo_nptv6_rx(td, skb), 0);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, sum_over(skb, 0, proto), 0);
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_COMPLETE);
	KUNIT_EXPECT_EQ(test, csum_fold(skb->csum),
			csum_fold(csum_partial(skb->data, skb->len, 0)));
	expect_same(test, skb, packet(test, proto, &native, &host));
	end(td);
}

static void test_tx(struct kunit *test)
{
	u8 proto = *(const u8 *)test->param_value;
	struct teredo_dev *td = gateway(test);
	struct sk_buff *skb = packet(test, proto, &host, &native);

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, teredo_nptv6_tx(td, skb), 0);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, sum_over(skb, 0, proto), 0);
	expect_same(test, skb, packet(test, proto, &host, &client));
	end(td);
}

static void test_partial(struct kunit *test)
{
	u8 proto = *(const u8 *)test->param_value;
	struct teredo_dev *td = gateway(test);
	struct sk_buff *skb = packet(test, proto, &host, &native);

	make_partial(skb, proto);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, teredo_nptv6_tx(td, skb), 0);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, skb_checksum_help(skb), 0);
	expect_same(test, skb, packet(test, proto, &host, &client));
	end(td);
}

/* The outer checksum is complete, and that of an inner packet is partial. */
static void test_inner_partial(struct kunit *test)
{
	struct teredo_dev *td = gateway(test);
	struct sk_buff *skb = packet(test, IPPROTO_UDP, &host, &native);

	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + sizeof(struct ipv6hdr) + 40;
	skb->csum_offset = 16;
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, teredo_nptv6_tx(td, skb), 0);
	rcu_read_unlock();
	expect_same(test, skb, packet(test, IPPROTO_UDP, &host, &client));
	end(td);
}

/* A UDP checksum of 0 stands for none. It stays 0, and the sum over the whole packet
 * becomes unknown.
 */
static void test_no_checksum(struct kunit *test)
{
	struct teredo_dev *td = gateway(test);
	struct sk_buff *skb = packet(test, IPPROTO_UDP, &client, &host);
	struct udphdr *udp = (struct udphdr *)(ipv6_hdr(skb) + 1);

	udp->check = 0;
	skb->ip_summed = CHECKSUM_COMPLETE;
	skb->csum = csum_partial(skb->data, skb->len, 0);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, teredo_nptv6_rx(td, skb), 0);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, udp->check, 0);
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_NONE);
	kfree_skb(skb);
	end(td);
}

/* A UDP checksum that is computed as 0 is sent as 0xffff. */
static void test_mangled_zero(struct kunit *test)
{
	struct teredo_dev *td = gateway(test);
	struct sk_buff *skb = packet(test, IPPROTO_UDP, &host, &client);
	struct udphdr *udp = (struct udphdr *)(ipv6_hdr(skb) + 1);
	struct in6_addr *dst = &ipv6_hdr(skb)->daddr;
	__sum16 *word = (__sum16 *)(udp + 1);

	/* choose a payload with which the checksum for @client is 0 */
	*word = ~csum_fold(csum_add(csum_unfold(*word),
				    csum_unfold(udp->check)));
	udp->check = 0;
	KUNIT_ASSERT_EQ(test, sum_over(skb, 0, IPPROTO_UDP), 0);
	*dst = native;
	udp->check = sum_over(skb, 0, IPPROTO_UDP);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, teredo_nptv6_tx(td, skb), 0);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, udp->check, CSUM_MANGLED_0);
	kfree_skb(skb);
	end(td);
}

/* Create an ICMPv6 error to @to about a packet from @src to @dst, quoting @quote
 * octets.
 */
static struct sk_buff *error(struct kunit *test, const struct in6_addr *to,
			     const struct in6_addr *src,
			     const struct in6_addr *dst, unsigned int quote)
{
	bool from_host = !ipv6_addr_equal(to, &host);
	struct sk_buff *skb = new_skb(test);
	struct icmp6hdr *icmp;

	put_header(skb, IPPROTO_ICMPV6, from_host ? &host : dst, to,
		   sizeof(*icmp) + quote);
	icmp = skb_put_zero(skb, sizeof(*icmp));
	icmp->icmp6_type = ICMPV6_PKT_TOOBIG;
	put_packet(skb, IPPROTO_TCP, src, dst);
	skb_trim(skb, sizeof(struct ipv6hdr) + sizeof(*icmp) + quote);
	icmp->icmp6_cksum = sum_over(skb, 0, IPPROTO_ICMPV6);
	return skb;
}

/* Lengths of a quoted packet without its checksum, with its checksum, and in full. */
static const unsigned int quotes[] = { 40 + 8, 40 + 20, 40 + 20 + PAYLOAD };

static void describe_quote(const unsigned int *quote, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u octets", *quote);
}

KUNIT_ARRAY_PARAM(quote, quotes, describe_quote);

static void test_error_tx(struct kunit *test)
{
	unsigned int quote = *(const unsigned int *)test->param_value;
	struct teredo_dev *td = gateway(test);
	struct sk_buff *skb = error(test, &native, &native, &host, quote);

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, teredo_nptv6_tx(td, skb), 0);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, sum_over(skb, 0, IPPROTO_ICMPV6), 0);
	expect_same(test, skb, error(test, &client, &client, &host, quote));
	end(td);
}

static void test_error_rx(struct kunit *test)
{
	unsigned int quote = *(const unsigned int *)test->param_value;
	struct teredo_dev *td = gateway(test);
	struct sk_buff *skb = error(test, &host, &host, &client, quote);

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, teredo_nptv6_rx(td, skb), 0);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, sum_over(skb, 0, IPPROTO_ICMPV6), 0);
	expect_same(test, skb, error(test, &host, &host, &native, quote));
	end(td);
}

/* A later fragment has no transport header, only payload, which must not change. */
static void test_fragment(struct kunit *test)
{
	struct teredo_dev *td = gateway(test);
	struct sk_buff *skb = new_skb(test), *want = new_skb(test);
	static const u8 frag[8] = { IPPROTO_TCP, 0, 0x05, 0xa8 };

	put_header(skb, NEXTHDR_FRAGMENT, &client, &host, 8 + 40);
	put_header(want, NEXTHDR_FRAGMENT, &native, &host, 8 + 40);
	skb_put_data(skb, frag, 8);
	skb_put_data(want, frag, 8);
	memset(skb_put(skb, 40), 0xa5, 40);
	memset(skb_put(want, 40), 0xa5, 40);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, teredo_nptv6_rx(td, skb), 0);
	rcu_read_unlock();
	expect_same(test, skb, want);
	end(td);
}

/* Translation copies the header of a cloned packet before writing to it. */
static void test_clone(struct kunit *test)
{
	struct teredo_dev *td = gateway(test);
	struct sk_buff *skb = packet(test, IPPROTO_TCP, &client, &host);
	struct sk_buff *clone = skb_clone(skb, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, clone);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, teredo_nptv6_rx(td, skb), 0);
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&ipv6_hdr(clone)->saddr, &client));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&ipv6_hdr(skb)->saddr, &native));
	kfree_skb(skb);
	kfree_skb(clone);
	end(td);
}

/* Packets that are not of the gateway's clients stay unchanged. Packets to a client's
 * Teredo address, and packets between two clients, are refused.
 */
static void test_others(struct kunit *test)
{
	struct teredo_dev *td = gateway(test);
	struct in6_addr other = client;
	struct sk_buff *skb;

	other.s6_addr32[1] ^= htonl(1);
	rcu_read_lock();
	skb = packet(test, IPPROTO_TCP, &other, &host);
	KUNIT_EXPECT_EQ(test, teredo_nptv6_rx(td, skb), 0);
	expect_same(test, skb, packet(test, IPPROTO_TCP, &other, &host));
	skb = packet(test, IPPROTO_TCP, &host, &other);
	KUNIT_EXPECT_EQ(test, teredo_nptv6_tx(td, skb), 0);
	expect_same(test, skb, packet(test, IPPROTO_TCP, &host, &other));
	skb = packet(test, IPPROTO_TCP, &host, &client);
	KUNIT_EXPECT_EQ(test, teredo_nptv6_tx(td, skb), -EHOSTUNREACH);
	kfree_skb(skb);
	skb = packet(test, IPPROTO_TCP, &client, &native);
	KUNIT_EXPECT_EQ(test, teredo_nptv6_rx(td, skb), -EHOSTUNREACH);
	kfree_skb(skb);
	rcu_read_unlock();
	end(td);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(test_rx, protocol_gen_params),
	KUNIT_CASE_PARAM(test_tx, protocol_gen_params),
	KUNIT_CASE_PARAM(test_partial, protocol_gen_params),
	KUNIT_CASE(test_inner_partial),
	KUNIT_CASE(test_no_checksum),
	KUNIT_CASE(test_mangled_zero),
	KUNIT_CASE_PARAM(test_error_tx, quote_gen_params),
	KUNIT_CASE_PARAM(test_error_rx, quote_gen_params),
	KUNIT_CASE(test_fragment),
	KUNIT_CASE(test_clone),
	KUNIT_CASE(test_others),
	{}
};

static struct kunit_suite suite = {
	.name = "teredo-nptv6",
	.test_cases = cases,
};

kunit_test_suite(suite);
