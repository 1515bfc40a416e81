// SPDX-License-Identifier: GPL-2.0
/*
 * Children of the process, see children.h. libuv reaps the children that it has
 * started. Children of the image before SIGHUP are reaped here, or they would remain
 * as zombies.
 */
#include "children.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* passes process ids to the image that SIGHUP starts */
#define ENV_CHILDREN	"TEREDO_CHILDREN"

/* One program runs, while earlier ones can still be terminating. A program that does
 * not fit remains a zombie.
 */
#define CHILDREN	8

static int running[CHILDREN];	/* process ids, 0 for none */
static int inherited[CHILDREN];

static void replace(int *pids, int from, int to)
{
	int i;

	for (i = 0; i < CHILDREN; i++)
		if (pids[i] == from) {
			pids[i] = to;
			return;
		}
}

/**
 * children_add() - record a program that was started
 * @pid: its process id
 */
void children_add(int pid)
{
	replace(running, 0, pid);
}

/**
 * children_remove() - forget a program that has ended
 * @pid: its process id
 */
void children_remove(int pid)
{
	replace(running, pid, 0);
}

static void print(char *buf, size_t size, const int *pids)
{
	size_t len = strlen(buf);
	int i;

	for (i = 0; i < CHILDREN; i++)
		if (pids[i])
			len += snprintf(buf + len, size - len, "%d ", pids[i]);
}

/**
 * children_export() - pass the children to the next image of the process
 */
void children_export(void)
{
	char buf[2 * CHILDREN * 12 + 1] = "";

	print(buf, sizeof(buf), running);
	print(buf, sizeof(buf), inherited);
	setenv(ENV_CHILDREN, buf, 1);
}

static void wait_for_inherited(void)
{
	int i;

	for (i = 0; i < CHILDREN; i++)
		if (inherited[i] && (waitpid(inherited[i], NULL, WNOHANG) > 0 ||
				     errno == ECHILD))
			inherited[i] = 0;
}

static void on_child(uv_signal_t *handle, int signum)
{
	(void)handle;
	(void)signum;
	wait_for_inherited();
}

/**
 * children_import() - reap the children of the previous image
 * @loop: event loop
 */
void children_import(uv_loop_t *loop)
{
	static uv_signal_t sigchld;
	const char *text = getenv(ENV_CHILDREN);
	char *end;
	int i = 0;

	for (; text && *text && i < CHILDREN; text = end + strspn(end, " "))
		inherited[i++] = strtol(text, &end, 10);
	unsetenv(ENV_CHILDREN);
	if (!i)
		return;
	uv_signal_init(loop, &sigchld);
	uv_signal_start(&sigchld, on_child, SIGCHLD);
	/* some can have ended before the signal handler was set */
	wait_for_inherited();
}
