// SPDX-License-Identifier: GPL-2.0
/*
 * The UDP socket of a device. The kernel owns it, so that the service port,
 * which is the NAT mapping, which is the address, survives the helper.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/inet_sock.h>
#include <net/udp_tunnel.h>

#include "device.h"
#include "offload.h"
#include "receive.h"
#include "socket.h"

static void make_tunnel(struct teredo_dev *td, struct socket *sock)
{
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = td,
		.encap_type = 1,
		.encap_rcv = teredo_rcv,
	};

	if (teredo_gro_works(td->cfg.local)) {
		tunnel.gro_receive = teredo_gro_receive;
		tunnel.gro_complete = teredo_gro_complete;
	}
	setup_udp_tunnel_sock(td->net, teredo_tunnel_arg(sock), &tunnel);
}

/**
 * teredo_socket_bind - open a socket that the device receives by
 * @td: device
 * @local: IPv4 address, network byte order, or 0
 * @port: UDP port, network byte order; 0 to have one chosen at random
 * @sock: result
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int teredo_socket_bind(struct teredo_dev *td, __be32 local, __be16 port,
		       struct socket **sock)
{
	struct udp_port_cfg cfg = {
		.family = AF_INET,
		.local_ip.s_addr = local,
		.local_udp_port = port,
		.bind_ifindex = td->cfg.link,
		.use_udp_checksums = td->cfg.udp_csum,
	};
	int err;

	err = udp_sock_create(td->net, &cfg, sock);
	if (!err)
		make_tunnel(td, *sock);
	return err;
}

/**
 * teredo_socket_release - close what teredo_socket_bind() has opened
 * @sock: socket
 *
 * Context: process.
 */
void teredo_socket_release(struct socket *sock)
{
	udp_tunnel_sock_release(teredo_tunnel_arg(sock));
}

/**
 * teredo_socket_mute - let no more packets in by a socket
 * @sock: socket
 *
 * With teredo_socket_free() after a grace period the same as
 * teredo_socket_release(), but many sockets share the grace period.
 *
 * Context: any.
 */
void teredo_socket_mute(struct socket *sock)
{
	rcu_assign_sk_user_data(sock->sk, NULL);
}

/**
 * teredo_socket_free - close a socket that nobody uses any more
 * @sock: socket
 *
 * Context: process.
 */
void teredo_socket_free(struct socket *sock)
{
	kernel_sock_shutdown(sock, SHUT_RDWR);
	sock_release(sock);
}

/**
 * teredo_socket_open - bind the service port
 * @td: device
 *
 * A port that the configuration leaves open is chosen now, at random by the
 * core (5.2), and kept from then on: the address depends on it.
 *
 * Context: process, RTNL held.
 * Return: 0 or a negative error.
 */
int teredo_socket_open(struct teredo_dev *td)
{
	struct socket *sock;
	int err;

	ASSERT_RTNL();
	err = teredo_socket_bind(td, td->cfg.local, td->cfg.port, &sock);
	if (err == -EADDRINUSE && td->cfg.any_port) {
		/* somebody took it while we were down; any other will do */
		td->cfg.port = 0;
		err = teredo_socket_bind(td, td->cfg.local, 0, &sock);
	}
	if (err)
		return err;
	if (td->cfg.local2) {
		err = teredo_socket_bind(td, td->cfg.local2, td->cfg.port,
					 &td->sock2);
		if (err) {
			teredo_socket_release(sock);
			return err;
		}
	}

	td->cfg.port = inet_sk(sock->sk)->inet_sport;
	rcu_assign_pointer(td->sock, sock);
	return 0;
}

/**
 * teredo_socket_close - release the service port
 * @td: device
 *
 * No packet is received or sent by the socket once this returns.
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
