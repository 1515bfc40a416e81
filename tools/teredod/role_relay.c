// SPDX-License-Identifier: GPL-2.0
/*
 * The route to the service prefix, which is there as long as the device runs.
 * The kernel takes the carrier away when the IPv4 address of a relay goes; but
 * it would keep the route, and routing daemons that learn it from the kernel
 * would go on announcing it.
 *
 * There is never a default route: a relay is for packets to Teredo clients.
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

/* Return: true if that is not what was reported */
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

/* The routes say whether the relay is being drained; only if there are none
 * it is as it was last. Events of routes may be old and are not asked: we
 * would follow what we did ourselves.
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
 * A drain outlives the daemon, as it is the routes that make it.
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
 * relay_link - the device has changed
 * @d: daemon
 */
void relay_link(struct daemon *d)
{
	struct reason r;

	helper_link(d);
	d->relay.announce.prefix = d->link.conf.prefix;
	/* one that was just set up needs a moment, see relay_begin() */
	if (!d->report.state && !link_running(&d->link))
		return;
	find_reason(d, &r);
	if (has_news(d, &r))
		put_routes(d);
	report(d);
}

/**
 * relay_removed() - a route through the device may have been removed
 * @d: daemon
 */
void relay_removed(struct daemon *d)
{
	look(d);
	report(d);
}

/**
 * relay_begin - put the route there, if the device runs
 * @d: daemon
 *
 * One that takes longer than a moment is reported as it is.
 */
void relay_begin(struct daemon *d)
{
	if (link_running(&d->link))
		relay_link(d);
	else
		watch_repair(d);
}

/**
 * relay_route - a route was added or removed
 * @d: daemon
 * @route: the route
 *
 * That is how "teredo set DEV announce" speaks to us. What it adds to a device
 * that does not run goes again, but its intention stays.
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
 * relay_repair - somebody may have removed a route
 * @d: daemon
 */
void relay_repair(struct daemon *d)
{
	look(d);
	put_routes(d);
	report(d);
}

/**
 * relay_close - the end
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
