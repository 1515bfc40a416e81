/* SPDX-License-Identifier: GPL-2.0 */
/* The receive entry: the first look at a datagram, and the way to its role. */
#ifndef _TEREDO_RECEIVE_H
#define _TEREDO_RECEIVE_H

struct sk_buff;
struct sock;

int teredo_rcv(struct sock *sk, struct sk_buff *skb);

#endif /* _TEREDO_RECEIVE_H */
