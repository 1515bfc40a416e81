/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Receive entry of the UDP sockets: fast path, and dispatch to the role of the device.
 */
#ifndef _TEREDO_RECEIVE_H
#define _TEREDO_RECEIVE_H

struct sk_buff;
struct sock;

int teredo_rcv(struct sock *sk, struct sk_buff *skb);

#endif /* _TEREDO_RECEIVE_H */
