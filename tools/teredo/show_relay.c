// SPDX-License-Identifier: GPL-2.0
/* The parts of "teredo show" that concern servers and relays. */
#include "show.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "carrier.h"
#include "print.h"
#include "service_route.h"
#include "status.h"
#include "value.h"

/* ---- as JSON ---- */

/* The current state in the kernel counts. The status of the daemon adds the time of the
 * last change, and the reason if the daemon cannot add the route.
 */
static void add_state(json_t *o, const struct link_info *link,
		      const struct dev_info *dev, bool daemon)
{
	const char *route = state_word(STATE_NO_ROUTE);
	const char *said = print_get(o, "state");
	enum state state;
	struct reason r;

	carrier_explain(&r, link);
	if (!r.id && link->conf.auth && !dev->helper)
		reason_set(&r, REASON_NO_HELPER, NULL, NULL);
	if (!daemon)
		json_object_set_new(o, "daemon", json_false());
	if (!r.id && said && !strcmp(said, route))
		return;
	state = reason_state(r.id, false);
	if (!said || strcmp(said, state_word(state)))
		json_object_del(o, "since");
	json_object_set_new(o, "state", json_string(state_word(state)));
	json_object_del(o, "reason");
	json_object_del(o, "reason_code");
	json_object_del(o, "remedy");
	status_reason(o, &r, link->name);
}

static json_t *make_served(const struct link_conf *conf)
{
	char text[INET6_ADDRSTRLEN + 4];
	json_t *served = json_array();
	unsigned int i;

	for (i = 0; i < conf->n_served; i++) {
		inet_ntop(AF_INET6, &conf->served[i].addr, text,
			  INET6_ADDRSTRLEN);
		sprintf(text + strlen(text), "/%u", conf->served[i].len);
		json_array_append_new(served, json_string(text));
	}
	return served;
}

static void add_announce(json_t *o, struct nl *rtnl,
			 const struct link_info *link)
{
	struct announce a = {
		.ifindex = link->ifindex,
		.prefix = link->conf.prefix,
	};
	enum announce_state state;

	if (!announce_get(rtnl, &a, &state))
		json_object_set_new(o, "announce",
				    json_string(announce_name(state)));
}

static void add_server(json_t *o, const struct link_conf *conf)
{
	json_t *addresses = json_pack("[o]", status_ipv4(conf->local));
	char second[VALUE_SERVER];

	value_server_text(second, (struct teredo_endpoint) { conf->local2, conf->port2 });
	if (conf->local2)
		json_array_append_new(addresses, json_string(second));
	json_object_set_new(o, "addresses", addresses);
	json_object_set_new(o, "auth", json_boolean(conf->auth));
	json_object_set_new(o, "symmetric", json_boolean(conf->symmetric));
	json_object_set_new(o, "rate", json_integer(conf->rate));
}

/**
 * show_relay_add() - add the state of a relay to an object; a server is a relay, too
 * @o: object
 * @rtnl: rtnetlink socket
 * @dev: the device, as generic netlink reports it
 * @link: the device, as rtnetlink reports it
 * @daemon: a teredod runs for the device
 */
void show_relay_add(json_t *o, struct nl *rtnl, const struct dev_info *dev,
		    const struct link_info *link, bool daemon)
{
	add_state(o, link, dev, daemon);
	if (link->conf.mode == TEREDO_MODE_SERVER)
		add_server(o, &link->conf);
	json_object_set_new(o, "local",
			    status_endpoint(link->conf.local, dev->local.port));
	json_object_set_new(o, "direct", json_boolean(link->conf.direct));
	json_object_set_new(o, "served", make_served(&link->conf));
	add_announce(o, rtnl, link);
}

/* ---- as text ---- */

/* Print the strings of an array in one line. */
static void show_list(const char *label, json_t *list, const char *empty)
{
	json_t *element;
	size_t i;

	if (!list)
		return;
	print_label(label);
	if (!json_array_size(list))
		printf("%s", empty);
	json_array_foreach(list, i, element)
		printf("%s%s", i ? ", " : "", json_string_value(element));
	putchar('\n');
}

static void show_refused(json_t *refused)
{
	const char *why;
	json_t *n;

	json_object_foreach(refused, why, n)
		printf("  refused %lld (%s)", (long long)json_integer_value(n),
		       why);
}

static void show_secure(json_t *secure)
{
	json_t *n;

	if (!secure)
		return;
	n = json_object_get(secure, "secrets");
	printf("   secrets %lld", (long long)json_integer_value(n));
	n = json_object_get(secure, "answered");
	printf("  answered %lld", (long long)json_integer_value(n));
	n = json_object_get(secure, "expired");
	if (json_integer_value(n))
		printf(" (%lld expired)", (long long)json_integer_value(n));
	show_refused(json_object_get(secure, "refused"));
}

static void show_server_role(json_t *o)
{
	json_t *rate = json_object_get(o, "rate");

	if (!json_object_get(o, "addresses"))
		return;
	show_list("addresses", json_object_get(o, "addresses"), "");
	print_label("auth");
	printf("%s", json_is_true(json_object_get(o, "auth")) ? "yes" : "no");
	show_secure(json_object_get(o, "secure"));
	putchar('\n');
	print_label("symmetric");
	printf("%s    rate %lld/s\n",
	       json_is_true(json_object_get(o, "symmetric")) ? "yes" : "no",
	       (long long)json_integer_value(rate));
}

static void show_announce(const char *state)
{
	if (!state)
		return;
	print_label("announce");
	print_colored(strcmp(state, "yes") ? PRINT_PLAIN : PRINT_GOOD, state);
	putchar('\n');
}

static long long number(json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void show_gateway_traffic(json_t *o)
{
	if (json_object_get(o, "connections"))
		printf("  connections %lld", number(o, "connections"));
	else
		printf("  packets %lld out, %lld in", number(o, "packets_out"),
		       number(o, "packets_in"));
}

/* The reason includes the remedy. */
static void show_gateway(json_t *o)
{
	const char *state = print_get(o, "state");
	const char *reason = print_get(o, "reason");

	if (!o || !state)
		return;
	print_label("gateway");
	print_colored(strcmp(state, "up") ? PRINT_BAD : PRINT_GOOD, state);
	printf("  %s", print_get(o, "method"));
	if (print_get(o, "prefix"))
		printf(" %s", print_get(o, "prefix"));
	printf(" for %s", print_get(o, "clients"));
	show_gateway_traffic(o);
	if (reason)
		printf("  reason: %s", reason);
	putchar('\n');
}

/**
 * show_relay() - print the state of a relay as text
 * @o: the object; keys that it does not have are skipped
 */
void show_relay(json_t *o)
{
	show_server_role(o);
	show_list("served", json_object_get(o, "served"), "everything");
	show_announce(print_get(o, "announce"));
	show_gateway(json_object_get(o, "gateway"));
}
