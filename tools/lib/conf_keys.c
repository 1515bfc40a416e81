// SPDX-License-Identifier: GPL-2.0
/*
 * Table of all configuration keys, and parsers for their values. teredo.conf(5)
 * describes them.
 */
#include "conf_keys.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/teredo.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "value.h"

/* The name in teredo.conf.example; it never has an address (RFC 6761 6.5) */
#define PLACEHOLDER	"teredo.example.net"

/**
 * conf_add_servers() - add servers to those of a client
 * @conf: configuration to which the servers are added
 * @value: NAME[/NAME2], ...
 *
 * Return: NULL, or what is wrong with @value.
 */
const char *conf_add_servers(struct conf *conf, const char *value)
{
	if (!strcasecmp(value, PLACEHOLDER))
		return "stands for your server: write its name or IPv4 address";
	return server_list_add(&conf->servers, value);
}

static const char *set_octets(u8 *to, u8 *to_len, const char *value)
{
	size_t len = strlen(value);

	if (!len || len > PACKET_KEY_MAX)
		return "must be 1 to 255 octets long";
	memcpy(to, value, len);
	*to_len = len;
	return NULL;
}

static const char *set_secret_id(struct conf *conf, const char *value)
{
	return set_octets(conf->key.id, &conf->key.id_len, value);
}

static const char *set_secret(struct conf *conf, const char *value)
{
	if (conf->key.secret_len)
		return "cannot be combined with secret-file";
	return set_octets(conf->key.secret, &conf->key.secret_len, value);
}

/**
 * conf_warn_open() - warn of a secret that all users can read
 * @path: file with the secret
 * @mode: its permissions
 *
 * Each user could pose as this client.
 */
void conf_warn_open(const char *path, mode_t mode)
{
	if (mode & S_IROTH)
		log_warn("%s holds a secret and can be read by all users (try: chmod o= %s)",
			 path, path);
}

static const char *read_secret(int fd, char *buf, size_t size)
{
	ssize_t len = read(fd, buf, size - 1);

	if (len < 0)
		return strerror(errno);
	buf[len] = '\0';
	buf[strcspn(buf, "\r\n")] = '\0';
	return NULL;
}

static const char *set_secret_file(struct conf *conf, const char *value)
{
	char buf[PACKET_KEY_MAX + 3];
	const char *err;
	struct stat st;
	int fd;

	if (conf->key.secret_len)
		return "cannot be combined with secret";
	fd = open(value, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return strerror(errno);
	if (!fstat(fd, &st))
		conf_warn_open(value, st.st_mode);
	err = read_secret(fd, buf, sizeof(buf));
	close(fd);
	return err ? err : set_octets(conf->key.secret, &conf->key.secret_len,
				      buf);
}

/* The upper bound is the largest interval that RFC 4380 5.2.7 tests. */
static const char *set_refresh(struct conf *conf, const char *value)
{
	unsigned long n;
	const char *err;

	conf->determine = !strcmp(value, "determine");
	if (conf->determine)
		return NULL;
	err = value_number(value, 5, 120, &n);
	if (!err)
		conf->refresh = n * 1000;
	return err;
}

static const char *set_skip_secondary(struct conf *conf, const char *value)
{
	return value_bool(value, &conf->skip_secondary);
}

static const char *set_native(struct conf *conf, const char *value)
{
	static const char * const words[] = {
		[NATIVE_DORMANT] = "dormant",
		[NATIVE_RELAY]	 = "relay",
		[NATIVE_IGNORE]	 = "ignore",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(value, words[i]))
			continue;
		conf->native = i;
		return NULL;
	}
	return "must be dormant, relay or ignore";
}

static const char *set_port_mapping(struct conf *conf, const char *value)
{
	return mapping_method_parse(&conf->port_mapping, value) ?
	       NULL : "must be no, upnp, nat-pmp or auto";
}

/* A host name is rejected: it could not be resolved before the network works. */
static const char *set_verify(struct conf *conf, const char *value)
{
	if (inet_pton(AF_INET6, value, &conf->verify) != 1 ||
	    (conf->verify.s6_addr[0] & 0xe0) != 0x20 ||
	    teredo_is_teredo(&conf->verify, cpu_to_be32(TEREDO_PREFIX)))
		return "must be a global IPv6 address that is not Teredo";
	conf->has_verify = true;
	return NULL;
}

/* A server that has secrets requires authentication. */
static const char *set_secrets(struct conf *conf, const char *value)
{
	static char error[SECRETS_ERROR];

	if (!*value || strlen(value) >= sizeof(conf->secrets_file))
		return "must be the name of a file";
	strcpy(conf->secrets_file, value);
	conf->link.auth = true;
	link_conf_set(&conf->link, IFLA_TEREDO_AUTH);
	return secrets_load(&conf->secrets, value, error) ? error : NULL;
}

static const char *set_metric(struct conf *conf, const char *value)
{
	unsigned long n;
	const char *err = value_number(value, 1, UINT32_MAX, &n);

	if (!err)
		conf->metric = n;
	return err;
}

static const char *set_default_route(struct conf *conf, const char *value)
{
	return value_bool(value, &conf->default_route);
}

static const char *set_announce(struct conf *conf, const char *value)
{
	return value_bool(value, &conf->announce);
}

/* The prefix of a gateway replaces the first 64 bits of its clients' addresses */
static const char *set_gateway_prefix(struct conf *conf, const char *value)
{
	struct in6_addr *prefix = &conf->nat66.prefix;
	const char *err;
	u8 len;

	if (conf->nat66.method == NAT66_MASQUERADE)
		return "cannot be combined with masquerade";
	err = value_prefix(value, prefix, &len);
	if (err)
		return err;
	if (len != 64)
		return "must be a /64, the length of what a server's clients share";
	if ((prefix->s6_addr[0] & 0xe0) != 0x20 ||
	    teredo_is_teredo(prefix, cpu_to_be32(TEREDO_PREFIX)))
		return "must be a global unicast prefix outside of 2001::/32, which the provider routes to this host";
	conf->nat66.method = NAT66_PREFIX;
	return NULL;
}

static const char *set_masquerade(struct conf *conf, const char *value)
{
	const char *err;
	bool on;

	err = value_bool(value, &on);
	if (err || !on)
		return err;
	if (conf->nat66.method == NAT66_PREFIX)
		return "cannot be combined with prefix";
	conf->nat66.method = NAT66_MASQUERADE;
	return NULL;
}

static const char *set_forwarding(struct conf *conf, const char *value)
{
	return value_bool(value, &conf->nat66.forwarding);
}

static const char *set_proxy(struct conf *conf, const char *value)
{
	return value_bool(value, &conf->nat66.proxy);
}

static const char *set_gateway_rate(struct conf *conf, const char *value)
{
	return attr_set(&conf->link, "client-rate", value);
}

#define FOR(mode)	(1u << TEREDO_MODE_##mode)
#define ALL		(FOR(CLIENT) | FOR(SERVER) | FOR(RELAY) |	\
			 FOR(HOSTRELAY))

static const struct conf_key keys[] = {
	{ "client", "server", FOR(CLIENT), conf_add_servers },
	{ "client", "secret-id", FOR(CLIENT), set_secret_id },
	{ "client", "secret", FOR(CLIENT), set_secret },
	{ "client", "secret-file", FOR(CLIENT), set_secret_file },
	{ "client", "refresh", FOR(CLIENT), set_refresh },
	{ "client", "skip-secondary", FOR(CLIENT), set_skip_secondary },
	{ "client", "native", FOR(CLIENT), set_native },
	{ "client", "verify", FOR(CLIENT), set_verify },
	{ "client", "port-mapping", FOR(CLIENT), set_port_mapping },
	{ "client", "symmetric", FOR(CLIENT), NULL },
	{ "client", "preserving", FOR(CLIENT), NULL },
	{ "client", "sequential", FOR(CLIENT), NULL },
	{ "client", "solicit", FOR(CLIENT), NULL },
	{ "client", "hairpin", FOR(CLIENT), NULL },
	{ "client", "local-discovery", FOR(CLIENT), NULL },
	{ "client", "burst", FOR(CLIENT), NULL },
	{ "server", "local2", FOR(SERVER), NULL },
	{ "server", "secrets", FOR(SERVER), set_secrets },
	{ "server", "symmetric", FOR(SERVER), NULL },
	{ "server", "rate", FOR(SERVER), NULL },
	{ "server", "served", FOR(SERVER), NULL },
	{ "server", "direct", FOR(SERVER), NULL },
	{ "relay", "served", FOR(RELAY), NULL },
	{ "relay", "direct", FOR(RELAY), NULL },
	{ "relay", "symmetric", FOR(RELAY), NULL },
	{ "relay", "rate", FOR(RELAY), NULL },
	{ "hostrelay", "symmetric", FOR(HOSTRELAY), NULL },
	{ "hostrelay", "rate", FOR(HOSTRELAY), NULL },
	{ "hostrelay", "direct", FOR(HOSTRELAY), NULL },
	{ "gateway", "prefix", FOR(SERVER), set_gateway_prefix },
	{ "gateway", "masquerade", FOR(SERVER), set_masquerade },
	{ "gateway", "forwarding", FOR(SERVER), set_forwarding },
	{ "gateway", "proxy", FOR(SERVER), set_proxy },
	{ "gateway", "rate", FOR(SERVER), set_gateway_rate },
	{ "device", "mode", ALL, NULL },
	{ "device", "port", ALL, NULL },
	{ "device", "local", ALL, NULL },
	{ "device", "link", ALL, NULL },
	{ "device", "ttl", ALL, NULL },
	{ "device", "tos", ALL, NULL },
	{ "device", "fwmark", ALL, NULL },
	{ "device", "udp-checksum", ALL, NULL },
	{ "device", "max-peers", ALL, NULL },
	{ "device", "prefix", ALL, NULL },
	{ "route", "metric", ALL, set_metric },
	{ "route", "default-route", FOR(CLIENT), set_default_route },
	{ "route", "announce", FOR(SERVER) | FOR(RELAY), set_announce },
};

static_assert(ARRAY_SIZE(keys) == CONF_KEYS, "conf_keys.h has their number");

const struct conf_key * const conf_keys = keys;

/**
 * conf_key_find() - find a key
 * @section: its section
 * @name: its name, in any spelling
 *
 * Return: the key, NULL if there is none.
 */
const struct conf_key *conf_key_find(const char *section, const char *name)
{
	size_t i;

	for (i = 0; i < CONF_KEYS; i++)
		if (!strcmp(conf_keys[i].section, section) &&
		    value_same_name(conf_keys[i].name, name))
			return &conf_keys[i];
	return NULL;
}

/**
 * conf_section_known() - check whether a section exists
 * @section: its name
 *
 * Return: true if so.
 */
bool conf_section_known(const char *section)
{
	size_t i;

	for (i = 0; i < CONF_KEYS; i++)
		if (!strcmp(conf_keys[i].section, section))
			return true;
	return false;
}

/**
 * conf_section_of() - find the first section that has a key
 * @name: name of the key
 *
 * Return: the section, NULL if none has it.
 */
const char *conf_section_of(const char *name)
{
	size_t i;

	for (i = 0; i < CONF_KEYS; i++)
		if (value_same_name(conf_keys[i].name, name))
			return conf_keys[i].section;
	return NULL;
}

/**
 * conf_key_may_repeat() - check whether a key can be given more than once
 * @key: key
 *
 * Return: true if so.
 */
bool conf_key_may_repeat(const struct conf_key *key)
{
	return key->set == conf_add_servers || !strcmp(key->name, "served");
}

/**
 * conf_key_is_secret() - check whether the value of a key is a secret
 * @key: key
 *
 * Return: true if so.
 */
bool conf_key_is_secret(const struct conf_key *key)
{
	return key->set == set_secret;
}
