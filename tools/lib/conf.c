// SPDX-License-Identifier: GPL-2.0
/* Read the configuration file of a device, check it, and set defaults. */
#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <linux/teredo.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_keys.h"
#include "log.h"
#include "value.h"

/* Native IPv6 must win, so this exceeds the metrics of native default routes. These are
 * 1024 for the kernel's own from router advertisements, 100 and up for NetworkManager,
 * 1000 and up for dhcpcd.
 */
#define DEFAULT_METRIC	65535

/* metric of the route that the kernel adds with an address */
#define PREFIX_METRIC	256

/**
 * struct conf_parse - state of the parser
 * @conf: result
 * @file: the file
 * @line: number of the line read last
 * @error_line: number of the line that @error refers to, 0 if there is no error
 * @seen: for each entry of conf_keys its last line, 0 if the file does not have it
 * @error: description of the first error
 */
struct conf_parse {
	struct conf *conf;
	FILE *file;
	int line;
	int error_line;
	int seen[CONF_KEYS];
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

/* The value of an unknown key can be a secret, too, so it is not printed. */
static void complain_key(struct conf_parse *parse, const char *section,
			 const char *name)
{
	const char *right = conf_section_of(name);
	char what[128];

	if (*section && !conf_section_known(section)) {
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

/* Return: 1 on success, 0 on error, as libinih requires */
static int on_key(void *ctx, const char *section, const char *name,
		  const char *value)
{
	struct conf_parse *parse = ctx;
	const struct conf_key *key = conf_key_find(section, name);
	const char *err;

	if (!key) {
		complain_key(parse, section, name);
		return 0;
	}
	if (parse->seen[key - conf_keys] && !conf_key_may_repeat(key)) {
		complain(parse, name, "", "given twice");
		return 0;
	}
	parse->seen[key - conf_keys] = parse->line;
	err = key->set ? key->set(parse->conf, value) :
			 attr_set(&parse->conf->link, name, value);
	/* a secret must not end up in a log */
	if (err)
		complain(parse, name, conf_key_is_secret(key) ? "" : value, err);
	return !err;
}

/* Read the next line without its newline, truncated to @size - 1 octets.
 * Return: length of the line in the file, or -1 at the end of the file.
 */
static int get_line(FILE *file, char *buf, int size)
{
	int len = 0, c;

	while ((c = getc(file)) != EOF && c != '\n') {
		if (len < size - 1)
			buf[len] = c;
		/* a line of 2 GiB must not overflow @len */
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

/* libinih would parse the rest of an overlong line as another line, and an indented
 * line as a continuation of the value before it. Reject both, but do not print
 * their text: it can be a secret.
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
	return parse->seen[conf_key_find(section, name) - conf_keys];
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

/* Report the first key in the file that the mode does not have. */
static void check_modes(struct conf_parse *parse)
{
	u32 mode = 1u << parse->conf->link.mode;
	const struct conf_key *wrong = NULL;
	char what[128], names[64];
	size_t i;

	for (i = 0; i < CONF_KEYS; i++)
		if (parse->seen[i] && !(conf_keys[i].modes & mode) &&
		    (!wrong || parse->seen[i] < parse->seen[wrong - conf_keys]))
			wrong = &conf_keys[i];
	if (!wrong)
		return;
	mode_names(names, sizeof(names), wrong->modes);
	snprintf(what, sizeof(what), "not for mode = %s, only for mode = %s",
		 attr_mode_name(parse->conf->link.mode), names);
	parse->line = parse->seen[wrong - conf_keys];
	complain(parse, wrong->name, "", what);
}

/* Clients send to port 3544 of the server's address, which they embed in their own
 * addresses. The second port serves only clients that are configured with it.
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

/* Reject keys of [gateway] that lack another key or contradict [device]. */
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
	for (i = 0; i < CONF_KEYS && nat66->method == NAT66_NO; i++) {
		parse->line = parse->seen[i];
		if (parse->line && !strcmp(conf_keys[i].section, "gateway"))
			complain(parse, conf_keys[i].name, "",
				 "needs prefix = PREFIX/64 or masquerade = yes in [gateway]");
	}
}

/* Without [gateway], a server is a relay for all clients, like any relay. With a
 * gateway, it also reaches its clients behind symmetric NATs by default.
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
		return "port-mapping: cannot be combined with symmetric = no";
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

	for (i = 0; i < CONF_KEYS; i++)
		if (parse->seen[i])
			return false;
	return true;
}

static void check_open(const struct conf_parse *parse, const char *path)
{
	struct stat st;

	if (line_of(parse, "client", "secret") &&
	    !fstat(fileno(parse->file), &st))
		conf_warn_open(path, st.st_mode);
}

/* Set the defaults that depend on the mode, for keys that the file does not have. */
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
 * conf_init() - set the defaults
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
 * conf_load() - read a file
 * @conf: result, with defaults for keys that the file does not have
 * @path: the file
 * @error: result, one line that names the file, the line and the error
 *
 * Return: 0 or a negative errno: -ENOENT if there is no such file, -EINVAL if its
 * contents are wrong.
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
