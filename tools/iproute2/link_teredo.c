// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plug-in for ip(8): options of "ip link add|set ... type teredo" and output of
 * "ip -d link show". ip loads link_KIND.so from its library directory and looks up the
 * symbol KIND_link_util.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/if_teredo.h>
#include <linux/teredo.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "link_teredo.h"

/* defined in ip(8) itself */
int addattr_l(struct nlmsghdr *n, int maxlen, int type, const void *data,
	      int alen);
void missarg(const char *key) __attribute__((noreturn));
void invarg(const char *msg, const char *arg) __attribute__((noreturn));

/* size of the request buffer in ip(8) */
#define REQUEST_SIZE	1024

const char * const teredo_modes[] = {
	[TEREDO_MODE_CLIENT] = "client",
	[TEREDO_MODE_SERVER] = "server",
	[TEREDO_MODE_RELAY] = "relay",
	[TEREDO_MODE_HOSTRELAY] = "hostrelay",
};

const size_t teredo_n_modes = sizeof(teredo_modes) / sizeof(teredo_modes[0]);

const struct option teredo_options[] = {
#define OPTION(attr, ip, kind, field, name, set, values)	\
	{ ip, IFLA_TEREDO_##attr, LINK_ATTR_##kind, values },
	LINK_ATTRS(OPTION)
#undef OPTION
};

const size_t teredo_n_options = sizeof(teredo_options) / sizeof(teredo_options[0]);

static void print_help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	size_t i;

	(void)lu, (void)argc, (void)argv;
	fprintf(f, "Usage: ... teredo");
	for (i = 0; i < teredo_n_options; i++) {
		if (i % 4 == 0)
			fprintf(f, "%s", i ? "\n                  " : "");
		if (teredo_options[i].kind == LINK_ATTR_BOOL)
			fprintf(f, " [ [no]%s ]", teredo_options[i].name);
		else
			fprintf(f, " [ %s %s ]", teredo_options[i].name,
				teredo_options[i].help);
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

	for (i = 0; i < teredo_n_modes; i++)
		if (!strcmp(arg, teredo_modes[i])) {
			put_u8(n, opt, i);
			return;
		}
	invarg("mode must be client, server, relay or hostrelay", arg);
}

/* Parse PREFIX/LEN. Bits after the prefix must be 0. */
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
 * struct served - served prefixes on the command line
 * @n: number of entries in @prefix
 * @prefix: the prefixes
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

/* Accept dashes for underscores, as in configuration files. */
static bool same_name(const char *word, const char *name)
{
	for (; *word && *name; word++, name++)
		if (*word != *name && !(*word == '-' && *name == '_'))
			return false;
	return *word == *name;
}

/* Find the option for a word. A switch can have the prefix "no". */
static const struct option *find_option(const char *word, bool *on)
{
	size_t i;

	*on = true;
	for (i = 0; i < teredo_n_options; i++) {
		if (same_name(word, teredo_options[i].name))
			return &teredo_options[i];
		if (teredo_options[i].kind == LINK_ATTR_BOOL && !strncmp(word, "no", 2) &&
		    same_name(word + 2, teredo_options[i].name)) {
			*on = false;
			return &teredo_options[i];
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

struct link_util teredo_link_util = {
	.id = TEREDO_LINK_KIND,
	.maxattr = IFLA_TEREDO_MAX,
	.parse_opt = parse_opt,
	.print_opt = teredo_print_opt,
	.print_help = print_help,
};
