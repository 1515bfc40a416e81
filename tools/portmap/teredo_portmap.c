// SPDX-License-Identifier: GPL-2.0
/*
 * teredo-portmap(8): maintain a port mapping on the NAT gateway while it runs.
 *
 * This is a separate program because its libraries block while they wait for gateways,
 * and parse packets that any host on the network can send. The program has no
 * privileges, and teredod does not wait for it.
 */
#include "log.h"
#include "nat_gateway.h"
#include "port_state.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LEASE_S		7200	/* RFC 6886 3.3 */
#define LEASE_MAX_S	0x7fffffffu	/* positive in the 32-bit field of the request */
#define LEASE_MIN_S	2	/* minimum renewal interval, whatever the gateway grants */
/* Renew even unlimited mappings, as a gateway that was restarted has lost them. */
#define REPEAT_S	600

static const char usage[] =
"Usage: teredo-portmap [OPTION]... upnp|nat-pmp|auto GATEWAY ADDRESS PORT\n"
"Have GATEWAY forward the UDP port PORT to ADDRESS of this host until standard\n"
"input ends or SIGTERM comes; for each line there GATEWAY is asked again. teredod\n"
"runs this as its configuration says (port-mapping).\n"
"\n"
"  -s, --state FILE   remember the mapping there; one that an earlier run has\n"
"                     left is removed first\n"
"  -l, --lease S      wish for a mapping that ends after S seconds unless it is\n"
"                     renewed (7200); NAT-PMP only\n"
"  -V, --version      print the version\n"
"  -h, --help         print this\n";

/**
 * struct portmap - a port mapping
 * @method: protocol
 * @lease: requested lease in seconds
 * @want: requested mapping
 * @have: existing mapping, method no if there is none
 * @said: last line printed
 * @state: file that records the mapping
 */
struct portmap {
	enum mapping_method method;
	unsigned int lease;
	struct mapping want;
	struct mapping have;
	char said[MAPPING_LINE + GATEWAY_ERROR];
	struct portstate state;
};

static int null_fd;

/* Make a signal look like the end of standard input, which ends the program. */
static void on_signal(int signum)
{
	(void)signum;
	dup2(null_fd, STDIN_FILENO);
}

/* Return: the protocol, NULL if the program was built without it */
static const struct gateway *gateway_of(enum mapping_method method)
{
	switch (method) {
#ifdef HAVE_UPNP
	case MAPPING_UPNP:
		return &gateway_upnp;
#endif
#ifdef HAVE_NATPMP
	case MAPPING_NAT_PMP:
		return &gateway_natpmp;
#endif
	default:
		return NULL;
	}
}

/* Print a line if it has changed. If teredod has exited, the line is lost. */
static void say(struct portmap *pm, const char *word, const char *what)
{
	char line[sizeof(pm->said)];

	snprintf(line, sizeof(line), "%s %s", word, what);
	if (!strcmp(line, pm->said))
		return;
	strcpy(pm->said, line);
	puts(line);
	fflush(stdout);
}

static void drop(struct portmap *pm)
{
	const struct gateway *gw = gateway_of(pm->have.method);
	char error[GATEWAY_ERROR] = "";

	if (!gw)
		return;
	if (gw->unmap(&pm->have, error))
		log_warn("the port stays open: %s", error);
	else
		portstate_clear(&pm->state);
	pm->have.method = MAPPING_NO;
}

/* Remove the mapping that an earlier run has left (RFC 6081 5.3.3). The mapping of
 * another gateway is out of reach, so it is only forgotten.
 */
static void drop_old(struct portmap *pm)
{
	if (!portstate_load(&pm->state, &pm->have))
		return;
	if (pm->have.gateway == pm->want.gateway)
		drop(pm);
	pm->have.method = MAPPING_NO;
}

static int try_method(struct portmap *pm, enum mapping_method method,
		      unsigned int *lease, char error[GATEWAY_ERROR])
{
	const struct gateway *gw = gateway_of(method);
	struct mapping map = pm->want;

	if (!gw)
		return gateway_fail(error, "built without %s",
				    mapping_method_name(method));
	*lease = pm->lease;
	map.method = method;
	if (gw->map(&map, lease, error))
		return -1;
	pm->have = map;
	if (teredo_alternate_valid(map.outside))
		return 0;
	drop(pm);
	return gateway_fail(error, "%s: the gateway has no address",
			    mapping_method_name(method));
}

/* Renew with the protocol that has worked. Otherwise prefer NAT-PMP, whose mappings
 * expire after a crash.
 */
static int try_all(struct portmap *pm, unsigned int *lease,
		   char error[GATEWAY_ERROR])
{
	char other[GATEWAY_ERROR];

	if (pm->method != MAPPING_AUTO)
		return try_method(pm, pm->method, lease, error);
	if (pm->have.method != MAPPING_NO &&
	    !try_method(pm, pm->have.method, lease, error))
		return 0;
	if (!try_method(pm, MAPPING_NAT_PMP, lease, other) ||
	    !try_method(pm, MAPPING_UPNP, lease, error))
		return 0;
	/* combine both errors, as far as they fit */
	strncat(error, "; ", GATEWAY_ERROR - strlen(error) - 1);
	strncat(error, other, GATEWAY_ERROR - strlen(error) - 1);
	return -1;
}

/* Return: seconds until the next renewal */
static unsigned int refresh(struct portmap *pm)
{
	char error[GATEWAY_ERROR] = "", line[MAPPING_LINE];
	unsigned int lease = 0;

	if (try_all(pm, &lease, error)) {
		say(pm, "failed", error);
		return REPEAT_S;
	}
	portstate_save(&pm->state, &pm->have);
	mapping_format(line, &pm->have);
	say(pm, "mapped", line);
	if (!lease || lease / 2 > REPEAT_S)
		return REPEAT_S;
	return lease / 2 > LEASE_MIN_S ? lease / 2 : LEASE_MIN_S;
}

/* Return: true to renew the mapping, false to end */
static bool wait_for(unsigned int seconds)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
	char buf[64];

	switch (poll(&pfd, 1, seconds * 1000)) {
	case 0:
		return true;
	case 1:
		return read(STDIN_FILENO, buf, sizeof(buf)) > 0;
	default:
		return false;
	}
}

/* Replies can be forged. An attacker who exploits an error in a library must not get
 * CAP_NET_ADMIN.
 */
static int drop_rights(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		return -errno;
	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

/* Signals interrupt blocking system calls, as SA_RESTART is not set. */
static void catch_signals(void)
{
	const struct sigaction end = { .sa_handler = on_signal };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

/* Return: the number, or 0 if @text is no decimal number from 1 to @max */
static unsigned long parse_number(const char *text, unsigned long max)
{
	unsigned long number;
	char *end;

	if (*text < '0' || *text > '9')
		return 0;
	errno = 0;
	number = strtoul(text, &end, 10);
	return *end || errno || number > max ? 0 : number;
}

static int parse_want(struct portmap *pm, char **arg)
{
	if (!mapping_method_parse(&pm->method, arg[0]) ||
	    pm->method == MAPPING_NO ||
	    inet_pton(AF_INET, arg[1], &pm->want.gateway) != 1 ||
	    inet_pton(AF_INET, arg[2], &pm->want.inside.addr) != 1)
		return -1;
	pm->want.inside.port = htons(parse_number(arg[3], 0xffff));
	return pm->want.inside.port ? 0 : -1;
}

/* A lease of 0 would delete the mapping (RFC 6886 3.4).
 * Return: -1 to continue, or the exit status
 */
static int parse_lease(struct portmap *pm, const char *text)
{
	pm->lease = parse_number(text, LEASE_MAX_S);
	if (pm->lease)
		return -1;
	fprintf(stderr, "--lease %s: must be 1 to %u seconds\n", text,
		LEASE_MAX_S);
	return 1;
}

/* Return: -1 to continue, or the exit status */
static int parse_option(struct portmap *pm, int c)
{
	switch (c) {
	case 's':
		pm->state.path = optarg;
		return -1;
	case 'l':
		return parse_lease(pm, optarg);
	case 'V':
		printf("teredo-portmap %s\n", TEREDO_VERSION);
		return 0;
	case 'h':
		fputs(usage, stdout);
		return 0;
	default:
		return 1;
	}
}

static int parse_options(struct portmap *pm, int argc, char **argv)
{
	static const struct option options[] = {
		{ "state", required_argument, NULL, 's' },
		{ "lease", required_argument, NULL, 'l' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, ret;

	while ((c = getopt_long(argc, argv, "s:l:Vh", options, NULL)) != -1) {
		ret = parse_option(pm, c);
		if (ret >= 0)
			return ret;
	}
	if (argc - optind == 4 && !parse_want(pm, argv + optind))
		return -1;
	fputs("Try: teredo-portmap --help\n", stderr);
	return 1;
}

int main(int argc, char **argv)
{
	struct portmap pm = { .lease = LEASE_S };
	int ret = parse_options(&pm, argc, argv);

	if (ret >= 0)
		return ret;
	log_init(false);
	ret = drop_rights();
	if (ret) {
		log_error("cannot give rights up: %s", strerror(-ret));
		return 1;
	}
	/* waits until an earlier run has ended, and can be killed meanwhile */
	portstate_open(&pm.state);
	catch_signals();
	drop_old(&pm);
	while (wait_for(refresh(&pm)))
		;
	drop(&pm);
	return 0;
}
