// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications to the service manager, and the interval of its watchdog
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ktap.h"
#include "sd_notify.h"

/* half of the timeout; none if it is for another process */
static void test_watchdog(const void *arg)
{
	char pid[16];

	(void)arg;
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	CHECK(!notify_watchdog_ms());
	setenv("WATCHDOG_USEC", "30000000", 1);
	CHECK(notify_watchdog_ms() == 15000);
	sprintf(pid, "%d", getpid());
	setenv("WATCHDOG_PID", pid, 1);
	CHECK(notify_watchdog_ms() == 15000);
	setenv("WATCHDOG_PID", "1", 1);
	CHECK(!notify_watchdog_ms());
}

/* listen in the abstract socket namespace, whose names begin with @ */
static int listen_at(const char *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(addr.sun_path + 1, name + 1, strlen(name + 1));
	CHECK(!bind(fd, (struct sockaddr *)&addr,
		    offsetof(struct sockaddr_un, sun_path) + strlen(name)));
	return fd;
}

static void test_text(const void *arg)
{
	char name[64], got[64] = "";
	int fd;

	(void)arg;
	sprintf(name, "@teredo-test-%d", getpid());
	fd = listen_at(name);
	setenv("NOTIFY_SOCKET", name, 1);
	notify("READY=%d", 1);
	CHECK(recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT) == 7);
	CHECK(!strcmp(got, "READY=1"));
	unsetenv("NOTIFY_SOCKET");
	notify("READY=%d", 1);
	CHECK(recv(fd, got, sizeof(got), MSG_DONTWAIT) < 0);
	close(fd);
}

static const struct ktap_test tests[] = {
	{ "a watchdog", test_watchdog, NULL },
	{ "a text for the service manager", test_text, NULL },
};

KTAP_MAIN(tests)
