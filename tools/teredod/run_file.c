// SPDX-License-Identifier: GPL-2.0
/*
 * Files of a device in /run/teredo, see run_file.h.
 */
#include "run_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "status.h"

/**
 * run_file_name() - make the path of a file, and create its directory
 * @path: result
 * @device: name of the device
 * @kind: suffix, which names the purpose of the file
 *
 * The environment variable TEREDO_RUN_DIR replaces the directory.
 *
 * Return: false with errno set if the name is too long.
 */
bool run_file_name(char path[RUN_PATH], const char *device, const char *kind)
{
	const char *dir = getenv("TEREDO_RUN_DIR");

	if (!dir)
		dir = STATUS_DIR;
	mkdir(dir, 0755);
	errno = ENAMETOOLONG;
	return snprintf(path, RUN_PATH, "%s/%s.%s", dir, device, kind) < RUN_PATH;
}

/**
 * run_file_create() - create a file, replacing an earlier one
 * @path: its path
 *
 * The directory belongs to the user of teredod. So root must not follow a link there,
 * nor write to a file that another user has left.
 *
 * Return: the file, NULL with errno set if it cannot be created.
 */
FILE *run_file_create(const char *path)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	return fd < 0 ? NULL : fdopen(fd, "w");
}
