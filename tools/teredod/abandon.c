// SPDX-License-Identifier: GPL-2.0
/*
 * A client whose configuration cannot be read any more when its teredod is
 * started again. The one before has left address and routes for this one, and
 * nothing would maintain the mapping that they stand for.
 */
#include "daemon.h"
#include "log.h"
#include "status.h"

/**
 * abandon_device - take an address away that no teredod looks after
 * @d: daemon that cannot start
 *
 * A device that another teredod looks after stays as it is, and so does a relay
 * or server, which works without.
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
	/* the kernel can be told to keep addresses of a link that is down */
	place_sweep(d, NULL);
	if (link_set_up(&d->rtnl, d->ifindex, false))
		log_error("%s: %s", d->name, d->rtnl.error);
	else
		log_warn("%s: set down, as its address would not be maintained",
			 d->name);
}
