// SPDX-License-Identifier: GPL-2.0
/*
 * Registration with the kernel as the control daemon of a server or relay. The daemon
 * exits when another teredod takes over. A client registers with its first control
 * packet instead.
 */
#include "daemon.h"
#include "log.h"
#include "readable.h"

#include <errno.h>

/* A device that goes down forgets its control daemon. */
static void register_again(struct daemon *d, const struct dev_info *dev)
{
	if (!dev->helper && d->link.flags & IFF_UP &&
	    ktransport_register(&d->kt))
		log_error("%s: %s", d->name, d->kt.nl.error);
}

/**
 * helper_link() - register again with a device that was down
 * @d: daemon
 */
void helper_link(struct daemon *d)
{
	struct dev_info dev;

	if (!dev_get(&d->genl, d->ifindex, &dev))
		register_again(d, &dev);
}

/**
 * helper_lost() - read the state again after events were lost
 * @d: daemon
 */
void helper_lost(struct daemon *d)
{
	struct dev_info dev;

	if (dev_get(&d->genl, d->ifindex, &dev))
		return;
	ktransport_resync(&d->kt, &dev);
	register_again(d, &dev);
}

static void on_failed(void *ctx, const char *why)
{
	struct daemon *d = ctx;

	log_debug("%s: cannot send: %s", d->name, why);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct daemon *d = poll->data;

	(void)events;
	readable_resume(poll, status, on_readable);
	if (ktransport_receive(&d->kt))
		helper_lost(d);
	if (!d->kt.taken_over)
		return;
	log_info("%s: another teredod has taken over", d->name);
	daemon_exit(d, 0);
}

/* The kernel passes control packets only of clients, and of servers with secrets. */
static void no_packets(void *ctx, struct teredo_endpoint from,
		       struct teredo_endpoint local, const u8 *data,
		       size_t len)
{
	(void)ctx;
	(void)from;
	(void)local;
	(void)data;
	(void)len;
}

/**
 * helper_open() - register with the device
 * @d: daemon with its device, which is up
 * @receive: called for each control packet; NULL for a device without any
 *
 * Return: 0 or a negative errno, after logging why.
 */
int helper_open(struct daemon *d, helper_receive_fn *receive)
{
	if (ktransport_open(&d->kt, d->ifindex) ||
	    ktransport_register(&d->kt)) {
		log_error("%s: %s", d->name, d->kt.nl.error);
		return -EIO;
	}
	d->kt.transport.receive = receive ? receive : no_packets;
	d->kt.transport.failed = on_failed;
	d->kt.transport.ctx = d;
	uv_poll_init(&d->loop, &d->kt_poll, nl_fd(&d->kt.nl));
	d->kt_poll.data = d;
	return uv_poll_start(&d->kt_poll, UV_READABLE, on_readable);
}
