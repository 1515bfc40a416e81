/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transport for control packets through the socket of a device, and events of the
 * device. Both arrive on one netlink socket.
 */
#ifndef _KTRANSPORT_H
#define _KTRANSPORT_H

#include "genl.h"
#include "transport.h"

/**
 * struct ktransport - control packets and events of a device
 * @transport: base structure
 * @nl: generic netlink socket; its port identifies the control daemon to the kernel
 * @ifindex: interface index of the device
 * @local: source address, 0 for any, and port, 0 for the service port
 * @is_helper: the kernel has confirmed this process as the control daemon
 * @taken_over: another control daemon has registered since
 * @changed: called when the device has changed; can be NULL
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
bool ktransport_receive(struct ktransport *kt);
void ktransport_resync(struct ktransport *kt, const struct dev_info *dev);

#endif /* _KTRANSPORT_H */
