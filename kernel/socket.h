/* SPDX-License-Identifier: GPL-2.0 */
/* UDP sockets of a device, open while the device is up. */
#ifndef _TEREDO_SOCKET_H
#define _TEREDO_SOCKET_H

#include <linux/types.h>

struct socket;
struct teredo_dev;

int teredo_socket_bind(struct teredo_dev *td, __be32 local, __be16 port,
		       struct socket **sock);
void teredo_socket_release(struct socket *sock);
void teredo_socket_mute(struct socket *sock);
void teredo_socket_free(struct socket *sock);
int teredo_socket_open(struct teredo_dev *td, struct netlink_ext_ack *extack);
void teredo_socket_relink(struct teredo_dev *td);
void teredo_socket_close(struct teredo_dev *td);

#endif /* _TEREDO_SOCKET_H */
