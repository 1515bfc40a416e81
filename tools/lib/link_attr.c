// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of a device as people write them. Which of them a device can have
 * depends on its mode; that is for the caller, or the kernel, to say.
 */
#include "link_attr.h"

#include <arpa/inet.h>
#include <linux/teredo.h>
#include <stdio.h>
#include <stdlib.h>

#include "value.h"

static const char * const modes[] = {
	[TEREDO_MODE_CLIENT]	= "client",
	[TEREDO_MODE_SERVER]	= "server",
	[TEREDO_MODE_RELAY]	= "relay",
	[TEREDO_MODE_HOSTRELAY]	= "hostrelay",
};

/**
 * attr_mode_name - name of a mode
 * @mode: enum teredo_mode
 *
 * Return: the name.
 */
const char *attr_mode_name(u32 mode)
{
	return mode < ARRAY_SIZE(modes) ? modes[mode] : "unknown";
}

static const char *parse_mode(struct link_conf *conf, const char *value)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(value, modes[i])) {
			conf->mode = i;
			return NULL;
		}
	return "must be client, server, relay or hostrelay";
}

static const char *parse_u8(u8 *to, const char *value)
{
	unsigned long n = 0;
	const char *err = value_number(value, 0, 255, &n);

	*to = n;
	return err;
}

static const char *parse_u32(u32 *to, unsigned long min, const char *value)
{
	unsigned long n = 0;
	const char *err = value_number(value, min, UINT32_MAX, &n);

	*to = n;
	return err;
}

static const char *parse_flag(u8 *to, const char *value)
{
	bool on = false;
	const char *err = value_bool(value, &on);

	*to = on;
	return err;
}

static const char *parse_ipv4(__be32 *to, const char *value)
{
	return inet_pton(AF_INET, value, to) == 1 ? NULL :
						    "must be an IPv4 address";
}

static const char *parse_port(struct link_conf *conf, const char *value)
{
	unsigned long n = 0;
	const char *err = value_number(value, 0, 65535, &n);

	conf->port = cpu_to_be16(n);
	return err;
}

static const char *parse_local(struct link_conf *conf, const char *value)
{
	return parse_ipv4(&conf->local, value);
}

static const char *parse_local2(struct link_conf *conf, const char *value)
{
	char text[VALUE_SERVER];
	const char *err;

	if (strlen(value) >= sizeof(text))
		return "must be an IPv4 address, or ADDRESS:PORT";
	strcpy(text, value);
	err = value_cut_port(text, &conf->port2);
	return err ? err : parse_ipv4(&conf->local2, text);
}

static const char *parse_link(struct link_conf *conf, const char *value)
{
	if (!*value || strlen(value) >= sizeof(conf->link))
		return "must be the name of an interface";
	snprintf(conf->link, sizeof(conf->link), "%s", value);
	return NULL;
}

static const char *parse_ttl(struct link_conf *conf, const char *value)
{
	return parse_u8(&conf->ttl, strcmp(value, "auto") ? value : "0");
}

static const char *parse_tos(struct link_conf *conf, const char *value)
{
	return parse_u8(&conf->tos, strcmp(value, "inherit") ? value : "1");
}

static const char *parse_fwmark(struct link_conf *conf, const char *value)
{
	return parse_u32(&conf->fwmark, 0, value);
}

static const char *parse_udp_csum(struct link_conf *conf, const char *value)
{
	return parse_flag(&conf->udp_csum, value);
}

static const char *parse_max_peers(struct link_conf *conf, const char *value)
{
	return parse_u32(&conf->max_peers, 1, value);
}

static const char *parse_prefix(struct link_conf *conf, const char *value)
{
	struct in6_addr addr;
	u8 len;

	if (value_prefix(value, &addr, &len) || len != 32)
		return "must be an IPv6 prefix of length 32";
	conf->prefix = addr.s6_addr32[0];
	return NULL;
}

static const char *parse_symmetric(struct link_conf *conf, const char *value)
{
	return parse_flag(&conf->symmetric, value);
}

static const char *parse_direct(struct link_conf *conf, const char *value)
{
	return parse_flag(&conf->direct, value);
}

static const char *parse_preserving(struct link_conf *conf, const char *value)
{
	return parse_flag(&conf->preserving, value);
}

static const char *parse_sequential(struct link_conf *conf, const char *value)
{
	return parse_flag(&conf->sequential, value);
}

static const char *parse_solicit(struct link_conf *conf, const char *value)
{
	return parse_flag(&conf->solicit, value);
}

static const char *parse_hairpin(struct link_conf *conf, const char *value)
{
	return parse_flag(&conf->hairpin, value);
}

static const char *parse_local_discovery(struct link_conf *conf,
					 const char *value)
{
	return parse_flag(&conf->local_discovery, value);
}

static const char *parse_burst(struct link_conf *conf, const char *value)
{
	return parse_flag(&conf->burst, value);
}

static const char *parse_rate(struct link_conf *conf, const char *value)
{
	return parse_u32(&conf->rate, 0, value);
}

static const char *parse_gateway(struct link_conf *conf, const char *value)
{
	return parse_flag(&conf->gateway, value);
}

static const char *parse_client_rate(struct link_conf *conf, const char *value)
{
	return parse_u32(&conf->client_rate, 0, value);
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

static const struct {
	const char *name;
	u16 type;
	const char *(*parse)(struct link_conf *conf, const char *value);
} attrs[] = {
	{ "mode", IFLA_TEREDO_MODE, parse_mode },
	{ "port", IFLA_TEREDO_PORT, parse_port },
	{ "local", IFLA_TEREDO_LOCAL, parse_local },
	{ "local2", IFLA_TEREDO_LOCAL2, parse_local2 },
	{ "link", IFLA_TEREDO_LINK, parse_link },
	{ "ttl", IFLA_TEREDO_TTL, parse_ttl },
	{ "tos", IFLA_TEREDO_TOS, parse_tos },
	{ "fwmark", IFLA_TEREDO_FWMARK, parse_fwmark },
	{ "udp-checksum", IFLA_TEREDO_UDP_CSUM, parse_udp_csum },
	{ "max-peers", IFLA_TEREDO_MAX_PEERS, parse_max_peers },
	{ "prefix", IFLA_TEREDO_PREFIX, parse_prefix },
	{ "symmetric", IFLA_TEREDO_SYMMETRIC, parse_symmetric },
	{ "direct", IFLA_TEREDO_DIRECT, parse_direct },
	{ "preserving", IFLA_TEREDO_PRESERVING, parse_preserving },
	{ "sequential", IFLA_TEREDO_SEQUENTIAL, parse_sequential },
	{ "solicit", IFLA_TEREDO_SOLICIT, parse_solicit },
	{ "hairpin", IFLA_TEREDO_HAIRPIN, parse_hairpin },
	{ "local-discovery", IFLA_TEREDO_DISCOVERY, parse_local_discovery },
	{ "burst", IFLA_TEREDO_BURST, parse_burst },
	{ "rate", IFLA_TEREDO_RATE, parse_rate },
	{ "gateway", IFLA_TEREDO_GATEWAY, parse_gateway },
	{ "client-rate", IFLA_TEREDO_CLIENT_RATE, parse_client_rate },
	{ "served", IFLA_TEREDO_SERVED, parse_served },
};

/**
 * attr_set - read an attribute
 * @conf: result
 * @name: its name
 * @value: its value
 *
 * Return: NULL, or what is wrong with @value.
 */
const char *attr_set(struct link_conf *conf, const char *name,
		     const char *value)
{
	const char *err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		if (!value_same_name(attrs[i].name, name))
			continue;
		err = attrs[i].parse(conf, value);
		if (!err)
			link_conf_set(conf, attrs[i].type);
		return err;
	}
	return "is no attribute of a device";
}

static void text_ipv4(char *buf, size_t size, __be32 addr)
{
	if (!addr || !inet_ntop(AF_INET, &addr, buf, size))
		snprintf(buf, size, "none");
}

/* ADDRESS, or ADDRESS:PORT if the port is not 3544 */
static void text_second(char *buf, size_t size, const struct link_conf *conf)
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

static void text_number(char *buf, size_t size, unsigned long n,
			unsigned long special, const char *word)
{
	if (word && n == special)
		snprintf(buf, size, "%s", word);
	else
		snprintf(buf, size, "%lu", n);
}

/* A switch. Return: NULL if the attribute is none. */
static const u8 *flag_of(const struct link_conf *conf, u16 type)
{
	switch (type) {
	case IFLA_TEREDO_UDP_CSUM:
		return &conf->udp_csum;
	case IFLA_TEREDO_SYMMETRIC:
		return &conf->symmetric;
	case IFLA_TEREDO_DIRECT:
		return &conf->direct;
	case IFLA_TEREDO_GATEWAY:
		return &conf->gateway;
	case IFLA_TEREDO_PRESERVING:
		return &conf->preserving;
	case IFLA_TEREDO_SEQUENTIAL:
		return &conf->sequential;
	case IFLA_TEREDO_SOLICIT:
		return &conf->solicit;
	case IFLA_TEREDO_HAIRPIN:
		return &conf->hairpin;
	case IFLA_TEREDO_DISCOVERY:
		return &conf->local_discovery;
	case IFLA_TEREDO_BURST:
		return &conf->burst;
	}
	return NULL;
}

/* The value as attr_set() reads it */
static void attr_text(char *buf, size_t size, const struct link_conf *conf,
		      u16 type)
{
	struct in6_addr prefix = { .s6_addr32[0] = conf->prefix };
	const u8 *flag = flag_of(conf, type);

	buf[0] = '\0';
	if (flag)
		snprintf(buf, size, "%s", *flag ? "yes" : "no");
	else if (type == IFLA_TEREDO_MODE)
		snprintf(buf, size, "%s", attr_mode_name(conf->mode));
	else if (type == IFLA_TEREDO_PORT)
		text_number(buf, size, be16_to_cpu(conf->port), 0, NULL);
	else if (type == IFLA_TEREDO_LOCAL)
		text_ipv4(buf, size, conf->local);
	else if (type == IFLA_TEREDO_LOCAL2)
		text_second(buf, size, conf);
	else if (type == IFLA_TEREDO_LINK)
		snprintf(buf, size, "%s", conf->link[0] ? conf->link : "none");
	else if (type == IFLA_TEREDO_TTL)
		text_number(buf, size, conf->ttl, 0, "auto");
	else if (type == IFLA_TEREDO_TOS)
		text_number(buf, size, conf->tos, 1, "inherit");
	else if (type == IFLA_TEREDO_FWMARK)
		snprintf(buf, size, "0x%x", conf->fwmark);
	else if (type == IFLA_TEREDO_MAX_PEERS)
		text_number(buf, size, conf->max_peers, 0, NULL);
	else if (type == IFLA_TEREDO_RATE)
		text_number(buf, size, conf->rate, 0, NULL);
	else if (type == IFLA_TEREDO_CLIENT_RATE)
		text_number(buf, size, conf->client_rate, 0, NULL);
	else if (type == IFLA_TEREDO_PREFIX)
		text_prefix(buf, size, &prefix, 32);
	else if (type == IFLA_TEREDO_SERVED)
		text_served(buf, size, conf);
}

/* Port 0 lets the kernel choose, so any port that it has chosen is right */
static bool any_will_do(const struct link_conf *wanted, u16 type)
{
	return type == IFLA_TEREDO_PORT && !wanted->port;
}

/**
 * attr_compare - find attributes that a device has otherwise than it should
 * @wanted: attributes that it should have; those not set in it do not count
 * @found: attributes that it has
 * @fn: called for each that differs
 * @ctx: handed to @fn
 */
void attr_compare(const struct link_conf *wanted,
		  const struct link_conf *found, attr_diff_fn *fn, void *ctx)
{
	struct attr_diff diff;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		diff.name = attrs[i].name;
		diff.type = attrs[i].type;
		if (!link_conf_has(wanted, diff.type) ||
		    any_will_do(wanted, diff.type))
			continue;
		attr_text(diff.wanted, ATTR_TEXT, wanted, diff.type);
		attr_text(diff.found, ATTR_TEXT, found, diff.type);
		if (strcmp(diff.wanted, diff.found))
			fn(&diff, ctx);
	}
}
