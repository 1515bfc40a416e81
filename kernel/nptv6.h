/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6-to-IPv6 network prefix translation (NPTv6, RFC 6296) of a server's gateway.
 *
 * All clients of a server share their first 64 bits. The gateway replaces these by a
 * native /64, and keeps the interface identifier. Unlike in RFC 6296 3.1, the
 * translation is not checksum-neutral: the identifier holds the client's mapped
 * address, so that it cannot be changed, and transport checksums are adjusted.
 *
 * A packet of a client is translated before the IPv6 stack sees it, and a packet to
 * a native address before anything else is done with it. There is no state per flow.
 */
#ifndef _TEREDO_NPTV6_H
#define _TEREDO_NPTV6_H

#include <linux/types.h>

struct in6_addr;
struct sk_buff;
struct teredo_config;
struct teredo_dev;

int teredo_nptv6_update(struct teredo_dev *td, const struct teredo_config *cfg);
void teredo_nptv6_free(struct teredo_dev *td);

int teredo_nptv6_rx(struct teredo_dev *td, struct sk_buff *skb);
int teredo_nptv6_tx(struct teredo_dev *td, struct sk_buff *skb);
void teredo_nptv6_icmp_error(struct teredo_dev *td, struct sk_buff *skb, u8 code);

#endif /* _TEREDO_NPTV6_H */
