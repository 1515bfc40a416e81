// SPDX-License-Identifier: GPL-2.0
/*
 * teredo up and down: start a device and its teredod by hand, and end them.
 * Where a service manager does that, it does.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli.h"
#include "link.h"
#include "status.h"

#define END_MS	5000	/* a daemon that ends has little to do */

/* From the folder of this program, or beside it, so that those go together
 * which were built together; else from wherever the shell would take it.
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

int cmd_up(int argc, char **argv)
{
	static char program[] = "teredod", background[] = "--background",
		    config[] = "--config";
	char *args[] = { program, background, NULL, NULL, NULL, NULL };
	int n = 2;

	if (argc == 3 && !strcmp(argv[1], "--config")) {
		args[n++] = config;
		args[n++] = argv[2];
	} else if (argc != 1) {
		return cli_error("up NAME [--config FILE]");
	}
	if (status_daemon(argv[0], if_nametoindex(argv[0])))
		return cli_error("there is a teredod for %s", argv[0]);
	args[n] = argv[0];
	exec_daemon(args);
	return cli_error("teredod: %s", strerror(errno));
}

/* The unit of systemd that runs a process, as in
 * "0::/system.slice/system-teredo.slice/teredo@teredo0.service".
 *
 * Return: false if it is none of ours.
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

/* Return: false if it does not end */
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

/* The daemon first: one whose device is taken away says that this is an
 * error, and a service manager would start it again.
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
