// SPDX-License-Identifier: GPL-2.0
/*
 * Announcement of the service prefix: the state that results from the routes
 */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>

#include "ktap.h"
#include "service_route.h"

static const struct announce ours = {
	.ifindex = 7,
	.prefix = __constant_htonl(TEREDO_PREFIX),
};

struct route {
	const char *dst;
	u8 len;
	enum announce_state state;
};

static void test_route(const void *arg)
{
	const struct route *r = arg;
	struct route6 route = { .len = r->len };

	inet_pton(AF_INET6, r->dst, &route.dst);
	CHECK(announce_of(&ours, &route) == r->state);
}

#define ROUTE(...) \
	{ #__VA_ARGS__, test_route, &(const struct route){ __VA_ARGS__ } }

static struct nlmsghdr *make_route(char *buf, u8 table, u8 type, u32 flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;
	struct in6_addr dst;

	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = AF_INET6;
	rtm->rtm_dst_len = 32;
	rtm->rtm_table = table;
	rtm->rtm_type = type;
	rtm->rtm_flags = flags;
	rtm->rtm_protocol = RTPROT_TEREDO;
	inet_pton(AF_INET6, "2001::", &dst);
	mnl_attr_put(nlh, RTA_DST, sizeof(dst), &dst);
	mnl_attr_put_u32(nlh, RTA_OIF, 7);
	mnl_attr_put_u32(nlh, RTA_PRIORITY, 256);
	return nlh;
}

static void test_parse(const void *arg)
{
	struct route6 route;
	char buf[512];
	u32 ifindex;

	(void)arg;
	CHECK(route_parse(&route, &ifindex, 0,
			  make_route(buf, RT_TABLE_MAIN, RTN_UNICAST, 0)));
	CHECK(ifindex == 7 && route.len == 32 && route.metric == 256);
	CHECK(route.protocol == RTPROT_TEREDO);
	CHECK(announce_of(&ours, &route) == ANNOUNCE_YES);
	CHECK(!route_parse(&route, &ifindex, 0,
			   make_route(buf, 100, RTN_UNICAST, 0)));
	CHECK(route_parse(&route, &ifindex, 100,
			  make_route(buf, 100, RTN_UNICAST, 0)));
	CHECK(!route_parse(&route, &ifindex, 100,
			   make_route(buf, RT_TABLE_MAIN, RTN_UNICAST, 0)));
	CHECK(!route_parse(&route, &ifindex, 0,
			   make_route(buf, RT_TABLE_MAIN, RTN_UNREACHABLE, 0)));
	CHECK(!route_parse(&route, &ifindex, 0,
			   make_route(buf, RT_TABLE_MAIN, RTN_UNICAST,
				      RTM_F_CLONED)));
}

static const struct ktap_test tests[] = {
	ROUTE("2001::", 32, ANNOUNCE_YES),
	ROUTE("2001::", 33, ANNOUNCE_DRAINING),
	ROUTE("2001:0:8000::", 33, ANNOUNCE_DRAINING),
	ROUTE("2001::", 31, ANNOUNCE_NO),
	ROUTE("2001::", 34, ANNOUNCE_NO),
	ROUTE("2001:db8::", 32, ANNOUNCE_NO),
	ROUTE("::", 0, ANNOUNCE_NO),
	{ "routes of others # R-01", test_parse, NULL },
};

KTAP_MAIN(tests)
