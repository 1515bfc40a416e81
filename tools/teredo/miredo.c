// SPDX-License-Identifier: GPL-2.0
/*
 * Convert Miredo's configuration to settings of teredo.conf(5). Each key has a
 * function that converts it. Keys without a counterpart are reported.
 */
#include "miredo.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "value.h"

#define MTU		1280	/* of every Teredo device */
#define DEFAULT_PREFIX	"2001::/32"

#define FOR(role)	(1u << MIREDO_##role)

static bool has_key(const struct miredo *m, enum miredo_key key)
{
	return m->directives[key].line;
}

/* Return: the value, "" if the file does not have the key */
static const char *value_of(const struct miredo *m, enum miredo_key key)
{
	return m->directives[key].value;
}

static void put(struct miredo *m, const char *section, const char *key,
		const char *value)
{
	struct miredo_setting *setting = &m->settings[m->n++];

	setting->section = section;
	setting->key = key;
	snprintf(setting->value, sizeof(setting->value), "%s", value);
}

static void wrong(struct miredo *m, enum miredo_key key, const char *what)
{
	miredo_note(m, m->directives[key].line, true, "%s %.80s: %s",
		    miredo_key_name(key), m->directives[key].value, what);
}

static void no_counterpart(struct miredo *m, enum miredo_key key,
			   const char *why)
{
	miredo_note(m, m->directives[key].line, false,
		    "%s %.80s: left out: %s", miredo_key_name(key),
		    m->directives[key].value, why);
}

/* Miredo resolves a name at its start only, so a name is not converted. */
static bool get_address(struct miredo *m, enum miredo_key key,
			struct in_addr *addr)
{
	if (inet_pton(AF_INET, value_of(m, key), addr) == 1)
		return true;
	wrong(m, key, "write the IPv4 address, names are not looked up here");
	return false;
}

static void convert_name(struct miredo *m, enum miredo_key key)
{
	const char *name = value_of(m, key);

	if (value_device_name(name))
		snprintf(m->name, sizeof(m->name), "%s", name);
	else
		wrong(m, key, "cannot be the name of a device");
}

static void convert_local(struct miredo *m, enum miredo_key key)
{
	struct in_addr addr;

	if (get_address(m, key, &addr) && addr.s_addr)
		put(m, "device", "local", inet_ntoa(addr));
}

/* Accept what strtoul() accepts with base 0, like Miredo. */
static bool get_number(struct miredo *m, enum miredo_key key,
		       unsigned long *number)
{
	const char *value = value_of(m, key);
	char *end;

	errno = 0;
	*number = strtoul(value, &end, 0);
	if (!errno && !*end && *value >= '0' && *value <= '9' &&
	    *number <= UINT16_MAX)
		return true;
	wrong(m, key, "must be a number from 0 to 65535");
	return false;
}

static void convert_port(struct miredo *m, enum miredo_key key)
{
	unsigned long port;
	char text[24];

	if (!get_number(m, key, &port) || !port)
		return;
	snprintf(text, sizeof(text), "%lu", port);
	put(m, "device", "port", text);
}

/* A comma or slash would turn one name into two servers. */
static void convert_server(struct miredo *m, enum miredo_key key)
{
	const char *primary = value_of(m, key);
	const char *secondary = value_of(m, MIREDO_SERVER_ADDRESS2);
	const char *slash = has_key(m, MIREDO_SERVER_ADDRESS2) ? "/" : "";
	struct conf conf = { 0 };
	char both[2 * MIREDO_VALUE];
	const char *err;

	snprintf(both, sizeof(both), "%s%s%s", primary, slash, secondary);
	if (strpbrk(primary, ",/") || strpbrk(secondary, ",/"))
		err = "is neither a name nor an IPv4 address";
	else
		err = conf_add_servers(&conf, both);
	if (err)
		miredo_note(m, m->directives[key].line, true, "%s %.120s: %s",
			    miredo_key_name(key), both, err);
	else
		put(m, "client", "server", both);
}

static bool get_server(struct miredo *m, enum miredo_key key,
		       struct in_addr *addr)
{
	if (!get_address(m, key, addr))
		return false;
	if (teredo_ipv4_is_global(addr->s_addr))
		return true;
	wrong(m, key, "a server needs a global unicast IPv4 address");
	return false;
}

/* Without ServerBindAddress2, Miredo uses the address after ServerBindAddress. */
static void convert_server_bind(struct miredo *m, enum miredo_key key)
{
	const enum miredo_key second = MIREDO_SERVER_BIND2;
	struct in_addr addr, addr2;

	if (!get_server(m, key, &addr))
		return;
	put(m, "device", "local", inet_ntoa(addr));
	addr2.s_addr = server_next(addr.s_addr).addr;
	if (has_key(m, second) && !get_server(m, second, &addr2))
		return;
	if (addr2.s_addr == addr.s_addr)
		wrong(m, second, "must be another address");
	else if (teredo_ipv4_is_global(addr2.s_addr))
		put(m, "server", "local2", inet_ntoa(addr2));
	else
		wrong(m, key, "the address after it is not global, ServerBindAddress2 is needed");
}

/* Miredo uses the first 32 bits of an address */
static void convert_prefix(struct miredo *m, enum miredo_key key)
{
	char text[MIREDO_VALUE], prefix[INET6_ADDRSTRLEN + 4];
	char *slash;
	struct in6_addr addr;

	snprintf(text, sizeof(text), "%s", value_of(m, key));
	slash = strchr(text, '/');
	if (slash && !strcmp(slash, "/32"))
		*slash = '\0';
	if (inet_pton(AF_INET6, text, &addr) != 1) {
		wrong(m, key, "must be an IPv6 prefix of length 32");
		return;
	}
	memset(addr.s6_addr + 4, 0, sizeof(addr) - 4);
	inet_ntop(AF_INET6, &addr, prefix, sizeof(prefix));
	strcat(prefix, "/32");
	if (strcmp(prefix, DEFAULT_PREFIX))
		put(m, "device", "prefix", prefix);
}

static void convert_mtu(struct miredo *m, enum miredo_key key)
{
	unsigned long mtu;

	if (get_number(m, key, &mtu) && mtu != MTU)
		no_counterpart(m, key, "the MTU is always 1280");
}

static void convert_syslog(struct miredo *m, enum miredo_key key)
{
	if (strcasecmp(value_of(m, key), "daemon"))
		no_counterpart(m, key, "messages go to the journal, or to syslog as daemon");
}

/* ordered by the section that they write to */
static const struct conversion {
	enum miredo_key key;
	unsigned int roles;
	void (*convert)(struct miredo *m, enum miredo_key key);
} conversions[] = {
	{ MIREDO_INTERFACE_NAME, FOR(CLIENT) | FOR(RELAY), convert_name },
	{ MIREDO_BIND_PORT, FOR(CLIENT) | FOR(RELAY), convert_port },
	{ MIREDO_BIND_ADDRESS, FOR(CLIENT) | FOR(RELAY), convert_local },
	{ MIREDO_PREFIX, FOR(RELAY) | FOR(SERVER), convert_prefix },
	{ MIREDO_MTU, FOR(RELAY) | FOR(SERVER), convert_mtu },
	{ MIREDO_SYSLOG, FOR(CLIENT) | FOR(RELAY) | FOR(SERVER),
	  convert_syslog },
	{ MIREDO_SERVER_ADDRESS, FOR(CLIENT), convert_server },
	{ MIREDO_SERVER_ADDRESS2, FOR(CLIENT), NULL },
	{ MIREDO_SERVER_BIND, FOR(SERVER), convert_server_bind },
	{ MIREDO_SERVER_BIND2, FOR(SERVER), NULL },
};

#define N_CONVERSIONS	(sizeof(conversions) / sizeof(conversions[0]))

static void convert(struct miredo *m, const struct conversion *c)
{
	static const char * const roles[] = {
		[MIREDO_CLIENT] = "a client",
		[MIREDO_RELAY]	= "a relay",
		[MIREDO_SERVER] = "a server",
	};
	char why[64];

	if (!has_key(m, c->key))
		return;
	if (c->roles & 1u << m->role) {
		if (c->convert)
			c->convert(m, c->key);
		return;
	}
	snprintf(why, sizeof(why), "Miredo does not use it for %s",
		 roles[m->role]);
	no_counterpart(m, c->key, why);
}

/* Check for keys that the role requires. */
static void check_complete(struct miredo *m)
{
	if (m->role == MIREDO_CLIENT && !has_key(m, MIREDO_SERVER_ADDRESS))
		miredo_note(m, 0, true,
			    "a client needs ServerAddress (without a file: teredo up --server NAME)");
	if (m->role == MIREDO_SERVER && !has_key(m, MIREDO_SERVER_BIND))
		miredo_note(m, 0, true, "a server needs ServerBindAddress");
}

static void convert_type(struct miredo *m)
{
	const char *type = value_of(m, MIREDO_RELAY_TYPE);

	if (!has_key(m, MIREDO_RELAY_TYPE) || !strcasecmp(type, "client") ||
	    !strcasecmp(type, "autoclient"))
		return;
	m->role = MIREDO_RELAY;
	if (strcasecmp(type, "relay") && strcasecmp(type, "cone") &&
	    strcasecmp(type, "restricted"))
		wrong(m, MIREDO_RELAY_TYPE,
		      "must be client, autoclient, relay, cone or restricted");
	put(m, "device", "mode", "relay");
}

/* Return: a key of miredo.conf(5) that the file has, MIREDO_KEYS if there is none */
static unsigned int key_beside(const struct miredo *m)
{
	static const enum miredo_key others[] = {
		MIREDO_RELAY_TYPE, MIREDO_INTERFACE_NAME, MIREDO_BIND_ADDRESS,
		MIREDO_BIND_PORT, MIREDO_SERVER_ADDRESS, MIREDO_SERVER_ADDRESS2,
	};
	unsigned int i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (has_key(m, others[i]))
			return others[i];
	return MIREDO_KEYS;
}

static void choose_role(struct miredo *m)
{
	enum miredo_key bind = MIREDO_SERVER_BIND;
	unsigned int other = key_beside(m);

	if (!has_key(m, bind))
		bind = MIREDO_SERVER_BIND2;
	if (!has_key(m, bind)) {
		convert_type(m);
		return;
	}
	m->role = MIREDO_SERVER;
	put(m, "device", "mode", "server");
	if (other != MIREDO_KEYS)
		miredo_note(m, m->directives[other].line, true,
			    "%s is of miredo.conf, %s (line %d) of miredo-server.conf: import two files, each makes a device",
			    miredo_key_name(other), miredo_key_name(bind),
			    m->directives[bind].line);
}

/* Use Miredo's device name, which firewall rules can contain. Its server has none. */
static void set_default_name(struct miredo *m)
{
	snprintf(m->name, sizeof(m->name), "%s",
		 m->role == MIREDO_SERVER ? "server0" : "miredo");
}

/**
 * miredo_read() - convert a configuration of Miredo
 * @m: result
 * @file: file
 * @note: reports what cannot be converted
 * @ctx: passed to @note
 *
 * Return: 0, -EIO if @file cannot be read, or -EINVAL after @note has reported an
 * error.
 */
int miredo_read(struct miredo *m, FILE *file, miredo_note_fn *note, void *ctx)
{
	const char *type;
	bool role_known;
	size_t i;

	memset(m, 0, sizeof(*m));
	m->note = note;
	m->ctx = ctx;
	miredo_parse(m, file);
	if (ferror(file))
		return -EIO;
	choose_role(m);
	role_known = !m->failed;
	set_default_name(m);
	for (i = 0; i < N_CONVERSIONS && role_known; i++)
		convert(m, &conversions[i]);
	type = value_of(m, MIREDO_RELAY_TYPE);
	if (m->role == MIREDO_RELAY && !strcasecmp(type, "restricted"))
		put(m, "relay", "direct", "yes");
	check_complete(m);
	return m->failed ? -EINVAL : 0;
}

/**
 * miredo_write() - write the settings as teredo.conf(5)
 * @m: configuration that miredo_read() has converted
 * @to: result
 */
void miredo_write(const struct miredo *m, FILE *to)
{
	const char *section = "";
	unsigned int i;

	fputs("# Imported from Miredo; teredo.conf(5) has all settings.\n", to);
	for (i = 0; i < m->n; i++) {
		if (strcmp(section, m->settings[i].section))
			fprintf(to, "\n[%s]\n", m->settings[i].section);
		section = m->settings[i].section;
		fprintf(to, "%s = %s\n", m->settings[i].key,
			m->settings[i].value);
	}
}
