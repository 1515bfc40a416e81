/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The socket that answers "teredo show".
 */
#ifndef _STATUS_SOCKET_H
#define _STATUS_SOCKET_H

#include <jansson.h>
#include <sys/un.h>
#include <uv.h>

#include "firewall.h"

struct daemon;

/**
 * struct status_socket - the socket (status_socket.c)
 * @fd: listening socket, -1 if there is none
 * @poll: the same
 * @path: its name
 * @firewall: whether there is a firewall, as last found
 * @firewall_at: when, by uv_now(); 0 for never
 */
struct status_socket {
	int fd;
	uv_poll_t poll;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	enum firewall firewall;
	uint64_t firewall_at;
};

void control_client(struct daemon *d, json_t *status);
void control_open(struct daemon *d);
void control_close(struct daemon *d);

#endif /* _STATUS_SOCKET_H */
