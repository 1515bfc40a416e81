/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clients of a server that have authenticated, by mapped endpoint: a table of
 * bounded size. The control daemon verifies the secret (RFC 4380 5.2.2).
 */
#ifndef _TEREDO_AUTH_H
#define _TEREDO_AUTH_H

#include <linux/types.h>

#include "wire.h"

struct teredo_clients;

/* Authenticated clients of a device, 72 octets each. A full table evicts the client with
 * the oldest authentication. A client repeats its solicitation every 30 s. One IPv4
 * address can add RATE entries per second, 1000 by default, so it needs more than a
 * minute to displace others.
 */
#define TEREDO_MAX_CLIENTS	65536

struct teredo_clients *teredo_clients_create(void);
void teredo_clients_destroy(struct teredo_clients *clients);
int teredo_client_authenticated(struct teredo_clients *clients,
				struct teredo_endpoint mapped, u32 lifetime);
bool teredo_client_is_authenticated(struct teredo_clients *clients,
				    struct teredo_endpoint mapped);
u32 teredo_clients_count(const struct teredo_clients *clients);

#endif /* _TEREDO_AUTH_H */
