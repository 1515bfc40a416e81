/* SPDX-License-Identifier: GPL-2.0 */
/*
 * teredod: what its parts share. Each part says which fields are its own.
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

#include "conf.h"
#include "egress.h"
#include "firewall.h"
#include "ktransport.h"
#include "native.h"
#include "reason.h"
#include "rebind.h"
#include "refresh_probe.h"
#include "resolve.h"
#include "server_auth.h"
#include "service_route.h"

#define DAEMON_ERROR	(NL_ERROR + 128)

struct daemon;
struct options;
struct portmap;

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

/* what connectivity.c has found */
enum connectivity {
	CONNECTIVITY_UNKNOWN,
	CONNECTIVITY_TESTING,
	CONNECTIVITY_GOOD,
	CONNECTIVITY_FAILED,
};

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
 *
 * @kt: control packets (role_client.c)
 * @kt_poll: its socket
 * @q: the state machine
 * @q_timer: its deadline
 * @resolver: for the names of the servers
 * @resolve_timer: when to look up again
 * @resolve_failures: look-ups that have failed since the network changed
 * @local: our end of the mapping
 * @heard_at: where the last control packet came to, 0 if unknown
 * @dev_server: server that the device had when it was last asked
 * @dev_server2: its secondary address and port
 * @state: state, as last reported; of a relay as well, like the next two
 * @since: when it last changed, by uv_now()
 * @reason: the reason for @state, as last reported
 * @send_error: why the last datagram could not be sent, "" if it could
 *
 * @placed: the device is to have address and routes (client_addr.c)
 * @placed_addr: the address
 * @place_timer: ends the wait for a device that does not run yet
 * @place_error: why an address or a route is missing, REASON_NONE if none is; of
 *	a relay as well
 *
 * @native: is there native IPv6 (native_policy.c)
 * @native_name: the interface that it is on
 * @native_look: waits for a burst of events to end
 * @native_timer: waits until it is believed
 * @stand_in: host-specific relay in place of the client, 0 if there is none;
 *	@place_error is about it while the client is dormant
 *
 * @reached: is the native host (connectivity.c)
 * @reached_before: what was found last
 * @reach_begun: when it was asked
 * @reach_timer: looks for the answer, and asks again
 * @relay: where the answer came from
 *
 * @secondary: the secondary port (refresh_probe.c)
 *
 * @rebind: evidence for a stale NAT mapping (rebind.c)
 *
 * @portmap: the program that asks the gateway, NULL if none runs (portmap.c)
 * @portmap_timer: starts it again
 * @mapping_wanted: what it was asked for
 * @mapping: what it has got, method no if nothing
 * @mapping_error: why not, "" if that is not known yet
 *
 * @watch: events of links, addresses and routes (netwatch.c)
 * @watch_poll: its socket
 * @settle: waits for a burst of events to end
 * @repair: waits before address and routes are put back
 * @retry: waits before what was refused is tried again
 * @clock_fd: timer that goes on while the machine is suspended
 * @clock_poll: the same
 * @asleep: CLOCK_BOOTTIME minus CLOCK_MONOTONIC in milliseconds
 * @path: way to the server
 * @path_up: @path is known
 * @path_error: why it is not
 * @link_away: the interface in @path has no carrier
 * @link_back: it has got it back
 * @dev_bounced: the device was down, if only for a moment, or sends by another
 *	interface
 *
 * @lower: interface that had the configured name when last seen (lower.c)
 *
 * @announce: the routes that the device has while it runs (role_relay.c)
 * @draining: only the two halves of the prefix
 * @was_draining: so, as last reported
 *
 * @answered: solicitations that were answered (role_server.c)
 * @expired: those of them that had an expired secret
 * @refused: those that were not, by reason
 *
 * @egress: the gateway (egress.c)
 *
 * @control_fd: listening socket, -1 if there is none (status_socket.c)
 * @control_poll: the same
 * @control_path: its name
 * @firewall: whether there is a firewall, as last found
 * @firewall_at: when, by uv_now(); 0 for never
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
	struct qualify q;
	uv_timer_t q_timer;
	struct resolver resolver;
	uv_timer_t resolve_timer;
	unsigned int resolve_failures;
	struct teredo_endpoint local;
	__be32 heard_at;
	__be32 dev_server;
	struct teredo_endpoint dev_server2;
	enum state state;
	uint64_t since;
	struct reason reason;
	char send_error[NL_ERROR];

	bool placed;
	struct in6_addr placed_addr;
	uv_timer_t place_timer;
	struct reason place_error;

	struct native native;
	char native_name[IF_NAMESIZE];
	uv_timer_t native_look;
	uv_timer_t native_timer;
	u32 stand_in;

	enum connectivity reached;
	enum connectivity reached_before;
	uint64_t reach_begun;
	uv_timer_t reach_timer;
	struct teredo_endpoint relay;

	struct secondary secondary;

	struct rebind rebind;

	struct portmap *portmap;
	uv_timer_t portmap_timer;
	struct mapping mapping_wanted;
	struct mapping mapping;
	char mapping_error[DAEMON_ERROR];

	struct nl watch;
	uv_poll_t watch_poll;
	uv_timer_t settle;
	uv_timer_t repair;
	uv_timer_t retry;
	int clock_fd;
	uv_poll_t clock_poll;
	uint64_t asleep;
	struct path path;
	bool path_up;
	struct reason path_error;
	bool link_away;
	bool link_back;
	bool dev_bounced;

	u32 lower;

	struct announce announce;
	bool draining;
	bool was_draining;

	uint64_t answered;
	uint64_t expired;
	uint64_t refused[RS_VERDICTS];

	struct egress egress;

	int control_fd;
	uv_poll_t control_poll;
	char control_path[108];
	enum firewall firewall;
	uint64_t firewall_at;
};

/* A file has a path with a slash, or is one that --config named */
static inline bool daemon_has_file(const struct daemon *d)
{
	return d->config_given || d->config[0] == '/';
}

void daemon_exit(struct daemon *d, int code);
int daemon_load(const struct daemon *d, struct conf *conf, const char **config);

void owned_set(const struct daemon *d);
bool owned_get(const struct daemon *d);
void owned_forget(const struct daemon *d);

void apply_start(struct daemon *d);
void apply_running(struct daemon *d);
void apply_routes(struct daemon *d);
void apply_command(const struct daemon *d, char *buf, size_t len);

bool reload_reloaded(void);
void reload_done(void);
void reload(struct daemon *d);

void abandon_device(struct daemon *d);

void engine_begin(struct daemon *d);
void engine_restart(struct daemon *d);
void engine_suspend(struct daemon *d);
void engine_sleep(struct daemon *d);
void engine_wake(struct daemon *d);
void engine_retry_soon(struct daemon *d);
void engine_check(struct daemon *d);

extern const struct qualify_ops engine_ops;
const char *engine_addr_text(__be32 addr);
enum teredo_nat engine_nat(const struct daemon *d);
u64 engine_now(void *ctx);
void engine_random(void *ctx, void *buf, size_t len);
void engine_push(struct daemon *d);
void engine_set_state(struct daemon *d, enum teredo_state state);
void engine_set_refresh(struct daemon *d, u64 refresh);
void engine_mapping(struct daemon *d);

const struct qualify_server *servers_find(const struct daemon *d, __be32 primary);
void servers_open(struct daemon *d);
void servers_resolve_soon(struct daemon *d);

void explain(const struct daemon *d, struct reason *r);
void explain_log(const struct daemon *d, const char *word,
		 const struct reason *r);
void explain_report(struct daemon *d);

void place_open(struct daemon *d);
void place_refused(struct daemon *d, const char *what, int error);
void place_up(struct daemon *d, const struct in6_addr *addr);
bool place_waiting(const struct daemon *d);
void place_removed(struct daemon *d);
void place_repair(struct daemon *d);
void place_link(struct daemon *d);
void place_down(struct daemon *d);
void place_sweep(struct daemon *d, const struct in6_addr *keep);

void beside_begin(struct daemon *d);
void beside_changed(struct daemon *d);
void beside_repair(struct daemon *d);
void beside_close(struct daemon *d);

void connectivity_open(struct daemon *d);
void connectivity_changed(struct daemon *d, bool qualified);
void connectivity_status(const struct daemon *d, json_t *status);

void secondary_open(struct daemon *d);
void secondary_due(struct daemon *d);
void secondary_begin(struct daemon *d);
void secondary_end(struct daemon *d);
void secondary_status(const struct daemon *d, json_t *status);

void rebind_silent(struct daemon *d);
void rebind_end(struct daemon *d, bool confirmed);
void rebind_settle(struct daemon *d);

void portmap_open(struct daemon *d);
void portmap_update(struct daemon *d, __be16 port);
void portmap_doubt(struct daemon *d);
void portmap_renew(struct daemon *d);
void portmap_stop(struct daemon *d);
void portmap_close(struct daemon *d);
struct teredo_endpoint portmap_outside(const struct daemon *d);
void portmap_status(const struct daemon *d, json_t *status);

typedef void helper_receive_fn(void *ctx, struct teredo_endpoint from,
			       struct teredo_endpoint local, const u8 *data,
			       size_t len);
int helper_open(struct daemon *d, helper_receive_fn *receive);
void helper_link(struct daemon *d);
void helper_lost(struct daemon *d);

void relay_prepare(struct daemon *d);
void relay_begin(struct daemon *d);
void relay_link(struct daemon *d);
void relay_route(struct daemon *d, const struct route6 *route);
void relay_removed(struct daemon *d);
void relay_repair(struct daemon *d);
void relay_close(struct daemon *d);

void lower_follow(struct daemon *d);
const char *lower_missing(const struct daemon *d);

int watch_open(struct daemon *d);
bool watch_path(struct daemon *d);
void watch_repair(struct daemon *d);
void watch_retry(struct daemon *d, bool failed);
void watch_settled(struct daemon *d);

void control_client(struct daemon *d, json_t *status);
void control_open(struct daemon *d);
void control_close(struct daemon *d);

#endif /* _DAEMON_H */
