/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6-to-IPv6 network prefix translation (NPTv6, RFC 6296) of a server's gateway: a
 * native /64 replaces the first 64 bits of its clients' addresses. Packets of a client
 * are translated before the IPv6 stack, packets to a client first on the transmit path.
 * There is no state per flow.
 *
 * The translation is not checksum-neutral, unlike RFC 6296 3.1: the interface
 * identifier holds the client's mapped endpoint and must not change. Transport
 * checksums are adjusted instead.
 */
#ifndef _TEREDO_NPTV6_H
#define _TEREDO_NPTV6_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "device.h"

struct sk_buff;

/* Check whether the gateway has a prefix. Others save the calls below for each packet. */
static inline bool teredo_nptv6_on(const struct teredo_dev *td)
{
	return rcu_access_pointer(td->nptv6);
}

int teredo_nptv6_update(struct teredo_dev *td, const struct teredo_config *cfg);
void teredo_nptv6_free(struct teredo_dev *td);

int teredo_nptv6_rx(struct teredo_dev *td, struct sk_buff *skb);
int teredo_nptv6_tx(struct teredo_dev *td, struct sk_buff *skb);
void teredo_nptv6_icmp_error(struct teredo_dev *td, struct sk_buff *skb, u8 code);

#endif /* _TEREDO_NPTV6_H */
