// SPDX-License-Identifier: GPL-2.0
/*
 * Role of a relay in teredod: the route to the service prefix, present while the device
 * runs. When the IPv4 address of a relay is removed, the kernel takes the carrier away
 * but keeps the route. Routing daemons that learn the route from the kernel would
 * continue to announce it.
 *
 * There is never a default route: a relay forwards only packets to Teredo clients.
 */
#include "carrier.h"
#include "daemon.h"
#include "status.h"

#include <time.h>

#define ROUTE	"the route"

static enum announce_state wanted(const struct daemon *d)
{
	if (!link_running(&d->link))
		return ANNOUNCE_NO;
	return d->relay.draining ? ANNOUNCE_DRAINING : ANNOUNCE_YES;
}

static void put_routes(struct daemon *d)
{
	int ret;

	if (!d->conf.announce)
		return;
	ret = announce_put(&d->rtnl, &d->relay.announce, wanted(d));
	d->place.error.id = REASON_NONE;
	if (ret)
		place_refused(d, ROUTE, ret);
	watch_retry(d, ret);
}

static void find_reason(const struct daemon *d, struct reason *r)
{
	carrier_explain(r, &d->link);
	if (!r->id)
		*r = d->place.error;
}

/* Return: true if the state or its reason have changed since the last report */
static bool has_news(const struct daemon *d, const struct reason *r)
{
	return reason_state(r->id, false) != d->report.state ||
	       !reason_equal(r, &d->report.reason) ||
	       d->relay.draining != d->relay.was_draining;
}

static void report(struct daemon *d)
{
	struct reason r;

	find_reason(d, &r);
	if (!has_news(d, &r))
		return;
	if (reason_state(r.id, false) != d->report.state)
		d->report.since = uv_now(&d->loop);
	d->report.state = reason_state(r.id, false);
	d->report.reason = r;
	d->relay.was_draining = d->relay.draining;
	explain_log(d, d->relay.draining && !r.id ? "draining" : state_word(d->report.state),
		    &r);
}

/* The routing table shows whether the relay is drained. Without routes, the last state
 * holds. Route events can be outdated, so they do not count: the daemon would react to
 * its own changes.
 */
static void look(struct daemon *d)
{
	struct announce found = d->relay.announce;
	enum announce_state state;

	if (!d->conf.announce || announce_get(&d->rtnl, &found, &state))
		return;
	if (state != ANNOUNCE_NO)
		d->relay.draining = state == ANNOUNCE_DRAINING;
	else if (d->report.state && link_running(&d->link) && !d->place.error.id)
		reason_set(&d->place.error, REASON_REMOVED, ROUTE, NULL);
}

/**
 * relay_prepare() - read the routes that an earlier daemon has left
 * @d: daemon with its device
 *
 * A drain outlives the daemon, as only the routes hold that state.
 */
void relay_prepare(struct daemon *d)
{
	d->relay.announce.ifindex = d->ifindex;
	d->relay.announce.prefix = d->link.conf.prefix;
	d->relay.announce.metric = d->conf.metric;
	look(d);
}

static int relay_open(struct daemon *d)
{
	relay_prepare(d);
	return helper_open(d, NULL);
}

/**
 * relay_link() - update the routes after a change of the device
 * @d: daemon
 */
void relay_link(struct daemon *d)
{
	struct reason r;

	helper_link(d);
	d->relay.announce.prefix = d->link.conf.prefix;
	/* a device that was just set up does not run yet, see relay_begin() */
	if (!d->report.state && !link_running(&d->link))
		return;
	find_reason(d, &r);
	if (has_news(d, &r))
		put_routes(d);
	report(d);
}

/**
 * relay_removed() - check whether a route through the device was removed
 * @d: daemon
 */
void relay_removed(struct daemon *d)
{
	look(d);
	report(d);
}

/**
 * relay_begin() - add the route, as soon as the device runs
 * @d: daemon
 *
 * A device that does not run by then is reported as it is.
 */
void relay_begin(struct daemon *d)
{
	if (link_running(&d->link))
		relay_link(d);
	else
		watch_repair(d);
}

/**
 * relay_route() - react to a route that was added or removed
 * @d: daemon
 * @route: the route
 *
 * "teredo set DEV announce" changes the routes to set the state. If the device does not
 * run, its routes are removed again, but the state is kept.
 */
void relay_route(struct daemon *d, const struct route6 *route)
{
	if (announce_of(&d->relay.announce, route) == ANNOUNCE_NO)
		return;
	look(d);
	if (!link_running(&d->link))
		put_routes(d);
	report(d);
}

/**
 * relay_repair() - restore routes that were removed
 * @d: daemon
 */
void relay_repair(struct daemon *d)
{
	look(d);
	put_routes(d);
	report(d);
}

/**
 * relay_close() - remove the route, unless the relay is drained
 * @d: daemon
 */
void relay_close(struct daemon *d)
{
	if (d->conf.announce && !d->relay.draining)
		announce_put(&d->rtnl, &d->relay.announce, ANNOUNCE_NO);
}

static void add_status(struct daemon *d, json_t *status)
{
	uint64_t now = uv_now(&d->loop);

	if (d->report.state) {
		json_object_set_new(status, "state",
				    json_string(state_word(d->report.state)));
		json_object_set_new(status, "since",
				    json_integer(time(NULL) -
						 (now - d->report.since) / 1000));
	}
	status_reason(status, &d->place.error, d->name);
}

const struct role relay_role = {
	.open = relay_open,
	.begin = relay_begin,
	.link = relay_link,
	.route = relay_route,
	.removed = relay_removed,
	.repair = relay_repair,
	.lost = helper_lost,
	.status = add_status,
	.close = relay_close,
};
