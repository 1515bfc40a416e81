// SPDX-License-Identifier: GPL-2.0
/*
 * The lower interface: keep a device on the interface that "link" in the
 * configuration names. The kernel knows the interface by its index, which
 * changes when the interface is deleted and made again (PPP, USB tethering,
 * VLANs). If the interface is renamed and no other one gets its former name,
 * the device stays on it.
 */
#include "daemon.h"
#include "log.h"

static void set_link(struct daemon *d, u32 ifindex, const char *name)
{
	struct link_conf conf = { 0 };

	memcpy(conf.link, d->conf.link.link, sizeof(conf.link));
	link_conf_set(&conf, IFLA_TEREDO_LINK);
	if (link_change(&d->rtnl, ifindex, &conf))
		log_error("%s: cannot send by %s: %s", name, conf.link,
			  d->rtnl.error);
	else
		log_info("%s: sending by %s", name, conf.link);
}

static void follow(struct daemon *d, const char *name, u32 lower)
{
	struct link_info link;

	if (!link_find(&d->rtnl, name, &link) && link.conf.lower != lower)
		set_link(d, link.ifindex, name);
}

/**
 * lower_follow - send by the interface that has the configured name now
 * @d: daemon with its device
 *
 * An administrator's choice of another interface stands until an interface of
 * the configured name appears, or the daemon is started again.
 */
void lower_follow(struct daemon *d)
{
	bool gone = d->link.conf.lower == TEREDO_LINK_NONE;
	char stand_in[IF_NAMESIZE];
	u32 lower;

	if (!link_conf_has(&d->conf.link, IFLA_TEREDO_LINK))
		return;
	lower = if_nametoindex(d->conf.link.link);
	if (!lower || (lower == d->lower && !gone))
		return;
	d->lower = lower;
	follow(d, d->name, lower);
	if (d->beside.stand_in && if_indextoname(d->beside.stand_in, stand_in))
		follow(d, stand_in, lower);
}

/**
 * lower_missing - check whether the configured link does not exist
 * @d: daemon with its device
 *
 * Return: its name, or NULL if the device has one or needs none.
 */
const char *lower_missing(const struct daemon *d)
{
	if (d->link.conf.lower != TEREDO_LINK_NONE)
		return NULL;
	return d->conf.link.link[0] ? d->conf.link.link :
				      "the interface to send by";
}
