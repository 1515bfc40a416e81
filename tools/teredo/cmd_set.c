// SPDX-License-Identifier: GPL-2.0
/*
 * teredo set: change a device while it runs. teredod, if it runs, sees the change and
 * continues with it.
 */
#include <stdio.h>

#include "cli.h"
#include "link_attr.h"
#include "server_spec.h"
#include "service_route.h"
#include "status.h"

/* of a new route to the service prefix */
#define METRIC	256

/**
 * struct change - changes to a device
 * @conf: attributes to change
 * @announce: @state is set
 * @state: new state of the route to the service prefix
 */
struct change {
	struct link_conf conf;
	bool announce;
	enum announce_state state;
};

static const char *parse_server(struct link_conf *conf, const char *value)
{
	struct server_list list = { 0 };
	struct qualify_server server;
	const char *err = server_list_add(&list, value);

	if (!err && list.n != 1)
		err = "must be one server";
	if (!err)
		err = server_resolve(&list.spec[0], &server);
	if (err)
		return err;
	conf->server = server.primary;
	conf->server2 = server.secondary.addr;
	conf->server2_port = server.secondary.port;
	link_conf_set(conf, IFLA_TEREDO_SERVER);
	link_conf_set(conf, IFLA_TEREDO_SERVER2);
	return NULL;
}

static const char *parse_announce(struct change *change, const char *value)
{
	if (strcmp(value, "on") && strcmp(value, "off"))
		return "must be on or off";
	change->announce = true;
	change->state = strcmp(value, "on") ? ANNOUNCE_DRAINING : ANNOUNCE_YES;
	return NULL;
}

static const char *parse(struct change *change, const char *key,
			 const char *value)
{
	if (!strcmp(key, "server"))
		return parse_server(&change->conf, value);
	if (!strcmp(key, "announce"))
		return parse_announce(change, value);
	if (attr_can_set(key))
		return attr_set(&change->conf, key, value);
	return "cannot be set (try: teredo set --help)";
}

static int announce(struct nl *nl, const struct link_info *link,
		    enum announce_state wanted)
{
	struct announce a = {
		.ifindex = link->ifindex,
		.prefix = link->conf.prefix,
		.metric = METRIC,
	};
	enum announce_state state;

	if (announce_set(nl, &a, wanted) || announce_get(nl, &a, &state))
		return cli_refused(nl);
	/* without a carrier, teredod has recorded the state and removed the routes
	 * again
	 */
	if (state == wanted || state == ANNOUNCE_NO)
		return CLI_OK;
	return cli_error("there is another route to the prefix through %s",
			 link->name);
}

/* The kernel only stores the server; the control daemon is what uses it. */
static bool server_needs_daemon(const struct link_info *link,
				const struct change *change)
{
	return link_conf_has(&change->conf, IFLA_TEREDO_SERVER) &&
	       link->conf.mode == TEREDO_MODE_CLIENT &&
	       !status_daemon(link->name, link->ifindex);
}

static int apply(struct nl *nl, const struct link_info *link,
		 const struct change *change)
{
	if (server_needs_daemon(link, change)) {
		cli_error("no teredod runs for %s, so nothing would use the server (try: teredo up %s)",
			  link->name, link->name);
		return CLI_UNQUALIFIED;
	}
	if (change->announce && link->conf.mode == TEREDO_MODE_CLIENT)
		return cli_error("%s is a client, which announces nothing",
				 link->name);
	if (change->conf.set && link_change(nl, link->ifindex, &change->conf))
		return cli_refused(nl);
	return change->announce ? announce(nl, link, change->state) : CLI_OK;
}

static int set(const char *name, const struct change *change)
{
	struct link_info link;
	struct nl nl;
	int ret;

	if (nl_open(&nl, NETLINK_ROUTE))
		return cli_refused(&nl);
	if (link_find(&nl, name, &link))
		ret = cli_error("%s", nl.error);
	else if (strcmp(link.kind, TEREDO_LINK_KIND))
		ret = cli_error("%s is no Teredo device", name);
	else
		ret = apply(&nl, &link, change);
	nl_close(&nl);
	return ret;
}

int cmd_set(int argc, char **argv)
{
	struct change change = { 0 };
	const char *err;
	int i;

	if (argc < 3 || argc % 2 == 0)
		return cli_error("set DEV KEY VALUE... (try: teredo set --help)");
	for (i = 1; i < argc; i += 2) {
		err = parse(&change, argv[i], argv[i + 1]);
		if (err)
			return cli_error("%s %s: %s", argv[i], argv[i + 1], err);
	}
	return set(argv[0], &change);
}
