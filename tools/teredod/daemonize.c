// SPDX-License-Identifier: GPL-2.0
/*
 * Detaching from the terminal, once the daemon is ready. Until then, the process that
 * started the daemon waits and shows its messages.
 */
#include "daemonize.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int ready_fd = -1;

/* Return: exit status: 0 if the child is ready, else the status of the child */
static int wait_for_child(pid_t pid, int fd)
{
	char ready;
	int status;

	ssize_t got;

	do {
		got = read(fd, &ready, 1);
	} while (got < 0 && errno == EINTR);
	if (got == 1)
		return 0;
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 1;
	return WEXITSTATUS(status);
}

/**
 * background_fork() - continue in a child process
 *
 * Return: -1 in the child. In the parent, the exit status, once the child is ready or
 * has ended.
 */
int background_fork(void)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC)) {
		log_error("cannot go to the background: %s", strerror(errno));
		return 1;
	}
	pid = fork();
	if (pid < 0) {
		log_error("cannot go to the background: %s", strerror(errno));
		return 1;
	}
	if (pid) {
		close(fds[1]);
		return wait_for_child(pid, fds[0]);
	}
	close(fds[0]);
	ready_fd = fds[1];
	setsid();
	return -1;
}

/**
 * background_ready() - detach from the terminal, and release the waiting parent
 * @name: prefix of messages, which go to syslog from now on
 *
 * Does nothing in a process that is not in the background.
 */
void background_ready(const char *name)
{
	int null;

	if (ready_fd < 0)
		return;
	log_to_syslog(name);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	if (write(ready_fd, "", 1) != 1)
		log_warn("the parent process no longer waits");
	close(ready_fd);
	ready_fd = -1;
}
