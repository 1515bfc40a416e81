// SPDX-License-Identifier: GPL-2.0
/*
 * UDP sockets of a device. The kernel owns the socket of the service port. So the port,
 * hence the NAT mapping and the Teredo address, survives a restart of the control
 * daemon.
 */
#include <linux/in.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/udp_tunnel.h>

#include "device.h"
#include "gro.h"
#include "socket.h"

static void make_tunnel(struct teredo_dev *td, struct socket *sock)
{
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = td,
		.encap_type = 1,
		.encap_rcv = td->encap_rcv,
	};

	if (teredo_gro_works(td->cfg.local)) {
		tunnel.gro_receive = teredo_gro_receive;
		tunnel.gro_complete = teredo_gro_complete;
	}
	setup_udp_tunnel_sock(td->net, teredo_tunnel_arg(sock), &tunnel);
}

/* Bind a socket to the configured link, 0 for any. No datagram arrives by
 * %TEREDO_LINK_NONE, which is never the index of an interface. sock_bindtoindex()
 * refuses that value. It also requires CAP_NET_RAW of the current task if a socket is
 * bound already.
 */
static void bind_link(struct teredo_dev *td, struct sock *sk)
{
	WRITE_ONCE(sk->sk_bound_dev_if, (int)td->cfg.link);
}

/* IP_FREEBIND: the address may be configured later. Until then the carrier of
 * a server or relay is off, see mapping.c, and routing refuses the source.
 */
static int bind_address(struct socket *sock, __be32 local, __be16 port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = local,
		.sin_port = port,
	};

	ip_sock_set_freebind(sock->sk);
	/* the type of the address argument differs between kernel versions */
	return kernel_bind(sock, (void *)&addr, sizeof(addr));
}

/* Ignore path MTUs. Datagrams have no DF, so no router on the path needs smaller ones.
 * Any host can forge the ICMP error that reports a path MTU. All large packets to a
 * peer would then leave in fragments, which many firewalls drop.
 */
static void ignore_path_mtu(struct sock *sk)
{
	ip_sock_set_mtu_discover(sk, IP_PMTUDISC_OMIT);
}

/**
 * teredo_socket_bind() - open a UDP socket that receives for a device
 * @td: device
 * @local: IPv4 address to bind, network byte order, or 0; need not exist yet
 * @port: UDP port, network byte order; 0 for a random one
 * @sock: result
 *
 * Context: process.
 * Return: 0; -EADDRINUSE if the port is in use, or another negative error.
 */
int teredo_socket_bind(struct teredo_dev *td, __be32 local, __be16 port,
		       struct socket **sock)
{
	int err;

	err = sock_create_kern(td->net, AF_INET, SOCK_DGRAM, 0, sock);
	if (err)
		return err;
	bind_link(td, (*sock)->sk);
	ignore_path_mtu((*sock)->sk);
	err = bind_address(*sock, local, port);
	if (err) {
		sock_release(*sock);
		return err;
	}
	make_tunnel(td, *sock);
	return 0;
}

/**
 * teredo_socket_release() - close a socket of teredo_socket_bind()
 * @sock: socket
 *
 * Context: process.
 */
void teredo_socket_release(struct socket *sock)
{
	udp_tunnel_sock_release(teredo_tunnel_arg(sock));
}

/**
 * teredo_socket_mute() - stop reception on a socket
 * @sock: socket
 *
 * Together with teredo_socket_free() after a grace period, this is equivalent to
 * teredo_socket_release(). Several sockets can share the grace period.
 *
 * Context: any.
 */
void teredo_socket_mute(struct socket *sock)
{
	rcu_assign_sk_user_data(sock->sk, NULL);
}

/**
 * teredo_socket_free() - close a muted socket
 * @sock: socket, muted for at least a grace period
 *
 * Context: process.
 */
void teredo_socket_free(struct socket *sock)
{
	kernel_sock_shutdown(sock, SHUT_RDWR);
	sock_release(sock);
}

/* Report that a port cannot be bound, in @extack and in the log. A request that creates
 * a device and sets it up cannot return an extack message.
 * Return: @err.
 */
static int bind_failed(const struct teredo_dev *td, __be32 local, __be16 port,
		       int err, struct netlink_ext_ack *extack)
{
	if (err == -EADDRINUSE)
		teredo_set_err_msg(extack, "The UDP port is in use",
				   "UDP port %u is in use", ntohs(port));
	net_info_ratelimited("%s: cannot bind UDP port %u of %pI4: error %d\n",
			     td->dev->name, ntohs(port), &local, err);
	return err;
}

/**
 * teredo_socket_open() - open the sockets of a device
 * @td: device
 * @extack: gets the message if the port is in use, or NULL
 *
 * If the configuration has no port, choose one at random (RFC 4380 5.2). Keep it from
 * then on, as the Teredo address depends on it.
 *
 * Context: process, RTNL held.
 * Return: 0 or a negative error.
 */
int teredo_socket_open(struct teredo_dev *td, struct netlink_ext_ack *extack)
{
	struct socket *sock;
	int err;

	ASSERT_RTNL();
	err = teredo_socket_bind(td, td->cfg.local, td->cfg.port, &sock);
	if (err == -EADDRINUSE && td->cfg.any_port) {
		/* another program took the port while the device was down; use any
		 * other
		 */
		td->cfg.port = 0;
		err = teredo_socket_bind(td, td->cfg.local, 0, &sock);
	}
	if (err)
		return bind_failed(td, td->cfg.local, td->cfg.port, err,
				   extack);
	if (td->cfg.local2) {
		err = teredo_socket_bind(td, td->cfg.local2, td->cfg.port2,
					 &td->sock2);
		if (err) {
			teredo_socket_release(sock);
			return bind_failed(td, td->cfg.local2, td->cfg.port2,
					   err, extack);
		}
	}

	td->cfg.port = inet_sk(sock->sk)->inet_sport;
	rcu_assign_pointer(td->sock, sock);
	return 0;
}

/**
 * teredo_socket_relink() - bind the sockets to the configured link
 * @td: device whose @link has changed
 *
 * The sockets stay open, so that no other program can take the port.
 *
 * Context: process, RTNL held.
 */
void teredo_socket_relink(struct teredo_dev *td)
{
	struct socket *sock = rtnl_dereference(td->sock);

	if (!sock)
		return;
	bind_link(td, sock->sk);
	if (td->sock2)
		bind_link(td, td->sock2->sk);
}

/**
 * teredo_socket_close() - close the sockets of a device
 * @td: device
 *
 * After this returns, no packet is received or sent by the sockets.
 *
 * Context: process, RTNL held.
 */
void teredo_socket_close(struct teredo_dev *td)
{
	struct socket *sock = rtnl_dereference(td->sock);

	if (!sock)
		return;
	RCU_INIT_POINTER(td->sock, NULL);
	synchronize_net();
	teredo_socket_release(sock);
	if (td->sock2)
		teredo_socket_release(td->sock2);
	td->sock2 = NULL;
	/* a receiver may still hold the socket it looked up before */
	synchronize_net();
}
