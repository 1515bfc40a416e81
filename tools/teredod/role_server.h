/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Role of a server in teredod: answers to authenticated clients (RFC 4380 5.2.2).
 */
#ifndef _ROLE_SERVER_H
#define _ROLE_SERVER_H

#include <stdint.h>

#include "server_auth.h"

struct daemon;

/**
 * struct answers - counters of a server that requires authentication (role_server.c)
 * @answered: solicitations that were answered
 * @expired: answered solicitations with an expired secret
 * @refused: rejected solicitations, by reason
 */
struct answers {
	uint64_t answered;
	uint64_t expired;
	uint64_t refused[RS_VERDICTS];
};

#endif /* _ROLE_SERVER_H */
