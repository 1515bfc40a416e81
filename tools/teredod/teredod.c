// SPDX-License-Identifier: GPL-2.0
/*
 * teredod(8): the control daemon of a Teredo device. Options, start and end.
 */
#include "children.h"
#include "daemon.h"
#include "daemonize.h"
#include "log.h"
#include "sd_notify.h"
#include "value.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

static const char usage[] =
"Usage: teredod [OPTION]... [NAME]\n"
"Control a Teredo device: qualify a client and maintain its mapping, maintain the\n"
"route of a relay, check the secrets of a server's clients, maintain the gateway of\n"
"a server.\n"
"NAME is the device, " DEFAULT_NAME " if none is given; it is created if it does not\n"
"exist.\n"
"\n"
"  -c, --config FILE       configuration, instead of " CONF_DIR "/NAME.conf\n"
"  -s, --server A[/B[:PORT]],...\n"
"                          servers of a client, instead of those in the\n"
"                          configuration\n"
"  -b, --background        leave the terminal when ready; messages go to the\n"
"                          system's log then\n"
"  -d, --debug             print debug messages\n"
"  -V, --version           print the version\n"
"  -h, --help              print this\n";

/**
 * struct options - options of the command line
 * @config: configuration file, NULL for the default one
 * @server: servers, NULL for those in the configuration
 * @name: name of the device
 * @debug: print debug messages
 * @background: detach from the terminal
 */
struct options {
	const char *config;
	const char *server;
	const char *name;
	bool debug;
	bool background;
};

/* Return: -1 to continue, or the exit status */
static int parse_option(struct options *opt, int c)
{
	switch (c) {
	case 'c':
		opt->config = optarg;
		return -1;
	case 's':
		opt->server = optarg;
		return -1;
	case 'b':
		opt->background = true;
		return -1;
	case 'd':
		opt->debug = true;
		return -1;
	case 'V':
		printf("teredod %s\n", TEREDO_VERSION);
		return 0;
	case 'h':
		fputs(usage, stdout);
		return 0;
	default:
		fputs("Try: teredod --help\n", stderr);
		return 1;
	}
}

static int parse_options(struct options *opt, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "server", required_argument, NULL, 's' },
		{ "background", no_argument, NULL, 'b' },
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, ret;

	while ((c = getopt_long(argc, argv, "c:s:bdVh", options, NULL)) != -1) {
		ret = parse_option(opt, c);
		if (ret >= 0)
			return ret;
	}
	opt->name = optind < argc ? argv[optind++] : DEFAULT_NAME;
	if (optind < argc) {
		fputs("Error: one device at a time (try: teredod --help)\n",
		      stderr);
		return 1;
	}
	return -1;
}

/* A daemon in the background has detached from its terminal before the reload. */
static void reloaded(struct options *opt)
{
	if (opt->background)
		log_to_syslog("teredod");
	opt->background = false;
}

/* The default file is optional if the command line or the device has all that is
 * needed. A file that --config names must exist.
 */
static int load_conf(const struct daemon *d, struct conf *conf,
		     const char **config)
{
	static char path[sizeof(CONF_DIR) + IF_NAMESIZE + sizeof("/.conf")];
	char error[CONF_ERROR];
	int ret;

	snprintf(path, sizeof(path), "%s/%s.conf", CONF_DIR, d->name);
	*config = d->opt->config ? d->opt->config : path;
	ret = conf_load(conf, *config, error);
	if (ret == -ENOENT && !d->opt->config) {
		*config = "";
		ret = 0;
	}
	if (ret)
		log_error("%s", error);
	return ret;
}

/* Without a file, --server is the whole configuration. */
static int load_servers(const struct daemon *d, struct conf *conf,
			const char **config)
{
	const char *server = d->opt->server;
	const char *err;

	if (!server)
		return 0;
	if (conf->link.mode != TEREDO_MODE_CLIENT) {
		log_error("--server is for clients, %s says mode = %s (another name makes a client: teredo up NAME --server %s)",
			  *config, attr_mode_name(conf->link.mode), server);
		return -EINVAL;
	}
	if (!(*config)[0])
		*config = CONFIG_COMMAND_LINE;
	memset(&conf->servers, 0, sizeof(conf->servers));
	err = conf_add_servers(conf, server);
	if (!err)
		return 0;
	log_error("--server %s: %s", server, err);
	return -EINVAL;
}

/**
 * daemon_load() - load the configuration, and the servers of the command line
 * @d: daemon
 * @conf: result
 * @config: result, the file; %CONFIG_COMMAND_LINE if only --server is given, "" if
 *	neither is
 *
 * Return: 0 or a negative errno, after logging why.
 */
int daemon_load(const struct daemon *d, struct conf *conf, const char **config)
{
	int ret = load_conf(d, conf, config);

	return ret ? ret : load_servers(d, conf, config);
}

/* With --server there are two sources: log which settings come from which one. */
static void say_source(const struct daemon *d)
{
	if (!d->server)
		return;
	if (daemon_has_file(d))
		log_info("%s: servers from --server %s, all other settings from %s",
			 d->name, d->server, d->config);
	else
		log_info("%s: no configuration file, client of --server %s",
			 d->name, d->server);
}

/* Create the device with its server, unless its name must be resolved first. */
static void fill_link(struct daemon *d)
{
	const struct server_spec *spec = &d->conf.servers.spec[0];
	struct qualify_server server;

	if (!d->conf.servers.n || server_spec_has_name(spec) ||
	    server_resolve(spec, &server))
		return;
	d->conf.link.server = server.primary;
	d->conf.link.server2 = server.secondary.addr;
	d->conf.link.server2_port = server.secondary.port;
	link_conf_set(&d->conf.link, IFLA_TEREDO_SERVER);
	link_conf_set(&d->conf.link, IFLA_TEREDO_SERVER2);
}

/* Check the configuration before a device is created from it. EX_CONFIG tells service
 * managers not to restart the daemon.
 */
static int check_complete(struct daemon *d, const struct link_info *link)
{
	bool server = d->conf.servers.n || (link && link->conf.server);

	if (d->conf.link.mode != TEREDO_MODE_CLIENT || server)
		return 0;
	d->exit_code = EX_CONFIG;
	if (d->config[0])
		log_error("%s: %s needs server = NAME in [client], or --server NAME",
			  d->config, d->name);
	else if (link)
		log_error("%s has no server, and there is no " CONF_DIR
			  "/%s.conf (see teredo.conf(5), or: teredo up %s --server NAME)",
			  d->name, d->name, d->name);
	else
		log_error("there is neither " CONF_DIR
			  "/%s.conf nor a device %s (see teredo.conf(5), or: teredo up %s --server NAME)",
			  d->name, d->name, d->name);
	return -EINVAL;
}

static int create_device(struct daemon *d, struct link_info *link)
{
	int ret;

	fill_link(d);
	ret = link_create(&d->rtnl, d->name, &d->conf.link);
	if (ret && ret != -EEXIST)
		return ret;
	d->created = !ret;
	ret = link_find(&d->rtnl, d->name, link);
	if (ret || !d->created)
		return ret;
	d->ifindex = link->ifindex;
	owned_set(d);
	log_info("%s: created", d->name);
	return 0;
}

/* If the start fails, delete the device that it has created. Otherwise the next start
 * would find a device, whatever is corrected in the file.
 */
static void undo(struct daemon *d)
{
	if (!d->created)
		return;
	if (link_delete(&d->rtnl, d->ifindex))
		log_error("%s: cannot remove it again: %s", d->name,
			  d->rtnl.error);
	else
		log_info("%s: removed again", d->name);
	owned_forget(d);
}

/* Without a configuration, an existing device determines the mode. */
static int check_mode(struct daemon *d, u32 mode, bool free)
{
	char command[512];

	if (mode == d->conf.link.mode)
		return 0;
	if (free) {
		conf_init(&d->conf, mode);
		return 0;
	}
	apply_command(d, command, sizeof(command));
	log_error("%s is a %s, %s says mode = %s; to apply that: %s", d->name,
		  attr_mode_name(mode), d->config,
		  attr_mode_name(d->conf.link.mode), command);
	return -EINVAL;
}

static int check_device(struct daemon *d, const struct link_info *link,
			bool free)
{
	struct dev_info dev;

	if (strcmp(link->kind, TEREDO_LINK_KIND)) {
		log_error("%s is there already and is no Teredo device",
			  d->name);
		return -EINVAL;
	}
	d->ifindex = link->ifindex;
	if (dev_open(&d->genl) || dev_get(&d->genl, d->ifindex, &dev)) {
		log_error("%s", d->genl.error);
		return -EIO;
	}
	return check_mode(d, dev.mode, free);
}

static int find_device(struct daemon *d, struct link_info *link)
{
	int ret = nl_open(&d->rtnl, NETLINK_ROUTE);

	if (!ret)
		ret = link_find(&d->rtnl, d->name, link);
	if (ret == -ENODEV && check_complete(d, NULL))
		return -EINVAL;
	if (ret == -ENODEV)
		ret = create_device(d, link);
	if (ret)
		log_error("%s: %s", d->name, d->rtnl.error);
	return ret;
}

/* Linux 6.1 does not report which port is in use. */
static void log_in_use(struct daemon *d)
{
	const struct link_conf *conf = &d->link.conf;
	char second[16] = "";

	link_find(&d->rtnl, d->name, &d->link);
	if (conf->local2 && conf->port2 != conf->port)
		snprintf(second, sizeof(second), " or %u", ntohs(conf->port2));
	log_error("%s: UDP port %u%s is in use (by which program: ss -lunp)",
		  d->name, ntohs(conf->port), second);
}

static int set_device_up(struct daemon *d)
{
	int ret = link_set_up(&d->rtnl, d->ifindex, true);

	if (!ret)
		ret = link_find(&d->rtnl, d->name, &d->link);
	if (ret == -EADDRINUSE)
		log_in_use(d);
	else if (ret)
		log_error("%s: %s", d->name, d->rtnl.error);
	return ret;
}

static int open_device(struct daemon *d)
{
	int ret = find_device(d, &d->link);

	if (!ret)
		ret = check_device(d, &d->link, !d->config[0]);
	if (!ret)
		ret = check_complete(d, &d->link);
	if (ret)
		return ret;
	if (!d->created)
		apply_start(d);
	lower_follow(d);
	return set_device_up(d);
}

static int open_role(struct daemon *d)
{
	static const struct role * const roles[] = {
		[TEREDO_MODE_CLIENT]	= &engine_role,
		[TEREDO_MODE_SERVER]	= &server_role,
		[TEREDO_MODE_RELAY]	= &relay_role,
		[TEREDO_MODE_HOSTRELAY]	= &relay_role,
	};

	d->role = roles[d->conf.link.mode];
	return d->role->open(d);
}

/**
 * daemon_exit() - stop the event loop
 * @d: daemon
 * @code: exit status
 */
void daemon_exit(struct daemon *d, int code)
{
	d->exit_code = code;
	uv_stop(&d->loop);
}

/* Remove address and routes, but keep the device: an administrator can have created it,
 * and its port yields the same address again later.
 */
static void on_signal(uv_signal_t *handle, int signum)
{
	struct daemon *d = handle->data;

	if (signum == SIGHUP) {
		reload(d);
		return;
	}
	notify("STOPPING=1");
		/* on SIGUSR1, address and routes stay for the next daemon */
	if (signum != SIGUSR1 && d->role->close)
		d->role->close(d);
	control_close(d);
	daemon_exit(d, 0);
}

static void on_watchdog(uv_timer_t *timer)
{
	(void)timer;
	notify("WATCHDOG=1");
}

static void open_signals(struct daemon *d)
{
	uint64_t every = notify_watchdog_ms();

	/* a write to a pipe of teredo-portmap returns an error, which suffices */
	signal(SIGPIPE, SIG_IGN);
	uv_signal_init(&d->loop, &d->sigterm);
	uv_signal_init(&d->loop, &d->sigint);
	uv_signal_init(&d->loop, &d->sighup);
	uv_signal_init(&d->loop, &d->sigusr1);
	d->sigterm.data = d;
	d->sigint.data = d;
	d->sighup.data = d;
	d->sigusr1.data = d;
	uv_signal_start(&d->sigterm, on_signal, SIGTERM);
	uv_signal_start(&d->sigint, on_signal, SIGINT);
	uv_signal_start(&d->sighup, on_signal, SIGHUP);
	uv_signal_start(&d->sigusr1, on_signal, SIGUSR1);
	uv_timer_init(&d->loop, &d->watchdog);
	if (every)
		uv_timer_start(&d->watchdog, on_watchdog, every, every);
}

static int run(struct daemon *d)
{
	uv_loop_init(&d->loop);
	children_import(&d->loop);
	d->exit_code = 1;
	if (open_device(d) || open_role(d) || watch_open(d)) {
		undo(d);
		return d->exit_code;
	}
	d->exit_code = 0;
	open_signals(d);
	reload_done();
	control_open(d);
	notify("READY=1\nSTATUS=%s", attr_mode_name(d->conf.link.mode));
	background_ready("teredod");
	if (d->role->begin)
		d->role->begin(d);
	if (!d->created)
		apply_routes(d);
	uv_run(&d->loop, UV_RUN_DEFAULT);
	return d->exit_code;
}

int main(int argc, char **argv)
{
	static struct daemon d;
	struct options opt = { 0 };
	int ret = parse_options(&opt, argc, argv);

	if (ret >= 0)
		return ret;
	log_init(opt.debug);
	if (reload_reloaded())
		reloaded(&opt);
	d.argv = argv;
	d.opt = &opt;
	d.config_given = opt.config;
	d.server = opt.server;
	d.name = opt.name;
	d.control.fd = -1;
	if (!value_device_name(d.name)) {
		log_error("%s cannot be the name of a device", d.name);
		return EX_CONFIG;
	}
	/* a silent name server must not block a look-up for long; the daemon repeats
	 * the look-up anyway
	 */
	setenv("RES_OPTIONS", "timeout:1 attempts:1", 0);
	/* EX_CONFIG tells a service manager not to restart the daemon */
	if (daemon_load(&d, &d.conf, &d.config)) {
		abandon_device(&d);
		return EX_CONFIG;
	}
	say_source(&d);
	ret = opt.background ? background_fork() : -1;
	if (ret >= 0)
		return ret;
	ret = run(&d);
	/* exit() would wait for the thread of a look-up that is blocked */
	if (d.servers.resolver.busy)
		_exit(ret);
	return ret;
}
