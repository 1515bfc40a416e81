/* SPDX-License-Identifier: GPL-2.0 */
/* GRO of received datagrams, before they enter the IPv4 stack. */
#ifndef _TEREDO_GRO_H
#define _TEREDO_GRO_H

struct list_head;
struct sk_buff;
struct sock;

struct sk_buff *teredo_gro_receive(struct sock *sk, struct list_head *head,
				   struct sk_buff *skb);
int teredo_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff);

#endif /* _TEREDO_GRO_H */
