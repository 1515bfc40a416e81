// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink sockets on top of libmnl.
 */
#include "nl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define MAX_ERRNO	4095	/* largest errno of the kernel */

/* A dump of a changing list can need several attempts. After this many, the list
 * changes faster than it can be read.
 */
#define DUMP_TRIES	10

static int fail(struct nl *nl, int err, const char *what)
{
	snprintf(nl->error, sizeof(nl->error), "%s: %s", what, strerror(err));
	return -err;
}

/**
 * nl_open() - open a socket
 * @nl: result
 * @protocol: NETLINK_GENERIC or NETLINK_ROUTE
 *
 * Return: 0 or a negative errno.
 */
int nl_open(struct nl *nl, int protocol)
{
	int on = 1;

	memset(nl, 0, sizeof(*nl));
	nl->sock = mnl_socket_open2(protocol, SOCK_CLOEXEC);
	if (!nl->sock)
		return fail(nl, errno, "netlink socket");
	if (mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		fail(nl, errno, "netlink bind");
		nl_close(nl);
		return -EIO;
	}
		/* Without these options an error is a mere number. Kernels that lack
		 * them still work, so failure is no error.
		 */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
	nl->portid = mnl_socket_get_portid(nl->sock);
	nl->seq = time(NULL);
	return 0;
}

/**
 * nl_close() - close a socket
 * @nl: socket, which may be closed already
 */
void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}

/**
 * nl_fd() - get the file descriptor to poll
 * @nl: socket
 *
 * Return: the file descriptor.
 */
int nl_fd(const struct nl *nl)
{
	return mnl_socket_get_fd(nl->sock);
}

/**
 * nl_begin() - begin a request
 * @nl: socket
 * @buf: NL_BUF octets
 * @type: message type
 * @flags: NLM_F_* apart from NLM_F_REQUEST
 * @extra: size of the header that follows, in octets
 * @extra_header: result, that header, zeroed
 *
 * Return: the message, without attributes.
 */
struct nlmsghdr *nl_begin(struct nl *nl, void *buf, u16 type, u16 flags,
			  size_t extra, void **extra_header)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	*extra_header = mnl_nlmsg_put_extra_header(nlh, extra);
	return nlh;
}

/**
 * nl_begin_genl() - begin a request of the resolved generic netlink family
 * @nl: socket
 * @buf: NL_BUF octets
 * @cmd: command
 * @flags: NLM_F_* apart from NLM_F_REQUEST
 *
 * Return: the message, without attributes.
 */
struct nlmsghdr *nl_begin_genl(struct nl *nl, void *buf, u8 cmd, u16 flags)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;
	void *header;

	nlh = nl_begin(nl, buf, nl->family, flags, sizeof(*genl), &header);
	genl = header;
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

/**
 * nl_send() - send a request without waiting
 * @nl: socket
 * @nlh: request
 *
 * Return: 0 or a negative errno.
 */
int nl_send(struct nl *nl, struct nlmsghdr *nlh)
{
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		return fail(nl, errno, "netlink send");
	return 0;
}

/**
 * nl_attr_copy() - copy the payload of an attribute
 * @to: result; unchanged if the attribute has another length
 * @len: expected length in octets
 * @attr: attribute
 *
 * mnl_attr_get_u32() and similar functions do not check the length.
 */
void nl_attr_copy(void *to, size_t len, const struct nlattr *attr)
{
	if (mnl_attr_get_payload_len(attr) == len)
		memcpy(to, mnl_attr_get_payload(attr), len);
}

/**
 * nl_attr_text() - copy the text of an attribute
 * @to: result, truncated to @size
 * @size: size of @to in octets
 * @attr: attribute; its text can lack the final NUL
 */
void nl_attr_text(char *to, size_t size, const struct nlattr *attr)
{
	snprintf(to, size, "%.*s", (int)mnl_attr_get_payload_len(attr),
		 (const char *)mnl_attr_get_payload(attr));
}

/* Find the attributes after an error or the end of a dump. */
static const struct nlattr *ext_ack(const struct nlmsghdr *nlh, size_t skip,
				    size_t *len)
{
	size_t size = mnl_nlmsg_get_payload_len(nlh);

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || size < skip)
		return NULL;
	*len = size - skip;
	return mnl_nlmsg_get_payload_offset(nlh, skip);
}

static const char *ext_ack_text(const struct nlmsghdr *nlh, size_t skip)
{
	const struct nlattr *attr;
	size_t len;

	attr = ext_ack(nlh, skip, &len);
	if (!attr)
		return NULL;
	for (; mnl_attr_ok(attr, len);
	     len -= MNL_ALIGN(attr->nla_len), attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			return mnl_attr_get_str(attr);
	return NULL;
}

#define NO_RIGHTS "Operation not permitted (root or CAP_NET_ADMIN is needed)"

/* @error is a negative errno from the kernel. */
static int refused(struct nl *nl, const struct nlmsghdr *nlh, int error,
		   size_t skip)
{
	const char *text = ext_ack_text(nlh, skip);

	if (error >= 0 || error < -MAX_ERRNO)
		return fail(nl, EBADMSG, "netlink");
	if (!text || !*text)
		text = error == -EPERM ? NO_RIGHTS : strerror(-error);
	snprintf(nl->error, sizeof(nl->error), "%s", text);
	return error;
}

static int on_error(struct nl *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err))
		return fail(nl, EBADMSG, "netlink");
	if (!err->error)
		return 0;
	/* the reply repeats the whole request unless it is capped */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&err->msg);
	return refused(nl, nlh, err->error, MNL_ALIGN(skip));
}

static int on_done(struct nl *nl, const struct nlmsghdr *nlh)
{
	const int *err = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err) || *err >= 0)
		return 0;
	return refused(nl, nlh, *err, sizeof(*err));
}

/* Return: 1 to continue, 0 at the end of the reply, or a negative errno */
static int on_message(struct nl *nl, const struct nlmsghdr *nlh,
		      nl_message_fn *fn, void *ctx)
{
	int ret = 0;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		nl->dump_interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		return on_error(nl, nlh);
	case NLMSG_DONE:
		return on_done(nl, nlh);
	case NLMSG_NOOP:
	case NLMSG_OVERRUN:
		return 1;
	}
	if (fn)
		ret = fn(nlh, ctx);
	return ret < 0 ? ret : 1;
}

/* libmnl compares lengths as signed numbers and would accept 2 GiB. It also skips the
 * padding of a message without a check that the padding is there.
 */
static bool message_ok(const struct nlmsghdr *nlh, int len)
{
	return mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len <= (u32)len &&
	       MNL_ALIGN(nlh->nlmsg_len) <= (u32)len;
}

static int on_reply(struct nl *nl, const void *buf, int len,
		    nl_message_fn *fn, void *ctx)
{
	const struct nlmsghdr *nlh = buf;
	int ret = 1;

	for (; ret > 0 && message_ok(nlh, len);
	     nlh = mnl_nlmsg_next(nlh, &len))
		if (nlh->nlmsg_seq == nl->seq)
			ret = on_message(nl, nlh, fn, ctx);
	return ret;
}

/* Return: octets received, or -1 with errno set, but never to EINTR */
static ssize_t receive(struct nl *nl, void *buf, size_t size)
{
	ssize_t len;

	do {
		len = mnl_socket_recvfrom(nl->sock, buf, size);
	} while (len < 0 && errno == EINTR);
	return len;
}

/**
 * nl_talk() - send a request and read the whole reply
 * @nl: socket
 * @nlh: request with NLM_F_ACK, or for a dump whose consistency does not matter; use
 *	nl_dump() for other dumps
 * @fn: called for each message of the reply; can be NULL
 * @ctx: passed to @fn
 *
 * Return: 0, a negative errno from the kernel, or the negative value of @fn.
 */
int nl_talk(struct nl *nl, struct nlmsghdr *nlh, nl_message_fn *fn, void *ctx)
{
	char buf[32768];
	ssize_t len;
	int ret;

	nl->dump_interrupted = false;
	ret = nl_send(nl, nlh);
	if (ret)
		return ret;
	do {
		len = receive(nl, buf, sizeof(buf));
		if (len < 0)
			return fail(nl, errno, "netlink receive");
		ret = on_reply(nl, buf, len, fn, ctx);
	} while (ret > 0);
	return ret;
}

/**
 * struct kept - buffered messages of a dump
 * @buf: the messages, aligned
 * @len: octets of @buf in use
 * @size: octets allocated
 */
struct kept {
	char *buf;
	size_t len;
	size_t size;
};

static int keep(const struct nlmsghdr *nlh, void *ctx)
{
	size_t len = MNL_ALIGN(nlh->nlmsg_len);
	struct kept *kept = ctx;
	char *larger;

	if (kept->size - kept->len < len) {
		larger = realloc(kept->buf, 2 * kept->size + len);
		if (!larger)
			return -ENOMEM;
		kept->buf = larger;
		kept->size = 2 * kept->size + len;
	}
	memcpy(kept->buf + kept->len, nlh, len);
	kept->len += len;
	return 0;
}

static int hand_on(const struct kept *kept, nl_message_fn *fn, void *ctx)
{
	const struct nlmsghdr *nlh;
	size_t at;
	int ret;

	for (at = 0; at < kept->len; at += MNL_ALIGN(nlh->nlmsg_len)) {
		nlh = (const void *)(kept->buf + at);
		ret = fn(nlh, ctx);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/**
 * nl_dump() - dump a list, and repeat if the list changed during the dump
 * @nl: socket
 * @nlh: request with NLM_F_DUMP
 * @fn: called for each message of one consistent dump
 * @ctx: passed to @fn
 *
 * Return: 0, -EINTR if the list changed during each of %DUMP_TRIES dumps, -ENOMEM, a
 * negative errno from the kernel, or the negative value of @fn.
 */
int nl_dump(struct nl *nl, struct nlmsghdr *nlh, nl_message_fn *fn, void *ctx)
{
	struct kept kept = { 0 };
	int ret, tries = 0;

	do {
		kept.len = 0;
		nlh->nlmsg_seq = ++nl->seq;
		ret = nl_talk(nl, nlh, keep, &kept);
	} while (!ret && nl->dump_interrupted && ++tries < DUMP_TRIES);
	if (ret == -ENOMEM)
		fail(nl, ENOMEM, "netlink dump");
	else if (!ret && nl->dump_interrupted)
		ret = fail(nl, EINTR, "netlink dump: the list keeps changing");
	else if (!ret)
		ret = hand_on(&kept, fn, ctx);
	free(kept.buf);
	return ret;
}

static int drain_one(struct nl *nl, const void *buf, int len,
		     nl_message_fn *fn, void *ctx)
{
	const struct nlmsghdr *nlh = buf;
	int ret = 0;

	for (; message_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		ret = on_message(nl, nlh, fn, ctx);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/**
 * nl_drain() - read all pending messages without waiting
 * @nl: socket that receives events
 * @fn: called for each message
 * @ctx: passed to @fn
 *
 * Return: 0, -ENOBUFS if events were lost, the negative errno of a request sent by
 * nl_send(), or the negative value of @fn. After an error, more can be pending.
 */
int nl_drain(struct nl *nl, nl_message_fn *fn, void *ctx)
{
	char buf[32768];
	ssize_t len;
	int ret;

	for (;;) {
		len = recv(nl_fd(nl), buf, sizeof(buf), MSG_DONTWAIT);
		if (len < 0)
			break;
		ret = drain_one(nl, buf, len, fn, ctx);
		if (ret < 0)
			return ret;
	}
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	return fail(nl, errno, "netlink receive");
}

/**
 * nl_join() - subscribe to a multicast group
 * @nl: socket
 * @group: the group
 *
 * Return: 0 or a negative errno.
 */
int nl_join(struct nl *nl, u32 group)
{
	int id = group;

	if (mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &id,
				  sizeof(id)) < 0)
		return fail(nl, errno, "netlink group");
	return 0;
}
