/* SPDX-License-Identifier: GPL-2.0 */
/*
 * File that records a port mapping, so that it can be deleted after a crash (RFC 6081
 * 5.3.1, Persisted UPnP-Mapped Port).
 */
#ifndef _PORT_STATE_H
#define _PORT_STATE_H

#include "port_mapping.h"

/**
 * struct portstate - file that records a port mapping
 * @path: its path, NULL to record nothing
 * @fd: file descriptor, open and locked; 0 if not open
 */
struct portstate {
	const char *path;
	int fd;
};

void portstate_open(struct portstate *state);
bool portstate_load(const struct portstate *state, struct mapping *map);
void portstate_save(const struct portstate *state, const struct mapping *map);
void portstate_clear(const struct portstate *state);

#endif /* _PORT_STATE_H */
