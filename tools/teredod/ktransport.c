// SPDX-License-Identifier: GPL-2.0
/*
 * Control packets through the kernel's socket.
 */
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
 * ktransport_open - become able to send as a device
 * @kt: result; transport.receive and so on are the caller's
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
 * ktransport_register - become the helper without sending anything
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

/**
 * ktransport_close - stop being the helper
 * @kt: transport, which may never have been opened
 */
void ktransport_close(struct ktransport *kt)
{
	nl_close(&kt->nl);
}

static void on_packet(struct ktransport *kt, const struct nlmsghdr *nlh)
{
	struct dev_packet pkt;

	if (dev_packet_parse(&pkt, nlh) && pkt.ifindex == kt->ifindex)
		kt->transport.receive(kt->transport.ctx, pkt.remote,
				      pkt.local, pkt.data, pkt.len);
}

/* The kernel passes control packets to whoever sent or asked last. Once that
 * was us and is somebody else, this is no longer our device. Events from before
 * our first packet still name the helper before us.
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
 * ktransport_receive() - take in what the netlink socket holds
 * @kt: transport
 *
 * Return: true if the kernel had no room for an event or a packet. The caller
 * must then read the device's state and pass it to ktransport_resync().
 */
bool ktransport_receive(struct ktransport *kt)
{
	bool lost = false;
	int ret;

	/* each refusal ends a call */
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
 * ktransport_resync() - catch up with events that were lost
 * @kt: transport
 * @dev: what dev_get() says after ktransport_receive()
 */
void ktransport_resync(struct ktransport *kt, const struct dev_info *dev)
{
	if (kt->changed)
		kt->changed(kt->transport.ctx);
	see_helper(kt, dev->helper);
}
