/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6 forwarding of the host: off by default, and enabled for a gateway if configured.
 */
#ifndef _FORWARD_H
#define _FORWARD_H

#include <net/if.h>

#include "nl.h"
#include "run_file.h"

#define FORWARD_LINKS	8
#define FORWARD_ERROR	(RUN_PATH + 128)

/**
 * struct forward - settings that this gateway has changed
 * @file: file that records the changes for the next daemon
 * @switched: this gateway has enabled forwarding
 * @accept_ra: interfaces whose accept_ra was changed from 1 to 2
 * @n: number of entries in @accept_ra
 * @error: why the last request failed
 */
struct forward {
	char file[RUN_PATH];
	bool switched;
	char accept_ra[FORWARD_LINKS][IF_NAMESIZE];
	unsigned int n;
	char error[FORWARD_ERROR];
};

void forward_load(struct forward *f, const char *name);
int forward_get(struct nl *nl, bool *on);
bool forward_loses_route(const char *link);
int forward_on(struct forward *f, const u32 *by_ra, unsigned int n);
int forward_restore(struct forward *f);

#endif /* _FORWARD_H */
