// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration file of a device.
 */
#include "conf.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <limits.h>
#include <linux/teredo.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "value.h"

/* Above any native default route that is of use: kernel's own of router
 * advertisements 1024, NetworkManager 100 and up, dhcpcd 1000 and up. So native
 * IPv6 wins wherever there is some.
 */
#define DEFAULT_METRIC	65535

/* what the kernel gives the route of an address */
#define PREFIX_METRIC	256

/* Each takes a value and returns NULL or what is wrong with it */
typedef const char *conf_set_fn(struct conf *conf, const char *value);

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
		return "cannot stand beside secret-file";
	return set_octets(conf->key.secret, &conf->key.secret_len, value);
}

/* A secret that all users can read lets all of them pose as this client */
static void warn_open(const char *path, mode_t mode)
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
		return "cannot stand beside secret";
	fd = open(value, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return strerror(errno);
	if (!fstat(fd, &st))
		warn_open(value, st.st_mode);
	err = read_secret(fd, buf, sizeof(buf));
	close(fd);
	return err ? err : set_octets(conf->key.secret, &conf->key.secret_len,
				      buf);
}

/* The upper bound is what the longest candidate of 5.2.7 allows */
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

/* No name: it would be looked up when the network does not work yet */
static const char *set_verify(struct conf *conf, const char *value)
{
	if (inet_pton(AF_INET6, value, &conf->verify) != 1 ||
	    (conf->verify.s6_addr[0] & 0xe0) != 0x20 ||
	    teredo_is_teredo(&conf->verify, cpu_to_be32(TEREDO_PREFIX)))
		return "must be a global IPv6 address that is not Teredo";
	conf->has_verify = true;
	return NULL;
}

/* A server that has secrets demands them */
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
		return "cannot stand beside masquerade";
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
		return "cannot stand beside prefix";
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

/* Keys without a function are attributes of the device */
static const struct conf_key {
	const char *section;
	const char *name;
	u32 modes;
	conf_set_fn *set;
} keys[] = {
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

#define N_KEYS	(ARRAY_SIZE(keys))

/**
 * struct conf_parse - a file being read
 * @conf: result
 * @file: the file
 * @line: the line that was read last
 * @error_line: the line that @error is about
 * @seen: for each of keys[] the line it was last in, 0 if none
 * @error: the first thing that is wrong with a key
 */
struct conf_parse {
	struct conf *conf;
	FILE *file;
	int line;
	int error_line;
	int seen[N_KEYS];
	char error[CONF_ERROR - 128];
};

static void complain(struct conf_parse *parse, const char *name,
		     const char *value, const char *what)
{
	if (parse->error_line)
		return;
	parse->error_line = parse->line;
	snprintf(parse->error, sizeof(parse->error), "%s%s%.80s: %s",
		 name, *value ? " = " : "", value, what);
}

static const struct conf_key *find_key(const char *section, const char *name)
{
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (!strcmp(keys[i].section, section) &&
		    value_same_name(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static bool section_known(const char *section)
{
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (!strcmp(keys[i].section, section))
			return true;
	return false;
}

/* The first section that has the key @name, NULL if there is none */
static const char *section_of(const char *name)
{
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (value_same_name(keys[i].name, name))
			return keys[i].section;
	return NULL;
}

/* A value can be a secret, whatever its key is called: none is printed */
static void complain_key(struct conf_parse *parse, const char *section,
			 const char *name)
{
	const char *right = section_of(name);
	char what[128];

	if (*section && !section_known(section)) {
		complain(parse, section, "", "unknown section");
		return;
	}
	if (!*section && right)
		snprintf(what, sizeof(what),
			 "outside of any section, belongs into [%s]", right);
	else if (!*section)
		snprintf(what, sizeof(what),
			 "outside of any section, and unknown");
	else if (right)
		snprintf(what, sizeof(what), "not a key of [%s], but of [%s]",
			 section, right);
	else
		snprintf(what, sizeof(what), "unknown key");
	complain(parse, name, "", what);
}

static bool may_repeat(const struct conf_key *key)
{
	return key->set == conf_add_servers || !strcmp(key->name, "served");
}

/* Return: 1 if all is well, as libinih wants it */
static int on_key(void *ctx, const char *section, const char *name,
		  const char *value)
{
	struct conf_parse *parse = ctx;
	const struct conf_key *key = find_key(section, name);
	const char *err;

	if (!key) {
		complain_key(parse, section, name);
		return 0;
	}
	if (parse->seen[key - keys] && !may_repeat(key)) {
		complain(parse, name, "", "given twice");
		return 0;
	}
	parse->seen[key - keys] = parse->line;
	err = key->set ? key->set(parse->conf, value) :
			 attr_set(&parse->conf->link, name, value);
	/* a secret must not end up in a log */
	if (err)
		complain(parse, name, key->set == set_secret ? "" : value, err);
	return !err;
}

/* The next line without its end, cut to @size octets. Return: its length as it
 * is in the file, or -1 at the end of the file.
 */
static int get_line(FILE *file, char *buf, int size)
{
	int len = 0, c;

	while ((c = getc(file)) != EOF && c != '\n') {
		if (len < size - 1)
			buf[len] = c;
		/* a line of 2 GiB has no end that is of interest */
		if (len < INT_MAX)
			len++;
	}
	buf[len < size ? len : size - 1] = '\0';
	return c == EOF && !len ? -1 : len;
}

static bool is_comment(const char *line)
{
	line += strspn(line, " \t\r\f\v");
	return !*line || *line == '#' || *line == ';';
}

/* libinih would take the rest of a line that is too long for another one, and an
 * indented line for more of the value before it. Both are refused without their
 * text, which can be a secret.
 */
static char *read_line(char *buf, int size, void *ctx)
{
	struct conf_parse *parse = ctx;
	int len = get_line(parse->file, buf, size);
	char what[64];

	if (len < 0)
		return NULL;
	parse->line++;
	if (is_comment(buf)) {
		buf[0] = '\0';
	} else if (isspace((unsigned char)buf[0])) {
		complain(parse, "line", "",
			 "begins with a blank, which KEY = VALUE must not");
		buf[0] = '\0';
	} else if (len >= size) {
		snprintf(what, sizeof(what),
			 "too long, longer than %d characters", size - 1);
		complain(parse, "line", "", what);
		buf[0] = '\0';
	}
	return buf;
}

/* Line of a key, 0 if it is not in the file */
static int line_of(const struct conf_parse *parse, const char *section,
		   const char *name)
{
	return parse->seen[find_key(section, name) - keys];
}

/* Names of the modes in @modes: "client", "server or relay" */
static void mode_names(char *buf, size_t size, u32 modes)
{
	size_t len = 0;
	u32 mode;

	for (mode = 0; modes >> mode && len < size; mode++)
		if (modes >> mode & 1)
			len += snprintf(buf + len, size - len, "%s%s",
					len ? " or " : "",
					attr_mode_name(mode));
}

/* The first key in the file that its mode does not have */
static void check_modes(struct conf_parse *parse)
{
	u32 mode = 1u << parse->conf->link.mode;
	const struct conf_key *wrong = NULL;
	char what[128], names[64];
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (parse->seen[i] && !(keys[i].modes & mode) &&
		    (!wrong || parse->seen[i] < parse->seen[wrong - keys]))
			wrong = &keys[i];
	if (!wrong)
		return;
	mode_names(names, sizeof(names), wrong->modes);
	snprintf(what, sizeof(what), "not for mode = %s, only for mode = %s",
		 attr_mode_name(parse->conf->link.mode), names);
	parse->line = parse->seen[wrong - keys];
	complain(parse, wrong->name, "", what);
}

/* A server is found at port 3544, and its address is in those of its clients. The
 * second port serves clients that are told of it.
 */
static void check_server(struct conf_parse *parse)
{
	const struct link_conf *link = &parse->conf->link;

	if (link->mode != TEREDO_MODE_SERVER)
		return;
	parse->line = line_of(parse, "device", "local");
	if (parse->line && !teredo_ipv4_is_global(link->local))
		complain(parse, "local", "",
			 "a server needs a global unicast IPv4 address");
	parse->line = line_of(parse, "server", "local2");
	if (parse->line && !teredo_ipv4_is_global(link->local2))
		complain(parse, "local2", "",
			 "a server needs a global unicast IPv4 address");
	else if (parse->line && link->local2 == link->local &&
		 link->port2 == cpu_to_be16(TEREDO_PORT))
		complain(parse, "local2", "",
			 "must be another address, or the same one with another port, as in 203.0.113.1:3545");
	parse->line = line_of(parse, "device", "port");
	if (parse->line && link->port != cpu_to_be16(TEREDO_PORT))
		complain(parse, "port", "", "a server can only have 3544");
}

/* Keys of [gateway] that need another one, or that [device] rules out */
static void check_gateway(struct conf_parse *parse)
{
	const struct nat66_conf *nat66 = &parse->conf->nat66;
	const struct link_conf *link = &parse->conf->link;
	size_t i;

	parse->line = line_of(parse, "gateway", "prefix");
	if (parse->line && link_conf_has(link, IFLA_TEREDO_PREFIX) &&
	    teredo_is_teredo(&nat66->prefix, link->prefix))
		complain(parse, "prefix", "",
			 "must be outside of the service prefix in [device]");
	parse->line = line_of(parse, "gateway", "proxy");
	if (parse->line && nat66->proxy && nat66->method != NAT66_PREFIX)
		complain(parse, "proxy", "", "needs prefix");
	for (i = 0; i < N_KEYS && nat66->method == NAT66_NO; i++) {
		parse->line = parse->seen[i];
		if (parse->line && !strcmp(keys[i].section, "gateway"))
			complain(parse, keys[i].name, "",
				 "needs prefix = PREFIX/64 or masquerade = yes in [gateway]");
	}
}

/* A server without [gateway] is the relay of all clients, as any relay. One with a
 * gateway reaches its clients behind symmetric NATs, too, unless the file says no.
 */
static void set_gateway(struct conf *conf)
{
	struct link_conf *link = &conf->link;

	if (link->mode != TEREDO_MODE_SERVER)
		return;
	link->gateway = conf->nat66.method != NAT66_NO;
	link_conf_set(link, IFLA_TEREDO_GATEWAY);
	link_conf_set(link, IFLA_TEREDO_CLIENT_RATE);
	if (!link->gateway || link_conf_has(link, IFLA_TEREDO_SYMMETRIC))
		return;
	link->symmetric = true;
	link_conf_set(link, IFLA_TEREDO_SYMMETRIC);
}

static const char *check_whole(const struct conf *conf, const char *path)
{
	if (conf->key.secret_len && !conf->key.id_len)
		return "secret: needs secret-id";
	if (conf->key.id_len && !conf->key.secret_len)
		return "secret-id: needs secret or secret-file";
	if (conf->key.secret_len && conf->key.secret_len < SECRET_GOOD)
		log_warn("%s: the secret is shorter than %d octets and can be guessed",
			 path, SECRET_GOOD);
	if (conf->port_mapping != MAPPING_NO &&
	    link_conf_has(&conf->link, IFLA_TEREDO_SYMMETRIC) &&
	    !conf->link.symmetric)
		return "port-mapping: cannot stand beside symmetric = no";
	if (conf->link.mode == TEREDO_MODE_SERVER && !conf->link.local)
		return "local: needed, a server's IPv4 address is in those of its clients";
	return NULL;
}

static int cannot_read(const char *path, int err, char error[CONF_ERROR])
{
	snprintf(error, CONF_ERROR, "%.200s: %s%s", path, strerror(err),
		 err == EACCES && geteuid() ?
		 " (root is needed; for a service: chown root:teredo, chmod 640)" : "");
	return -err;
}

static void read_file(struct conf_parse *parse)
{
	int line = ini_parse_stream(read_line, parse, on_key, parse);

	if (line && (!parse->error_line || line < parse->error_line)) {
		parse->error_line = line;
		snprintf(parse->error, sizeof(parse->error),
			 "not KEY = VALUE");
	}
	if (parse->error_line)
		return;
	check_modes(parse);
	check_server(parse);
	check_gateway(parse);
	set_gateway(parse->conf);
}

static bool is_empty(const struct conf_parse *parse)
{
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (parse->seen[i])
			return false;
	return true;
}

static void check_open(const struct conf_parse *parse, const char *path)
{
	struct stat st;

	if (line_of(parse, "client", "secret") &&
	    !fstat(fileno(parse->file), &st))
		warn_open(path, st.st_mode);
}

/* What the mode decides about where the file says nothing */
static void mode_defaults(struct conf_parse *parse)
{
	struct conf *conf = parse->conf;
	bool client = conf->link.mode == TEREDO_MODE_CLIENT;

	if (!line_of(parse, "route", "metric"))
		conf->metric = client ? DEFAULT_METRIC : PREFIX_METRIC;
	if (!line_of(parse, "route", "announce"))
		conf->announce = conf->link.mode == TEREDO_MODE_RELAY ||
				 conf->link.mode == TEREDO_MODE_HOSTRELAY;
}

/**
 * conf_init - set the defaults
 * @conf: result
 * @mode: enum teredo_mode
 */
void conf_init(struct conf *conf, u32 mode)
{
	struct conf_parse nothing = { .conf = conf };

	memset(conf, 0, sizeof(*conf));
	conf->refresh = QUALIFY_REFRESH_MS;
	conf->default_route = true;
	conf->link.mode = mode;
	link_conf_set(&conf->link, IFLA_TEREDO_MODE);
	mode_defaults(&nothing);
}

/**
 * conf_load - read a file
 * @conf: result, with defaults for what the file does not say
 * @path: the file
 * @error: what is wrong with it, one line with the place
 *
 * Return: 0 or a negative errno, -ENOENT if there is no such file.
 */
int conf_load(struct conf *conf, const char *path, char error[CONF_ERROR])
{
	struct conf_parse parse = { .conf = conf };
	const char *err;
	int ret;

	conf_init(conf, TEREDO_MODE_CLIENT);
	parse.file = fopen(path, "re");
	if (!parse.file)
		return cannot_read(path, errno, error);
	read_file(&parse);
	ret = ferror(parse.file) ? cannot_read(path, errno, error) : 0;
	conf->empty = is_empty(&parse);
	if (!ret)
		check_open(&parse, path);
	fclose(parse.file);
	if (ret)
		return ret;
	if (parse.error_line) {
		snprintf(error, CONF_ERROR, "%.100s:%d: %s", path,
			 parse.error_line, parse.error);
		return -EINVAL;
	}
	mode_defaults(&parse);
	err = check_whole(conf, path);
	if (err) {
		snprintf(error, CONF_ERROR, "%.200s: %s", path, err);
		return -EINVAL;
	}
	return 0;
}
