/* SPDX-License-Identifier: GPL-2.0 */
/* The client role: packets that a client sends and accepts (RFC 4380 5.2.3, 5.2.4). */
#ifndef _TEREDO_CLIENT_H
#define _TEREDO_CLIENT_H

#include <linux/types.h>

struct ipv6hdr;
struct sk_buff;
struct teredo_dev;
struct teredo_mapping;
struct teredo_rx;

bool teredo_client_may_send(struct teredo_dev *td, struct sk_buff *skb,
			    const struct teredo_mapping *map);
void teredo_client_contact(struct teredo_rx *rx);
void teredo_client_rcv(struct teredo_rx *rx);

#endif /* _TEREDO_CLIENT_H */
