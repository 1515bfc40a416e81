// SPDX-License-Identifier: GPL-2.0
/* Transport for control packets through a UDP socket of the program. */
#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_MAX	2048	/* no control packet is longer */

static struct sockaddr_in make_sockaddr(struct teredo_endpoint ep)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_addr.s_addr = ep.addr,
		.sin_port = ep.port,
	};
}

static void on_error(const struct udp *udp, struct msghdr *msg)
{
	const struct sockaddr_in *addr = msg->msg_name;
	const struct teredo_endpoint to = {
		.addr = addr->sin_addr.s_addr,
		.port = addr->sin_port,
	};
	const struct sock_extended_err *err;
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		err = (const struct sock_extended_err *)CMSG_DATA(cmsg);
		if (cmsg->cmsg_level == SOL_IP &&
		    cmsg->cmsg_type == IP_RECVERR &&
		    err->ee_origin == SO_EE_ORIGIN_ICMP)
			udp->refused(udp->transport.ctx, to,
				     strerror(err->ee_errno));
	}
}

/* Read an ICMP error. Return: true if there was one */
static bool receive_error(const struct udp *udp)
{
	struct sockaddr_in to = { 0 };
	char control[256];
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	if (recvmsg(udp->fd, &msg, MSG_ERRQUEUE) < 0)
		return false;
	if (udp->refused)
		on_error(udp, &msg);
	return true;
}

static int udp_send(struct transport *transport, struct teredo_endpoint to,
		    const u8 *data, size_t len)
{
	struct udp *udp = (struct udp *)transport;
	struct sockaddr_in addr = make_sockaddr(to);

	/* a pending ICMP error would make this call fail */
	while (receive_error(udp))
		;
	if (sendto(udp->fd, data, len, 0, (struct sockaddr *)&addr,
		   sizeof(addr)) >= 0)
		return 0;
	transport->failed(transport->ctx, strerror(errno));
	return -errno;
}

/* Return: source address that the kernel chooses for a destination, 0 if none */
static __be32 source_towards(__be32 to)
{
	const struct teredo_endpoint ep = { to, cpu_to_be16(TEREDO_PORT) };
	struct sockaddr_in addr = make_sockaddr(ep);
	socklen_t len = sizeof(addr);
	__be32 source = 0;
	int fd;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)) &&
	    !getsockname(fd, (struct sockaddr *)&addr, &len))
		source = addr.sin_addr.s_addr;
	close(fd);
	return source;
}

/**
 * udp_open() - open a socket
 * @udp: result; the caller sets the callbacks
 * @port: local port, host byte order, 0 for any
 * @towards: usual destination, network byte order
 *
 * Bind to the source address for @towards. A host with several addresses could
 * otherwise use another one for each destination, and appear as a symmetric NAT.
 *
 * Return: 0 or a negative errno.
 */
int udp_open(struct udp *udp, u16 port, __be32 towards)
{
	const struct teredo_endpoint local = {
		.addr = source_towards(towards),
		.port = cpu_to_be16(port),
	};
	struct sockaddr_in addr = make_sockaddr(local);
	const int on = 1;

	udp->transport.send = udp_send;
	udp->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (udp->fd < 0)
		return -errno;
	setsockopt(udp->fd, SOL_IP, IP_RECVERR, &on, sizeof(on));
	if (bind(udp->fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(udp->fd);
		return -errno;
	}
	return 0;
}

/**
 * udp_route() - use the path that the datagrams of a device take
 * @udp: socket
 * @fwmark: mark, 0 for none
 * @link: interface, "" for any
 */
void udp_route(struct udp *udp, u32 fwmark, const char *link)
{
	if (fwmark)
		setsockopt(udp->fd, SOL_SOCKET, SO_MARK, &fwmark,
			   sizeof(fwmark));
	if (link[0])
		setsockopt(udp->fd, SOL_SOCKET, SO_BINDTODEVICE, link,
			   strlen(link));
}

/**
 * udp_close() - close a socket
 * @udp: socket
 */
void udp_close(struct udp *udp)
{
	close(udp->fd);
	udp->fd = -1;
}

/**
 * udp_receive() - read all pending datagrams and errors
 * @udp: socket, which a callback can close
 */
void udp_receive(struct udp *udp)
{
	struct teredo_endpoint from;
	struct sockaddr_in addr;
	socklen_t addr_len;
	u8 buf[DATAGRAM_MAX];
	ssize_t len;

	for (;;) {
		addr_len = sizeof(addr);
		len = recvfrom(udp->fd, buf, sizeof(buf), 0,
			       (struct sockaddr *)&addr, &addr_len);
		if (len < 0 && receive_error(udp))
			continue;
		if (len < 0)
			return;
		from.addr = addr.sin_addr.s_addr;
		from.port = addr.sin_port;
		udp->transport.receive(udp->transport.ctx, from,
				       (struct teredo_endpoint) { 0 }, buf,
				       len);
	}
}

/**
 * udp_local() - get the local endpoint
 * @udp: socket
 *
 * Return: local port and address; address 0 if there was no route to the server.
 */
struct teredo_endpoint udp_local(const struct udp *udp)
{
	struct sockaddr_in addr = { 0 };
	socklen_t len = sizeof(addr);

	getsockname(udp->fd, (struct sockaddr *)&addr, &len);
	return (struct teredo_endpoint) { addr.sin_addr.s_addr, addr.sin_port };
}
