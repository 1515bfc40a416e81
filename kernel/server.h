/* SPDX-License-Identifier: GPL-2.0 */
/* What a server does: no state, one datagram out for one in (RFC 4380 5.3). */
#ifndef _TEREDO_SERVER_H
#define _TEREDO_SERVER_H

struct teredo_rx;

void teredo_server_rcv(struct teredo_rx *rx);

#endif /* _TEREDO_SERVER_H */
