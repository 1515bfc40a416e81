// SPDX-License-Identifier: GPL-2.0
/* File that records a port mapping, see port_state.h. */
#include "port_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "log.h"

/**
 * portstate_open() - open the file, and wait for its lock
 * @state: file with its path set
 *
 * The process that has the lock removes its mapping before it exits. That can be the
 * mapping which this process requests. Without the file, only a mapping that a crash
 * leaves cannot be removed.
 */
void portstate_open(struct portstate *state)
{
	int fd;

	if (!state->path)
		return;
	fd = open(state->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || flock(fd, LOCK_EX)) {
		log_warn("%s: %s: an open port is not remembered", state->path,
			 strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	state->fd = fd;
}

/**
 * portstate_load() - read the recorded mapping
 * @state: file
 * @map: result
 *
 * Return: false if there is none.
 */
bool portstate_load(const struct portstate *state, struct mapping *map)
{
	char line[MAPPING_LINE + 1];
	ssize_t len;

	if (!state->fd)
		return false;
	len = pread(state->fd, line, sizeof(line) - 1, 0);
	if (len <= 0)
		return false;
	line[len] = '\0';
	return mapping_parse(map, line);
}

static void write_line(const struct portstate *state, const char *line)
{
	ssize_t len = strlen(line);

	if (!state->fd)
		return;
	if (ftruncate(state->fd, 0) || pwrite(state->fd, line, len, 0) != len ||
	    fdatasync(state->fd))
		log_warn("%s: %s", state->path, strerror(errno));
}

/**
 * portstate_save() - record a mapping
 * @state: file
 * @map: mapping
 */
void portstate_save(const struct portstate *state, const struct mapping *map)
{
	char line[MAPPING_LINE + 1];

	mapping_format(line, map);
	strcat(line, "\n");
	write_line(state, line);
}

/**
 * portstate_clear() - record that there is no mapping
 * @state: file
 */
void portstate_clear(const struct portstate *state)
{
	write_line(state, "");
}
