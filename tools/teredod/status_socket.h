/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Status socket of teredod, which "teredo show" queries.
 */
#ifndef _STATUS_SOCKET_H
#define _STATUS_SOCKET_H

#include <jansson.h>
#include <sys/un.h>
#include <uv.h>

#include "firewall.h"

struct daemon;

/**
 * struct status_socket - status socket (status_socket.c)
 * @fd: listening socket, -1 if there is none
 * @poll: poll handle of the socket
 * @path: path of the socket
 * @firewall: result of the last check for a firewall
 * @firewall_at: time of that check, by uv_now(); 0 for never
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
