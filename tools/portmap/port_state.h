/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file that remembers a forwarded port, so that it can be closed after a
 * crash (RFC 6081 5.3.1, Persisted UPnP-Mapped Port).
 */
#ifndef _PORT_STATE_H
#define _PORT_STATE_H

#include "port_mapping.h"

/**
 * struct portstate - the file
 * @path: its name, NULL if nothing is to be remembered
 * @fd: it is open and locked, 0 if not
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
