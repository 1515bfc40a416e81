/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control packets through the kernel's socket, and the events of the device,
 * which come in on the same netlink socket.
 */
#ifndef _KTRANSPORT_H
#define _KTRANSPORT_H

#include "genl.h"
#include "transport.h"

/**
 * struct ktransport - the kernel's socket of a device
 * @transport: its base
 * @nl: generic netlink socket whose port makes us the helper
 * @ifindex: the device
 * @local: address to send from, 0 for any, and port, 0 for the service port
 * @is_helper: the kernel has named us as the helper
 * @taken_over: another helper has come since
 * @changed: somebody has changed the device; may be missing
 */
struct ktransport {
	struct transport transport;
	struct nl nl;
	u32 ifindex;
	struct teredo_endpoint local;
	bool is_helper;
	bool taken_over;
	void (*changed)(void *ctx);
};

int ktransport_open(struct ktransport *kt, u32 ifindex);
int ktransport_register(struct ktransport *kt);
void ktransport_close(struct ktransport *kt);
bool ktransport_receive(struct ktransport *kt);
void ktransport_resync(struct ktransport *kt, const struct dev_info *dev);

#endif /* _KTRANSPORT_H */
