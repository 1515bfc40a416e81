// SPDX-License-Identifier: GPL-2.0
/*
 * teredod - get a Teredo device its address and keep it
 */
#include "daemon.h"
#include "log.h"
#include "notify.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_NAME	"teredo0"

static const char usage[] =
"Usage: teredod [OPTION]... [NAME]\n"
"Get a Teredo client device its address and keep it. NAME is the device, "
DEFAULT_NAME "\n"
"if none is given; it is created if it does not exist.\n"
"\n"
"  -c, --config FILE       configuration, instead of " CONF_DIR "/NAME.conf\n"
"  -s, --server A[/B],...  servers, instead of those in the configuration\n"
"  -d, --debug             say more\n"
"  -V, --version           print the version\n"
"  -h, --help              print this\n";

/**
 * struct options - the command line
 * @config: file, NULL for the default one
 * @server: servers, NULL for those in the configuration
 * @name: of the device
 * @debug: say more
 */
struct options {
	const char *config;
	const char *server;
	const char *name;
	bool debug;
};

/* Return: -1 to go on, or what to exit with */
static int parse_option(struct options *opt, int c)
{
	switch (c) {
	case 'c':
		opt->config = optarg;
		return -1;
	case 's':
		opt->server = optarg;
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
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, ret;

	while ((c = getopt_long(argc, argv, "c:s:dVh", options, NULL)) != -1) {
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

static bool name_valid(const char *name)
{
	return *name && strlen(name) < IF_NAMESIZE && strcmp(name, ".") &&
	       strcmp(name, "..") && !strpbrk(name, "/: \t\n");
}

/* The default file need not be there, one that was asked for must */
static int load_conf(struct daemon *d, const struct options *opt)
{
	static char path[sizeof(CONF_DIR) + IF_NAMESIZE + sizeof("/.conf")];
	char error[CONF_ERROR];
	int ret;

	snprintf(path, sizeof(path), "%s/%s.conf", CONF_DIR, d->name);
	d->config = opt->config ? opt->config : path;
	ret = conf_load(&d->conf, d->config, error);
	if (ret == -ENOENT && !opt->config) {
		d->config = "";
		ret = 0;
	}
	if (ret)
		log_error("%s", error);
	return ret;
}

static int load_servers(struct daemon *d, const struct options *opt)
{
	const char *err;

	if (!opt->server)
		return 0;
	memset(&d->conf.servers, 0, sizeof(d->conf.servers));
	err = server_list_add(&d->conf.servers, opt->server);
	if (!err)
		return 0;
	log_error("--server %s: %s", opt->server, err);
	return -EINVAL;
}

/* A device wants its server at once, if there is one that needs no look-up */
static void fill_link(struct daemon *d)
{
	const struct server_spec *spec = &d->conf.servers.spec[0];
	struct qualify_server server;

	if (!d->conf.servers.n || server_spec_has_name(spec) ||
	    server_resolve(spec, &server))
		return;
	d->conf.link.server = server.primary;
	d->conf.link.server2 = server.secondary;
}

static int create_device(struct daemon *d, struct link_info *link)
{
	int ret;

	fill_link(d);
	ret = link_create(&d->rtnl, d->name, &d->conf.link);
	if (!ret)
		log_info("%s: created", d->name);
	else if (ret != -EEXIST)
		return ret;
	return link_find(&d->rtnl, d->name, link);
}

static int check_device(struct daemon *d, const struct link_info *link)
{
	struct dev_info dev;

	if (strcmp(link->kind, "teredo")) {
		log_error("%s is there already and is no Teredo device",
			  d->name);
		return -EINVAL;
	}
	d->ifindex = link->ifindex;
	if (dev_open(&d->genl) || dev_get(&d->genl, d->ifindex, &dev)) {
		log_error("%s", d->genl.error);
		return -EIO;
	}
	if (dev.mode != TEREDO_MODE_CLIENT) {
		log_error("%s is no client: servers and relays need no teredod",
			  d->name);
		return -EINVAL;
	}
	return 0;
}

static int open_device(struct daemon *d)
{
	struct link_info link;
	int ret;

	ret = nl_open(&d->rtnl, NETLINK_ROUTE);
	if (!ret)
		ret = link_find(&d->rtnl, d->name, &link);
	if (ret == -ENODEV)
		ret = create_device(d, &link);
	if (ret) {
		log_error("%s: %s", d->name, d->rtnl.error);
		return ret;
	}
	ret = check_device(d, &link);
	if (ret)
		return ret;
	ret = link_set_up(&d->rtnl, d->ifindex);
	if (ret)
		log_error("%s: %s", d->name, d->rtnl.error);
	d->dev_up = true;
	return ret;
}

/**
 * daemon_exit - end the event loop
 * @d: daemon
 * @code: for main()
 */
void daemon_exit(struct daemon *d, int code)
{
	d->exit_code = code;
	uv_stop(&d->loop);
}

/* What was put there goes, the device stays: it may not be ours, and its port
 * gives the same address again later.
 */
static void on_signal(uv_signal_t *handle, int signum)
{
	struct daemon *d = handle->data;

	(void)signum;
	notify("STOPPING=1");
	engine_close(d);
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

	uv_signal_init(&d->loop, &d->sigterm);
	uv_signal_init(&d->loop, &d->sigint);
	uv_signal_init(&d->loop, &d->sighup);
	d->sigterm.data = d;
	d->sigint.data = d;
	d->sighup.data = d;
	uv_signal_start(&d->sigterm, on_signal, SIGTERM);
	uv_signal_start(&d->sigint, on_signal, SIGINT);
	uv_signal_start(&d->sighup, on_signal, SIGHUP);
	uv_timer_init(&d->loop, &d->watchdog);
	if (every)
		uv_timer_start(&d->watchdog, on_watchdog, every, every);
}

static int run(struct daemon *d)
{
	uv_loop_init(&d->loop);
	if (open_device(d) || engine_open(d) || watch_open(d))
		return 1;
	open_signals(d);
	control_open(d);
	notify("READY=1\nSTATUS=offline");
	if (d->q.n_servers)
		watch_path(d);
	engine_begin(d);
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
	d.name = opt.name;
	d.control_fd = -1;
	if (!name_valid(d.name)) {
		log_error("%s cannot be the name of a device", d.name);
		return 1;
	}
	/* a name server that is silent must not hold a look-up for long; the
	 * daemon repeats it anyway
	 */
	setenv("RES_OPTIONS", "timeout:1 attempts:1", 0);
	if (load_conf(&d, &opt) || load_servers(&d, &opt))
		return 1;
	return run(&d);
}
