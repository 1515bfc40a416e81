// SPDX-License-Identifier: GPL-2.0
/*
 * Cleanup for a client whose configuration cannot be read when teredod is restarted.
 * The previous teredod left address and routes for this one. Nothing would maintain
 * their NAT mapping.
 */
#include "daemon.h"
#include "log.h"
#include "status.h"

/**
 * abandon_device() - remove an address that no teredod maintains
 * @d: daemon that cannot start
 *
 * The device of another running teredod is left alone. So is the device of a relay or
 * server, which works without teredod.
 */
void abandon_device(struct daemon *d)
{
	struct link_info link;

	if (nl_open(&d->rtnl, NETLINK_ROUTE) ||
	    link_find(&d->rtnl, d->name, &link) ||
	    strcmp(link.kind, TEREDO_LINK_KIND) ||
	    link.conf.mode != TEREDO_MODE_CLIENT || !(link.flags & IFF_UP) ||
	    status_daemon(d->name, link.ifindex))
		return;
	d->ifindex = link.ifindex;
	d->client.q.prefix = link.conf.prefix;
	/* a sysctl can make the kernel keep addresses of a link that is down */
	place_sweep(d, NULL);
	if (link_set_up(&d->rtnl, d->ifindex, false))
		log_error("%s: %s", d->name, d->rtnl.error);
	else
		log_warn("%s: set down, as its address would not be maintained",
			 d->name);
}
