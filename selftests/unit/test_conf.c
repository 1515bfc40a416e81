// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration files: what is taken, and what is refused with which words.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "conf.h"
#include "ktap.h"

#define LONG	"a123456789b123456789c123456789d123456789e123456789f123456789" \
		"a123456789b123456789c123456789d123456789e123456789.example"

static char path[] = "/tmp/teredo-conf-XXXXXX";

static int load(const char *text, struct conf *conf, char error[CONF_ERROR])
{
	FILE *f;
	int ret;
	int fd;

	strcpy(path + sizeof(path) - 7, "XXXXXX");
	fd = mkstemp(path);
	f = fdopen(fd, "w");
	fputs(text, f);
	fclose(f);
	error[0] = '\0';
	ret = conf_load(conf, path, error);
	unlink(path);
	return ret;
}

/**
 * struct refused - a file that is refused
 * @text: the file
 * @place: ":LINE:" that the error names, or part of the error
 * @why: part of the error
 */
struct refused {
	const char *text;
	const char *place;
	const char *why;
};

static void test_refused(const void *arg)
{
	const struct refused *r = arg;
	char error[CONF_ERROR];
	struct conf conf;

	CHECK(load(r->text, &conf, error) < 0);
	CHECK(strstr(error, r->place));
	CHECK(strstr(error, r->why));
	CHECK(!strchr(error, '\n'));
	CHECK(!strstr(error, "hunter2"));
	if (!strstr(error, r->place) || !strstr(error, r->why))
		printf("# %s\n", error);
}

#define REFUSED(name, ...) \
	{ name, test_refused, &(const struct refused){ __VA_ARGS__ } }

static void test_defaults(const void *arg)
{
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load("", &conf, error));
	CHECK(conf.refresh == 30000 && conf.metric == 65535);
	CHECK(conf.default_route && !conf.skip_secondary);
	CHECK(!conf.servers.n && !conf.link.port && !conf.link.no_udp_checksum);
}

static void test_all(const void *arg)
{
	static const char text[] =
		"[client]\n"
		"server = a.example/b.example, 203.0.113.1/203.0.113.2\n"
		"server = 198.51.100.118\n"
		"secret-id = alice\n"
		"secret = teredo-test-secret\n"
		"refresh = 25\n"
		"skip-secondary = yes\n"
		"[device]\n"
		"port = 40000\n"
		"local = 192.168.1.20\n"
		"link = eth0\n"
		"ttl = 64\n"
		"tos = inherit\n"
		"fwmark = 0x42\n"
		"udp-checksum = no\n"
		"max-peers = 100\n"
		"prefix = 3ffe:831f::/32\n"
		"[route]\n"
		"metric = 1029\n"
		"default-route = no\n";
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load(text, &conf, error));
	CHECK(conf.servers.n == 3);
	CHECK(!strcmp(conf.servers.spec[0].primary, "a.example"));
	CHECK(!strcmp(conf.servers.spec[0].secondary, "b.example"));
	CHECK(!strcmp(conf.servers.spec[1].secondary, "203.0.113.2"));
	CHECK(!strcmp(conf.servers.spec[2].secondary, ""));
	CHECK(conf.key.id_len == 5 && !memcmp(conf.key.id, "alice", 5));
	CHECK(conf.key.secret_len == 18);
	CHECK(conf.refresh == 25000 && conf.skip_secondary);
	CHECK(conf.link.port == 40000 && conf.link.ttl == 64);
	CHECK(conf.link.local == htonl(0xc0a80114));
	CHECK(!strcmp(conf.link.link, "eth0") && conf.link.tos == 1);
	CHECK(conf.link.fwmark == 0x42 && conf.link.no_udp_checksum);
	CHECK(conf.link.max_peers == 100);
	CHECK(conf.link.prefix == htonl(0x3ffe831f));
	CHECK(conf.metric == 1029 && !conf.default_route);
}

static void test_example(const void *arg)
{
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!conf_load(&conf, "../../tools/teredo.conf.example", error));
	CHECK(conf.servers.n == 1);
}

/* uncommented, each key of the example is one that is known */
static void test_example_keys(const void *arg)
{
	char line[256], text[4096] = "", error[CONF_ERROR];
	FILE *f = fopen("../../tools/teredo.conf.example", "r");
	struct conf conf;
	int keys = 0;

	(void)arg;
	CHECK(f);
	while (f && fgets(line, sizeof(line), f)) {
		if (line[0] == '[')
			strcat(text, line);
		if (line[0] != '#' || line[1] == ' ' || !strchr(line, '=') ||
		    strstr(line, "secret"))
			continue;
		strcat(text, line + 1);
		keys++;
	}
	if (f)
		fclose(f);
	CHECK(keys == 13);
	CHECK(!load(text, &conf, error));
	if (error[0])
		printf("# %s\n", error);
}

static void test_missing(const void *arg)
{
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(conf_load(&conf, "/nonexistent/teredo.conf", error) == -ENOENT);
	CHECK(conf_load(&conf, "/", error) < 0);
}

static void test_secret_file(const void *arg)
{
	char name[] = "/tmp/teredo-secret-XXXXXX";
	char text[256], error[CONF_ERROR];
	struct conf conf;
	int fd = mkstemp(name);

	(void)arg;
	CHECK(write(fd, "0123456789abcdef\nrest\n", 22) == 22);
	close(fd);
	snprintf(text, sizeof(text),
		 "[client]\nsecret-id = a\nsecret-file = %s\n", name);
	CHECK(!load(text, &conf, error));
	CHECK(conf.key.secret_len == 16);
	CHECK(!memcmp(conf.key.secret, "0123456789abcdef", 16));
	unlink(name);
	CHECK(load(text, &conf, error) == -EINVAL);
	CHECK(strstr(error, "No such file"));
}

static const struct ktap_test tests[] = {
	{ "defaults # XC-09", test_defaults, NULL },
	{ "all keys # C-02 C-03 C-05", test_all, NULL },
	{ "the example is right", test_example, NULL },
	{ "the example names every key", test_example_keys, NULL },
	{ "no file", test_missing, NULL },
	{ "secret from a file # C-03", test_secret_file, NULL },
	REFUSED("unknown key", "[client]\nsrever = a\n", ":2:",
		"srever: unknown key"),
	REFUSED("unknown section", "\n[clinet]\nserver = a\n", ":3:",
		"clinet: unknown section"),
	REFUSED("key outside of a section", "server = a\n", ":1:",
		"outside of any section"),
	REFUSED("key in the wrong section", "[device]\nserver = a\n", ":2:",
		"unknown key"),
	REFUSED("no KEY = VALUE", "[client]\n\nserver\n", ":3:",
		"not KEY = VALUE"),
	REFUSED("syntax error before a wrong key", "[client]\nserver\nx = 1\n",
		":2:", "not KEY = VALUE"),
	REFUSED("line too long", "[client]\nserver = " LONG ", " LONG "\n",
		":2:", "too long"),
	REFUSED("key given twice", "[client]\nrefresh = 20\nrefresh = 30\n",
		":3:", "given twice"),
	REFUSED("private server # G-19", "[client]\nserver = 10.0.0.1\n", ":2:",
		"not a global unicast"),
	REFUSED("private secondary # G-19",
		"[client]\nserver = 192.0.2.1/192.168.0.1\n", ":2:",
		"not a global unicast"),
	REFUSED("wrong address", "[client]\nserver = 192.0.2.256\n", ":2:",
		"not an IPv4 address"),
	REFUSED("wrong name", "[client]\nserver = a_b!c\n", ":2:",
		"neither a name"),
	REFUSED("empty server", "[client]\nserver = a, , b\n", ":2:",
		"is empty"),
	REFUSED("empty secondary", "[client]\nserver = a/\n", ":2:",
		"is empty"),
	REFUSED("too many servers", "[client]\nserver = a,b,c,d,e,f,g,h,i\n",
		":2:", "too many"),
	REFUSED("refresh no number", "[client]\nrefresh = 30s\n", ":2:",
		"number from 5 to 120"),
	REFUSED("refresh too small", "[client]\nrefresh = 4\n", ":2:",
		"number from 5 to 120"),
	REFUSED("refresh negative", "[client]\nrefresh = -1\n", ":2:",
		"number from"),
	REFUSED("port too big", "[device]\nport = 65536\n", ":2:",
		"number from 0 to 65535"),
	REFUSED("local no address", "[device]\nlocal = eth0\n", ":2:",
		"IPv4 address"),
	REFUSED("link too long", "[device]\nlink = 0123456789abcdef\n", ":2:",
		"name of an interface"),
	REFUSED("neither yes nor no", "[route]\ndefault-route = true\n", ":2:",
		"yes or no"),
	REFUSED("prefix of another length", "[device]\nprefix = 2001::/16\n",
		":2:", "length 32"),
	REFUSED("prefix with host bits", "[device]\nprefix = 2001::1/32\n",
		":2:", "length 32"),
	REFUSED("secret without an identifier # C-03",
		"[client]\nsecret = hunter2hunter2hunter2\n", "secret",
		"needs secret-id"),
	REFUSED("identifier without a secret # C-03",
		"[client]\nsecret-id = a\n", "secret-id", "needs secret"),
	REFUSED("secret and secret-file # C-03",
		"[client]\nsecret-id = a\nsecret = hunter2\nsecret-file = /x\n",
		":4:", "cannot stand beside"),
	REFUSED("secret-file and secret, which is not told # C-03",
		"[client]\nsecret-id = a\nsecret-file = vectors.txt\nsecret = hunter2\n",
		":4:", "cannot stand beside"),
	REFUSED("secret given twice, and not told # C-03",
		"[client]\nsecret = hunter2\nsecret = hunter2x\n", ":3:",
		"given twice"),
};

KTAP_MAIN(tests)
