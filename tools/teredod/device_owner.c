// SPDX-License-Identifier: GPL-2.0
/*
 * Which teredod made a device: a file beside the sockets says so. A later
 * teredod may set such a device down to change it, but not one that an
 * administrator has made.
 */
#include "daemon.h"
#include "log.h"
#include "run_file.h"
#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static bool file_name(const struct daemon *d, char path[RUN_PATH])
{
	return run_file_name(path, d->name, "made");
}

/**
 * owned_set - remember that a teredod has made the device
 * @d: daemon with its device
 *
 * Without the file the device counts as made by an administrator.
 */
void owned_set(const struct daemon *d)
{
	char path[RUN_PATH];
	FILE *f = NULL;

	if (file_name(d, path))
		f = run_file_create(path);
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
	char path[RUN_PATH];
	FILE *f;
	int n;

	f = file_name(d, path) ? fopen(path, "re") : NULL;
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
	char path[RUN_PATH];

	if (file_name(d, path))
		unlink(path);
}
