// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration files: accepted settings, and refused ones with their error messages
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/teredo.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
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
 * struct refused - an invalid file
 * @text: the file
 * @place: ":LINE:" in the error message, or another part of it
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
	CHECK(!conf.servers.n && !conf.announce);
	CHECK(conf.link.mode == TEREDO_MODE_CLIENT);
	CHECK(conf.link.set == 1u << IFLA_TEREDO_MODE);
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
		"max_peers = 100\n"
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
	CHECK(!conf.determine);
	CHECK(conf.link.port == htons(40000) && conf.link.ttl == 64);
	CHECK(conf.link.local == htonl(0xc0a80114));
	CHECK(!strcmp(conf.link.link, "eth0") && conf.link.tos == 1);
	CHECK(conf.link.fwmark == 0x42 && !conf.link.udp_csum);
	CHECK(link_conf_has(&conf.link, IFLA_TEREDO_UDP_CSUM));
	CHECK(conf.link.max_peers == 100);
	CHECK(conf.link.prefix == htonl(0x3ffe831f));
	CHECK(conf.metric == 1029 && !conf.default_route);
}

/* A comment can have any length; behind it the line numbers are right. */
static void test_long_comment(const void *arg)
{
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load("# " LONG LONG LONG LONG "\n[client]\n  ; " LONG LONG
		    "\nserver = a\n\n   \n", &conf, error));
	CHECK(conf.servers.n == 1);
	CHECK(load("# " LONG LONG LONG "\nx = 1\n", &conf, error) == -EINVAL);
	CHECK(strstr(error, ":2:"));
}

/* No octal numbers: in "03544" the 0 is padding */
static void test_decimal(const void *arg)
{
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load("[device]\nport = 03544\nttl = 010\n", &conf, error));
	CHECK(conf.link.port == htons(3544) && conf.link.ttl == 10);
	CHECK(!load("[device]\nfwmark = 0x10\n", &conf, error));
	CHECK(conf.link.fwmark == 16);
}

static void test_empty(const void *arg)
{
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load("# nothing\n[client]\n", &conf, error) && conf.empty);
	CHECK(!load("[route]\nmetric = 1\n", &conf, error) && !conf.empty);
}

/* capture stderr while @text is read from a file of @mode */
static void warned(const char *text, mode_t mode, char *said, size_t size)
{
	char name[] = "/tmp/teredo-mode-XXXXXX", error[CONF_ERROR];
	int fd = mkstemp(name), old = dup(STDERR_FILENO), pipefd[2];
	struct conf conf;
	ssize_t len;

	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(!fchmod(fd, mode) && !pipe(pipefd));
	close(fd);
	dup2(pipefd[1], STDERR_FILENO);
	close(pipefd[1]);
	CHECK(!conf_load(&conf, name, error));
	dup2(old, STDERR_FILENO);
	close(old);
	len = read(pipefd[0], said, size - 1);
	said[len > 0 ? len : 0] = '\0';
	close(pipefd[0]);
	unlink(name);
}

static void test_open_secret(const void *arg)
{
	static const char text[] = "[client]\nserver = a\nsecret-id = alice\n"
				   "secret = 0123456789abcdef\n";
	char said[512];

	(void)arg;
	warned(text, 0644, said, sizeof(said));
	CHECK(strstr(said, "can be read by all users"));
	CHECK(!strstr(said, "0123456789abcdef"));
	warned(text, 0640, said, sizeof(said));
	CHECK(!said[0]);
	warned("[client]\nserver = a\n", 0644, said, sizeof(said));
	CHECK(!said[0]);
}

static void test_determine(const void *arg)
{
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load("[client]\nrefresh = determine\n", &conf, error));
	CHECK(conf.determine && conf.refresh == 30000);
}

static void test_server(const void *arg)
{
	static const char text[] =
		"[server]\n"
		"local2 = 203.0.113.2\n"
		"symmetric = yes\n"
		"rate = 0\n"
		"direct = no\n"
		"served = 2001:db8:1::/48, 2001:db8:2::/48\n"
		"served = 2001:db8:3::/48\n"
		"[route]\n"
		"announce = yes\n"
		"[device]\n"
		"port = 3544\n"
		"local = 203.0.113.1\n"
		"mode = server\n";
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load(text, &conf, error));
	CHECK(conf.link.mode == TEREDO_MODE_SERVER);
	CHECK(conf.link.local == htonl(0xcb007101));
	CHECK(conf.link.local2 == htonl(0xcb007102));
	CHECK(conf.link.symmetric && !conf.link.rate && !conf.link.direct);
	CHECK(link_conf_has(&conf.link, IFLA_TEREDO_RATE));
	CHECK(link_conf_has(&conf.link, IFLA_TEREDO_DIRECT));
	CHECK(!link_conf_has(&conf.link, IFLA_TEREDO_AUTH));
	CHECK(conf.link.n_served == 3 && conf.link.served[2].len == 48);
	CHECK(conf.announce && conf.metric == 256);
}

/* one address with a second port */
static void test_second_port(const void *arg)
{
	const char *server = "[device]\nmode = server\nlocal = 203.0.113.1\n"
			     "[server]\nlocal2 = 203.0.113.1:3545\n";
	const char *client = "[client]\n"
			     "server = a.example/A.example:3545, b/192.0.2.2\n";
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load(server, &conf, error));
	CHECK(conf.link.local2 == htonl(0xcb007101));
	CHECK(conf.link.port2 == htons(3545));

	CHECK(!load(client, &conf, error));
	CHECK(!strcmp(conf.servers.spec[0].secondary, "A.example"));
	CHECK(conf.servers.spec[0].port == htons(3545));
	CHECK(conf.servers.spec[1].port == htons(3544));
}

static void test_relays(const void *arg)
{
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load("[device]\nmode = relay\n", &conf, error));
	CHECK(conf.link.mode == TEREDO_MODE_RELAY);
	CHECK(conf.announce && conf.metric == 256);
	CHECK(!load("[device]\nmode = relay\n[relay]\ndirect = yes\n"
		    "[route]\nannounce = no\nmetric = 7\n", &conf, error));
	CHECK(!conf.announce && conf.metric == 7 && conf.link.direct);
	CHECK(!load("[device]\nmode = relay\n[relay]\nrate = 5\n", &conf,
		    error));
	CHECK(conf.link.rate == 5);
	CHECK(!load("[device]\nmode = hostrelay\n[hostrelay]\nrate = 0\n",
		    &conf, error));
	CHECK(link_conf_has(&conf.link, IFLA_TEREDO_RATE));
	CHECK(!load("[device]\nmode = hostrelay\n", &conf, error));
	CHECK(conf.link.mode == TEREDO_MODE_HOSTRELAY && conf.announce);
}

static void test_secrets(const void *arg)
{
	char name[] = "/tmp/teredo-secrets-XXXXXX";
	char text[256], error[CONF_ERROR];
	struct conf conf;
	int fd = mkstemp(name);

	(void)arg;
	CHECK(write(fd, "alice teredo-test-secret\n", 25) == 25);
	close(fd);
	snprintf(text, sizeof(text), "[device]\nmode = server\n"
		 "local = 203.0.113.1\n[server]\nsecrets = %s\n", name);
	CHECK(!load(text, &conf, error));
	CHECK(conf.link.auth && link_conf_has(&conf.link, IFLA_TEREDO_AUTH));
	CHECK(conf.secrets.n == 1 && !strcmp(conf.secrets_file, name));
	secrets_free(&conf.secrets);
	unlink(name);
	CHECK(load(text, &conf, error) == -EINVAL);
	CHECK(strstr(error, ":5: secrets") && strstr(error, "No such file"));
}

/**
 * struct example - an example file of the tools
 * @path: its name
 * @mode: mode of the device
 * @keys: keys that are commented out
 */
struct example {
	const char *path;
	u32 mode;
	int keys;
};

/* In a client's example, only the server must be filled in. */
static void test_example(const void *arg)
{
	const struct example *example = arg;
	char error[CONF_ERROR] = "";
	struct conf conf;

	if (example->mode == TEREDO_MODE_CLIENT) {
		CHECK(conf_load(&conf, example->path, error) == -EINVAL);
		CHECK(strstr(error, "stands for your server"));
		return;
	}
	CHECK(!conf_load(&conf, example->path, error));
	CHECK(conf.link.mode == example->mode);
}

/* each key of the example, uncommented, is known */
static void test_example_keys(const void *arg)
{
	char line[256], text[4096] = "", error[CONF_ERROR];
	const struct example *example = arg;
	FILE *f = fopen(example->path, "r");
	struct conf conf;
	int keys = 0;

	CHECK(f);
	while (f && fgets(line, sizeof(line), f)) {
		bool key = line[0] == '#' && line[1] != ' ' &&
			   strchr(line, '=') && !strstr(line, "secret");

		keys += key;
		if (strstr(line, "teredo.example.net"))
			strcat(text, "server = 203.0.113.1\n");
		else if (key || line[0] != '#')
			strcat(text, line + key);
	}
	if (f)
		fclose(f);
	CHECK(keys == example->keys);
	CHECK(!load(text, &conf, error));
	if (error[0])
		printf("# %s\n", error);
}

#define EXAMPLE(path, mode, keys)					\
	{ path " is right", test_example,				\
	  &(const struct example){ "../../tools/etc/" path, mode, keys } },	\
	{ path " names keys that are known", test_example_keys,		\
	  &(const struct example){ "../../tools/etc/" path, mode, keys } }

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

static void test_beside(const void *arg)
{
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load("[client]\nserver = a\n", &conf, error));
	CHECK(conf.native == NATIVE_DORMANT && !conf.has_verify);
	CHECK(!load("[client]\nnative = relay\nverify = 2001:db8::1\n", &conf,
		    error));
	CHECK(conf.native == NATIVE_RELAY && conf.has_verify);
	CHECK(conf.verify.s6_addr[15] == 1);
	CHECK(!load("[client]\nnative = ignore\n", &conf, error));
	CHECK(conf.native == NATIVE_IGNORE);
}

static void test_port_mapping(const void *arg)
{
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load("[client]\nserver = a\n", &conf, error));
	CHECK(conf.port_mapping == MAPPING_NO);
	CHECK(!load("[client]\nport-mapping = auto\n", &conf, error));
	CHECK(conf.port_mapping == MAPPING_AUTO);
	CHECK(!load("[client]\nport-mapping = nat-pmp\nsymmetric = yes\n",
		    &conf, error));
	CHECK(conf.port_mapping == MAPPING_NAT_PMP);
	CHECK(!load("[client]\nport-mapping = no\nsymmetric = no\n", &conf,
		    error));
}

#define SERVER	"[device]\nmode = server\nlocal = 203.0.113.1\n"
#define GATEWAY	SERVER "[gateway]\n"

static void test_gateway(const void *arg)
{
	char error[CONF_ERROR];
	struct conf conf;

	(void)arg;
	CHECK(!load(SERVER, &conf, error));
	CHECK(conf.nat66.method == NAT66_NO);
	CHECK(!load(GATEWAY "prefix = 2001:db8:5:1::/64\nforwarding = yes\n"
		    "proxy = yes\nrate = 1000000\n", &conf, error));
	CHECK(conf.nat66.method == NAT66_PREFIX && conf.nat66.forwarding &&
	      conf.nat66.proxy && conf.link.gateway &&
	      conf.link.client_rate == 1000000);
	CHECK(conf.nat66.prefix.s6_addr[7] == 1);
	CHECK(!load(GATEWAY "masquerade = yes\n", &conf, error));
	CHECK(conf.nat66.method == NAT66_MASQUERADE && !conf.nat66.proxy);
	CHECK(conf.link.symmetric);
	CHECK(!load(SERVER "[server]\nsymmetric = no\n[gateway]\n"
		    "masquerade = yes\n", &conf, error));
	CHECK(!conf.link.symmetric);
	CHECK(!load(GATEWAY "masquerade = no\nprefix = 2001:db8:5:1::/64\n",
		    &conf, error));
	CHECK(conf.nat66.method == NAT66_PREFIX);
}

static const struct ktap_test tests[] = {
	{ "gateway of a server", test_gateway, NULL },
	REFUSED("gateway whose prefix is no /64",
		GATEWAY "prefix = 2001:db8::/32\n", ":5:", "must be a /64"),
	REFUSED("gateway whose prefix has host bits",
		GATEWAY "prefix = 2001:db8:5:1::1/64\n", ":5:",
		"bits set behind its length"),
	REFUSED("gateway within 2001::/32", GATEWAY "prefix = 2001:0:5:1::/64\n",
		":5:", "outside of 2001::/32"),
	REFUSED("gateway that is not global", GATEWAY "prefix = fd00::/64\n",
		":5:", "must be a global unicast prefix"),
	REFUSED("gateway within the service prefix",
		SERVER "prefix = 2001:db8::/32\n[gateway]\n"
		"prefix = 2001:db8:5:1::/64\n", ":6:",
		"outside of the service prefix"),
	REFUSED("gateway with masquerade beside prefix",
		GATEWAY "prefix = 2001:db8:5:1::/64\nmasquerade = yes\n",
		":6:", "cannot be combined with prefix"),
	REFUSED("gateway with prefix beside masquerade",
		GATEWAY "masquerade = yes\nprefix = 2001:db8:5:1::/64\n",
		":6:", "cannot be combined with masquerade"),
	REFUSED("gateway without a method", GATEWAY "forwarding = yes\n",
		":5:", "needs prefix = PREFIX/64 or masquerade = yes"),
	REFUSED("gateway with proxy and no prefix",
		GATEWAY "masquerade = yes\nproxy = yes\n", ":6:",
		"proxy: needs prefix"),
	REFUSED("gateway of a relay",
		"[device]\nmode = relay\n[gateway]\nmasquerade = yes\n",
		":4:", "only for mode = server"),
	{ "what to do beside native IPv6, and whom to ask", test_beside, NULL },
	{ "asking the gateway # XU-01", test_port_mapping, NULL },
	{ "defaults # XC-09", test_defaults, NULL },
	{ "all keys # C-02 C-03 C-05", test_all, NULL },
	{ "a refresh interval to be determined # C-98", test_determine, NULL },
	{ "all keys of a server", test_server, NULL },
	{ "a second port # C-36 S-02", test_second_port, NULL },
	{ "relays # H-01 R-01", test_relays, NULL },
	{ "secrets of a server # S-10", test_secrets, NULL },
	EXAMPLE("teredo.conf.example", TEREDO_MODE_CLIENT, 24),
	EXAMPLE("teredo-server.conf.example", TEREDO_MODE_SERVER, 20),
	EXAMPLE("teredo-relay.conf.example", TEREDO_MODE_RELAY, 15),
	{ "a comment of any length", test_long_comment, NULL },
	{ "numbers are decimal", test_decimal, NULL },
	{ "a file that says nothing", test_empty, NULL },
	{ "a secret in a file that all users can read # C-03", test_open_secret,
	  NULL },
	{ "no file", test_missing, NULL },
	{ "secret from a file # C-03", test_secret_file, NULL },
	REFUSED("unknown key", "[client]\nsrever = a\n", ":2:",
		"srever: unknown key"),
	REFUSED("unknown section", "\n[clinet]\nserver = a\n", ":3:",
		"clinet: unknown section"),
	REFUSED("key outside of a section", "server = a\n", ":1:",
		"server: outside of any section, belongs into [client]"),
	REFUSED("secret outside of a section, which is not told # C-03",
		"secret = hunter2hunter2\n", ":1:", "secret: outside of any section"),
	REFUSED("key outside of a section that no section has", "x = a\n",
		":1:", "x: outside of any section"),
	REFUSED("key in the wrong section", "[device]\nserver = a\n", ":2:",
		"server: not a key of [device], but of [client]"),
	REFUSED("no KEY = VALUE", "[client]\n\nserver\n", ":3:",
		"not KEY = VALUE"),
	REFUSED("syntax error before a wrong key", "[client]\nserver\nx = 1\n",
		":2:", "not KEY = VALUE"),
	REFUSED("line too long", "[client]\nserver = " LONG ", " LONG "\n",
		":2:", "too long"),
	REFUSED("line too long, whose end is not told # C-03",
		"[client]\nsecret = " LONG LONG " hunter2\n", ":2:",
		"too long"),
	REFUSED("last line too long", "[client]\nserver = " LONG ", " LONG,
		":2:", "longer than 199 characters"),
	REFUSED("too long before a wrong key", "[client]\nserver = " LONG ", "
		LONG "\nx = 1\n", ":2:", "too long"),
	REFUSED("continuation line, whose text is not told # C-03",
		"[client]\nsecret-id = a\n   secret = hunter2hunter2hunter2\n",
		":3:", "begins with a blank"),
	REFUSED("secret as continuation of a server, which is not told # C-03",
		"[client]\nserver = 192.0.2.1\n secret = hunter2hunter2\n",
		":3:", "begins with a blank"),
	REFUSED("continuation of a secret, which is not told # C-03",
		"[client]\nsecret-id = a\nsecret = hunter2hunter2\n\thunter2\n",
		":4:", "begins with a blank"),
	REFUSED("indented key behind its section",
		"[client]\n  server = 203.0.113.1\n", ":2:",
		"begins with a blank"),
	REFUSED("indented section", " [client]\n", ":1:",
		"begins with a blank"),
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
	REFUSED("server whose halves are the same # C-36",
		"[client]\nserver = 192.0.2.1/192.0.2.1\n", ":2:",
		"the same address twice"),
	REFUSED("server whose halves are the same name # C-36",
		"[client]\nserver = a.example/A.example\n", ":2:",
		"the same address twice"),
	REFUSED("one address twice: what to write instead # C-36",
		"[client]\nserver = 192.0.2.1/192.0.2.1:3544\n", ":2:",
		"203.0.113.1/203.0.113.1:3545"),
	REFUSED("port of a primary address", "[client]\nserver = a:3545\n", ":2:",
		"always 3544"),
	REFUSED("port of a secondary address, 0", "[client]\nserver = a/a:0\n",
		":2:", "not a number from 1 to 65535"),
	REFUSED("port of a secondary address, empty", "[client]\nserver = a/a:\n",
		":2:", "not a number from 1 to 65535"),
	REFUSED("port of a secondary address, two",
		"[client]\nserver = a/a:3545:3546\n", ":2:",
		"not a number from 1 to 65535"),
	REFUSED("port without a secondary address", "[client]\nserver = a/:3545\n",
		":2:", "is empty"),
	REFUSED("placeholder of the example",
		"[client]\nserver = teredo.example.net\n", ":2:",
		"stands for your server"),
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
		":4:", "cannot be combined with"),
	REFUSED("secret-file and secret, which is not told # C-03",
		"[client]\nsecret-id = a\nsecret-file = vectors.txt\nsecret = hunter2\n",
		":4:", "cannot be combined with"),
	REFUSED("key of another mode, which is said later",
		"[client]\nrefresh = 20\nserver = a\n[device]\nmode = relay\n",
		":2:", "refresh: not for mode = relay, only for mode = client"),
	REFUSED("key of a server in that of a client",
		"[server]\nrate = 1\n", ":2:", "rate: not for mode = client, only for mode = server"),
	REFUSED("default route of a relay",
		"[device]\nmode = hostrelay\n[route]\ndefault-route = no\n",
		":4:", "not for mode = hostrelay"),
	REFUSED("host relay that announces # H-01",
		"[device]\nmode = hostrelay\n[route]\nannounce = no\n",
		":4:", "not for mode = hostrelay, only for mode = server or relay"),
	REFUSED("second address of a client", "[server]\nlocal2 = 203.0.113.2\n",
		":2:", "local2: not for mode = client, only for mode = server"),
	REFUSED("unknown mode", "[device]\nmode = router\n", ":2:",
		"client, server, relay or hostrelay"),
	REFUSED("server without an address", "[device]\nmode = server\n",
		"local", "needed"),
	REFUSED("server with a private address # G-09",
		"[device]\nmode = server\nlocal = 10.0.0.1\n", ":3:",
		"global unicast"),
	REFUSED("server with a private second address # G-09",
		"[device]\nmode = server\nlocal = 192.0.2.1\n[server]\n"
		"local2 = 10.0.0.1\n", ":5:", "global unicast"),
	REFUSED("server with one address twice # S-02",
		"[device]\nmode = server\nlocal = 192.0.2.1\n[server]\n"
		"local2 = 192.0.2.1\n", ":5:", "another address"),
	REFUSED("server with one address and port twice # S-02",
		"[device]\nmode = server\nlocal = 192.0.2.1\n[server]\n"
		"local2 = 192.0.2.1:3544\n", ":5:", "203.0.113.1:3545"),
	REFUSED("server at another port # G-02",
		"[device]\nmode = server\nlocal = 192.0.2.1\nport = 3545\n",
		":4:", "only have 3544"),
	REFUSED("served no prefix", "[device]\nmode = relay\n[relay]\n"
		"served = 2001:db8::\n", ":4:", "IPv6 prefix"),
	REFUSED("served with host bits", "[device]\nmode = relay\n[relay]\n"
		"served = 2001:db8::1/48\n", ":4:", "behind its length"),
	REFUSED("too many served", "[device]\nmode = relay\n[relay]\n"
		"served = a::/16,a::/16,a::/16,a::/16,a::/16,a::/16,a::/16,a::/16\n"
		"served = a::/16,a::/16,a::/16,a::/16,a::/16,a::/16,a::/16,a::/16\n"
		"served = b::/16\n", ":6:", "too many"),
	REFUSED("native with another word", "[client]\nnative = yes\n", ":2:",
		"dormant, relay or ignore"),
	REFUSED("a port mapping without symmetric NATs # XC-01 XU-01",
		"[client]\nport-mapping = upnp\nsymmetric = no\n", ": port-mapping",
		"symmetric = no"),
	REFUSED("a port mapping by another word",
		"[client]\nport-mapping = yes\n", ":2:", "upnp, nat-pmp or auto"),
	REFUSED("verify by name", "[client]\nverify = www.example.net\n", ":2:",
		"global IPv6 address"),
	REFUSED("verify at a Teredo address", "[client]\nverify = 2001::1\n",
		":2:", "not Teredo"),
	REFUSED("verify at a link-local address",
		"[client]\nverify = fe80::1\n", ":2:", "global IPv6 address"),
	REFUSED("secret given twice, and not told # C-03",
		"[client]\nsecret = hunter2\nsecret = hunter2x\n", ":3:",
		"given twice"),
};

KTAP_MAIN(tests)
