/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which clients a server carries packets for. A server with a gateway is the relay
 * of its own clients, and of no others. If it demands secrets, only clients that have
 * authenticated are carried: the helper verifies the secret (RFC 4380 5.2.2) and names
 * the mapping that has proven itself.
 */
#ifndef _TEREDO_GATEWAY_H
#define _TEREDO_GATEWAY_H

#include <linux/types.h>

#include "wire.h"

struct sk_buff;
struct teredo_clients;
struct teredo_dev;
struct teredo_rx;

/* Authenticated clients of a device, of 72 octets each. When there are more, those go
 * that have not authenticated for the longest time. A client repeats its solicitation
 * every 30 s. One IPv4 address can add RATE entries per second, 1000 by default, so it
 * needs more than a minute to displace others.
 */
#define TEREDO_MAX_CLIENTS	65536

struct teredo_clients *teredo_clients_create(void);
void teredo_clients_destroy(struct teredo_clients *clients);
int teredo_client_authenticated(struct teredo_clients *clients,
				struct teredo_endpoint mapped, u32 lifetime);
u32 teredo_clients_count(const struct teredo_clients *clients);

bool teredo_gateway_rx(struct teredo_rx *rx, const struct in6_addr *src);
bool teredo_gateway_tx(struct teredo_dev *td, struct sk_buff *skb);

#endif /* _TEREDO_GATEWAY_H */
