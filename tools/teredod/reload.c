// SPDX-License-Identifier: GPL-2.0
/*
 * SIGHUP: read the configuration again. The process starts itself again, so that
 * all of the file counts as it does at a start; the device keeps its address in
 * between, as it does when one teredod follows another. A file with an error
 * changes nothing.
 */
#include "children.h"
#include "daemon.h"
#include "log.h"
#include "sd_notify.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* set for the process that follows */
#define ENV_RELOADED	"TEREDO_RELOADED"

static void block_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigprocmask(how, &set, NULL);
}

/**
 * reload_reloaded - find out whether this process has started itself
 *
 * Return: true if so.
 */
bool reload_reloaded(void)
{
	bool reloaded = getenv(ENV_RELOADED);

	unsetenv(ENV_RELOADED);
	return reloaded;
}

/**
 * reload_done - take the signals that came since SIGHUP
 *
 * The handlers must be there.
 */
void reload_done(void)
{
	block_signals(SIG_UNBLOCK);
}

/* By its path, so that the process keeps its name, and a program that was
 * upgraded is the one that starts: the kernel adds a suffix to the path of a file
 * that was replaced. If the path is gone, the running program.
 */
static void exec_self(char **argv)
{
	static const char self[] = "/proc/self/exe", gone[] = " (deleted)";
	const ssize_t suffix = sizeof(gone) - 1;
	char path[4096];
	ssize_t len = readlink(self, path, sizeof(path) - 1);

	if (len > 0) {
		path[len] = '\0';
		execv(path, argv);
	}
	if (len > suffix && !strcmp(path + len - suffix, gone)) {
		path[len - suffix] = '\0';
		execv(path, argv);
	}
	execv(self, argv);
}

static void start_anew(struct daemon *d)
{
	/* what comes before the handlers are there again would end the process */
	block_signals(SIG_BLOCK);
	setenv(ENV_RELOADED, "1", 1);
	children_export();
	exec_self(d->argv);
	log_error("%s: cannot read %s again: %s", d->name, d->config,
		  strerror(errno));
	unsetenv(ENV_RELOADED);
	block_signals(SIG_UNBLOCK);
}

/* The process that follows cannot tell a route of this one from another's. A
 * gateway that stays as it is keeps its connections.
 */
static void withdraw(struct daemon *d, const struct conf *conf)
{
	if (memcmp(&d->conf.nat66, &conf->nat66, sizeof(conf->nat66)))
		egress_close(d);
	if (d->conf.announce && !conf->announce && !d->relay.draining)
		announce_put(&d->rtnl, &d->relay.announce, ANNOUNCE_NO);
}

static bool same_but_secrets(const struct conf *a, const struct conf *b)
{
	static struct conf x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	memset(&x.secrets, 0, sizeof(x.secrets));
	memset(&y.secrets, 0, sizeof(y.secrets));
	return !memcmp(&x, &y, sizeof(x));
}

/* The kernel goes on demanding secrets, and would ask a daemon that has none.
 * Return: false, having said so, if the file takes them away.
 */
static bool keeps_secrets(const struct daemon *d, const struct conf *conf,
			  const char *config)
{
	if (!d->conf.secrets_file[0] || conf->secrets_file[0])
		return true;
	log_error("%s demands secrets, %s names none; going on with %s; to change that: ip link set %s type teredo noauth",
		  d->name, config, d->conf.secrets_file, d->name);
	return false;
}

/* A client goes on with the server that the kernel knows, if there is one.
 * Return: false, having said so, if the file takes away the only one.
 */
static bool keeps_server(struct daemon *d, const struct conf *conf,
			 const char *config)
{
	struct dev_info dev;

	if (conf->link.mode != TEREDO_MODE_CLIENT || conf->servers.n ||
	    (!dev_get(&d->genl, d->ifindex, &dev) && dev.server))
		return true;
	log_error("%s: %s needs server = NAME in [client]; going on with the configuration that was read before",
		  config, d->name);
	return false;
}

/* @source: result, the configuration as messages name it.
 *
 * Return: false, having said why, if the file cannot be gone on with
 */
static bool usable(struct daemon *d, struct conf *conf, const char **source)
{
	char command[512];
	const char *config;
	int ret = daemon_load(d, conf, &config);

	*source = config;
	if (!ret && !config[0])
		log_error("there is no " CONF_DIR "/%s.conf", d->name);
	if (ret || !config[0]) {
		log_error("%s: going on with the configuration that was read before",
			  d->name);
		return false;
	}
	if (conf->link.mode == d->link.conf.mode)
		return keeps_server(d, conf, config) &&
		       keeps_secrets(d, conf, config);
	apply_command(d, command, sizeof(command));
	log_error("%s is a %s, %s says mode = %s; to apply that: %s", d->name,
		  attr_mode_name(d->link.conf.mode), config,
		  attr_mode_name(conf->link.mode), command);
	return false;
}

/**
 * reload - read the configuration again
 * @d: daemon
 *
 * A server whose secrets alone have changed goes on without a gap.
 */
void reload(struct daemon *d)
{
	const char *config;
	struct conf conf;
	bool same, good;

	notify("RELOADING=1");
	good = usable(d, &conf, &config);
	same = good && d->role->reload && same_but_secrets(&conf, &d->conf);
	secrets_free(&conf.secrets);
	if (same) {
		d->role->reload(d);
		apply_running(d);
	} else if (good) {
		log_info("%s: reading %s again", d->name, config);
		withdraw(d, &conf);
		start_anew(d);
	}
	notify("READY=1");
}
