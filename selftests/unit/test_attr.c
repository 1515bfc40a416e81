// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of a device: parsing, and the round trip through netlink
 */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <linux/teredo.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "ktap.h"
#include "link_attr.h"
#include "link_attrs.h"
#include "value.h"

/**
 * struct text - an attribute as text
 * @name: its name
 * @value: its value
 * @error: part of the error message, NULL if the value is valid
 */
struct text {
	const char *name;
	const char *value;
	const char *error;
};

static void test_text(const void *arg)
{
	struct link_conf conf = { 0 };
	const struct text *t = arg;
	const char *err = attr_set(&conf, t->name, t->value);

	CHECK(!err == !t->error);
	CHECK(!err == !!conf.set);
	if (err && t->error)
		CHECK(strstr(err, t->error));
}

#define BAD(name, value, error) \
	{ name " " value, test_text, &(const struct text){ name, value, error } }
#define GOOD(name, value)	BAD(name, value, NULL)

static void test_values(const void *arg)
{
	struct link_conf conf = { 0 };

	(void)arg;
	CHECK(!attr_set(&conf, "tos", "inherit") && conf.tos == 1);
	CHECK(!attr_set(&conf, "ttl", "auto") && conf.ttl == 0);
	CHECK(link_conf_has(&conf, IFLA_TEREDO_TTL));
	CHECK(!attr_set(&conf, "fwmark", "0xffffffff") &&
	      conf.fwmark == 0xffffffff);
	CHECK(!attr_set(&conf, "symmetric", "on") && conf.symmetric);
	CHECK(!attr_set(&conf, "symmetric", "off") && !conf.symmetric);
	CHECK(!attr_set(&conf, "port", "3544") && conf.port == htons(3544));
	CHECK(!attr_set(&conf, "mode", "hostrelay") &&
	      conf.mode == TEREDO_MODE_HOSTRELAY);
}

static void test_modes(const void *arg)
{
	(void)arg;
	CHECK(!strcmp(attr_mode_name(TEREDO_MODE_SERVER), "server"));
	CHECK(!strcmp(attr_mode_name(77), "unknown"));
}

static void test_prefix(const void *arg)
{
	struct in6_addr addr;
	u8 len;

	(void)arg;
	CHECK(!value_prefix("2001:db8::/33", &addr, &len) && len == 33);
	CHECK(!value_prefix("::/0", &addr, &len) && !len);
	CHECK(!value_prefix("2001:db8::1/128", &addr, &len) && len == 128);
	CHECK(value_prefix("2001:db8:8000::/32", &addr, &len));
	CHECK(!value_prefix("2001:db8:8000::/33", &addr, &len));
	CHECK(value_prefix("2001:db8:4000::/33", &addr, &len));
	CHECK(value_prefix("2001:db8::/129", &addr, &len));
	CHECK(value_prefix("2001:db8::/", &addr, &len));
	CHECK(value_prefix("/32", &addr, &len));
	CHECK(value_prefix("", &addr, &len));
}

/* attributes of a link as the kernel reports them, also truncated */
static void test_parse(const void *arg)
{
	char buf[1024] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct if_teredo_prefix served[2] = { { .len = 48 }, { .len = 64 } };
	struct nlattr *info, *data;
	struct link_info link;

	(void)arg;
	nlh->nlmsg_type = RTM_NEWLINK;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "teredo");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u8(nlh, IFLA_TEREDO_MODE, TEREDO_MODE_SERVER);
	mnl_attr_put_u32(nlh, IFLA_TEREDO_LOCAL, htonl(0xcb007101));
	mnl_attr_put_u32(nlh, IFLA_TEREDO_AUTH, 1);	/* wrong length */
	mnl_attr_put_u8(nlh, 200, 1);			/* unknown, of a later kernel */
	mnl_attr_put(nlh, IFLA_TEREDO_SERVED, sizeof(served), served);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);

	CHECK(link_parse(&link, nlh));
	CHECK(!strcmp(link.kind, "teredo"));
	CHECK(link.conf.mode == TEREDO_MODE_SERVER);
	CHECK(link.conf.local == htonl(0xcb007101));
	CHECK(!link.conf.auth);
	CHECK(link.conf.n_served == 2 && link.conf.served[1].len == 64);
}

/* differences that attr_compare() finds, "name found wanted; " for each */
static void add_diff(const struct attr_diff *diff, void *ctx)
{
	sprintf((char *)ctx + strlen(ctx), "%s %s %s; ", diff->name,
		diff->found, diff->wanted);
}

static void test_compare(const void *arg)
{
	struct link_conf wanted = { 0 }, found = { 0 };
	static const char * const set[][2] = {
		{ "port", "40000" }, { "local", "10.1.0.2" }, { "ttl", "33" },
		{ "tos", "inherit" }, { "udp-checksum", "no" },
		{ "prefix", "3ffe:831f::/32" }, { "link", "eth0" },
		{ "fwmark", "0x42" }, { "max-peers", "7" },
		{ "served", "2001:db8:1::/48,2001:db8:2::/48" },
		{ "hairpin", "yes" },
	};
	char text[4 * ATTR_TEXT] = "";
	size_t i;

	(void)arg;
	found.prefix = htonl(TEREDO_PREFIX);
	found.udp_csum = true;
	found.max_peers = 4096;
	found.port = htons(50000);
	found.mode = TEREDO_MODE_RELAY;
	for (i = 0; i < ARRAY_SIZE(set); i++)
		CHECK(!attr_set(&wanted, set[i][0], set[i][1]));
	attr_compare(&wanted, &found, add_diff, text);
	CHECK(!strcmp(text, "port 50000 40000; local none 10.1.0.2; "
		      "link none eth0; ttl auto 33; tos 0 inherit; "
		      "fwmark 0x0 0x42; udp-checksum yes no; "
		      "max-peers 4096 7; prefix 2001::/32 3ffe:831f::/32; "
		      "hairpin no yes; "
		      "served all of IPv6 2001:db8:1::/48, 2001:db8:2::/48; "));
	if (!*text)
		printf("# %s\n", text);
	text[0] = '\0';
	attr_compare(&wanted, &wanted, add_diff, text);
	CHECK(!*text);
	/* the kernel chose a port; attributes not in @wanted do not count */
	memset(&wanted, 0, sizeof(wanted));
	CHECK(!attr_set(&wanted, "port", "0"));
	attr_compare(&wanted, &found, add_diff, text);
	CHECK(!*text);
}

static const struct {
	const char *name;
	bool set;
	bool is_switch;
} known[] = {
#define KNOWN(attr, ip, kind, field, name, set, values)			\
	{ name, set, LINK_ATTR_##kind == LINK_ATTR_BOOL },
	LINK_ATTRS(KNOWN)
#undef KNOWN
};

/**
 * struct place - a hand-written list of attributes
 * @path: file
 * @from: text before the list
 * @to: text after the list
 * @before: character in front of each name, 0 for any
 * @set: lists only attributes of "teredo set"
 * @switches: lists only switches
 */
struct place {
	const char *path;
	const char *from;
	const char *to;
	char before;
	bool set;
	bool switches;
};

static bool has_word(const char *text, char before, const char *word)
{
	size_t len = strlen(word);
	const char *at = text;

	while ((at = strstr(at + 1, word)))
		if ((before ? at[-1] == before :
		     !isalnum(at[-1]) && at[-1] != '-') &&
		    !isalnum(at[len]) && at[len] != '-')
			return true;
	printf("# %s is not in %.40s...\n", word, text);
	return false;
}

static void test_listed(const void *arg)
{
	static char file[65536];
	const struct place *p = arg;
	FILE *f = fopen(p->path, "r");
	char *from, *to;
	size_t i;

	CHECK(f);
	if (!f)
		return;
	file[fread(file, 1, sizeof(file) - 1, f)] = '\0';
	fclose(f);
	from = strstr(file, p->from);
	to = from ? strstr(from, p->to) : NULL;
	CHECK(to);
	if (!to)
		return;
	*to = '\0';
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].name && (known[i].set || !p->set) &&
		    (known[i].is_switch || !p->switches))
			CHECK(has_word(from, p->before, known[i].name));
}

static void test_settable(const void *arg)
{
	size_t i;

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].name)
			CHECK(attr_can_set(known[i].name) == known[i].set);
	CHECK(attr_can_set("max_peers"));
	CHECK(!attr_can_set("server") && !attr_can_set("colour"));
}

#define LISTED(what, ...)	\
	{ "listed in " what, test_listed, &(const struct place){ __VA_ARGS__ } }

static const struct ktap_test tests[] = {
	LISTED("the configuration", "../../tools/lib/conf_keys.c", "set_gateway_rate(", "conf_key_find(", '"',
	       false, false),
	LISTED("help", "../../tools/teredo/teredo.c", "\"set\", cmd_set",
	       "\"peer\", cmd_peer", 0, true, false),
	LISTED("completion", "../../tools/etc/completion/teredo",
	       "*[02468],*)", ";;", 0, true, false),
	LISTED("completion, with on and off",
	       "../../tools/etc/completion/teredo", "	set)",
	       "*[02468],*)", ',', true, true),
	{ "what can be set", test_settable, NULL },
	{ "values", test_values, NULL },
	{ "what differs", test_compare, NULL },
	{ "modes", test_modes, NULL },
	{ "prefixes", test_prefix, NULL },
	{ "attributes of a link", test_parse, NULL },
	GOOD("port", "0"),
	BAD("port", "65536", "0 to 65535"),
	GOOD("ttl", "255"),
	BAD("ttl", "256", "0 to 255"),
	GOOD("port", "03544"),
	GOOD("ttl", "009"),
	BAD("ttl", "0x", "0 to 255"),
	GOOD("tos", "0x10"),
	BAD("max-peers", "0", "1 to"),
	GOOD("rate", "0"),
	BAD("rate", "-1", "number"),
	BAD("rate", "", "number"),
	GOOD("local2", "203.0.113.2"),
	BAD("local2", "203.0.113", "IPv4 address"),
	GOOD("local2", "203.0.113.1:3545"),
	BAD("local2", "203.0.113.1:0", "1 to 65535"),
	BAD("local2", "203.0.113.1:65536", "1 to 65535"),
	BAD("local2", "203.0.113.111:0000003545", "ADDRESS:PORT"),
	BAD("symmetric", "maybe", "yes or no"),
	GOOD("prefix", "2001::/32"),
	BAD("prefix", "2001::/33", "length 32"),
	GOOD("served", "2001:db8::/32, ::/0"),
	BAD("served", "", "IPv6 prefix"),
	BAD("mode", "", "client, server"),
	BAD("color", "red", "no attribute"),
};

KTAP_MAIN(tests)
