// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plug-in for ip(8): what "ip link add|set ... type teredo" takes and what
 * "ip -d link show" prints. ip loads link_KIND.so from its library folder and
 * looks for LINK_ATTR_link_util in it. iproute2 ships no header for that, so the
 * little that is used, unchanged since 4.20, is declared here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/if_teredo.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/teredo.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link_attrs.h"

struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	int (*parse_opt)(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *n);
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	void (*print_xstats)(struct link_util *lu, FILE *f,
			     struct rtattr *xstats);
	void (*print_help)(struct link_util *lu, int argc, char **argv,
			   FILE *f);
	int (*parse_ifla_xstats)(struct link_util *lu, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *n, void *arg);
};

/* in ip(8) itself */
int addattr_l(struct nlmsghdr *n, int maxlen, int type, const void *data,
	      int alen);
void missarg(const char *key) __attribute__((noreturn));
void invarg(const char *msg, const char *arg) __attribute__((noreturn));
int print_color_string(int type, int color, const char *key, const char *fmt,
		       const char *value);
int print_color_uint(int type, int color, const char *key, const char *fmt,
		     unsigned int value);
int print_color_bool(int type, int color, const char *key, const char *fmt,
		     bool value);

#define PRINT_ANY	4
#define COLOR_NONE	6
/* room that ip(8) has for a request */
#define REQUEST_SIZE	1024

static const char * const modes[] = {
	[TEREDO_MODE_CLIENT] = "client",
	[TEREDO_MODE_SERVER] = "server",
	[TEREDO_MODE_RELAY] = "relay",
	[TEREDO_MODE_HOSTRELAY] = "hostrelay",
};

#define N_MODES (sizeof(modes) / sizeof(modes[0]))

static const struct option {
	const char *name;
	int attr;
	enum link_attr_kind kind;
	const char *help;
} options[] = {
#define OPTION(attr, ip, kind, field, name, set, values)	\
	{ ip, IFLA_TEREDO_##attr, LINK_ATTR_##kind, values },
	LINK_ATTRS(OPTION)
#undef OPTION
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static void print_help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	size_t i;

	(void)lu, (void)argc, (void)argv;
	fprintf(f, "Usage: ... teredo");
	for (i = 0; i < N_OPTIONS; i++) {
		if (i % 4 == 0)
			fprintf(f, "%s", i ? "\n                  " : "");
		if (options[i].kind == LINK_ATTR_BOOL)
			fprintf(f, " [ [no]%s ]", options[i].name);
		else
			fprintf(f, " [ %s %s ]", options[i].name,
				options[i].help);
	}
	fprintf(f, "\n\nA server needs local. served may be given up to %d times.\n",
		TEREDO_MAX_SERVED);
}

static unsigned long number(const char *name, const char *arg,
			    unsigned long max)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(arg, &end, 0);
	if (!*arg || *arg == '-' || *end || errno || value > max)
		invarg(name, arg);
	return value;
}

static void put(struct nlmsghdr *n, const struct option *opt, const void *data,
		int len)
{
	addattr_l(n, REQUEST_SIZE, opt->attr, data, len);
}

static void put_u8(struct nlmsghdr *n, const struct option *opt,
		   unsigned long value)
{
	__u8 v = value;

	put(n, opt, &v, sizeof(v));
}

static void put_mode(struct nlmsghdr *n, const struct option *opt,
		     const char *arg)
{
	size_t i;

	for (i = 0; i < N_MODES; i++)
		if (!strcmp(arg, modes[i])) {
			put_u8(n, opt, i);
			return;
		}
	invarg("mode must be client, server, relay or hostrelay", arg);
}

/* PREFIX/LEN in @p, with the bits behind the prefix clear */
static void parse_prefix(const char *name, const char *arg,
			 struct if_teredo_prefix *p)
{
	char buf[INET6_ADDRSTRLEN], *slash;
	unsigned int i;

	memset(p, 0, sizeof(*p));
	if (strlen(arg) >= sizeof(buf))
		invarg(name, arg);
	strcpy(buf, arg);
	slash = strchr(buf, '/');
	if (slash)
		*slash++ = '\0';
	p->len = slash ? number(name, slash, 128) : 128;
	if (inet_pton(AF_INET6, buf, &p->addr) != 1)
		invarg(name, arg);
	for (i = p->len; i < 128; i++)
		if (p->addr.s6_addr[i / 8] & 0x80 >> i % 8)
			invarg("bits behind the prefix are set", arg);
}

static void put_address(struct nlmsghdr *n, const struct option *opt,
			const char *arg)
{
	struct in_addr addr;

	if (!strcmp(arg, "any"))
		addr.s_addr = 0;
	else if (inet_pton(AF_INET, arg, &addr) != 1)
		invarg("not an IPv4 address", arg);
	put(n, opt, &addr, sizeof(addr));
}

static void put_device(struct nlmsghdr *n, const struct option *opt,
		       const char *arg)
{
	__u32 ifindex = 0;

	if (!strcmp(arg, "none"))
		ifindex = TEREDO_LINK_NONE;
	else if (strcmp(arg, "any"))
		ifindex = if_nametoindex(arg);
	if (!ifindex && strcmp(arg, "any"))
		invarg("no such device", arg);
	put(n, opt, &ifindex, sizeof(ifindex));
}

static void put_word(struct nlmsghdr *n, const struct option *opt,
		     const char *arg, const char *word, __u8 meaning)
{
	put_u8(n, opt, strcmp(arg, word) ? number(opt->name, arg, 255) :
					   meaning);
}

static void put_service_prefix(struct nlmsghdr *n, const struct option *opt,
			       const char *arg)
{
	struct if_teredo_prefix p;

	parse_prefix(opt->name, arg, &p);
	if (p.len != 32)
		invarg("the service prefix has 32 bits", arg);
	put(n, opt, &p.addr, 4);
}

static void put_prefix64(struct nlmsghdr *n, const struct option *opt,
			 const char *arg)
{
	struct if_teredo_prefix p = {};

	if (strcmp(arg, "none")) {
		parse_prefix(opt->name, arg, &p);
		if (p.len != 64)
			invarg("the gateway's prefix has 64 bits", arg);
	}
	put(n, opt, &p.addr, sizeof(p.addr));
}

static void put_option(struct nlmsghdr *n, const struct option *opt,
		       const char *arg)
{
	__be16 port;
	__u32 u32;

	switch (opt->kind) {
	case LINK_ATTR_MODE:
		put_mode(n, opt, arg);
		break;
	case LINK_ATTR_PORT:
	case LINK_ATTR_PORT2:
		port = htons(number(opt->name, arg, 65535));
		put(n, opt, &port, sizeof(port));
		break;
	case LINK_ATTR_ADDR:
	case LINK_ATTR_ADDR2:
		put_address(n, opt, arg);
		break;
	case LINK_ATTR_DEV:
		put_device(n, opt, arg);
		break;
	case LINK_ATTR_TTL:
		put_word(n, opt, arg, "auto", 0);
		break;
	case LINK_ATTR_TOS:
		put_word(n, opt, arg, "inherit", 1);
		break;
	case LINK_ATTR_U32:
	case LINK_ATTR_COUNT:
	case LINK_ATTR_HEX32:
		u32 = number(opt->name, arg, 0xffffffff);
		put(n, opt, &u32, sizeof(u32));
		break;
	case LINK_ATTR_PREFIX:
		put_service_prefix(n, opt, arg);
		break;
	case LINK_ATTR_PREFIX64:
		put_prefix64(n, opt, arg);
		break;
	case LINK_ATTR_BOOL:
	case LINK_ATTR_SERVED:
		break;
	}
}

/**
 * struct served - the prefixes that were given
 * @n: how many
 * @prefix: those
 */
struct served {
	unsigned int n;
	struct if_teredo_prefix prefix[TEREDO_MAX_SERVED];
};

static void add_served(struct served *served, const char *arg)
{
	if (!strcmp(arg, "any"))
		return;
	if (served->n == TEREDO_MAX_SERVED)
		invarg("too many served prefixes", arg);
	parse_prefix("served", arg, &served->prefix[served->n++]);
}

/* Names in files have dashes. */
static bool same_name(const char *word, const char *name)
{
	for (; *word && *name; word++, name++)
		if (*word != *name && !(*word == '-' && *name == '_'))
			return false;
	return *word == *name;
}

/* The option that a word names; a switch may have "no" in front. */
static const struct option *find_option(const char *word, bool *on)
{
	size_t i;

	*on = true;
	for (i = 0; i < N_OPTIONS; i++) {
		if (same_name(word, options[i].name))
			return &options[i];
		if (options[i].kind == LINK_ATTR_BOOL && !strncmp(word, "no", 2) &&
		    same_name(word + 2, options[i].name)) {
			*on = false;
			return &options[i];
		}
	}
	return NULL;
}

static int parse_opt(struct link_util *lu, int argc, char **argv,
		     struct nlmsghdr *n)
{
	const struct option *opt, *list = NULL;
	struct served served = { .n = 0 };
	bool on;

	for (; argc > 0; argc--, argv++) {
		opt = find_option(*argv, &on);
		if (!opt) {
			if (strcmp(*argv, "help"))
				fprintf(stderr, "teredo: unknown option \"%s\"?\n",
					*argv);
			print_help(lu, argc, argv, stderr);
			return -1;
		}
		if (opt->kind == LINK_ATTR_BOOL) {
			put_u8(n, opt, on);
			continue;
		}
		if (argc < 2)
			missarg(opt->name);
		argc--;
		argv++;
		if (opt->kind == LINK_ATTR_SERVED) {
			list = opt;
			add_served(&served, *argv);
		} else {
			put_option(n, opt, *argv);
		}
	}
	if (list)
		put(n, list, served.prefix,
		    served.n * sizeof(served.prefix[0]));
	return 0;
}

static void print_string(const char *name, const char *value)
{
	char fmt[32];

	snprintf(fmt, sizeof(fmt), "%s %%s ", name);
	print_color_string(PRINT_ANY, COLOR_NONE, name, fmt, value);
}

static void print_uint(const char *name, unsigned int value)
{
	char fmt[32];

	snprintf(fmt, sizeof(fmt), "%s %%u ", name);
	print_color_uint(PRINT_ANY, COLOR_NONE, name, fmt, value);
}

static void print_switch(const char *name, bool on)
{
	char fmt[32];

	snprintf(fmt, sizeof(fmt), "%s%s ", on ? "" : "no", name);
	print_color_bool(PRINT_ANY, COLOR_NONE, name, fmt, on);
}

static void print_address(const char *name, const void *data)
{
	char buf[INET_ADDRSTRLEN];
	struct in_addr addr;

	memcpy(&addr, data, sizeof(addr));
	if (addr.s_addr)
		print_string(name, inet_ntop(AF_INET, &addr, buf, sizeof(buf)));
}

static void print_device(const char *name, __u32 ifindex)
{
	char buf[IF_NAMESIZE];

	if (!ifindex)
		return;
	if (ifindex == TEREDO_LINK_NONE)
		print_string(name, "none");
	else if (if_indextoname(ifindex, buf))
		print_string(name, buf);
	else	/* in another namespace */
		print_uint(name, ifindex);
}

static int format_prefix(char *buf, size_t size, const void *addr,
			 unsigned int len)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, addr, text, sizeof(text));
	return snprintf(buf, size, "%s/%u", text, len);
}

static void print_service_prefix(const char *name, const void *data)
{
	struct in6_addr addr = {};
	char buf[64];

	memcpy(&addr, data, 4);
	format_prefix(buf, sizeof(buf), &addr, 32);
	print_string(name, buf);
}

static void print_prefix64(const char *name, const void *data)
{
	char buf[64];

	if (IN6_IS_ADDR_UNSPECIFIED((const struct in6_addr *)data))
		return;
	format_prefix(buf, sizeof(buf), data, 64);
	print_string(name, buf);
}

static void print_served(const char *name, const struct rtattr *attr)
{
	const struct if_teredo_prefix *p = RTA_DATA(attr);
	unsigned int n = RTA_PAYLOAD(attr) / sizeof(*p), i;
	char buf[TEREDO_MAX_SERVED * (INET6_ADDRSTRLEN + 5)];
	size_t used = 0;

	for (i = 0; i < n && i < TEREDO_MAX_SERVED; i++) {
		if (i)
			buf[used++] = ' ';
		used += format_prefix(buf + used, sizeof(buf) - used,
				      &p[i].addr, p[i].len);
	}
	if (n)
		print_string(name, buf);
}

static void print_number(const struct option *opt, __u32 value)
{
	char buf[16];

	switch (opt->kind) {
	case LINK_ATTR_MODE:
		print_string(opt->name, value < N_MODES ? modes[value] : "?");
		break;
	case LINK_ATTR_TTL:
		if (value)
			print_uint(opt->name, value);
		break;
	case LINK_ATTR_TOS:
		if (value == 1)
			print_string(opt->name, "inherit");
		else if (value)
			print_uint(opt->name, value);
		break;
	case LINK_ATTR_HEX32:
		snprintf(buf, sizeof(buf), "0x%x", value);
		if (value)
			print_string(opt->name, buf);
		break;
	case LINK_ATTR_BOOL:
		print_switch(opt->name, value);
		break;
	default:
		print_uint(opt->name, value);
	}
}

static void print_option(const struct option *opt, const struct rtattr *attr)
{
	const void *data = RTA_DATA(attr);
	__u32 u32 = 0;
	__be16 port;

	switch (opt->kind) {
	case LINK_ATTR_PORT:
		memcpy(&port, data, sizeof(port));
		print_uint(opt->name, ntohs(port));
		break;
	case LINK_ATTR_PORT2:
		memcpy(&port, data, sizeof(port));
		if (ntohs(port) != 3544)
			print_uint(opt->name, ntohs(port));
		break;
	case LINK_ATTR_ADDR:
	case LINK_ATTR_ADDR2:
		print_address(opt->name, data);
		break;
	case LINK_ATTR_DEV:
		memcpy(&u32, data, sizeof(u32));
		print_device(opt->name, u32);
		break;
	case LINK_ATTR_PREFIX:
		print_service_prefix(opt->name, data);
		break;
	case LINK_ATTR_PREFIX64:
		print_prefix64(opt->name, data);
		break;
	case LINK_ATTR_SERVED:
		print_served(opt->name, attr);
		break;
	default:
		if (RTA_PAYLOAD(attr) == 1)
			u32 = *(const __u8 *)data;
		else
			memcpy(&u32, data, sizeof(u32));
		print_number(opt, u32);
	}
}

static void print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	size_t i;

	(void)lu, (void)f;
	for (i = 0; tb && i < N_OPTIONS; i++)
		if (tb[options[i].attr])
			print_option(&options[i], tb[options[i].attr]);
}

struct link_util teredo_link_util = {
	.id = TEREDO_LINK_KIND,
	.maxattr = IFLA_TEREDO_MAX,
	.parse_opt = parse_opt,
	.print_opt = print_opt,
	.print_help = print_help,
};
