// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink fuzzer: random requests through both netlink interfaces. The kernel reports the
 * policies of the generic netlink family (CTRL_CMD_GETPOLICY); a table below has the
 * attributes of a link.
 *
 * If a request conforms to the policy and the module refuses it, there must be an
 * extack text. Other requests may be refused by the netlink core.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_teredo.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "iflink.h"

#define DEVICES		4
#define COMMANDS	16
#define POLICIES	16
#define ATTRS		32

/**
 * struct rule - values that an attribute can hold
 * @type: enum netlink_attribute_type, 0 if there is no such attribute
 * @min: smallest number, or length
 * @max: largest
 */
struct rule {
	unsigned int type;
	uint64_t min;
	uint64_t max;
};

/**
 * struct request - a request being built
 * @nlh: the message
 * @good: it conforms to the policy, so the module decides
 */
struct request {
	struct nlmsghdr *nlh;
	bool good;
};

static struct rule rules[POLICIES][ATTRS];
static int policy_of[COMMANDS][2];	/* by command; [1] for dumps; -1: none */

/* in the order of IFLA_TEREDO_* */
static const struct rule link_rules[IFLA_TEREDO_MAX + 1] = {
	[IFLA_TEREDO_MODE]	= { NL_ATTR_TYPE_U8, 0, 3 },
	[IFLA_TEREDO_PORT]	= { NL_ATTR_TYPE_U16, 0, UINT16_MAX },
	[IFLA_TEREDO_LOCAL]	= { NL_ATTR_TYPE_U32, 0, UINT32_MAX },
	[IFLA_TEREDO_LOCAL2]	= { NL_ATTR_TYPE_U32, 0, UINT32_MAX },
	[IFLA_TEREDO_LINK]	= { NL_ATTR_TYPE_U32, 0, UINT32_MAX },
	[IFLA_TEREDO_SERVER]	= { NL_ATTR_TYPE_U32, 0, UINT32_MAX },
	[IFLA_TEREDO_SERVER2]	= { NL_ATTR_TYPE_U32, 0, UINT32_MAX },
	[IFLA_TEREDO_TTL]	= { NL_ATTR_TYPE_U8, 0, UINT8_MAX },
	[IFLA_TEREDO_TOS]	= { NL_ATTR_TYPE_U8, 0, UINT8_MAX },
	[IFLA_TEREDO_FWMARK]	= { NL_ATTR_TYPE_U32, 0, UINT32_MAX },
	[IFLA_TEREDO_UDP_CSUM]	= { NL_ATTR_TYPE_U8, 0, 1 },
	[IFLA_TEREDO_MAX_PEERS]	= { NL_ATTR_TYPE_U32, 0, UINT32_MAX },
	[IFLA_TEREDO_PREFIX]	= { NL_ATTR_TYPE_U32, 0, UINT32_MAX },
	[IFLA_TEREDO_AUTH]	= { NL_ATTR_TYPE_U8, 0, 1 },
	[IFLA_TEREDO_SYMMETRIC]	= { NL_ATTR_TYPE_U8, 0, 1 },
	[IFLA_TEREDO_DIRECT]	= { NL_ATTR_TYPE_U8, 0, 1 },
	[IFLA_TEREDO_RATE]	= { NL_ATTR_TYPE_U32, 0, UINT32_MAX },
	[IFLA_TEREDO_GATEWAY]	= { NL_ATTR_TYPE_U8, 0, 1 },
	[IFLA_TEREDO_GATEWAY_PREFIX] = { NL_ATTR_TYPE_BINARY, 16, 16 },
	[IFLA_TEREDO_CLIENT_RATE] = { NL_ATTR_TYPE_U32, 0, UINT32_MAX },
	[IFLA_TEREDO_PORT2]	= { NL_ATTR_TYPE_U16, 0, UINT16_MAX },
	[IFLA_TEREDO_SERVER2_PORT] = { NL_ATTR_TYPE_U16, 0, UINT16_MAX },
	[IFLA_TEREDO_SERVED]	= { NL_ATTR_TYPE_BINARY, 0,
				    TEREDO_MAX_SERVED *
				    sizeof(struct if_teredo_prefix) },
};

static struct nl genl, rtnl, lookup;
static char buf[65536];
static uint64_t seed;
static int netns[3] = { -1, -1, -1 };
static unsigned int n_requests, n_refused, n_silent, n_unanswered, n_mute;

/* ---- chance ---- */

static uint64_t random_u64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static unsigned int below(unsigned int n)
{
	return (random_u64() >> 16) % n;
}

static bool percent(unsigned int n)
{
	return below(100) < n;
}

static void random_octets(void *to, size_t len)
{
	uint8_t *p = to;

	while (len--)
		*p++ = random_u64() >> 24;
}

/* valid values: addresses, a port, a prefix */
static uint64_t known_number(void)
{
	static const uint32_t host[] = {
		0xcb007101, 0xcb007102, 0xc000020a, 0x0a000001, 0xe0000001,
		0x7f000001, 0x20010000, 0xffffffff,
	};

	switch (below(5)) {
	case 0:
		return htons(3544);
	case 1:
		return below(8);
	default:
		return htonl(host[below(sizeof(host) / sizeof(host[0]))]);
	}
}

static uint64_t number(const struct rule *rule)
{
	uint64_t n, span = rule->max - rule->min;

	switch (below(5)) {
	case 0:
		return rule->min;
	case 1:
		return rule->max;
	case 2:
		n = random_u64();
		break;
	default:
		n = known_number();
	}
	if (n >= rule->min && n <= rule->max)
		return n;
	return span == UINT64_MAX ? n : rule->min + n % (span + 1);
}

/* ---- values ---- */

/* an IPv6 address: a Teredo address, a native one, anything */
static void random_address(struct in6_addr *addr)
{
	struct teredo_endpoint ep = { known_number(), htons(40000) };

	random_octets(addr, sizeof(*addr));
	if (percent(60))
		teredo_make_address(addr, htonl(TEREDO_PREFIX), known_number(),
				    below(65536), ep);
	else if (percent(60))
		addr->s6_addr32[0] = htonl(0x20010db8);
}

static void random_prefixes(struct if_teredo_prefix *prefix, int n)
{
	for (; n--; prefix++) {
		memset(prefix, 0, sizeof(*prefix));
		random_address(&prefix->addr);
		prefix->len = below(130);
		if (percent(70)) {
			memset(prefix->addr.s6_addr + 4, 0, 12);
			prefix->len = 32 + below(97);
		}
	}
}

static size_t binary(uint8_t *to, const struct rule *rule)
{
	size_t len = number(rule);

	random_octets(to, len);
	if (len == sizeof(struct in6_addr))
		random_address((struct in6_addr *)to);
	else if (rule->max == TEREDO_MAX_SERVED *
			      sizeof(struct if_teredo_prefix) && percent(80))
		random_prefixes((struct if_teredo_prefix *)to,
				len / sizeof(struct if_teredo_prefix));
	return len;
}

static size_t size_of(unsigned int type)
{
	switch (type) {
	case NL_ATTR_TYPE_U8:
		return 1;
	case NL_ATTR_TYPE_U16:
		return 2;
	case NL_ATTR_TYPE_U64:
		return 8;
	default:
		return 4;
	}
}

static bool is_number(const struct rule *rule)
{
	return rule->type >= NL_ATTR_TYPE_U8 && rule->type <= NL_ATTR_TYPE_S64;
}

static void put_good(struct request *req, u16 type, const struct rule *rule)
{
	uint8_t value[2048];
	uint64_t n;

	if (is_number(rule)) {
		n = number(rule);
		mnl_attr_put(req->nlh, type, size_of(rule->type), &n);
	} else {
		mnl_attr_put(req->nlh, type, binary(value, rule), value);
	}
}

/* wrong length, unknown type, nested, too large a number, or no attribute */
static void put_bad(struct request *req, u16 type, const struct rule *rule)
{
	uint8_t value[2048];
	size_t len = below(40);

	req->good = false;
	random_octets(value, sizeof(value));
	switch (below(6)) {
	case 0:
		type |= NLA_F_NESTED;
		break;
	case 1:
		type = random_u64();
		break;
	case 2:
		len = below(sizeof(value));
		break;
	case 3:
		len = size_of(rule->type);
		memset(value, 0xff, len);
		break;
	case 4:
		random_octets(mnl_nlmsg_get_payload_tail(req->nlh), len);
		req->nlh->nlmsg_len += MNL_ALIGN(len);
		return;
	}
	mnl_attr_put(req->nlh, type, len, value);
}

/* Avoids if_nametoindex(), for which the kernel would run modprobe each time.
 * Return: the interface index, or 0
 */
static u32 find_device(char name[IF_NAMESIZE])
{
	struct link_info link = { 0 };

	snprintf(name, IF_NAMESIZE, "f%u", below(DEVICES));
	return link_find(&lookup, name, &link) ? 0 : link.ifindex;
}

static u32 some_device(void)
{
	char name[IF_NAMESIZE];

	return percent(5) ? random_u64() % 20 : find_device(name);
}

static void put_attrs(struct request *req, const struct rule *table,
		      unsigned int n, unsigned int chance)
{
	unsigned int type;

	for (type = 1; type < n; type++) {
		if (percent(1))
			put_bad(req, type, &table[type]);
		else if (table[type].type && percent(chance))
			put_good(req, type, &table[type]);
	}
}

/* ---- answers ---- */

static bool has_sentence(const struct nlmsghdr *nlh, size_t skip)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return false;
	mnl_attr_for_each(attr, nlh, skip)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			return true;
	return false;
}

static void complain(const struct request *req, int err)
{
	const uint8_t *p = (const uint8_t *)req->nlh;
	uint32_t i;

	n_silent++;
	printf("refused without a sentence: %s:", strerror(-err));
	for (i = 0; i < req->nlh->nlmsg_len; i++)
		printf(" %02x", p[i]);
	printf("\n");
}

static void judge(const struct request *req, const struct nlmsghdr *answer)
{
	size_t skip = answer->nlmsg_type == NLMSG_DONE ? sizeof(int) :
						       sizeof(struct nlmsgerr);
	int err = *(const int *)mnl_nlmsg_get_payload(answer);

	if (err >= 0)
		return;
	n_refused++;
	/* -ENOMEM needs no text */
	if (err == -ENOMEM || has_sentence(answer, skip))
		return;
	if (req->good)
		complain(req, err);
	else
		n_mute++;
}

/* send the request, and read replies until the end of the answer */
static void ask(struct nl *nl, const struct request *req)
{
	char reply[32768];
	struct nlmsghdr *nlh;
	int len;

	n_requests++;
	if (mnl_socket_sendto(nl->sock, req->nlh, req->nlh->nlmsg_len) < 0)
		return;
	for (;;) {
		len = recv(nl_fd(nl), reply, sizeof(reply), 0);
		if (len < 0 && errno == ENOBUFS)
			continue;
		if (len < 0) {
			n_unanswered++;
			return;
		}
		for (nlh = (void *)reply; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != req->nlh->nlmsg_seq ||
			    (nlh->nlmsg_type != NLMSG_ERROR &&
			     nlh->nlmsg_type != NLMSG_DONE))
				continue;
			judge(req, nlh);
			return;
		}
	}
}

/* ---- requests of the family ---- */

static void genl_request(void)
{
	unsigned int cmd = below(percent(95) ? 10 : 256);
	bool dump = percent(30);
	struct request req = { .good = true };
	u32 dev = some_device();
	int policy = -1;

	if (cmd < COMMANDS) {
		if (percent(95) && policy_of[cmd][dump] < 0)
			dump = !dump;
		policy = policy_of[cmd][dump];
	}
	req.nlh = nl_begin_genl(&genl, buf, cmd,
				dump ? NLM_F_DUMP : NLM_F_ACK);
	if (policy < 0) {
		req.good = false;
		policy = below(POLICIES);
	}
	put_attrs(&req, rules[policy], ATTRS, 10 + 80 * below(2));
	/* if two attributes have one type, the last one counts */
	if (dev && percent(95))
		mnl_attr_put_u32(req.nlh, 1, dev);
	ask(&genl, &req);
}

/* all attributes of a qualified client, with consistent values */
static void qualify_request(void)
{
	struct teredo_endpoint ep = { htonl(0xc000020a), htons(40000) };
	struct request req = { .good = true };
	u32 server = htonl(0xcb007101);
	struct in6_addr addr;
	u32 dev = some_device();

	teredo_make_address(&addr, htonl(TEREDO_PREFIX), server, below(65536),
			    ep);
	req.nlh = nl_begin_genl(&genl, buf, 2, NLM_F_ACK);
	req.good = dev;
	mnl_attr_put_u32(req.nlh, 1, dev);
	mnl_attr_put_u32(req.nlh, 3, 2);
	mnl_attr_put(req.nlh, 4, sizeof(addr), &addr);
	mnl_attr_put_u32(req.nlh, 5, server);
	mnl_attr_put_u32(req.nlh, 7, ep.addr);
	mnl_attr_put_u16(req.nlh, 8, ep.port);
	ask(&genl, &req);
}

/* ---- requests about links ---- */

static void begin_link(struct request *req, u16 type, u16 flags, u32 ifindex,
		       unsigned int up)
{
	struct ifinfomsg *ifi;
	void *header;

	req->nlh = nl_begin(&rtnl, buf, type, NLM_F_ACK | flags, sizeof(*ifi),
			    &header);
	ifi = header;
	ifi->ifi_index = ifindex;
	ifi->ifi_change = up ? IFF_UP : 0;
	ifi->ifi_flags = up > 1 ? IFF_UP : 0;
}

static void put_info(struct request *req, unsigned int chance)
{
	struct nlattr *info = mnl_attr_nest_start(req->nlh, IFLA_LINKINFO);
	struct nlattr *data;

	mnl_attr_put_strz(req->nlh, IFLA_INFO_KIND, "teredo");
	data = mnl_attr_nest_start(req->nlh, IFLA_INFO_DATA);
	put_attrs(req, link_rules, IFLA_TEREDO_MAX + 1, chance);
	mnl_attr_nest_end(req->nlh, data);
	mnl_attr_nest_end(req->nlh, info);
}

/* attributes of rtnetlink, which can refuse them */
static void put_others(struct request *req)
{
	static const u16 types[] = {
		IFLA_ADDRESS, IFLA_MTU, IFLA_LINK, IFLA_NET_NS_PID,
		IFLA_LINK_NETNSID, IFLA_CARRIER, IFLA_MASTER, IFLA_TXQLEN,
		IFLA_GROUP, IFLA_GSO_MAX_SIZE,
	};

	req->good = false;
	if (percent(50))
		mnl_attr_put_u32(req->nlh, IFLA_NET_NS_FD,
				 percent(80) ? netns[below(3)] : (int)below(100));
	else
		mnl_attr_put_u32(req->nlh, types[below(10)],
				 percent(50) ? below(2000) : random_u64());
}

static void new_link(void)
{
	struct request req = { .good = true };
	char name[IF_NAMESIZE];

	req.good = !find_device(name);
	begin_link(&req, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0);
	mnl_attr_put_strz(req.nlh, IFLA_IFNAME, name);
	if (percent(10))
		put_others(&req);
	put_info(&req, 3 + 30 * !below(4));
	ask(&rtnl, &req);
}

static void change_link(void)
{
	char name[IF_NAMESIZE];
	struct request req = { 0 };
	u32 dev = find_device(name);
	unsigned int up = below(10) ? 0 : 1 + below(2);

	/* The netlink core refuses a missing device. Errors while a device is set
	 * up cannot carry a text.
	 */
	req.good = dev && up < 2;
	begin_link(&req, RTM_NEWLINK, 0, dev ? dev : below(20), up);
	if (percent(10))
		put_others(&req);
	put_info(&req, 15);
	ask(&rtnl, &req);
}

/* opening the socket can fail for reasons without a text */
static void up_or_down(void)
{
	struct request req = { 0 };

	begin_link(&req, RTM_NEWLINK, 0, some_device(), percent(70) ? 2 : 1);
	ask(&rtnl, &req);
}

static void delete_link(void)
{
	struct request req = { 0 };

	begin_link(&req, RTM_DELLINK, 0, some_device(), 0);
	ask(&rtnl, &req);
}

/* ---- policies of the kernel ---- */

static uint64_t value_of(const struct nlattr *attr)
{
	uint64_t n = 0;

	memcpy(&n, mnl_attr_get_payload(attr),
	       mnl_attr_get_payload_len(attr) < sizeof(n) ?
	       mnl_attr_get_payload_len(attr) : sizeof(n));
	return n;
}

static void read_rule(struct rule *rule, const struct nlattr *nest)
{
	const struct nlattr *attr;

	rule->max = UINT64_MAX;
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case NL_POLICY_TYPE_ATTR_TYPE:
			rule->type = value_of(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MIN_VALUE_U:
		case NL_POLICY_TYPE_ATTR_MIN_LENGTH:
			rule->min = value_of(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_VALUE_U:
		case NL_POLICY_TYPE_ATTR_MAX_LENGTH:
			rule->max = value_of(attr);
			break;
		}
	}
	if (rule->max == UINT64_MAX)
		rule->max = is_number(rule) ?
			    UINT64_MAX >> (64 - 8 * size_of(rule->type)) : 64;
}

static void read_policy(const struct nlattr *nest)
{
	const struct nlattr *policy, *attr;
	u16 i, type;

	mnl_attr_for_each_nested(policy, nest) {
		i = mnl_attr_get_type(policy);
		mnl_attr_for_each_nested(attr, policy) {
			type = mnl_attr_get_type(attr);
			if (i < POLICIES && type < ATTRS)
				read_rule(&rules[i][type], attr);
		}
	}
}

static void read_commands(const struct nlattr *nest)
{
	const struct nlattr *cmd, *attr;
	bool dump;

	mnl_attr_for_each_nested(cmd, nest) {
		if (mnl_attr_get_type(cmd) >= COMMANDS)
			continue;
		mnl_attr_for_each_nested(attr, cmd) {
			dump = mnl_attr_get_type(attr) ==
			       CTRL_ATTR_POLICY_DUMP;
			policy_of[mnl_attr_get_type(cmd)][dump] =
				value_of(attr);
		}
	}
}

static int on_policy(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *attr;

	(void)ctx;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_POLICY)
			read_policy(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_OP_POLICY)
			read_commands(attr);
	}
	return 0;
}

static int learn_policy(void)
{
	u16 family = genl.family;
	struct nlmsghdr *nlh;
	int ret;

	memset(policy_of, 0xff, sizeof(policy_of));
	genl.family = GENL_ID_CTRL;
	nlh = nl_begin_genl(&genl, buf, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, family);
	ret = nl_talk(&genl, nlh, on_policy, NULL);
	genl.family = family;
	return ret;
}

/* this namespace, and another one, to which devices move */
static int open_netns(void)
{
	netns[0] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (netns[0] < 0 || unshare(CLONE_NEWNET))
		return -errno;
	netns[1] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return setns(netns[0], CLONE_NEWNET) ? -errno : 0;
}

static int prepare(void)
{
	const struct timeval patience = { .tv_sec = 20 };
	int ret;

	ret = open_netns();
	if (!ret)
		ret = nl_open(&rtnl, NETLINK_ROUTE);
	if (!ret)
		ret = nl_open(&lookup, NETLINK_ROUTE);
	if (!ret)
		ret = nl_open(&genl, NETLINK_GENERIC);
	if (!ret)
		ret = nl_resolve(&genl, "teredo");
	if (!ret)
		ret = learn_policy();
	if (ret)
		return ret;
	setsockopt(nl_fd(&genl), SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	setsockopt(nl_fd(&rtnl), SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	return nl_join(&genl, genl.events);
}

static void one_request(void)
{
	unsigned int n = below(100);

	if (n < 50)
		genl_request();
	else if (n < 60)
		qualify_request();
	else if (n < 70)
		new_link();
	else if (n < 88)
		change_link();
	else if (n < 97)
		up_or_down();
	else
		delete_link();
}

int main(int argc, char **argv)
{
	unsigned long count;
	int ret;

	if (argc != 3) {
		fputs("usage: nlfuzz SEED COUNT\n", stderr);
		return 2;
	}
	seed = strtoull(argv[1], NULL, 0) | 1;
	count = strtoul(argv[2], NULL, 0);
	ret = prepare();
	if (ret) {
		fprintf(stderr, "nlfuzz: %s %s\n", strerror(-ret), genl.error);
		return 2;
	}
	while (count--)
		one_request();
	printf("seed %s: %u requests, %u refused, %u of them without a sentence and not by the module\n",
	       argv[1], n_requests, n_refused, n_mute);
	printf("silent refusals: %u\nunanswered: %u\n", n_silent, n_unanswered);
	return n_silent || n_unanswered;
}
