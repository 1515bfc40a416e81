// SPDX-License-Identifier: GPL-2.0
/*
 * Lower interface: keep the device on the interface that "link" in the configuration
 * names. The kernel knows the interface by its index, which changes when the interface
 * is deleted and recreated (PPP, USB tethering, VLANs). A renamed interface is kept
 * until another interface gets its former name.
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
 * lower_follow() - move the device to the interface that now has the configured name
 * @d: daemon with its device
 *
 * Another interface that an administrator has set is kept until an interface with the
 * configured name appears, or the daemon is restarted.
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
