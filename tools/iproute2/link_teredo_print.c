// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Output of "ip -d link show" for a Teredo device.
 */
#include <arpa/inet.h>
#include <linux/if_teredo.h>
#include <linux/teredo.h>
#include <net/if.h>
#include <string.h>

#include "link_teredo.h"

/* defined in ip(8) itself */
int print_color_string(int type, int color, const char *key, const char *fmt,
		       const char *value);
int print_color_uint(int type, int color, const char *key, const char *fmt,
		     unsigned int value);
int print_color_bool(int type, int color, const char *key, const char *fmt,
		     bool value);

#define PRINT_ANY	4
#define COLOR_NONE	6
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
	else	/* the interface is in another namespace */
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
		print_string(opt->name, value < teredo_n_modes ? teredo_modes[value] : "?");
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

void teredo_print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	size_t i;

	(void)lu, (void)f;
	for (i = 0; tb && i < teredo_n_options; i++)
		if (tb[teredo_options[i].attr])
			print_option(&teredo_options[i], tb[teredo_options[i].attr]);
}
