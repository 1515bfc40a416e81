// SPDX-License-Identifier: GPL-2.0
/* GRO of outer datagrams: only those with a plain IPv6 packet can be coalesced. */
#include <kunit/test.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/gro.h>

#include "../gro.h"
#include "../wire.h"

#define DATA	8

/* Return: a TCP segment in an IPv6 header of this version, with a verified outer
 * checksum.
 */
static struct sk_buff *make_skb(u8 version)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	struct ipv6hdr *ip6;
	struct tcphdr *tcp;

	if (!skb)
		return NULL;
	ip6 = skb_put_zero(skb, sizeof(*ip6));
	tcp = skb_put_zero(skb, sizeof(*tcp));
	skb_put_zero(skb, DATA);
	ip6->version = version;
	ip6->nexthdr = IPPROTO_TCP;
	ip6->payload_len = htons(sizeof(*tcp) + DATA);
	tcp->doff = sizeof(*tcp) / 4;
	tcp->ack = 1;
	skb->dev = init_net.loopback_dev;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	memset(NAPI_GRO_CB(skb), 0, sizeof(struct napi_gro_cb));
	NAPI_GRO_CB(skb)->csum_cnt = 1;
	return skb;
}

/* Check whether GRO flushes a datagram with this version at once, without coalescing.
 */
static bool is_alone(struct kunit *test, u8 version)
{
	struct sk_buff *skb = make_skb(version);
	LIST_HEAD(none);
	bool alone;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, teredo_gro_receive(NULL, &none, skb));
	rcu_read_unlock();
	alone = NAPI_GRO_CB(skb)->flush;
	kfree_skb(skb);
	return alone;
}

/* An origin indication or an authentication header begins with 0 instead of version 6.
 */
static void test_version(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, is_alone(test, 6));
	KUNIT_EXPECT_TRUE(test, is_alone(test, 0));
	KUNIT_EXPECT_TRUE(test, is_alone(test, 4));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_version),
	{}
};

static struct kunit_suite suite = {
	.name = "teredo-gro",
	.test_cases = cases,
};

kunit_test_suite(suite);
