/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Detaching from the terminal, once the daemon is ready.
 */
#ifndef _DAEMONIZE_H
#define _DAEMONIZE_H

int background_fork(void);
void background_ready(const char *name);

#endif /* _DAEMONIZE_H */
