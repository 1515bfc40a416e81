/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The gateway of a server: the relay of its own clients, and of no others. If the server
 * demands secrets, the gateway carries only authenticated clients. The control daemon
 * verifies the secret (RFC 4380 5.2.2) and reports the mapped endpoint of the client.
 */
#ifndef _TEREDO_GATEWAY_H
#define _TEREDO_GATEWAY_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "device.h"

struct in6_addr;
struct sk_buff;
struct teredo_rx;

/* Check whether the device is a gateway. Others save the calls below for each packet. */
static inline bool teredo_gateway_on(const struct teredo_dev *td)
{
	return READ_ONCE(td->cfg.gateway);
}

bool teredo_gateway_rx(struct teredo_rx *rx, const struct in6_addr *src);
bool teredo_gateway_tx(struct teredo_dev *td, struct sk_buff *skb);

#endif /* _TEREDO_GATEWAY_H */
