// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration file of a client.
 */
#include "conf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

/* Above any native default route that is of use: kernel's own of router
 * advertisements 1024, NetworkManager 100 and up, dhcpcd 1000 and up. So native
 * IPv6 wins wherever there is some.
 */
#define DEFAULT_METRIC	65535

#define SECRET_GOOD	16	/* shorter ones can be guessed off-line (7.2.1) */

/* Each takes a value and returns NULL or what is wrong with it */
typedef const char *conf_set_fn(struct conf *conf, const char *value);

static const char *parse_number(const char *value, unsigned long min,
				unsigned long max, unsigned long *result)
{
	static char error[64];
	char *end;

	errno = 0;
	*result = strtoul(value, &end, 0);
	if (!errno && *value >= '0' && *value <= '9' && !*end &&
	    *result >= min && *result <= max)
		return NULL;
	snprintf(error, sizeof(error), "must be a number from %lu to %lu",
		 min, max);
	return error;
}

static const char *parse_bool(const char *value, bool *result)
{
	if (strcmp(value, "yes") && strcmp(value, "no"))
		return "must be yes or no";
	*result = value[0] == 'y';
	return NULL;
}

static const char *set_server(struct conf *conf, const char *value)
{
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
	if (!fstat(fd, &st) && st.st_mode & S_IROTH)
		log_warn("%s can be read by everybody", value);
	err = read_secret(fd, buf, sizeof(buf));
	close(fd);
	return err ? err : set_octets(conf->key.secret, &conf->key.secret_len,
				      buf);
}

/* The upper bound is what the longest candidate of 5.2.7 allows */
static const char *set_refresh(struct conf *conf, const char *value)
{
	unsigned long n;
	const char *err = parse_number(value, 5, 120, &n);

	if (!err)
		conf->refresh = n * 1000;
	return err;
}

static const char *set_skip_secondary(struct conf *conf, const char *value)
{
	return parse_bool(value, &conf->skip_secondary);
}

static const char *set_port(struct conf *conf, const char *value)
{
	unsigned long n;
	const char *err = parse_number(value, 0, 65535, &n);

	if (!err)
		conf->link.port = n;
	return err;
}

static const char *set_local(struct conf *conf, const char *value)
{
	if (inet_pton(AF_INET, value, &conf->link.local) != 1)
		return "must be an IPv4 address";
	return NULL;
}

static const char *set_link(struct conf *conf, const char *value)
{
	if (!*value || strlen(value) >= sizeof(conf->link.link))
		return "must be the name of an interface";
	snprintf(conf->link.link, sizeof(conf->link.link), "%s", value);
	return NULL;
}

static const char *set_ttl(struct conf *conf, const char *value)
{
	unsigned long n;
	const char *err = parse_number(value, 0, 255, &n);

	if (!err)
		conf->link.ttl = n;
	return err;
}

static const char *set_tos(struct conf *conf, const char *value)
{
	unsigned long n;
	const char *err;

	if (!strcmp(value, "inherit")) {
		conf->link.tos = 1;
		return NULL;
	}
	err = parse_number(value, 0, 255, &n);
	if (!err)
		conf->link.tos = n;
	return err;
}

static const char *set_fwmark(struct conf *conf, const char *value)
{
	unsigned long n;
	const char *err = parse_number(value, 0, UINT32_MAX, &n);

	if (!err)
		conf->link.fwmark = n;
	return err;
}

static const char *set_udp_checksum(struct conf *conf, const char *value)
{
	bool on;
	const char *err = parse_bool(value, &on);

	if (!err)
		conf->link.no_udp_checksum = !on;
	return err;
}

static const char *set_max_peers(struct conf *conf, const char *value)
{
	unsigned long n;
	const char *err = parse_number(value, 1, UINT32_MAX, &n);

	if (!err)
		conf->link.max_peers = n;
	return err;
}

static const char *set_prefix(struct conf *conf, const char *value)
{
	static const char wrong[] = "must be an IPv6 prefix of length 32";
	char text[INET6_ADDRSTRLEN + 4];
	struct in6_addr addr;
	char *slash;

	if (strlen(value) >= sizeof(text))
		return wrong;
	strcpy(text, value);
	slash = strchr(text, '/');
	if (!slash || strcmp(slash, "/32"))
		return wrong;
	*slash = '\0';
	if (inet_pton(AF_INET6, text, &addr) != 1 || addr.s6_addr32[1] ||
	    addr.s6_addr32[2] || addr.s6_addr32[3])
		return wrong;
	conf->link.prefix = addr.s6_addr32[0];
	return NULL;
}

static const char *set_metric(struct conf *conf, const char *value)
{
	unsigned long n;
	const char *err = parse_number(value, 1, UINT32_MAX, &n);

	if (!err)
		conf->metric = n;
	return err;
}

static const char *set_default_route(struct conf *conf, const char *value)
{
	return parse_bool(value, &conf->default_route);
}

static const struct conf_key {
	const char *section;
	const char *name;
	conf_set_fn *set;
} keys[] = {
	{ "client", "server", set_server },
	{ "client", "secret-id", set_secret_id },
	{ "client", "secret", set_secret },
	{ "client", "secret-file", set_secret_file },
	{ "client", "refresh", set_refresh },
	{ "client", "skip-secondary", set_skip_secondary },
	{ "device", "port", set_port },
	{ "device", "local", set_local },
	{ "device", "link", set_link },
	{ "device", "ttl", set_ttl },
	{ "device", "tos", set_tos },
	{ "device", "fwmark", set_fwmark },
	{ "device", "udp-checksum", set_udp_checksum },
	{ "device", "max-peers", set_max_peers },
	{ "device", "prefix", set_prefix },
	{ "route", "metric", set_metric },
	{ "route", "default-route", set_default_route },
};

#define N_KEYS	(ARRAY_SIZE(keys))

/**
 * struct conf_parse - a file being read
 * @conf: result
 * @file: the file
 * @line: the line that was read last
 * @error_line: the line that @error is about
 * @seen: bit per entry of keys[]
 * @error: the first thing that is wrong with a key
 */
struct conf_parse {
	struct conf *conf;
	FILE *file;
	int line;
	int error_line;
	u32 seen;
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

static const struct conf_key *find_key(const char *section, const char *name,
				       bool *section_known)
{
	size_t i;

	*section_known = false;
	for (i = 0; i < N_KEYS; i++) {
		if (strcmp(keys[i].section, section))
			continue;
		*section_known = true;
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	}
	return NULL;
}

/* Return: 1 if all is well, as libinih wants it */
static int on_key(void *ctx, const char *section, const char *name,
		  const char *value)
{
	struct conf_parse *parse = ctx;
	const struct conf_key *key;
	bool section_known;
	const char *err;

	key = find_key(section, name, &section_known);
	if (!section_known) {
		complain(parse, section, "", *section ? "unknown section" :
			 "key outside of any section");
		return 0;
	}
	if (!key) {
		complain(parse, name, "", "unknown key");
		return 0;
	}
	if (parse->seen & 1u << (key - keys) && key->set != set_server) {
		complain(parse, name, "", "given twice");
		return 0;
	}
	parse->seen |= 1u << (key - keys);
	err = key->set(parse->conf, value);
	/* a secret must not end up in a log */
	if (err)
		complain(parse, name, key->set == set_secret ? "" : value, err);
	return !err;
}

/* libinih would take the rest of a line that is too long for another one */
static char *read_line(char *buf, int size, void *ctx)
{
	struct conf_parse *parse = ctx;
	char *line = fgets(buf, size, parse->file);

	parse->line++;
	if (line && !strchr(line, '\n') && !feof(parse->file))
		complain(parse, "line", "", "too long");
	return line;
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
	return NULL;
}

static int cannot_read(const char *path, int err, char error[CONF_ERROR])
{
	snprintf(error, CONF_ERROR, "%.200s: %s", path, strerror(err));
	return -err;
}

/**
 * conf_init - set the defaults
 * @conf: result
 */
void conf_init(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->refresh = QUALIFY_REFRESH_MS;
	conf->metric = DEFAULT_METRIC;
	conf->default_route = true;
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
	int line, ret;

	conf_init(conf);
	parse.file = fopen(path, "re");
	if (!parse.file)
		return cannot_read(path, errno, error);
	line = ini_parse_stream(read_line, &parse, on_key, &parse);
	ret = ferror(parse.file) ? cannot_read(path, errno, error) : 0;
	fclose(parse.file);
	if (ret)
		return ret;
	if (!line || (parse.error_line && parse.error_line < line))
		line = parse.error_line;
	if (line) {
		snprintf(error, CONF_ERROR, "%.100s:%d: %s", path, line,
			 line == parse.error_line ? parse.error :
						    "not KEY = VALUE");
		return -EINVAL;
	}
	err = check_whole(conf, path);
	if (err) {
		snprintf(error, CONF_ERROR, "%.200s: %s", path, err);
		return -EINVAL;
	}
	return 0;
}
