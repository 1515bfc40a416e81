// SPDX-License-Identifier: GPL-2.0
/* Add, replace and remove the route to the service prefix. */
#include "service_route.h"

#define PREFIX_LEN	32

/**
 * announce_name() - get the name of a state
 * @state: state
 *
 * Return: the name.
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

/* Make the routes of a state: none, one or two. Return: number of them */
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
		/* a relay can have more clients than the kernel allows neighbours */
		routes[i].one_neighbour = true;
	}
	routes[1].dst.s6_addr[PREFIX_LEN / 8] = n == 2 ? 0x80 : 0;
	return n;
}

/**
 * announce_of() - get the state that a route belongs to
 * @a: parameters of the routes
 * @route: route through the device
 *
 * Return: the state, ANNOUNCE_NO for a route to another prefix.
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
 * struct search - search for routes to the service prefix
 * @a: parameters; metric and protocol are set to those of the routes found
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
 * announce_get() - read the state from the routing table
 * @nl: rtnetlink socket
 * @a: parameters; metric and protocol are set to those of the routes found, which an
 *	administrator can have added
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

/* Errors are ignored: routes that do not exist need not be removed. */
static void del(struct nl *nl, const struct announce *a,
		enum announce_state state)
{
	struct route6 routes[2];
	int n = make_routes(a, state, routes);

	while (n--)
		route_del(nl, a->ifindex, &routes[n]);
}

/**
 * announce_put() - change the routing table to a state
 * @nl: rtnetlink socket
 * @a: parameters of the routes
 * @state: new state
 *
 * New routes are added before old ones are removed, so no packet is lost.
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
 * announce_set() - change the state, but keep metric and protocol of existing routes
 * @nl: rtnetlink socket
 * @a: parameters; metric and protocol apply only if there are no routes
 * @state: new state
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
