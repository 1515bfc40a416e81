// SPDX-License-Identifier: GPL-2.0
/*
 * The route to the service prefix.
 */
#include "service_route.h"

#define PREFIX_LEN	32

/**
 * announce_name - the state for people
 * @state: state
 *
 * Return: the word.
 */
const char *announce_name(enum announce_state state)
{
	static const char * const names[] = {
		[ANNOUNCE_NO]	    = "no",
		[ANNOUNCE_DRAINING] = "draining",
		[ANNOUNCE_YES]	    = "yes",
	};

	return names[state];
}

/* What a state consists of: one route, or two. Return: number of them */
static int make_routes(const struct announce *a, enum announce_state state,
		       struct route6 routes[2])
{
	int n = state == ANNOUNCE_NO ? 0 : state == ANNOUNCE_YES ? 1 : 2;
	int i;

	memset(routes, 0, 2 * sizeof(*routes));
	for (i = 0; i < n; i++) {
		routes[i].dst.s6_addr32[0] = a->prefix;
		routes[i].len = PREFIX_LEN + (n == 2);
		routes[i].protocol = a->protocol;
		routes[i].metric = a->metric;
		/* a relay may have more clients than the kernel neighbours */
		routes[i].one_neighbour = true;
	}
	routes[1].dst.s6_addr[PREFIX_LEN / 8] = n == 2 ? 0x80 : 0;
	return n;
}

/**
 * announce_of - which state a route belongs to
 * @a: whose routes
 * @route: route through the device
 *
 * Return: the state, ANNOUNCE_NO if it is another route.
 */
enum announce_state announce_of(const struct announce *a,
				const struct route6 *route)
{
	if (route->dst.s6_addr32[0] != a->prefix)
		return ANNOUNCE_NO;
	if (route->len == PREFIX_LEN)
		return ANNOUNCE_YES;
	return route->len == PREFIX_LEN + 1 ? ANNOUNCE_DRAINING : ANNOUNCE_NO;
}

/**
 * struct search - look for our routes
 * @a: whose; protocol and metric become those that were found
 * @state: result
 */
struct search {
	struct announce *a;
	enum announce_state state;
};

static void on_route(const struct route6 *route, void *ctx)
{
	struct search *search = ctx;
	enum announce_state state = announce_of(search->a, route);

	if (state <= search->state)
		return;
	search->state = state;
	search->a->metric = route->metric;
	search->a->protocol = route->protocol;
}

/**
 * announce_get - see how things are
 * @nl: rtnetlink socket
 * @a: whose routes; if there are some it learns their metric and protocol,
 *	which may be those of an administrator
 * @state: result
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int announce_get(struct nl *nl, struct announce *a,
		 enum announce_state *state)
{
	struct search search = { .a = a };
	int ret = route_dump(nl, a->ifindex, on_route, &search);

	*state = search.state;
	return ret;
}

static int add(struct nl *nl, const struct announce *a,
	       enum announce_state state)
{
	struct route6 routes[2];
	int n = make_routes(a, state, routes);
	int i, ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = route_add(nl, a->ifindex, &routes[i]);
	return ret;
}

/* what is gone is gone */
static void del(struct nl *nl, const struct announce *a,
		enum announce_state state)
{
	struct route6 routes[2];
	int n = make_routes(a, state, routes);

	while (n--)
		route_del(nl, a->ifindex, &routes[n]);
}

/**
 * announce_put - make things be as they shall be
 * @nl: rtnetlink socket
 * @a: whose routes
 * @state: how it shall be
 *
 * What the new state needs is there before that of the old one goes, so no
 * packet is lost.
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int announce_put(struct nl *nl, const struct announce *a,
		 enum announce_state state)
{
	int ret = add(nl, a, state);

	if (ret)
		return ret;
	if (state != ANNOUNCE_YES)
		del(nl, a, ANNOUNCE_YES);
	if (state != ANNOUNCE_DRAINING)
		del(nl, a, ANNOUNCE_DRAINING);
	return 0;
}

/**
 * announce_set - the same, with metric and protocol of what is there
 * @nl: rtnetlink socket
 * @a: whose routes; metric and protocol are for the case that there are none
 * @state: how it shall be
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int announce_set(struct nl *nl, struct announce *a,
		 enum announce_state state)
{
	enum announce_state now;
	int ret = announce_get(nl, a, &now);

	return ret ? ret : announce_put(nl, a, state);
}
