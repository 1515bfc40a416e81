// SPDX-License-Identifier: GPL-2.0
/*
 * Apply the configuration to a device that exists already. Attributes that cannot be
 * changed are logged, with the command that applies them.
 */
#include "daemon.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>

/* Attributes that the kernel does not change on a device that is up (fixed_while_up in
 * kernel/rtnl.c)
 */
static bool is_fixed(u16 type)
{
	switch (type) {
	case IFLA_TEREDO_PORT:
	case IFLA_TEREDO_LOCAL:
	case IFLA_TEREDO_LOCAL2:
	case IFLA_TEREDO_PREFIX:
	case IFLA_TEREDO_SERVED:
		return true;
	}
	return false;
}

/**
 * struct change - attributes that differ from the configuration
 * @d: daemon
 * @fixed: select attributes that can be changed only on a device that is down, or
 *	the others
 * @conf: values to set
 * @what: result of the change, for the log; NULL to collect the attributes only
 */
struct change {
	const struct daemon *d;
	bool fixed;
	struct link_conf conf;
	const char *what;
};

/* Keep the interface of the device until lower.c sees the configured one, which can
 * have several names.
 */
static bool link_stays(const struct daemon *d, const struct attr_diff *diff)
{
	u32 wanted;

	if (diff->type != IFLA_TEREDO_LINK)
		return false;
	wanted = if_nametoindex(d->conf.link.link);
	return !wanted || wanted == d->link.conf.lower;
}

static void on_diff(const struct attr_diff *diff, void *ctx)
{
	struct change *change = ctx;

	if (is_fixed(diff->type) != change->fixed ||
	    diff->type == IFLA_TEREDO_MODE || link_stays(change->d, diff))
		return;
	link_conf_set(&change->conf, diff->type);
	if (change->what)
		log_warn("%s: %s is %s, %s says %s: %s", change->d->name,
			 diff->name, diff->found, change->d->config,
			 diff->wanted, change->what);
}

static void compare(const struct daemon *d, struct change *change, bool fixed,
		    const char *what)
{
	change->d = d;
	change->fixed = fixed;
	change->what = what;
	change->conf = d->conf.link;
	change->conf.set = 0;
	attr_compare(&d->conf.link, &d->link.conf, on_diff, change);
}

static int make_change(struct daemon *d, struct change *change, bool fixed,
		       const char *done)
{
	char what[NL_ERROR + 32];
	int ret;

	compare(d, change, fixed, NULL);
	if (!change->conf.set)
		return 0;
	ret = link_change(&d->rtnl, d->ifindex, &change->conf);
	if (ret)
		snprintf(what, sizeof(what), "not changed: %s", d->rtnl.error);
	compare(d, change, fixed, ret ? what : done);
	return ret;
}

/**
 * apply_command() - print the command that recreates the device
 * @d: daemon
 * @buf: result
 * @len: length of @buf
 */
void apply_command(const struct daemon *d, char *buf, size_t len)
{
	const char *config = d->config_given ? d->config : NULL;

	if (getenv("NOTIFY_SOCKET"))
		snprintf(buf, len,
			 "systemctl stop teredo@%s && teredo down %s && systemctl start teredo@%s",
			 d->name, d->name, d->name);
	else
		snprintf(buf, len, "teredo down %s && teredo up %s%s%s%s%s",
			 d->name, d->name,
			 config ? " --config " : "", config ? config : "",
			 d->server ? " --server " : "",
			 d->server ? d->server : "");
}

static void name_command(struct daemon *d, struct change *change)
{
	char command[512], what[600];

	apply_command(d, command, sizeof(command));
	snprintf(what, sizeof(what), "to apply that: %s", command);
	compare(d, change, true, what);
}

/**
 * apply_running() - apply what can be changed while the device is up
 * @d: daemon with its device, and a configuration
 *
 * Other differences are logged. If the kernel rejects a change, the device keeps its
 * old attributes and the daemon continues.
 */
void apply_running(struct daemon *d)
{
	struct change change;

	make_change(d, &change, false, "changed");
	compare(d, &change, true, NULL);
	if (change.conf.set)
		name_command(d, &change);
}

/**
 * apply_start() - apply the configuration to a device that existed before this daemon
 * @d: daemon with its device, and a configuration
 *
 * Port, addresses, prefix and served prefixes can be changed only while the device is
 * down. A device that a teredod has created is set down for that; the caller sets it
 * up again.
 */
void apply_start(struct daemon *d)
{
	bool up = d->link.flags & IFF_UP;
	struct change change;

	if (!d->config[0])
		return;
	compare(d, &change, true, NULL);
	if (!change.conf.set || (up && !owned_get(d))) {
		apply_running(d);
		return;
	}
	make_change(d, &change, false, "changed");
	if (up && link_set_up(&d->rtnl, d->ifindex, false))
		name_command(d, &change);
	else
		make_change(d, &change, true, up ?
			    "changed, which took the device down" : "changed");
}

/**
 * struct outdated - routes of an earlier teredod with another configuration
 * @d: daemon
 * @routes: the routes
 * @n: number of entries in @routes
 */
struct outdated {
	const struct daemon *d;
	struct route6 routes[8];	/* a device has three at most */
	unsigned int n;
};

static bool is_outdated(const struct daemon *d, const struct route6 *route)
{
	struct announce a = { .prefix = d->link.conf.prefix };

	if (route->protocol != RTPROT_TEREDO)
		return false;
	if (d->conf.link.mode == TEREDO_MODE_CLIENT)
		return !route->len && (!d->conf.default_route ||
				       route->metric != d->conf.metric);
	/* without announce, an administrator can have added the route */
	return d->conf.announce && route->metric != d->conf.metric &&
	       announce_of(&a, route) != ANNOUNCE_NO;
}

static void on_route(const struct route6 *route, void *ctx)
{
	struct outdated *outdated = ctx;

	if (outdated->n < ARRAY_SIZE(outdated->routes) && is_outdated(outdated->d, route))
		outdated->routes[outdated->n++] = *route;
}

/**
 * apply_routes() - remove routes that are no longer configured
 * @d: daemon that has added its configured routes
 */
void apply_routes(struct daemon *d)
{
	struct outdated outdated = { .d = d };

	if (!d->config[0])
		return;
	route_dump(&d->rtnl, d->ifindex, on_route, &outdated);
	while (outdated.n--)
		route_del(&d->rtnl, d->ifindex, &outdated.routes[outdated.n]);
}
