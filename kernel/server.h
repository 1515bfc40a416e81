/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Server: sends at most one datagram for each received one, without state (RFC 4380
 * 5.3).
 */
#ifndef _TEREDO_SERVER_H
#define _TEREDO_SERVER_H

struct teredo_rx;

void teredo_server_rcv(struct teredo_rx *rx);

#endif /* _TEREDO_SERVER_H */
