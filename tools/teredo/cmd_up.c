// SPDX-License-Identifier: GPL-2.0
/*
 * teredo up and down: start and stop a device and its teredod by hand. A teredod that
 * systemd runs is left to systemd.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli.h"
#include "conf.h"
#include "configured.h"
#include "iflink.h"
#include "save.h"
#include "status.h"
#include "value.h"

#define END_MS	5000	/* time for teredod to terminate */

/* Prefer the teredod in the directory of this program or in ../sbin, which belongs to
 * the same build. Otherwise search PATH.
 */
static void exec_daemon(char **args)
{
	static const char * const places[] = { "", "../sbin/" };
	char self[4096], path[4200];
	size_t i;
	ssize_t len;

	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[len > 0 ? len : 0] = '\0';
	if (strrchr(self, '/'))
		strrchr(self, '/')[1] = '\0';
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), "%s%steredod", self, places[i]);
		execv(path, args);
	}
	execvp("teredod", args);
}

/**
 * struct up - arguments of "teredo up"
 * @name: name of the device, NULL if none is given
 * @config: configuration file, NULL for the default one in CONF_DIR
 * @server: servers of a client, NULL for those of the configuration
 * @save: write a configuration file with @server
 */
struct up {
	char *name;
	char *config;
	char *server;
	bool save;
};

static int parse_up(struct up *up, int argc, char **argv)
{
	int i = 0;

	if (argc && strncmp(argv[0], "--", 2))
		up->name = argv[i++];
	for (; i < argc; i++) {
		if (!strcmp(argv[i], "--save"))
			up->save = true;
		else if (!strcmp(argv[i], "--config") && i + 1 < argc)
			up->config = argv[++i];
		else if (!strcmp(argv[i], "--server") && i + 1 < argc)
			up->server = argv[++i];
		else
			return cli_error("up [NAME] [--server A[/B[:PORT]] [--save]] [--config FILE]");
	}
	if (up->save && (!up->server || up->config))
		return cli_error("--save writes the servers of --server, and excludes --config");
	return CLI_OK;
}

/* Without arguments and configuration, explain how to get a device. */
static int say_ways(void)
{
	return cli_error("there is no server to use and no configuration in " CONF_DIR ".\n"
			 "A client of a public server, or of your own:\n"
			 "  teredo up --server NAME     (the guide servers.md lists servers)\n"
			 "Other settings: write " CONF_DIR "/" DEFAULT_NAME ".conf, see teredo.conf(5), then:\n"
			 "  teredo up " DEFAULT_NAME "\n"
			 "A server with a relay of your own, for hosts without IPv6:\n"
			 "  see the guide gateway.md\n"
			 "FILES in teredo(8) names the folder of the guides.");
}

static int say_choice(const struct configured *found)
{
	unsigned int i;

	cli_error("which device? Configurations in " CONF_DIR " are for:");
	for (i = 0; i < found->n; i++)
		fprintf(stderr, "  teredo up %s\n", found->names[i]);
	return CLI_ERROR;
}

/* Without a name, take the device of the only configuration. --server and --config
 * suffice for the default name.
 */
static int choose_name(struct up *up)
{
	static struct configured found;
	static char name[] = DEFAULT_NAME;

	up->name = name;
	if (up->server || up->config)
		return CLI_OK;
	configured_find(&found);
	if (!found.n)
		return say_ways();
	if (found.n > 1)
		return say_choice(&found);
	up->name = found.names[0];
	printf("Starting %s as %s says\n", up->name, save_path(up->name));
	fflush(stdout);
	return CLI_OK;
}

/* Write one line for each server, as lines of a file have a limited length. */
static void format_servers(char *text, size_t size,
			   const struct server_list *servers)
{
	FILE *f = fmemopen(text, size, "w");
	const struct server_spec *spec;
	unsigned int i;

	if (!f)
		return;
	fputs("# Written by \"teredo up --save\"; teredo.conf(5) has all settings.\n\n"
	      "[client]\n", f);
	for (i = 0; i < servers->n; i++) {
		spec = &servers->spec[i];
		fprintf(f, "server = %s%s%s\n", spec->primary,
			spec->secondary[0] ? "/" : "", spec->secondary);
	}
	fclose(f);
}

/* teredod then reads the servers from the file, as after a reload or a boot. */
static int save_server(struct up *up)
{
	char text[SAVE_MAX] = "";
	struct conf conf = { 0 };
	const char *err = conf_add_servers(&conf, up->server);

	if (err)
		return cli_error("--server %s: %s", up->server, err);
	format_servers(text, sizeof(text), &conf.servers);
	if (save_conf(up->name, text))
		return CLI_ERROR;
	printf("Saved as %s\n", save_path(up->name));
	fflush(stdout);
	up->server = NULL;
	return CLI_OK;
}

static int start_daemon(const struct up *up)
{
	static char program[] = "teredod", background[] = "--background",
		    config[] = "--config", server[] = "--server", end[] = "--";
	char *args[9] = { program, background };
	int n = 2;

	if (up->config) {
		args[n++] = config;
		args[n++] = up->config;
	}
	if (up->server) {
		args[n++] = server;
		args[n++] = up->server;
	}
	if (up->name[0] == '-')
		args[n++] = end;
	args[n] = up->name;
	exec_daemon(args);
	return cli_error("teredod: %s", strerror(errno));
}

int cmd_up(int argc, char **argv)
{
	struct up up = { 0 };

	if (parse_up(&up, argc, argv) || (!up.name && choose_name(&up)))
		return CLI_ERROR;
	if (!value_device_name(up.name))
		return cli_error("%s cannot be the name of a device", up.name);
	if (status_daemon(up.name, if_nametoindex(up.name)))
		return cli_error("there is a teredod for %s (see: teredo show %s; for other settings, first: teredo down %s, or if systemd runs it: systemctl stop teredo@%s)",
				 up.name, up.name, up.name, up.name);
	if (up.save && save_server(&up))
		return CLI_ERROR;
	return start_daemon(&up);
}

/* Find the systemd unit of a process, as in
 * "0::/system.slice/system-teredo.slice/teredo@teredo0.service".
 *
 * Return: false if the process is in no unit teredo@NAME.
 */
static bool unit_of(int pid, char *unit, size_t size)
{
	char path[32], line[512], *name, *end;
	FILE *f;

	unit[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	f = fopen(path, "re");
	while (f && !unit[0] && fgets(line, sizeof(line), f)) {
		name = strstr(line, "/teredo@");
		end = name ? strstr(name, ".service") : NULL;
		if (end)
			snprintf(unit, size, "%.*s", (int)(end - name - 1),
				 name + 1);
	}
	if (f)
		fclose(f);
	return unit[0];
}

static int not_ended(int pid)
{
	return cli_error("teredod, process %d, does not end: %s%s", pid,
			 strerror(errno),
			 errno == EPERM ? " (root is needed)" : "");
}

/* Return: false if the daemon cannot be signalled, or does not terminate in time */
static bool end_daemon(int pid)
{
	struct pollfd pfd = { .events = POLLIN };
	bool ended;

	pfd.fd = syscall(SYS_pidfd_open, pid, 0);
	if (pfd.fd < 0)
		return errno == ESRCH;
	ended = !syscall(SYS_pidfd_send_signal, pfd.fd, SIGTERM, NULL, 0) &&
		poll(&pfd, 1, END_MS) == 1;
	close(pfd.fd);
	return ended;
}

/* Stop the daemon first. It would report the loss of its device as an error, and a
 * service manager would restart it.
 */
static int take_away(struct nl *nl, const char *name)
{
	struct link_info link;
	char unit[64];
	int pid;

	if (link_find(nl, name, &link))
		return cli_error("%s", nl->error);
	if (strcmp(link.kind, TEREDO_LINK_KIND))
		return cli_error("%s is no Teredo device", name);
	pid = status_daemon(name, link.ifindex);
	if (pid && unit_of(pid, unit, sizeof(unit)))
		return cli_error("systemd runs %s as %s; stop that first: systemctl disable --now %s",
				 name, unit, unit);
	if (pid && !end_daemon(pid))
		return not_ended(pid);
	return link_delete(nl, link.ifindex) ? cli_refused(nl) : CLI_OK;
}

int cmd_down(int argc, char **argv)
{
	struct nl nl;
	int ret;

	if (argc != 1)
		return cli_error("down NAME");
	if (nl_open(&nl, NETLINK_ROUTE))
		return cli_refused(&nl);
	ret = take_away(&nl, argv[0]);
	nl_close(&nl);
	return ret;
}
