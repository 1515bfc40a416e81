// SPDX-License-Identifier: GPL-2.0
/* Transport for control packets through the socket of a device, see ktransport.h. */
#include "ktransport.h"

#include <errno.h>

static int ktransport_send(struct transport *transport,
			   struct teredo_endpoint to, const u8 *data,
			   size_t len)
{
	struct ktransport *kt = (struct ktransport *)transport;
	const struct dev_packet pkt = {
		.ifindex = kt->ifindex,
		.remote = to,
		.local = kt->local,
		.data = data,
		.len = len,
	};

	return dev_packet_send(&kt->nl, &pkt);
}

/**
 * ktransport_open() - open the transport of a device
 * @kt: result; the caller sets the callbacks
 * @ifindex: device
 *
 * Return: 0 or a negative errno with kt->nl.error set.
 */
int ktransport_open(struct ktransport *kt, u32 ifindex)
{
	int ret;

	memset(kt, 0, sizeof(*kt));
	kt->ifindex = ifindex;
	kt->transport.send = ktransport_send;
	ret = dev_open(&kt->nl);
	if (!ret)
		ret = nl_join(&kt->nl, kt->nl.events);
	return ret;
}

/**
 * ktransport_register() - register as the control daemon without sending a packet
 * @kt: transport
 *
 * Return: 0 or a negative errno with kt->nl.error set.
 */
int ktransport_register(struct ktransport *kt)
{
	int ret = dev_set_helper(&kt->nl, kt->ifindex);

	if (!ret)
		kt->is_helper = true;
	return ret;
}

static void on_packet(struct ktransport *kt, const struct nlmsghdr *nlh)
{
	struct dev_packet pkt;

	if (dev_packet_parse(&pkt, nlh) && pkt.ifindex == kt->ifindex)
		kt->transport.receive(kt->transport.ctx, pkt.remote,
				      pkt.local, pkt.data, pkt.len);
}

/* The kernel passes control packets to the process that sent or registered last. If
 * that was this process and is another one now, exit. Events that were sent before the
 * first packet of this process still name the previous daemon.
 */
static void see_helper(struct ktransport *kt, u32 helper)
{
	if (helper == kt->nl.portid)
		kt->is_helper = true;
	else if (helper && kt->is_helper)
		kt->taken_over = true;
}

static void on_event(struct ktransport *kt, const struct nlmsghdr *nlh)
{
	struct dev_info dev;

	dev_parse(&dev, nlh);
	if (dev.ifindex != kt->ifindex)
		return;
	if (kt->changed)
		kt->changed(kt->transport.ctx);
	see_helper(kt, dev.helper);
}

static int on_message(const struct nlmsghdr *nlh, void *ctx)
{
	struct ktransport *kt = ctx;

	switch (dev_command(nlh)) {
	case TEREDO_CMD_PACKET_NTF:
		on_packet(kt, nlh);
		break;
	case TEREDO_CMD_DEV_NTF:
		on_event(kt, nlh);
		break;
	}
	return 0;
}

/**
 * ktransport_receive() - read all pending packets and events
 * @kt: transport
 *
 * Return: true if the kernel had no room for an event or a packet. The caller must
 * then read the device's state and pass it to ktransport_resync().
 */
bool ktransport_receive(struct ktransport *kt)
{
	bool lost = false;
	int ret;

	/* each error of a request ends a call of nl_drain() */
	do {
		ret = nl_drain(&kt->nl, on_message, kt);
		if (ret == -ENOBUFS)
			lost = true;
		else if (ret)
			kt->transport.failed(kt->transport.ctx, kt->nl.error);
	} while (ret);
	return lost;
}

/**
 * ktransport_resync() - process the state of the device after events were lost
 * @kt: transport
 * @dev: result of dev_get() after ktransport_receive()
 */
void ktransport_resync(struct ktransport *kt, const struct dev_info *dev)
{
	if (kt->changed)
		kt->changed(kt->transport.ctx);
	see_helper(kt, dev->helper);
}
