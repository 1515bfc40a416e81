// SPDX-License-Identifier: GPL-2.0
/*
 * Malformed netlink messages, found by fuzzing: too large lengths, too short attributes,
 * invalid error numbers
 */
#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "iflink.h"
#include "ktap.h"
#include "route.h"

static int on_message(const struct nlmsghdr *nlh, void *ctx)
{
	(void)nlh;
	++*(int *)ctx;
	return 0;
}

/* drain() the messages in @buf; Return: that of nl_drain() */
static int drain(struct nl *nl, const void *buf, size_t len, int *count)
{
	int fd[2], ret = -ENOTCONN;

	memset(nl, 0, sizeof(*nl));
	*count = 0;
	CHECK(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd));
	nl->sock = mnl_socket_fdopen(fd[0]);
	CHECK(nl->sock);
	if (nl->sock && send(fd[1], buf, len, 0) == (ssize_t)len)
		ret = nl_drain(nl, on_message, count);
	nl_close(nl);
	close(fd[1]);
	return ret;
}

static void test_length(const void *arg)
{
	static const u32 lengths[] = { 0, 15, 17, 0x7fffffff, 0x80000010,
				       0xffffffff };
	struct nlmsghdr nlh = { .nlmsg_type = NLMSG_MIN_TYPE };
	struct nl nl;
	size_t i;
	int n;

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		nlh.nlmsg_len = lengths[i];
		CHECK(!drain(&nl, &nlh, sizeof(nlh), &n));
		CHECK(!n);
	}
	nlh.nlmsg_len = sizeof(nlh);
	CHECK(!drain(&nl, &nlh, sizeof(nlh), &n));
	CHECK(n == 1);
}

/* the padding is part of the message */
static void test_padding(const void *arg)
{
	struct {
		struct nlmsghdr nlh;
		struct nlattr attr;
	} msg = { .nlh = { sizeof(msg.nlh) + 2, NLMSG_MIN_TYPE } };
	struct nl nl;
	int n;

	(void)arg;
	CHECK(!drain(&nl, &msg, sizeof(msg.nlh) + 2, &n));
	CHECK(!n);
	CHECK(!drain(&nl, &msg, sizeof(msg), &n));
	CHECK(n == 1);
}

struct error_message {
	struct nlmsghdr nlh;
	struct nlmsgerr err;
	struct nlattr attr;
	char text[4];
};

static const struct error_message no_text = {
	.nlh = { sizeof(no_text), NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS },
	.attr = { NLA_HDRLEN + 1, NLMSGERR_ATTR_MSG },
};

static void test_errno(const void *arg)
{
	static const int wrong[] = { 1, EPERM, INT_MAX, INT_MIN, -4096 };
	struct error_message msg = no_text;
	struct nl nl;
	size_t i;
	int n;

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		msg.err.error = wrong[i];
		CHECK(drain(&nl, &msg, sizeof(msg), &n) == -EBADMSG);
		CHECK(nl.error[0]);
	}
}

static void test_no_text(const void *arg)
{
	struct error_message msg = no_text;
	struct nl nl;
	int n;

	(void)arg;
	msg.err.error = -EBUSY;
	CHECK(drain(&nl, &msg, sizeof(msg), &n) == -EBUSY);
	CHECK(!strcmp(nl.error, strerror(EBUSY)));
	msg.err.error = -EPERM;
	CHECK(drain(&nl, &msg, sizeof(msg), &n) == -EPERM);
	CHECK(strstr(nl.error, "root or CAP_NET_ADMIN is needed"));
}

/* Make a message with attributes of one octet and the padding. The copy ends with the
 * message.
 */
static struct nlmsghdr *make(u16 type, size_t header, const u16 *attrs, int n)
{
	char buf[256] = "";
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf), *copy;

	nlh->nlmsg_type = type;
	*(u8 *)mnl_nlmsg_put_extra_header(nlh, header) = AF_INET6;
	while (n--)
		mnl_attr_put_u8(nlh, *attrs++, 'x');
	copy = malloc(nlh->nlmsg_len);
	memcpy(copy, nlh, nlh->nlmsg_len);
	return copy;
}

static void test_link(const void *arg)
{
	static const u16 attrs[] = { IFLA_MTU, IFLA_IFNAME };
	struct nlmsghdr *nlh = make(RTM_NEWLINK, sizeof(struct ifinfomsg),
				    attrs, 2);
	struct link_info link;

	(void)arg;
	CHECK(link_parse(&link, nlh));
	CHECK(!link.mtu);
	CHECK(!strcmp(link.name, "x"));
	free(nlh);
}

static void test_route(const void *arg)
{
	static const u16 attrs[] = { RTA_OIF, RTA_PRIORITY, RTA_DST };
	struct nlmsghdr *nlh = make(RTM_NEWROUTE, sizeof(struct rtmsg), attrs,
				    3);
	struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct route6 route;
	u32 ifindex;

	(void)arg;
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_table = RT_TABLE_MAIN;
	CHECK(route_parse(&route, &ifindex, 0, nlh));
	CHECK(!ifindex && !route.metric);
	free(nlh);

	nlh = make(RTM_NEWROUTE, 1, NULL, 0);
	CHECK(!route_parse(&route, &ifindex, 0, nlh));
	free(nlh);
}

/* Scripted kernel: each request gets the next reply. */
static const struct reply {
	int error;
	u16 type;
	u16 flags;
	u8 value;
} *replies;
static u32 request_seq;
static int requests;
static char last_request[NL_BUF];

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *sock,
				 const void *request, size_t len);
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *sock, void *buf,
				   size_t size);

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *sock,
				 const void *request, size_t len)
{
	(void)sock;
	request_seq = ((const struct nlmsghdr *)request)->nlmsg_seq;
	if (len <= sizeof(last_request))
		memcpy(last_request, request, len);
	requests++;
	return len;
}

ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *sock, void *buf,
				   size_t size)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	const struct reply *reply = replies++;

	(void)sock;
	(void)size;
	if (reply->error) {
		errno = reply->error;
		return -1;
	}
	nlh->nlmsg_type = reply->type;
	nlh->nlmsg_flags = NLM_F_MULTI | reply->flags;
	nlh->nlmsg_seq = request_seq;
	*(int *)mnl_nlmsg_put_extra_header(nlh, sizeof(int)) = reply->value;
	return nlh->nlmsg_len;
}

/* collect the values of a dump, one digit each */
static int on_value(const struct nlmsghdr *nlh, void *ctx)
{
	int *sum = ctx;

	*sum = 10 * *sum + *(int *)mnl_nlmsg_get_payload(nlh);
	return 0;
}

static int dump(struct nl *nl, const struct reply *from, int *sum)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	void *header;

	memset(nl, 0, sizeof(*nl));
	*sum = 0;
	replies = from;
	requests = 0;
	nlh = nl_begin(nl, buf, RTM_GETLINK, NLM_F_DUMP,
		       sizeof(struct ifinfomsg), &header);
	return nl_dump(nl, nlh, on_value, sum);
}

#define VALUE(n)	{ .type = NLMSG_MIN_TYPE, .value = n }
#define CHANGED(n)	{ .type = NLMSG_MIN_TYPE, .value = n, \
			  .flags = NLM_F_DUMP_INTR }
#define DONE		{ .type = NLMSG_DONE }
#define DONE_CHANGED	{ .type = NLMSG_DONE, .flags = NLM_F_DUMP_INTR }

static void test_interrupted_call(const void *arg)
{
	static const struct reply from[] = {
		{ .error = EINTR }, VALUE(1), { .error = EINTR }, VALUE(2), DONE,
	};
	struct nl nl;
	int sum;

	(void)arg;
	CHECK(!dump(&nl, from, &sum));
	CHECK(sum == 12);
	CHECK(requests == 1);
}

static void test_interrupted_dump(const void *arg)
{
	static const struct reply in_the_middle[] = {
		VALUE(1), CHANGED(2), DONE, VALUE(3), VALUE(4), DONE,
	}, at_the_end[] = {
		VALUE(1), DONE_CHANGED, VALUE(5), DONE,
	};
	struct nl nl;
	int sum;

	(void)arg;
	CHECK(!dump(&nl, in_the_middle, &sum));
	CHECK(sum == 34);
	CHECK(requests == 2);
	CHECK(!dump(&nl, at_the_end, &sum));
	CHECK(sum == 5);
}

static void test_never_consistent(const void *arg)
{
	struct reply from[100];
	struct nl nl;
	size_t i;
	int sum;

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(from); i += 2) {
		from[i] = (struct reply)CHANGED(1);
		from[i + 1] = (struct reply)DONE;
	}
	CHECK(dump(&nl, from, &sum) == -EINTR);
	CHECK(!sum);
	CHECK(requests == 10);
	CHECK(strstr(nl.error, "keeps changing"));
}

/* second addresses with these ports, as a configuration requests them */
static void ask(struct link_info *link, u16 port2, u16 server2_port)
{
	static const struct reply done[] = { DONE };
	struct link_conf conf = {
		.local2 = htonl(0xcb007101), .port2 = htons(port2),
		.server2 = htonl(0xcb007101), .server2_port = htons(server2_port),
	};
	struct nl nl = { 0 };

	link_conf_set(&conf, IFLA_TEREDO_LOCAL2);
	link_conf_set(&conf, IFLA_TEREDO_SERVER2);
	replies = done;
	link_change(&nl, 1, &conf);
	CHECK(link_parse(link, (const struct nlmsghdr *)last_request));
}

/* Default ports are omitted, as an older module rejects the attributes. */
static void test_default_ports(const void *arg)
{
	struct link_info link;

	(void)arg;
	ask(&link, 3544, 0);
	CHECK(link_conf_has(&link.conf, IFLA_TEREDO_LOCAL2));
	CHECK(link_conf_has(&link.conf, IFLA_TEREDO_SERVER2));
	CHECK(!link_conf_has(&link.conf, IFLA_TEREDO_PORT2));
	CHECK(!link_conf_has(&link.conf, IFLA_TEREDO_SERVER2_PORT));
	CHECK(link.conf.port2 == htons(3544));
	CHECK(link.conf.server2_port == htons(3544));

	ask(&link, 3545, 3546);
	CHECK(link_conf_has(&link.conf, IFLA_TEREDO_PORT2));
	CHECK(link.conf.port2 == htons(3545));
	CHECK(link_conf_has(&link.conf, IFLA_TEREDO_SERVER2_PORT));
	CHECK(link.conf.server2_port == htons(3546));
}

/* a device with these flags and this carrier, as the kernel reports it */
static bool is_running(unsigned int flags, u8 carrier)
{
	char buf[256] = "";
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;
	struct link_info link;

	nlh->nlmsg_type = RTM_NEWLINK;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_flags = flags;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "teredo0");
	mnl_attr_put_u8(nlh, IFLA_CARRIER, carrier);
	CHECK(link_parse(&link, nlh));
	return link_running(&link);
}

/* The kernel sets and clears IFF_RUNNING up to a second after the carrier. After a
 * device was down for a moment, IFF_RUNNING can still be that of before.
 */
static void test_running(const void *arg)
{
	(void)arg;
	CHECK(is_running(IFF_UP | IFF_RUNNING, 1));
	CHECK(!is_running(IFF_UP | IFF_RUNNING, 0));
	CHECK(!is_running(IFF_UP, 1));
	CHECK(!is_running(IFF_RUNNING, 1));
}

static const struct ktap_test tests[] = {
	{ "nl: a message that is longer than what came ends it", test_length, NULL },
	{ "nl: a message without its padding", test_padding, NULL },
	{ "nl: an error that is no errno", test_errno, NULL },
	{ "nl: a refusal with an empty sentence", test_no_text, NULL },
	{ "nl: a reply is waited for again after a signal",
	  test_interrupted_call, NULL },
	{ "nl: a dump of a list that changes during the dump is repeated",
	  test_interrupted_dump, NULL },
	{ "nl: a list that always changes is an error", test_never_consistent,
	  NULL },
	{ "link: attributes that are too short", test_link, NULL },
	{ "link: a device runs that is up, running and has a carrier # C-19",
	  test_running, NULL },
	{ "link: ports of second addresses, unless they are 3544",
	  test_default_ports, NULL },
	{ "route: attributes and messages that are too short", test_route, NULL },
};

KTAP_MAIN(tests)
