/* SPDX-License-Identifier: GPL-2.0 */
/*
 * teredod, the control daemon: structures that its parts share. Each part has a header
 * with its own structure.
 *
 *	teredod.c		options, start, end
 *	device_owner.c		which devices teredod has created
 *	apply.c			apply the configuration to an existing device
 *	reload.c		SIGHUP
 *	children.c		programs that keep running across SIGHUP
 *	abandon.c		cleanup if the configuration cannot be read any more
 *	netwatch.c		changes of the path and of the device
 *	lower.c			the interface that carries the device's datagrams
 *	status_socket.c		the socket that "teredo show" queries
 *	ktransport.c		control packets and events of the device
 *	host_ip6.c		IPv6 addresses and routes of the host
 *	run_file.c		files of a device in /run/teredo
 *	daemonize.c		detaching from the terminal
 *	sd_notify.c		notifications to the service manager
 *
 * of a client
 *
 *	role_client.c		input of the state machine
 *	client_ops.c		functions that the state machine needs
 *	client_servers.c	its servers
 *	resolve.c		names of servers to addresses
 *	explain.c		its state, the reason for that, and the report of both
 *	client_addr.c		address and routes of the device
 *	native_policy.c		policy while the host has native IPv6
 *	native.c		detection of native IPv6
 *	firewall.c		detection of a firewall for incoming packets
 *	connectivity.c		connectivity test with a native host
 *	refresh_probe.c		refresh interval determination
 *	refresh_interval.c	which refresh intervals to test
 *	portmap.c		port mapping on the gateway
 *	rebind.c		another port, if the NAT's mapping is stale
 *	stale.c			detection of a stale NAT mapping
 *
 * of a server or relay
 *
 *	helper.c		registration with the kernel as the control daemon
 *	role_relay.c		the route to the service prefix
 *	role_server.c		a server's answers to authenticated clients
 *	server_auth.c		check and answer of a solicitation with a secret
 *	egress.c		a server's gateway to the native Internet
 *	egress_translation.c	its translation, to a native /64 or by masquerading
 *	masquerade.c		its nftables table
 *	nftevents.c		changes of the table by other programs
 *	flows.c			removal of connections that are not translated
 *	gwroute.c		its routes
 *	forward.c		IPv6 forwarding of the host
 *	ndproxy.c		neighbour discovery proxy for its native /64
 *	upstream.c		native IPv6 of the host, and use of the native /64
 *
 * If teredod is killed, a client's lease expires and the kernel takes the carrier away.
 * A server stops answering clients that must authenticate. Address and routes stay; the
 * next daemon takes them over.
 */
#ifndef _DAEMON_H
#define _DAEMON_H

#include <jansson.h>
#include <uv.h>

#include "abandon.h"
#include "apply.h"
#include "client_addr.h"
#include "client_ops.h"
#include "client_servers.h"
#include "conf.h"
#include "connectivity.h"
#include "device_owner.h"
#include "egress.h"
#include "explain.h"
#include "helper.h"
#include "ktransport.h"
#include "lower.h"
#include "native_policy.h"
#include "netwatch.h"
#include "portmap.h"
#include "rebind.h"
#include "refresh_probe.h"
#include "reload.h"
#include "role_client.h"
#include "role_relay.h"
#include "role_server.h"
#include "status_socket.h"

struct options;

/**
 * struct role - callbacks for a device of some mode. All but @open can be NULL.
 * @open: prepare; returns 0 or a negative errno after logging why
 * @begin: start; called when everything is ready
 * @link: the device has changed, see @link of struct daemon
 * @route: a route through the device was added or removed
 * @removed: a route or an address of the device may have been removed
 * @repair: restore what was removed, and retry what the kernel rejected
 * @settled: IPv4 addresses, IPv4 routes, or other links have changed
 * @lost: events were lost, and the device can have been down in the meantime
 * @awake: the host has resumed from suspend
 * @reload: reread what can change without a restart, see reload.c
 * @status: add to the status that "teredo show" prints
 * @close: clean up
 */
struct role {
	int (*open)(struct daemon *d);
	void (*begin)(struct daemon *d);
	void (*link)(struct daemon *d);
	void (*route)(struct daemon *d, const struct route6 *route);
	void (*removed)(struct daemon *d);
	void (*repair)(struct daemon *d);
	void (*settled)(struct daemon *d);
	void (*lost)(struct daemon *d);
	void (*awake)(struct daemon *d);
	void (*reload)(struct daemon *d);
	void (*status)(struct daemon *d, json_t *status);
	void (*close)(struct daemon *d);
};

extern const struct role engine_role, relay_role, server_role;

/* stands for the file in messages if there is none */
#define CONFIG_COMMAND_LINE	"the command line"

/**
 * struct daemon - a running teredod
 * @name: name of the device
 * @config: configuration file; %CONFIG_COMMAND_LINE if only --server is given, "" if
 *	neither is
 * @config_given: @config is from the command line
 * @server: argument of --server, NULL without
 * @opt: options of the command line
 * @argv: argument vector of main()
 * @created: this daemon has created the device
 * @conf: configuration
 * @role: callbacks for the mode of the device
 * @ifindex: interface index of the device
 * @link: attributes of the device, as last seen
 * @exit_code: for main()
 * @loop: event loop
 * @rtnl: rtnetlink requests
 * @genl: requests of the family "teredo"
 * @sigterm: SIGTERM
 * @sigint: SIGINT
 * @sighup: SIGHUP
 * @sigusr1: SIGUSR1: exit, but leave device, address and routes in place
 * @watchdog: notifies the watchdog of the service manager
 * @kt: control packets
 * @kt_poll: poll handle of its socket
 * @report: state and reason
 * @watch: network events
 * @control: status socket for "teredo show"
 * @lower: interface that had the configured name when last seen (lower.c)
 *
 * of a client
 *
 * @client: state machine
 * @servers: its servers
 * @place: address and routes; a relay uses its error
 * @beside: detection of native IPv6
 * @reach: connectivity test with a native host
 * @secondary: refresh interval determination with a secondary port
 * @rebind: evidence for a stale NAT mapping
 * @portmap: port mapping on the gateway
 *
 * of a server or relay
 *
 * @relay: routes to the service prefix
 * @answers: answers to authenticated solicitations
 * @egress: gateway to the native Internet
 */
struct daemon {
	const char *name;
	const char *config;
	bool config_given;
	const char *server;
	const struct options *opt;
	char **argv;
	bool created;
	struct conf conf;
	const struct role *role;
	u32 ifindex;
	struct link_info link;
	int exit_code;
	uv_loop_t loop;
	struct nl rtnl;
	struct nl genl;
	uv_signal_t sigterm;
	uv_signal_t sigint;
	uv_signal_t sighup;
	uv_signal_t sigusr1;
	uv_timer_t watchdog;

	struct ktransport kt;
	uv_poll_t kt_poll;
	struct report report;
	struct netwatch watch;
	struct status_socket control;
	u32 lower;

	struct client client;
	struct servers servers;
	struct place place;
	struct beside beside;
	struct reach reach;
	struct secondary secondary;
	struct rebind rebind;
	struct portmap portmap;

	struct relay relay;
	struct answers answers;
	struct egress egress;
};

/* Without a file, @config holds no path, but an empty string or a placeholder. */
static inline bool daemon_has_file(const struct daemon *d)
{
	return d->config_given || d->config[0] == '/';
}

void daemon_exit(struct daemon *d, int code);
int daemon_load(const struct daemon *d, struct conf *conf, const char **config);

#endif /* _DAEMON_H */
