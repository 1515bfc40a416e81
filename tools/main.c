// SPDX-License-Identifier: GPL-2.0
/*
 * teredo - show and control Teredo devices
 */
#include "cli.h"

#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"

struct cli cli;

static const char usage[] =
"Usage: teredo [OPTION]... [COMMAND]\n"
"\n"
"  show [DEV]                       state of devices; the default\n"
"  set DEV KEY VALUE...             change a device that runs:\n"
"      announce on|off              a relay: drain it with off\n"
"      server A[/B]                 a client: use another server\n"
"      fwmark ttl tos max-peers     any\n"
"      rate symmetric direct        a server; symmetric: a client, too; direct: a\n"
"                                   relay, too\n"
"  peer show DEV                    peers of a device\n"
"  peer add DEV ADDR [remote A:P]   open the path to a peer\n"
"  peer del DEV ADDR                forget a peer\n"
"  peer flush DEV                   forget all peers\n"
"  stats [DEV]                      counters\n"
"      -w [--interval S] [--count N]     again and again, and what they do in a\n"
"                                        second\n"
"      --prometheus                      for the textfile collector of its node\n"
"                                        exporter\n"
"  monitor [DEV]                    print changes as they happen\n"
"  wait DEV [--timeout S]           until the device has an address\n"
"  up NAME [--config FILE]          start teredod, which makes the device\n"
"  down NAME                        end teredod, take the device away\n"
"  qualify [--server A[/B]] [--port N] [--timeout S] [--verify HOST]\n"
"                                   would Teredo work here, and is a native host\n"
"                                   reached? Changes nothing, needs no module\n"
"  probe [SERVER...] [--config FILE] [--ping HOST] [--timeout S]\n"
"                                   compare servers, or those of a configuration\n"
"  decode ADDR|HEX                  take an address or a UDP payload apart\n"
"  checkconf FILE                   find errors in a configuration\n"
"  help                             print this\n"
"\n"
"  -j, --json    print JSON\n"
"  -p, --pretty  ... with line breaks\n"
"  --color=auto|always|never\n"
"  -V            print the version\n"
"\n"
"Exit status: 0 all is well, 1 wrong usage or another error, 2 the kernel\n"
"refused, 3 the device is not qualified or has no daemon.\n";

static const struct {
	const char *name;
	cli_command *run;
} commands[] = {
	{ "show", cmd_show },
	{ "set", cmd_set },
	{ "peer", cmd_peer },
	{ "stats", cmd_stats },
	{ "monitor", cmd_monitor },
	{ "qualify", cmd_qualify },
	{ "wait", cmd_wait },
	{ "probe", cmd_probe },
	{ "up", cmd_up },
	{ "down", cmd_down },
	{ "decode", cmd_decode },
	{ "checkconf", cmd_checkconf },
};

/**
 * cli_error - say what is wrong
 * @fmt: as printf(), without a newline
 *
 * Return: CLI_ERROR.
 */
int cli_error(const char *fmt, ...)
{
	va_list ap;

	fputs("Error: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return CLI_ERROR;
}

/**
 * cli_refused - say why the kernel does not want to
 * @nl: socket of the request
 *
 * Return: CLI_REFUSED.
 */
int cli_refused(const struct nl *nl)
{
	cli_error("%s", nl->error);
	return CLI_REFUSED;
}

/**
 * cli_open - open a socket to the generic netlink family
 * @nl: result
 *
 * Return: CLI_OK, or another value after having said what is wrong.
 */
int cli_open(struct nl *nl)
{
	return dev_open(nl) ? cli_refused(nl) : CLI_OK;
}

/**
 * cli_device - look a device up
 * @name: its name
 * @ifindex: result
 *
 * Return: false, having said so, if there is none.
 */
bool cli_device(const char *name, u32 *ifindex)
{
	*ifindex = if_nametoindex(name);
	if (!*ifindex)
		cli_error("there is no device %s", name);
	return *ifindex;
}

/**
 * cli_native_host - look up a host with native IPv6
 * @text: name or address
 * @addr: result
 *
 * Return: false, having said so, if it is none.
 */
bool cli_native_host(const char *text, struct in6_addr *addr)
{
	const struct addrinfo hints = {
		.ai_family = AF_INET6,
		.ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *found;
	int ret;

	ret = getaddrinfo(text, NULL, &hints, &found);
	if (ret) {
		cli_error("%s: %s", text, gai_strerror(ret));
		return false;
	}
	*addr = ((struct sockaddr_in6 *)found->ai_addr)->sin6_addr;
	freeaddrinfo(found);
	if ((addr->s6_addr[0] & 0xe0) == 0x20 &&
	    !teredo_is_teredo(addr, cpu_to_be32(TEREDO_PREFIX)))
		return true;
	cli_error("%s: is not a native global address", text);
	return false;
}

/**
 * cli_number - read a number
 * @text: what was given
 * @max: upper bound
 * @number: result
 *
 * Return: false, having said so, if it is none.
 */
bool cli_number(const char *text, unsigned long max, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *number <= max)
		return true;
	cli_error("%s is not a number from 0 to %lu", text, max);
	return false;
}

static bool set_color(const char *when)
{
	const char *no_color = getenv("NO_COLOR");

	if (!strcmp(when, "always"))
		cli.color = true;
	else if (!strcmp(when, "never"))
		cli.color = false;
	else if (!strcmp(when, "auto"))
		cli.color = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	else
		return false;
	return true;
}

/* Return: -1 to go on, or what to exit with */
static int parse_option(const char *arg)
{
	if (!strcmp(arg, "-j") || !strcmp(arg, "--json")) {
		cli.json = true;
	} else if (!strcmp(arg, "-p") || !strcmp(arg, "--pretty")) {
		cli.json = true;
		cli.pretty = true;
	} else if (!strcmp(arg, "-jp") || !strcmp(arg, "-pj")) {
		cli.json = true;
		cli.pretty = true;
	} else if (!strncmp(arg, "--color=", 8)) {
		if (!set_color(arg + 8))
			return cli_error("%s: auto, always or never", arg);
	} else if (!strcmp(arg, "-V") || !strcmp(arg, "--version")) {
		printf("teredo %s\n", TEREDO_VERSION);
		return CLI_OK;
	} else if (!strcmp(arg, "-h") || !strcmp(arg, "--help")) {
		fputs(usage, stdout);
		return CLI_OK;
	} else {
		return cli_error("unknown option %s (try: teredo help)", arg);
	}
	return -1;
}

static int run_command(int argc, char **argv)
{
	size_t i;

	if (!argc)
		return cmd_show(0, argv);
	if (!strcmp(argv[0], "help")) {
		fputs(usage, stdout);
		return CLI_OK;
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, argv[0]))
			return commands[i].run(argc - 1, argv + 1);
	return cli_error("unknown command %s (try: teredo help)", argv[0]);
}

int main(int argc, char **argv)
{
	int ret, i;

	log_init(false);
	set_color("auto");
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		ret = parse_option(argv[i]);
		if (ret >= 0)
			return ret;
	}
	ret = run_command(argc - i, argv + i);
	if (fflush(stdout) || ferror(stdout))
		return cli_error("cannot write: %s", strerror(errno));
	return ret;
}
