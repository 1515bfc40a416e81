/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The role of a server.
 */
#ifndef _ROLE_SERVER_H
#define _ROLE_SERVER_H

#include <stdint.h>

#include "server_auth.h"

struct daemon;

/**
 * struct answers - what a server that demands secrets has done (role_server.c)
 * @answered: solicitations that were answered
 * @expired: those of them that had an expired secret
 * @refused: those that were not, by reason
 */
struct answers {
	uint64_t answered;
	uint64_t expired;
	uint64_t refused[RS_VERDICTS];
};

#endif /* _ROLE_SERVER_H */
