// SPDX-License-Identifier: GPL-2.0
/*
 * Replacement of netlink sockets: the replies are the input of a fuzz target
 */
#define MNL_ITSELF
#include "mnl.h"

#include <errno.h>
#include <sanitizer/asan_interface.h>

#include "fuzz.h"

static const void *reply;
static size_t reply_len;
static uint32_t seq;

/* rest of the receiver's buffer behind the reply */
static char *behind;
static size_t behind_len;

static void unpoison(void)
{
	ASAN_UNPOISON_MEMORY_REGION(behind, behind_len);
	behind_len = 0;
}

/**
 * mnl_fake_reply - set the reply to the next request
 * @data: messages
 * @len: length of @data
 */
void mnl_fake_reply(const void *data, size_t len)
{
	unpoison();
	reply = data;
	reply_len = len;
}

/* set the sequence number of all messages to that of the request */
static void set_seq(char *buf, size_t len)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;

	while (len >= sizeof(*nlh) && nlh->nlmsg_len >= sizeof(*nlh) &&
	       nlh->nlmsg_len <= len) {
		nlh->nlmsg_seq = seq;
		if (MNL_ALIGN(nlh->nlmsg_len) >= len)
			break;
		len -= MNL_ALIGN(nlh->nlmsg_len);
		nlh = (void *)((char *)nlh + MNL_ALIGN(nlh->nlmsg_len));
	}
}

/* The sanitizer reports any access to the buffer behind the reply. */
static ssize_t receive(void *buf, size_t size)
{
	size_t len = reply_len < size ? reply_len : size;

	unpoison();
	if (!reply) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(buf, reply, len);
	set_seq(buf, len);
	behind = (char *)buf + len;
	behind_len = size - len;
	ASAN_POISON_MEMORY_REGION(behind, behind_len);
	reply = NULL;
	return len;
}

ssize_t mnl_fake_recvfrom(const struct mnl_socket *sock, void *buf, size_t size)
{
	(void)sock;
	return receive(buf, size);
}

ssize_t mnl_fake_recv(int fd, void *buf, size_t size, int flags)
{
	(void)fd;
	(void)flags;
	return receive(buf, size);
}

int mnl_fake_setsockopt(const struct mnl_socket *sock, int type, void *buf,
			socklen_t len)
{
	(void)sock;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

int mnl_fake_get_fd(const struct mnl_socket *sock)
{
	(void)sock;
	return 0;
}

ssize_t mnl_fake_sendto(const struct mnl_socket *sock, const void *request,
			size_t len)
{
	const struct nlmsghdr *nlh = request;

	(void)sock;
	FUZZ_CHECK(len >= sizeof(*nlh) && nlh->nlmsg_len == len);
	seq = nlh->nlmsg_seq;
	return len;
}

uint16_t mnl_fake_u16(const struct nlattr *attr)
{
	FUZZ_CHECK(mnl_attr_get_payload_len(attr) >= sizeof(uint16_t));
	return mnl_attr_get_u16(attr);
}

uint32_t mnl_fake_u32(const struct nlattr *attr)
{
	FUZZ_CHECK(mnl_attr_get_payload_len(attr) >= sizeof(uint32_t));
	return mnl_attr_get_u32(attr);
}

const char *mnl_fake_str(const struct nlattr *attr)
{
	FUZZ_CHECK(memchr(mnl_attr_get_payload(attr), '\0',
			  mnl_attr_get_payload_len(attr)));
	return mnl_attr_get_str(attr);
}

/* avoids a system call for each name */
char *mnl_fake_name(unsigned int ifindex, char *name)
{
	if (!ifindex)
		return NULL;
	snprintf(name, IF_NAMESIZE, "if%u", ifindex);
	return name;
}
