/* SPDX-License-Identifier: GPL-2.0 */
/*
 * teredod: what its parts share. Each part has a header with its struct.
 *
 *	teredod.c		options, start, end
 *	device_owner.c		which devices a teredod has made
 *	apply.c			a device that stands, and the configuration
 *	reload.c		SIGHUP
 *	children.c		programs that SIGHUP leaves running
 *	abandon.c		a configuration that cannot be read any more
 *	netwatch.c		what happens to the path and the device
 *	lower.c			the interface that the device sends by
 *	status_socket.c		the socket that answers "teredo show"
 *
 * of a client
 *
 *	role_client.c		what the state machine gets
 *	client_ops.c		what it asks for
 *	client_servers.c	the servers that it may use
 *	explain.c		its state, the reason for that, and the report of both
 *	client_addr.c		address and routes of the device
 *	native_policy.c		what it does beside native IPv6
 *	connectivity.c		does the address reach a native host
 *	refresh_probe.c		how long does the NAT keep a mapping
 *	portmap.c		has the gateway let others in
 *	rebind.c		another port, if the NAT's mapping is stale
 *
 * of a server or relay
 *
 *	helper.c		the one daemon that the kernel knows for the device
 *	role_relay.c		the route to the service prefix
 *	role_server.c		a server's answers to who has a secret
 *	egress.c		a server's gateway to the native Internet
 *
 * If it is killed, the kernel lets a client's mapping run out and takes the
 * carrier away, and a server no longer answers who has to have a secret.
 * Address and routes stay; the next daemon finds them and goes on.
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
 * struct role - what is to be done for a device of some mode. All but @open
 *	may be missing.
 * @open: get ready; returns 0 or a negative errno, having said why
 * @begin: everything is ready
 * @link: the device has changed, see @link of struct daemon
 * @route: a route through it was added or removed
 * @removed: a route or an address of it may have been removed
 * @repair: put back what was removed, and try again what was refused
 * @settled: addresses or routes of IPv4, or other links have changed
 * @lost: events were lost, and the device may have been down in the meantime
 * @awake: the machine was suspended
 * @reload: read again what can be without a new start, see reload.c
 * @status: add to what "teredo show" shows
 * @close: the end
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

/* the configuration if there is no file, as messages name it */
#define CONFIG_COMMAND_LINE	"the command line"

/**
 * struct daemon - a running teredod
 * @name: of the device
 * @config: file the configuration comes from; %CONFIG_COMMAND_LINE if --server
 *	is all there is, "" without either
 * @config_given: that was said on the command line
 * @server: argument of --server, NULL without
 * @opt: the command line
 * @argv: the same, as main() got it
 * @created: this start has made the device
 * @conf: configuration
 * @role: what the mode of the device asks for
 * @ifindex: device
 * @link: the same, as last seen
 * @exit_code: for main()
 * @loop: event loop
 * @rtnl: rtnetlink requests
 * @genl: requests of the family
 * @sigterm: SIGTERM
 * @sigint: SIGINT
 * @sighup: SIGHUP
 * @sigusr1: SIGUSR1, the end of this daemon but not of what it did
 * @watchdog: tells the service manager that we live
 * @kt: control packets
 * @kt_poll: its socket
 * @report: state and reason
 * @watch: the network
 * @control: "teredo show"
 * @lower: interface that had the configured name when last seen (lower.c)
 *
 * of a client
 *
 * @client: state machine
 * @servers: its servers
 * @place: address and routes; the error is of a relay as well
 * @beside: native IPv6
 * @reach: test of a native host
 * @secondary: the secondary port
 * @rebind: evidence for a stale NAT mapping
 * @portmap: the port that the gateway forwards
 *
 * of a server or relay
 *
 * @relay: routes
 * @answers: solicitations with a secret
 * @egress: gateway
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

/* A file has a path with a slash, or is one that --config named */
static inline bool daemon_has_file(const struct daemon *d)
{
	return d->config_given || d->config[0] == '/';
}

void daemon_exit(struct daemon *d, int code);
int daemon_load(const struct daemon *d, struct conf *conf, const char **config);

#endif /* _DAEMON_H */
