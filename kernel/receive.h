/* SPDX-License-Identifier: GPL-2.0 */
/* The way in. */
#ifndef _TEREDO_RECEIVE_H
#define _TEREDO_RECEIVE_H

struct sk_buff;
struct sock;
struct teredo_dev;

int teredo_rcv(struct sock *sk, struct sk_buff *skb);
void teredo_deliver(struct teredo_dev *td, struct sk_buff *skb);

#endif /* _TEREDO_RECEIVE_H */
