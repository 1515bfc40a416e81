/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replaces the kernel's end of netlink for sources compiled with this header in front. The
 * attribute getters check that the attribute is as long as the type that they read.
 */
#ifndef _FUZZ_MNL_H
#define _FUZZ_MNL_H

#include <libmnl/libmnl.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifndef MNL_ITSELF
#define mnl_socket_recvfrom	mnl_fake_recvfrom
#define mnl_socket_sendto	mnl_fake_sendto
#define mnl_socket_setsockopt	mnl_fake_setsockopt
#define mnl_socket_get_fd	mnl_fake_get_fd
#define mnl_attr_get_u16	mnl_fake_u16
#define mnl_attr_get_u32	mnl_fake_u32
#define mnl_attr_get_str	mnl_fake_str
#define recv			mnl_fake_recv
#define if_indextoname		mnl_fake_name
#endif

struct mnl_socket;

void mnl_fake_reply(const void *data, size_t len);
ssize_t mnl_fake_recvfrom(const struct mnl_socket *sock, void *buf,
			  size_t size);
ssize_t mnl_fake_recv(int fd, void *buf, size_t size, int flags);
ssize_t mnl_fake_sendto(const struct mnl_socket *sock, const void *request,
			size_t len);
int mnl_fake_setsockopt(const struct mnl_socket *sock, int type, void *buf,
			socklen_t len);
int mnl_fake_get_fd(const struct mnl_socket *sock);
uint16_t mnl_fake_u16(const struct nlattr *attr);
uint32_t mnl_fake_u32(const struct nlattr *attr);
const char *mnl_fake_str(const struct nlattr *attr);
char *mnl_fake_name(unsigned int ifindex, char *name);

#endif /* _FUZZ_MNL_H */
