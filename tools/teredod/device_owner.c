// SPDX-License-Identifier: GPL-2.0
/*
 * Which teredod made a device: a file beside the sockets says so. A later
 * teredod may set such a device down to change it, but not one that an
 * administrator has made.
 */
#include "daemon.h"
#include "log.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool file_name(const struct daemon *d, char *path, size_t size)
{
	const char *dir = getenv("TEREDO_RUN_DIR");
	int len;

	if (!dir)
		dir = STATUS_DIR;
	mkdir(dir, 0755);
	len = snprintf(path, size, "%s/%s.made", dir, d->name);
	return len < (int)size;
}

/* In the place of a file that another user has left. The directory belongs to the
 * user that teredod runs as, so root must not follow a link there.
 */
static FILE *create(const char *path)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	return fd < 0 ? NULL : fdopen(fd, "w");
}

/**
 * owned_set - remember that a teredod has made the device
 * @d: daemon with its device
 *
 * Without the file the device counts as made by an administrator.
 */
void owned_set(const struct daemon *d)
{
	char path[256];
	FILE *f = NULL;

	if (file_name(d, path, sizeof(path)))
		f = create(path);
	if (!f) {
		log_warn("%s: %s", path, strerror(errno));
		return;
	}
	fprintf(f, "%u %llu\n", d->ifindex, status_netns());
	fclose(f);
}

/**
 * owned_get - check whether a teredod has made the device
 * @d: daemon with its device
 *
 * An index is not used twice while a network namespace lasts, so the file of a
 * device that is gone says nothing of another one of its name.
 *
 * Return: true if one has.
 */
bool owned_get(const struct daemon *d)
{
	unsigned long long netns = 0;
	unsigned int ifindex = 0;
	char path[256];
	FILE *f;
	int n;

	f = file_name(d, path, sizeof(path)) ? fopen(path, "re") : NULL;
	if (!f)
		return false;
	n = fscanf(f, "%u %llu", &ifindex, &netns);
	fclose(f);
	return n == 2 && ifindex == d->ifindex && netns == status_netns();
}

/**
 * owned_forget - the device is gone
 * @d: daemon
 */
void owned_forget(const struct daemon *d)
{
	char path[256];

	if (file_name(d, path, sizeof(path)))
		unlink(path);
}
