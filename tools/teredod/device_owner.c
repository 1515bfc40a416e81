// SPDX-License-Identifier: GPL-2.0
/*
 * Record of the devices that teredod has created, a file next to the status socket. A
 * later teredod can set such a device down to change it. It must not do that with a
 * device that an administrator has created.
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
 * owned_set() - record that teredod has created the device
 * @d: daemon with its device
 *
 * Without the file, the device counts as created by an administrator.
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
 * owned_get() - check whether a teredod has created the device
 * @d: daemon with its device
 *
 * A network namespace never reuses an interface index. The file of a deleted device
 * therefore does not match another device of the same name.
 *
 * Return: true if a teredod has.
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
 * owned_forget() - delete the record of a device that was deleted
 * @d: daemon
 */
void owned_forget(const struct daemon *d)
{
	char path[RUN_PATH];

	if (file_name(d, path))
		unlink(path);
}
