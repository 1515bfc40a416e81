/* SPDX-License-Identifier: GPL-2.0 */
/* The receive entry: the first look at a datagram, and the way to its role. */
#ifndef _TEREDO_RECEIVE_H
#define _TEREDO_RECEIVE_H

struct sk_buff;
struct sock;
struct teredo_rx;

void teredo_rx_trust(struct teredo_rx *rx);
bool teredo_rx_from_trusted(struct teredo_rx *rx);
int teredo_rcv(struct sock *sk, struct sk_buff *skb);

#endif /* _TEREDO_RECEIVE_H */
