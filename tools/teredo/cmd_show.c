// SPDX-License-Identifier: GPL-2.0
/*
 * teredo show: state of the devices, from the kernel and from their daemons, and why
 * a client has no address.
 */
#include <stdio.h>
#include <time.h>

#include "cli.h"
#include "conf.h"
#include "configured.h"
#include "link_attr.h"
#include "print.h"
#include "show.h"
#include "status.h"

/**
 * struct show - result of "teredo show"
 * @rtnl: rtnetlink socket
 * @devices: JSON array with an object for each device
 * @unqualified: a client among the devices has no address
 */
struct show {
	struct nl rtnl;
	json_t *devices;
	bool unqualified;
};

static void add_kernel(json_t *o, const struct dev_info *dev)
{
	if (dev_has(dev, TEREDO_A_DEV_LOCAL_PORT) &&
	    !json_object_get(o, "local"))
		json_object_set_new(o, "local",
				    status_endpoint(dev->local.addr,
						    dev->local.port));
	if (dev_has(dev, TEREDO_A_DEV_MAPPED_ADDR))
		json_object_set_new(o, "mapped",
				    status_endpoint(dev->mapped.addr,
						    dev->mapped.port));
	if (dev_has(dev, TEREDO_A_DEV_ADDRESS))
		json_object_set_new(o, "address", print_in6(&dev->address));
	if (dev_has(dev, TEREDO_A_DEV_CONTACT))
		json_object_set_new(o, "contact_ms",
				    json_integer(dev->contact));
	if (dev_has(dev, TEREDO_A_DEV_LIFETIME) && dev->lifetime)
		json_object_set_new(o, "lifetime", json_integer(dev->lifetime));
	json_object_set_new(o, "peers", json_integer(dev->peers));
	if (dev_has(dev, TEREDO_A_DEV_CLIENTS) && dev->clients)
		json_object_set_new(o, "clients", json_integer(dev->clients));
}

static void add_link(json_t *o, const struct link_info *link)
{
	json_object_set_new(o, "mtu", json_integer(link->mtu));
	json_object_set_new(o, "rx_bytes", json_integer(link->rx_bytes));
	json_object_set_new(o, "tx_bytes", json_integer(link->tx_bytes));
	json_object_set_new(o, "drops", json_integer(link->rx_dropped +
						     link->tx_dropped));
}

static void add_kernel_server(json_t *o, const struct dev_info *dev)
{
	json_t *server;

	if (!dev->server)
		return;
	server = json_pack("{s:o}", "primary", status_ipv4(dev->server));
	if (dev->server2.addr)
		status_secondary(server, dev->server2.addr, dev->server2.port);
	json_object_set_new(o, "server", server);
}

/* Without a daemon, report the state as the kernel knows it. */
static void add_no_daemon(json_t *o, const struct dev_info *dev,
			  const char *name)
{
	struct reason r;

	print_reason(dev, &r);
	json_object_set_new(o, "state",
			    json_string(state_word(reason_state(r.id, true))));
	status_reason(o, &r, name);
	add_kernel_server(o, dev);
}

/* Return: false if no daemon runs */
static bool add_daemon(json_t *o, const struct dev_info *dev, const char *name)
{
	json_t *status = status_ask(name, dev->ifindex);

	if (!status)
		return false;
	/* these two only identify the daemon */
	json_object_del(status, "netns");
	json_object_del(status, "ifindex");
	json_object_update(o, status);
	json_decref(status);
	return true;
}

static bool has_state(json_t *o, const char *word)
{
	const char *state = print_get(o, "state");

	return state && !strcmp(state, word);
}

static bool is_dormant(json_t *o)
{
	return has_state(o, "dormant");
}

static void add_client(struct show *show, json_t *o,
		       const struct dev_info *dev, const char *name)
{
	bool daemon = add_daemon(o, dev, name);

	if (!daemon)
		add_no_daemon(o, dev, name);
	if ((dev->state != TEREDO_STATE_UP || !daemon ||
	     !has_state(o, "qualified")) && !is_dormant(o))
		show->unqualified = true;
}

static void on_device(const struct dev_info *dev, void *ctx)
{
	const char *name = dev->name;
	struct link_info link = { 0 };
	struct show *show = ctx;
	json_t *o;

	link_find(&show->rtnl, name, &link);
	o = json_pack("{s:o,s:s}", "ifname", status_text(name), "role",
		      attr_mode_name(dev->mode));
	if (dev->mode == TEREDO_MODE_CLIENT) {
		add_client(show, o, dev, name);
		add_kernel(o, dev);
	} else {
		show_relay_add(o, &show->rtnl, dev, &link,
			       add_daemon(o, dev, name));
		add_kernel(o, dev);
	}
	add_link(o, &link);
	json_array_append_new(show->devices, o);
}

static void show_state(json_t *o)
{
	json_int_t since = json_integer_value(json_object_get(o, "since"));
	const char *state = print_get(o, "state");
	const char *reason = print_get(o, "reason");
	const char *remedy = print_get(o, "remedy");
	bool good = !strcmp(state, "qualified") || !strcmp(state, "up") ||
		    is_dormant(o);
	char buf[PRINT_SIZE];

	print_label("state");
	print_colored(good ? PRINT_GOOD : PRINT_BAD, state);
	if (since)
		printf("  (since %s)", print_duration(buf, time(NULL) - since));
	if (reason)
		printf("  reason: %s", reason);
	putchar('\n');
	if (!remedy)
		return;
	print_label("what to do");
	puts(remedy);
}

/* Show the name of the server, if there is one, as Windows does, and its addresses. */
static void show_server(json_t *server)
{
	const char *name = print_get(server, "name");
	json_t *port = json_object_get(server, "secondary_port");

	if (!server)
		return;
	print_label("server name");
	if (name)
		printf("%s (", name);
	printf("%s", print_get(server, "primary"));
	if (print_get(server, "secondary"))
		printf(", %s", print_get(server, "secondary"));
	if (port)
		printf(":%lld", (long long)json_integer_value(port));
	if (json_is_true(json_object_get(server, "secondary_assumed")))
		printf(", assumed");
	puts(name ? ")" : "");
}

static void show_nat(json_t *nat)
{
	json_t *preserving = json_object_get(nat, "port_preserving");

	if (!nat)
		return;
	print_label("nat");
	puts(print_get(nat, "type"));
	if (!preserving)
		return;
	print_label("nat special behaviour");
	printf("UPNP: %s, PortPreserving: %s\n",
	       json_is_true(json_object_get(nat, "upnp")) ? "yes" : "no",
	       json_is_true(preserving) ? "yes" : "no");
}

/* Show the port mapping that the gateway was asked for. */
static void show_port_mapping(json_t *o)
{
	const char *error = print_get(o, "error");
	json_t *mapped = json_object_get(o, "mapped");

	if (!o)
		return;
	print_label("port mapping");
	if (mapped)
		printf("%s:%lld by %s\n", print_get(mapped, "address"),
		       (long long)json_integer_value(json_object_get(mapped,
								     "port")),
		       print_get(o, "method"));
	else
		printf("none  reason: %s\n", error ? error : "no answer yet");
}

static void show_endpoint(const char *label, json_t *endpoint)
{
	const char *address = print_get(endpoint, "address");

	if (!endpoint)
		return;
	print_label(label);
	printf("%s:%lld\n", address ? address : "*",
	       (long long)json_integer_value(json_object_get(endpoint,
							     "port")));
}

static void show_address(json_t *o)
{
	const char *address = print_get(o, "address");

	if (!address)
		return;
	print_label("address");
	print_colored(PRINT_ADDRESS, address);
	printf("/32    mtu %lld\n",
	       (long long)json_integer_value(json_object_get(o, "mtu")));
}

static void show_refresh(json_t *o)
{
	json_t *refresh = json_object_get(o, "refresh_ms");
	json_t *contact = json_object_get(o, "contact_ms");
	json_t *found = json_object_get(o, "determination");
	char buf[PRINT_SIZE];

	if (!refresh && !contact)
		return;
	print_label("client refresh interval");
	if (refresh)
		printf("%lld seconds",
		       (long long)json_integer_value(refresh) / 1000);
	if (found)
		printf(" (determination %s)", print_get(found, "state"));
	if (contact)
		printf("%s%s since the last server packet", refresh ? ", " : "",
		       print_duration(buf,
				      json_integer_value(contact) / 1000));
	putchar('\n');
}

static void show_port(json_t *port)
{
	if (!json_integer_value(port))
		return;
	print_label("client port");
	printf("%lld\n", (long long)json_integer_value(port));
}

static void show_connectivity(json_t *o)
{
	const char *state = print_get(o, "state");
	json_t *relay = json_object_get(o, "relay");

	if (!o)
		return;
	print_label("connectivity");
	print_colored(!strcmp(state, "verified") ? PRINT_GOOD :
		      !strcmp(state, "failed") ? PRINT_BAD : PRINT_PLAIN, state);
	printf("  %s", print_get(o, "host"));
	if (relay)
		printf(" by the relay %s:%lld", print_get(relay, "address"),
		       (long long)json_integer_value(json_object_get(relay,
								     "port")));
	else if (!strcmp(state, "failed"))
		printf(" has no relay, or does not answer to pings");
	putchar('\n');
}

/* RFC 4380 5.2.2: the confirmation octet of a valid advertisement */
static void show_secret(json_t *expired)
{
	if (!expired)
		return;
	print_label("secret");
	print_colored(PRINT_BAD, "expired");
	puts("  the server still takes it, and wants another one to be asked for");
}

static void show_firewall(json_t *firewall)
{
	if (!json_is_false(firewall))
		return;
	print_label("firewall");
	print_colored(PRINT_BAD, "none");
	puts("  any host that knows the address can send to this host");
}

/* Same fields and labels as "netsh interface teredo show state" of Windows */
static void show_client(json_t *o)
{
	json_t *local = json_object_get(o, "local");

	show_server(json_object_get(o, "server"));
	show_secret(json_object_get(o, "secret_expired"));
	show_refresh(o);
	show_port(json_object_get(local, "port"));
	print_label("client type");
	puts("teredo client");
	show_nat(json_object_get(o, "nat"));
	show_endpoint("local mapping", local);
	show_endpoint("external nat mapping", json_object_get(o, "mapped"));
	show_port_mapping(json_object_get(o, "port_mapping"));
	show_address(o);
	show_connectivity(json_object_get(o, "connectivity"));
	show_firewall(json_object_get(o, "firewall"));
}

static void show_traffic(json_t *o)
{
	json_int_t drops = json_integer_value(json_object_get(o, "drops"));
	char rx[PRINT_SIZE], tx[PRINT_SIZE];
	json_t *n;

	print_label("peers");
	n = json_object_get(o, "peers");
	printf("%lld", (long long)json_integer_value(n));
	n = json_object_get(o, "rx_bytes");
	printf("     rx %s", print_octets(rx, json_integer_value(n)));
	n = json_object_get(o, "tx_bytes");
	printf("  tx %s", print_octets(tx, json_integer_value(n)));
	printf("    drops %lld", (long long)drops);
	if (drops)
		printf(" (see teredo stats)");
	putchar('\n');
}

/* Show which file and option a reload reads again. */
static void show_source(json_t *o)
{
	const char *config = print_get(o, "config");
	const char *server = print_get(o, "server_option");

	if (!config || !*config)
		return;
	print_label("configuration");
	if (server)
		printf("%s, --server %s\n", config, server);
	else
		puts(config);
}

static void show_human(json_t *o)
{
	const char *role = print_get(o, "role");

	print_colored(PRINT_NAME, print_get(o, "ifname"));
	puts(":");
	print_label("type");
	puts(role);
	show_source(o);
	show_state(o);
	if (!strcmp(role, "client")) {
		show_client(o);
	} else {
		show_endpoint("local", json_object_get(o, "local"));
		show_relay(o);
	}
	show_traffic(o);
}

/* Name configured devices that do not exist: their start can have failed. */
static void say_configured(void)
{
	static struct configured found;
	unsigned int i;

	configured_find(&found);
	for (i = 0; i < found.n; i++)
		fprintf(stderr, "There is no device %s, though " CONF_DIR
			"/%s.conf exists. Start it, or see why it ended:\n"
			"  systemctl status teredo@%s\n"
			"  teredo up %s\n", found.names[i], found.names[i],
			found.names[i], found.names[i]);
}

/* Print to stderr, so that a script that reads stdout finds no device. */
static void say_next(void)
{
	say_configured();
	fputs("There is no Teredo device. For a client:\n"
	      "  teredo up --server NAME\n"
	      "For other settings write " CONF_DIR
	      "/NAME.conf, see teredo.conf(5). Then:\n"
	      "  systemctl enable --now teredo@NAME\n"
	      "or, without systemd:\n"
	      "  teredo up NAME\n", stderr);
}

static void print_devices(json_t *devices)
{
	json_t *o;
	size_t i;

	if (cli.json) {
		print_json(devices);
		return;
	}
	if (!json_array_size(devices))
		say_next();
	json_array_foreach(devices, i, o) {
		if (i)
			putchar('\n');
		show_human(o);
	}
	json_decref(devices);
}

int cmd_show(int argc, char **argv)
{
	struct show show = { 0 };
	u32 ifindex = 0;
	struct nl nl;
	int ret;

	if (argc > 1)
		return cli_error("show takes one device");
	if (argc && !cli_device(argv[0], &ifindex))
		return CLI_ERROR;
	ret = cli_open(&nl);
	if (ret)
		return ret;
	if (nl_open(&show.rtnl, NETLINK_ROUTE)) {
		ret = cli_refused(&show.rtnl);
		goto close;
	}
	show.devices = json_array();
	if (dev_dump(&nl, ifindex, on_device, &show)) {
		json_decref(show.devices);
		ret = cli_refused(&nl);
	} else {
		print_devices(show.devices);
		/* the status is about one device, so it needs a name */
		ret = argc && show.unqualified ? CLI_UNQUALIFIED : CLI_OK;
	}
	nl_close(&show.rtnl);
close:
	nl_close(&nl);
	return ret;
}
