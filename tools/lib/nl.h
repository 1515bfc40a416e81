/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink sockets on top of libmnl: one request at a time, with the error text of
 * the kernel.
 *
 * Functions return 0 or a negative errno. After an error, nl->error holds one line for
 * the user: the text of the kernel (extack) if there is one.
 */
#ifndef _NL_H
#define _NL_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "wire.h"

#define NL_BUF		8192
#define NL_ERROR	256

/**
 * struct nl - a netlink socket
 * @sock: libmnl's socket
 * @portid: netlink port of the socket
 * @seq: sequence number of the last request
 * @family: id of the generic netlink family, once resolved
 * @events: id of its multicast group "events"
 * @dump_interrupted: the list changed during the last dump
 * @error: text of the last error
 */
struct nl {
	struct mnl_socket *sock;
	u32 portid;
	u32 seq;
	u16 family;
	u32 events;
	bool dump_interrupted;
	char error[NL_ERROR];
};

/* Called for each message but errors and the end; a negative value stops reading. */
typedef int nl_message_fn(const struct nlmsghdr *nlh, void *ctx);

int nl_open(struct nl *nl, int protocol);
void nl_close(struct nl *nl);
int nl_fd(const struct nl *nl);
struct nlmsghdr *nl_begin(struct nl *nl, void *buf, u16 type, u16 flags,
			  size_t extra, void **extra_header);
struct nlmsghdr *nl_begin_genl(struct nl *nl, void *buf, u8 cmd, u16 flags);
void nl_attr_copy(void *to, size_t len, const struct nlattr *attr);
void nl_attr_text(char *to, size_t size, const struct nlattr *attr);
int nl_send(struct nl *nl, struct nlmsghdr *nlh);
int nl_talk(struct nl *nl, struct nlmsghdr *nlh, nl_message_fn *fn, void *ctx);
int nl_dump(struct nl *nl, struct nlmsghdr *nlh, nl_message_fn *fn, void *ctx);
int nl_drain(struct nl *nl, nl_message_fn *fn, void *ctx);
int nl_resolve(struct nl *nl, const char *name);
int nl_join(struct nl *nl, u32 group);

#endif /* _NL_H */
