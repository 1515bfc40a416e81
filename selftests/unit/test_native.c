// SPDX-License-Identifier: GPL-2.0
/*
 * Detection of native IPv6 and of firewalls, and its delays
 */
#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>

#include "firewall.h"
#include "ktap.h"
#include "native.h"
#include "route.h"

#define OWN	7

static void test_enter_leave(const void *arg)
{
	struct native n;

	(void)arg;
	native_begin(&n, false);
	CHECK(!native_timeout(&n, 1000000));
	native_seen(&n, true, 1000);
	CHECK(!n.believed && n.deadline == 6000);
	native_seen(&n, true, 3000);
	CHECK(n.deadline == 6000);
	CHECK(!native_timeout(&n, 5999) && !n.believed);
	CHECK(native_timeout(&n, 6000) && n.believed);
	CHECK(!native_timeout(&n, 7000));

	native_seen(&n, false, 10000);
	CHECK(n.believed && n.deadline == 40000);
	/* native IPv6 returns before its loss counts */
	native_seen(&n, true, 39000);
	CHECK(n.deadline == NATIVE_NEVER && !native_timeout(&n, 50000));
	native_seen(&n, false, 60000);
	CHECK(native_timeout(&n, 90000) && !n.believed);
}

static void test_flapping(const void *arg)
{
	struct native n;
	u64 t;

	(void)arg;
	native_begin(&n, false);
	for (t = 0; t < 100000; t += 4000) {
		native_seen(&n, t / 4000 % 2, t);
		CHECK(!native_timeout(&n, t + 3999));
	}
	CHECK(!n.believed);
	native_begin(&n, true);
	CHECK(n.believed && n.deadline == NATIVE_NEVER);
}

struct address {
	const char *text;
	u32 ifindex;
	u8 flags;
	bool counts;
};

static void test_address(const void *arg)
{
	struct native_look look = {
		.prefix = cpu_to_be32(0x20011234),
		.own = OWN,
	};
	const struct address *a = arg;
	struct ifaddrmsg *ifa;
	struct nlmsghdr *nlh;
	struct in6_addr addr;
	char buf[256];

	nlh = mnl_nlmsg_put_header(buf);
	ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
	ifa->ifa_family = AF_INET6;
	ifa->ifa_index = a->ifindex;
	ifa->ifa_flags = a->flags;
	inet_pton(AF_INET6, a->text, &addr);
	mnl_attr_put(nlh, IFA_ADDRESS, sizeof(addr), &addr);
	native_take_address(&look, nlh);
	CHECK(look.address == a->counts);
}

struct hop {
	u8 len;
	u8 type;
	u8 protocol;
	u32 flags;
	u32 oif;
	bool multipath;
	bool counts;
};

static void test_route(const void *arg)
{
	struct native_look look = { .own = OWN };
	const struct hop *hop = arg;
	struct rtnexthop next = { .rtnh_len = sizeof(next) };
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;
	char buf[256];

	nlh = mnl_nlmsg_put_header(buf);
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = AF_INET6;
	rtm->rtm_dst_len = hop->len;
	rtm->rtm_type = hop->type;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = hop->protocol;
	rtm->rtm_flags = hop->flags;
	next.rtnh_ifindex = hop->oif;
	if (hop->multipath)
		mnl_attr_put(nlh, RTA_MULTIPATH, sizeof(next), &next);
	else
		mnl_attr_put_u32(nlh, RTA_OIF, hop->oif);
	native_take_route(&look, nlh);
	CHECK(look.route == hop->counts);
	CHECK(look.oif == (hop->counts ? hop->oif : 0));
}

struct chain {
	u8 family;
	u32 hook;
	const char *type;
	bool counts;
};

static void test_chain(const void *arg)
{
	const struct chain *c = arg;
	struct nfgenmsg *nfg;
	struct nlmsghdr *nlh;
	struct nlattr *hook;
	char buf[256];

	nlh = mnl_nlmsg_put_header(buf);
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	memset(nfg, 0, sizeof(*nfg));
	nfg->nfgen_family = c->family;
	mnl_attr_put_strz(nlh, NFTA_CHAIN_NAME, "input");
	if (c->type) {
		hook = mnl_attr_nest_start(nlh, NFTA_CHAIN_HOOK);
		mnl_attr_put_u32(nlh, NFTA_HOOK_HOOKNUM, htonl(c->hook));
		mnl_attr_put_u32(nlh, NFTA_HOOK_PRIORITY, 0);
		mnl_attr_nest_end(nlh, hook);
		mnl_attr_put_strz(nlh, NFTA_CHAIN_TYPE, c->type);
	}
	CHECK(firewall_is_input(nlh) == c->counts);
}

#define ADDRESS(text, ...) \
	{ "address " text, test_address, \
	  &(const struct address){ text, __VA_ARGS__ } }
#define HOP(text, ...) \
	{ "route " text, test_route, &(const struct hop){ __VA_ARGS__ } }
#define CHAIN(text, ...) \
	{ "chain " text, test_chain, &(const struct chain){ __VA_ARGS__ } }

static const struct ktap_test tests[] = {
	{ "native IPv6 comes and goes # C-16", test_enter_leave, NULL },
	{ "native IPv6 that flaps # C-16", test_flapping, NULL },
	ADDRESS("2001:db8::1", 2, 0, true),
	ADDRESS("2a00::1", 2, 0, true),
	ADDRESS("2001:db8::1", OWN, 0, false),
	ADDRESS("2001:db8::2", 2, IFA_F_DEPRECATED, false),
	ADDRESS("2001:db8::3", 2, IFA_F_TENTATIVE, false),
	ADDRESS("2001::1", 2, 0, false),
	ADDRESS("2001:1234::1", 2, 0, false),
	ADDRESS("2002:c000:201::1", 2, 0, false),
	ADDRESS("fd00::1", 2, 0, false),
	ADDRESS("fe80::1", 2, 0, false),
	HOP("by another interface", 0, RTN_UNICAST, RTPROT_RA, 0, 2, false,
	    true),
	HOP("with several hops", 0, RTN_UNICAST, RTPROT_STATIC, 0, 3, true,
	    true),
	HOP("by ourselves", 0, RTN_UNICAST, RTPROT_STATIC, 0, OWN, false,
	    false),
	HOP("of another Teredo device", 0, RTN_UNICAST, RTPROT_TEREDO, 0, 2,
	    false, false),
	HOP("without a carrier", 0, RTN_UNICAST, RTPROT_RA, RTNH_F_LINKDOWN, 2,
	    false, false),
	HOP("that says no", 0, RTN_UNREACHABLE, RTPROT_STATIC, 0, 1, false,
	    false),
	HOP("to a prefix", 64, RTN_UNICAST, RTPROT_KERNEL, 0, 2, false, false),
	CHAIN("inet input", NFPROTO_INET, NF_INET_LOCAL_IN, "filter", true),
	CHAIN("ip6 input", NFPROTO_IPV6, NF_INET_LOCAL_IN, "filter", true),
	CHAIN("ip input", NFPROTO_IPV4, NF_INET_LOCAL_IN, "filter", false),
	CHAIN("ip6 forward", NFPROTO_IPV6, NF_INET_FORWARD, "filter", false),
	CHAIN("ip6 input of NAT", NFPROTO_IPV6, NF_INET_LOCAL_IN, "nat", false),
	CHAIN("without a hook", NFPROTO_IPV6, 0, NULL, false),
};

KTAP_MAIN(tests)
