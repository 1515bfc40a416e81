// SPDX-License-Identifier: GPL-2.0
/*
 * Parse, print and compare attributes of a device. The caller or the kernel checks
 * whether the device's mode has them.
 */
#include "link_attr.h"

#include <arpa/inet.h>
#include <linux/teredo.h>
#include <stdio.h>
#include <stdlib.h>

#include "link_attrs.h"
#include "value.h"

static const char * const modes[] = {
	[TEREDO_MODE_CLIENT]	= "client",
	[TEREDO_MODE_SERVER]	= "server",
	[TEREDO_MODE_RELAY]	= "relay",
	[TEREDO_MODE_HOSTRELAY]	= "hostrelay",
};

/**
 * attr_mode_name() - name of a mode
 * @mode: enum teredo_mode
 *
 * Return: the name.
 */
const char *attr_mode_name(u32 mode)
{
	return mode < ARRAY_SIZE(modes) ? modes[mode] : "unknown";
}

static const char *parse_mode(void *to, const char *value)
{
	u8 *mode = to;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(value, modes[i])) {
			*mode = i;
			return NULL;
		}
	return "must be client, server, relay or hostrelay";
}

static const char *parse_u8(void *to, const char *value)
{
	unsigned long n = 0;
	const char *err = value_number(value, 0, 255, &n);

	*(u8 *)to = n;
	return err;
}

static const char *parse_ttl(void *to, const char *value)
{
	return parse_u8(to, strcmp(value, "auto") ? value : "0");
}

static const char *parse_tos(void *to, const char *value)
{
	return parse_u8(to, strcmp(value, "inherit") ? value : "1");
}

static const char *parse_from(u32 *to, unsigned long min, const char *value)
{
	unsigned long n = 0;
	const char *err = value_number(value, min, UINT32_MAX, &n);

	*to = n;
	return err;
}

static const char *parse_u32(void *to, const char *value)
{
	return parse_from(to, 0, value);
}

static const char *parse_count(void *to, const char *value)
{
	return parse_from(to, 1, value);
}

static const char *parse_bool(void *to, const char *value)
{
	bool on = false;
	const char *err = value_bool(value, &on);

	*(u8 *)to = on;
	return err;
}

static const char *parse_addr(void *to, const char *value)
{
	return inet_pton(AF_INET, value, to) == 1 ? NULL :
						    "must be an IPv4 address";
}

static const char *parse_port(void *to, const char *value)
{
	unsigned long n = 0;
	const char *err = value_number(value, 0, 65535, &n);

	*(__be16 *)to = cpu_to_be16(n);
	return err;
}

static const char *parse_dev(void *to, const char *value)
{
	if (!*value || strlen(value) >= IF_NAMESIZE)
		return "must be the name of an interface";
	strcpy(to, value);
	return NULL;
}

static const char *parse_prefix(void *to, const char *value)
{
	struct in6_addr addr;
	u8 len;

	if (value_prefix(value, &addr, &len) || len != 32)
		return "must be an IPv6 prefix of length 32";
	*(__be32 *)to = addr.s6_addr32[0];
	return NULL;
}

static const char *parse_local2(struct link_conf *conf, const char *value)
{
	char text[VALUE_SERVER];
	const char *err;

	if (strlen(value) >= sizeof(text))
		return "must be an IPv4 address, or ADDRESS:PORT";
	strcpy(text, value);
	err = value_cut_port(text, &conf->port2);
	return err ? err : parse_addr(&conf->local2, text);
}

static const char *add_served(struct link_conf *conf, const char *value)
{
	struct if_teredo_prefix *prefix = &conf->served[conf->n_served];
	const char *err;

	if (conf->n_served == TEREDO_MAX_SERVED)
		return "has too many prefixes";
	err = value_prefix(value, &prefix->addr, &prefix->len);
	if (!err)
		conf->n_served++;
	return err;
}

static const char *parse_served(struct link_conf *conf, const char *value)
{
	const char *err = NULL;
	char *copy = strdup(value);
	char *rest = copy;
	char *one;

	if (!copy)
		return "is too long";
	while (!err && (one = strsep(&rest, ",")))
		err = add_served(conf, value_trim(one));
	free(copy);
	return err;
}

static void text_bool(char *buf, size_t size, const void *from)
{
	snprintf(buf, size, "%s", *(const u8 *)from ? "yes" : "no");
}

static void text_mode(char *buf, size_t size, const void *from)
{
	snprintf(buf, size, "%s", attr_mode_name(*(const u8 *)from));
}

static void text_port(char *buf, size_t size, const void *from)
{
	snprintf(buf, size, "%u", be16_to_cpu(*(const __be16 *)from));
}

static void text_addr(char *buf, size_t size, const void *from)
{
	if (!*(const __be32 *)from || !inet_ntop(AF_INET, from, buf, size))
		snprintf(buf, size, "none");
}

static void text_dev(char *buf, size_t size, const void *from)
{
	const char *name = from;

	snprintf(buf, size, "%s", name[0] ? name : "none");
}

static void text_ttl(char *buf, size_t size, const void *from)
{
	u8 ttl = *(const u8 *)from;

	if (ttl)
		snprintf(buf, size, "%u", ttl);
	else
		snprintf(buf, size, "auto");
}

static void text_tos(char *buf, size_t size, const void *from)
{
	u8 tos = *(const u8 *)from;

	if (tos != 1)
		snprintf(buf, size, "%u", tos);
	else
		snprintf(buf, size, "inherit");
}

static void text_u32(char *buf, size_t size, const void *from)
{
	snprintf(buf, size, "%u", *(const u32 *)from);
}

static void text_hex32(char *buf, size_t size, const void *from)
{
	snprintf(buf, size, "0x%x", *(const u32 *)from);
}

/* ADDRESS, or ADDRESS:PORT if the port is not 3544 */
static void text_local2(char *buf, size_t size, const struct link_conf *conf)
{
	struct teredo_endpoint ep = { conf->local2, conf->port2 };
	char text[VALUE_SERVER];

	value_server_text(text, ep);
	snprintf(buf, size, "%s", ep.addr ? text : "none");
}

static void text_prefix(char *buf, size_t size, const struct in6_addr *addr,
			unsigned int len)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, addr, text, sizeof(text));
	snprintf(buf, size, "%s/%u", text, len);
}

static void text_prefix32(char *buf, size_t size, const void *from)
{
	struct in6_addr addr = { .s6_addr32[0] = *(const __be32 *)from };

	text_prefix(buf, size, &addr, 32);
}

static void text_served(char *buf, size_t size, const struct link_conf *conf)
{
	size_t len = 0;
	unsigned int i;

	snprintf(buf, size, "all of IPv6");
	for (i = 0; i < conf->n_served && len + 2 < size; i++) {
		if (i)
			len += snprintf(buf + len, size - len, ", ");
		text_prefix(buf + len, size - len, &conf->served[i].addr,
			    conf->served[i].len);
		len += strlen(buf + len);
	}
}

/* Parsers and printers of values in one field. Values in several fields have their
 * own, such as parse_local2().
 */
static const struct kind {
	const char *(*parse)(void *to, const char *value);
	void (*text)(char *buf, size_t size, const void *from);
} kinds[] = {
	[LINK_ATTR_MODE]	= { parse_mode, text_mode },
	[LINK_ATTR_PORT]	= { parse_port, text_port },
	[LINK_ATTR_ADDR]	= { parse_addr, text_addr },
	[LINK_ATTR_DEV]		= { parse_dev, text_dev },
	[LINK_ATTR_TTL]		= { parse_ttl, text_ttl },
	[LINK_ATTR_TOS]		= { parse_tos, text_tos },
	[LINK_ATTR_U32]		= { parse_u32, text_u32 },
	[LINK_ATTR_COUNT]	= { parse_count, text_u32 },
	[LINK_ATTR_HEX32]	= { parse_u32, text_hex32 },
	[LINK_ATTR_BOOL]	= { parse_bool, text_bool },
	[LINK_ATTR_PREFIX]	= { parse_prefix, text_prefix32 },
};

static const struct attr {
	const char *name;
	u16 type;
	u16 offset;
	enum link_attr_kind kind;
	bool set;
} attrs[] = {
#define ATTR(attr, ip, kind, field, name, set, values)			\
	{ name, IFLA_TEREDO_##attr, offsetof(struct link_conf, field),	\
	  LINK_ATTR_##kind, set },
	LINK_ATTRS(ATTR)
#undef ATTR
};

/* Return: NULL if no configuration has an attribute @name */
static const struct attr *find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++)
		if (attrs[i].name && value_same_name(attrs[i].name, name))
			return &attrs[i];
	return NULL;
}

static const char *parse(struct link_conf *conf, const struct attr *attr,
			 const char *value)
{
	if (attr->kind == LINK_ATTR_ADDR2)
		return parse_local2(conf, value);
	if (attr->kind == LINK_ATTR_SERVED)
		return parse_served(conf, value);
	return kinds[attr->kind].parse((u8 *)conf + attr->offset, value);
}

/**
 * attr_set() - parse the value of an attribute
 * @conf: result
 * @name: name of the attribute
 * @value: its value
 *
 * Return: NULL, or what is wrong with @name or @value.
 */
const char *attr_set(struct link_conf *conf, const char *name,
		     const char *value)
{
	const struct attr *attr = find(name);
	const char *err;

	if (!attr)
		return "is no attribute of a device";
	err = parse(conf, attr, value);
	if (!err)
		link_conf_set(conf, attr->type);
	return err;
}

/**
 * attr_can_set() - check whether "teredo set" can change an attribute
 * @name: its name
 *
 * Return: true if so.
 */
bool attr_can_set(const char *name)
{
	const struct attr *attr = find(name);

	return attr && attr->set;
}

/* Print a value in the form that attr_set() parses. */
static void attr_text(char *buf, size_t size, const struct link_conf *conf,
		      const struct attr *attr)
{
	if (attr->kind == LINK_ATTR_ADDR2)
		text_local2(buf, size, conf);
	else if (attr->kind == LINK_ATTR_SERVED)
		text_served(buf, size, conf);
	else
		kinds[attr->kind].text(buf, size,
				       (const u8 *)conf + attr->offset);
}

/* With port 0 the kernel chooses, so any port on the device is right. */
static bool any_will_do(const struct link_conf *wanted, u16 type)
{
	return type == IFLA_TEREDO_PORT && !wanted->port;
}

/**
 * attr_compare() - find attributes of a device that differ from the wanted ones
 * @wanted: wanted attributes; attributes that are not set in it are ignored
 * @found: attributes of the device
 * @fn: called for each difference
 * @ctx: passed to @fn
 */
void attr_compare(const struct link_conf *wanted,
		  const struct link_conf *found, attr_diff_fn *fn, void *ctx)
{
	struct attr_diff diff;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		diff.name = attrs[i].name;
		diff.type = attrs[i].type;
		if (!diff.name || !link_conf_has(wanted, diff.type) ||
		    any_will_do(wanted, diff.type))
			continue;
		attr_text(diff.wanted, ATTR_TEXT, wanted, &attrs[i]);
		attr_text(diff.found, ATTR_TEXT, found, &attrs[i]);
		if (strcmp(diff.wanted, diff.found))
			fn(&diff, ctx);
	}
}
