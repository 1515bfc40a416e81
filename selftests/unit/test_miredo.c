// SPDX-License-Identifier: GPL-2.0
/*
 * Conversion of Miredo configurations: resulting settings, and notes about keys without
 * an equivalent. How Miredo reads each form was checked with "miredo-checkconf".
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "conf.h"
#include "ktap.h"
#include "miredo.h"

/**
 * struct converted - a file and its conversion
 * @text: the file
 * @name: name of the device; NULL if there is no result
 * @wanted: the result without its comment
 * @notes: expected notes, "LINE TEXT" each, separated by newlines; "" for none. Each
 *	is the beginning of a note.
 */
struct converted {
	const char *text;
	const char *name;
	const char *wanted;
	const char *notes;
};

/* notes so far, in the format of @notes */
static char notes[2048];

static void on_note(void *ctx, int line, bool error, const char *text)
{
	size_t len = strlen(notes);

	(void)ctx;
	CHECK(!strchr(text, '\n'));
	snprintf(notes + len, sizeof(notes) - len, "%d%s %s\n", line,
		 error ? "!" : "", text);
}

static void print_notes(void)
{
	char *rest = notes, *line;

	while ((line = strsep(&rest, "\n")))
		printf("# note: %s\n", line);
}

/* Return: true if each line of @wanted is the beginning of the same line of @notes */
static bool same_notes(const char *wanted)
{
	const char *got = notes;
	size_t len;

	for (; *wanted; wanted += len) {
		len = strcspn(wanted, "\n");
		if (strncmp(got, wanted, len))
			return false;
		got = strchr(got, '\n') + 1;
		len += wanted[len] == '\n';
	}
	return !*got;
}

static void write_text(char *text, size_t size, const struct miredo *m)
{
	FILE *f = fmemopen(text, size, "w");

	miredo_write(m, f);
	fclose(f);
}

/* teredod must accept the converted file */
static void check_loads(const char *text)
{
	char path[] = "/tmp/teredo-miredo-XXXXXX", error[CONF_ERROR] = "";
	FILE *f = fdopen(mkstemp(path), "w");
	struct conf conf;

	fputs(text, f);
	fclose(f);
	CHECK(!conf_load(&conf, path, error));
	if (error[0])
		printf("# %s\n", error);
	CHECK(conf.link.mode != TEREDO_MODE_CLIENT || conf.servers.n);
	secrets_free(&conf.secrets);
	unlink(path);
}

static void test_converted(const void *arg)
{
	const struct converted *c = arg;
	FILE *f = fmemopen((char *)c->text, strlen(c->text), "r");
	char text[4096] = "";
	struct miredo m;
	bool good;
	int ret;

	notes[0] = '\0';
	ret = miredo_read(&m, f, on_note, NULL);
	fclose(f);
	good = same_notes(c->notes);
	CHECK(good);
	if (!good)
		print_notes();
	CHECK(!ret == !!c->name);
	if (ret || !c->name)
		return;
	write_text(text, sizeof(text), &m);
	CHECK(!strcmp(m.name, c->name));
	CHECK(!strcmp(strchr(text, '\n') + 1, c->wanted));
	check_loads(text);
}

#define CONVERTED(what, ...) \
	{ what, test_converted, &(const struct converted){ __VA_ARGS__ } }
#define REFUSED(what, file, why) CONVERTED(what, file, NULL, NULL, why)

#define CLIENT	"ServerAddress 203.0.113.1\n"
#define CLIENT_CONF	"\n[client]\nserver = 203.0.113.1\n"
#define RELAY	"RelayType relay\n"
#define RELAY_CONF	"\n[device]\nmode = relay\n"
#define LONG64	"abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01"
#define LONG512	LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 LONG64 LONG64

static const struct ktap_test tests[] = {
	CONVERTED("a client by default", CLIENT, "miredo", CLIENT_CONF, ""),
	CONVERTED("RelayType client", "RelayType client\n" CLIENT, "miredo",
		  CLIENT_CONF, ""),
	CONVERTED("RelayType autoclient", "RelayType autoclient\n" CLIENT,
		  "miredo", CLIENT_CONF, ""),
	CONVERTED("RelayType relay", RELAY, "miredo", RELAY_CONF, ""),
	CONVERTED("RelayType cone", "RelayType cone\n", "miredo", RELAY_CONF,
		  ""),
	CONVERTED("RelayType restricted", "RelayType restricted\n", "miredo",
		  RELAY_CONF "\n[relay]\ndirect = yes\n", ""),
	CONVERTED("all keys of a client",
		  "RelayType client\nInterfaceName teredo\n"
		  "ServerAddress a.example\nServerAddress2 b.example\n"
		  "BindAddress 192.168.1.20\nBindPort 3545\n"
		  "SyslogFacility daemon\n", "teredo",
		  "\n[device]\nport = 3545\nlocal = 192.168.1.20\n"
		  "\n[client]\nserver = a.example/b.example\n", ""),
	CONVERTED("all keys of a relay",
		  "RelayType relay\nInterfaceName relay0\n"
		  "Prefix 3ffe:831f::\nInterfaceMTU 1280\n"
		  "BindAddress 198.51.100.1\nBindPort 3545\n"
		  "SyslogFacility local3\n", "relay0",
		  "\n[device]\nmode = relay\nport = 3545\n"
		  "local = 198.51.100.1\nprefix = 3ffe:831f::/32\n",
		  "7 SyslogFacility local3: left out: messages go to"),
	CONVERTED("all keys of a server",
		  "ServerBindAddress 203.0.113.1\n"
		  "ServerBindAddress2 203.0.113.9\nPrefix 2001:0000::\n"
		  "InterfaceMTU 1400\nSyslogFacility user\n", "server0",
		  "\n[device]\nmode = server\nlocal = 203.0.113.1\n"
		  "\n[server]\nlocal2 = 203.0.113.9\n",
		  "4 InterfaceMTU 1400: left out: the MTU is always 1280\n"
		  "5 SyslogFacility user: left out"),
	CONVERTED("the next address is a server's second",
		  "ServerBindAddress 203.0.113.1\nPrefix 3ffe:831f::\n",
		  "server0",
		  "\n[device]\nmode = server\nprefix = 3ffe:831f::/32\n"
		  "local = 203.0.113.1\n\n[server]\nlocal2 = 203.0.113.2\n",
		  ""),
	CONVERTED("any port and any address",
		  "BindPort 0\nBindAddress 0.0.0.0\n" CLIENT, "miredo",
		  CLIENT_CONF, ""),

	CONVERTED("comments and empty lines",
		  "# RelayType relay\n\n  #x\n\t\n" CLIENT, "miredo",
		  CLIENT_CONF, ""),
	CONVERTED("a comment behind a value",
		  "RelayType relay # not cone\nBindPort 3545 #x\n", "miredo",
		  RELAY_CONF "port = 3545\n", ""),
	CONVERTED("a third word", "RelayType relay cone restricted\n",
		  "miredo", RELAY_CONF, ""),
	CONVERTED("any case of keys and types",
		  "relaytype RELAY\nBINDPORT 3545\n", "miredo",
		  RELAY_CONF "port = 3545\n", ""),
	CONVERTED("blanks and tabs in front", "  RelayType\t \trelay\t\n",
		  "miredo", RELAY_CONF, ""),
	CONVERTED("lines that end in CR LF", "RelayType relay\r\nBindPort 1\r\n",
		  "miredo", RELAY_CONF "port = 1\n", ""),
	CONVERTED("a port in hexadecimal", RELAY "BindPort 0x10\n",
		  "miredo", RELAY_CONF "port = 16\n", ""),
	CONVERTED("a port in octal", RELAY "BindPort 010\n", "miredo",
		  RELAY_CONF "port = 8\n", ""),
	CONVERTED("quotes", "RelayType \"relay\"\nInterfaceName 'r0'\n", "r0",
		  RELAY_CONF, "1 RelayType: quotes removed, Miredo takes\n"
		  "2 InterfaceName: quotes removed"),
	CONVERTED("no newline at the end", RELAY "BindPort 3545", "miredo",
		  RELAY_CONF "port = 3545\n",
		  "2 BindPort: converted, but Miredo skips a last line"),
	CONVERTED("a prefix with its length", RELAY "Prefix 3ffe:831f::/32\n",
		  "miredo", RELAY_CONF "prefix = 3ffe:831f::/32\n", ""),
	CONVERTED("a prefix with more bits", RELAY "Prefix 3ffe:831f:1::1\n",
		  "miredo", RELAY_CONF "prefix = 3ffe:831f::/32\n", ""),

	CONVERTED("unknown keys", "Frobnicate yes\nIgnoreConeBit no\n"
		  "defaultroute no\nAllowUnencrypted x\n;BindPort 3\n" CLIENT,
		  "miredo", CLIENT_CONF,
		  "1 Frobnicate: left out: not a key of miredo.conf(5)\n"
		  "2 IgnoreConeBit: left out: removed from Miredo; the cone\n"
		  "3 defaultroute: left out: removed from Miredo; see default-route\n"
		  "4 AllowUnencrypted: left out: not a key\n"
		  "5 ;BindPort: left out: not a key"),
	CONVERTED("a key without a value", "BindPort\nRelayType relay\n",
		  "miredo", RELAY_CONF, "1 BindPort: left out: has no value"),
	CONVERTED("a key given twice", "BindPort 1\nbindport 2\n" RELAY
		  "RelayType nonsense\n", "miredo", RELAY_CONF "port = 1\n",
		  "2 BindPort: left out: Miredo uses that of line 1\n"
		  "4 RelayType: left out: Miredo uses that of line 3"),
	CONVERTED("keys of a relay for a client",
		  CLIENT "Prefix 3ffe:831f::\nInterfaceMTU 1400\n", "miredo",
		  CLIENT_CONF,
		  "2 Prefix 3ffe:831f::: left out: Miredo does not use it for a client\n"
		  "3 InterfaceMTU 1400: left out: Miredo does not use it for a client"),
	CONVERTED("keys of a client for a relay",
		  CLIENT "ServerAddress2 203.0.113.2\n" RELAY, "miredo",
		  RELAY_CONF,
		  "1 ServerAddress 203.0.113.1: left out: Miredo does not use it for a relay\n"
		  "2 ServerAddress2 203.0.113.2: left out"),

	REFUSED("nothing", "\n", "0! a client needs ServerAddress"),
	REFUSED("a client without a server", "BindPort 3545\n",
		"0! a client needs ServerAddress"),
	REFUSED("a secondary server alone", "ServerAddress2 203.0.113.2\n",
		"0! a client needs ServerAddress"),
	REFUSED("a secondary address of a server alone",
		"ServerBindAddress2 203.0.113.2\n",
		"0! a server needs ServerBindAddress"),
	REFUSED("a server and a client in one file",
		"ServerBindAddress 203.0.113.1\n" CLIENT,
		"2! ServerAddress is of miredo.conf, ServerBindAddress (line 1) of miredo-server.conf"),
	REFUSED("a server and a relay in one file",
		RELAY "ServerBindAddress2 203.0.113.1\n",
		"1! RelayType is of miredo.conf, ServerBindAddress2 (line 2)\n"
		"0! a server needs ServerBindAddress"),
	REFUSED("an unknown RelayType", "RelayType server\n",
		"1! RelayType server: must be client, autoclient"),
	REFUSED("a private server", "ServerAddress 10.0.0.1\n",
		"1! ServerAddress 10.0.0.1: is not a global unicast"),
	REFUSED("the placeholder of the example",
		"ServerAddress teredo.example.net\n",
		"1! ServerAddress teredo.example.net: stands for your server"),
	REFUSED("a private secondary server",
		CLIENT "ServerAddress2 10.0.0.1\n",
		"1! ServerAddress 203.0.113.1/10.0.0.1: is not a global"),
	REFUSED("two servers in one value", "ServerAddress a.example,b.example\n",
		"1! ServerAddress a.example,b.example: is neither"),
	REFUSED("a slash in a value", CLIENT "ServerAddress2 a/b\n",
		"1! ServerAddress 203.0.113.1/a/b: is neither"),
	REFUSED("a server at a private address",
		"ServerBindAddress 192.168.0.1\n",
		"1! ServerBindAddress 192.168.0.1: a server needs a global"),
	REFUSED("a server at a private second address",
		"ServerBindAddress 203.0.113.1\nServerBindAddress2 10.0.0.1\n",
		"2! ServerBindAddress2 10.0.0.1: a server needs a global"),
	REFUSED("a server with one address twice",
		"ServerBindAddress 203.0.113.1\nServerBindAddress2 203.0.113.1\n",
		"2! ServerBindAddress2 203.0.113.1: must be another"),
	REFUSED("a server at the last global address",
		"ServerBindAddress 223.255.255.255\n",
		"1! ServerBindAddress 223.255.255.255: the address after it"),
	REFUSED("a server by its name", "ServerBindAddress a.example\n",
		"1! ServerBindAddress a.example: write the IPv4 address"),
	REFUSED("BindAddress by its name", RELAY "BindAddress a.example\n",
		"2! BindAddress a.example: write the IPv4 address"),
	REFUSED("wrong ports, each is reported",
		RELAY "BindPort 70000\nInterfaceMTU -1\n",
		"2! BindPort 70000: must be a number from 0 to 65535\n"
		"3! InterfaceMTU -1: must be a number"),
	REFUSED("a port with more behind it", RELAY "BindPort 3545x\n",
		"2! BindPort 3545x: must be a number"),
	REFUSED("an equals sign", RELAY "BindPort = 3545\n",
		"2! BindPort =: must be a number"),
	REFUSED("a prefix that is a name", RELAY "Prefix a.example\n",
		"2! Prefix a.example: must be an IPv6 prefix"),
	REFUSED("a prefix of another length", RELAY "Prefix 2001::/16\n",
		"2! Prefix 2001::/16: must be an IPv6 prefix of length 32"),
	REFUSED("a name with a slash", RELAY "InterfaceName a/b\n",
		"2! InterfaceName a/b: cannot be the name of a device"),
	REFUSED("a name that is too long", RELAY "InterfaceName " LONG64 "\n",
		"2! InterfaceName " LONG64 ": cannot be"),
	REFUSED("a value that is too long", "ServerAddress " LONG512 "\n",
		"1! ServerAddress: is too long"),
	REFUSED("a quote alone", "RelayType \"re lay\"\n",
		"1! RelayType \"re: must be client"),
};

KTAP_MAIN(tests)
