// SPDX-License-Identifier: GPL-2.0
/*
 * Reload of the configuration on SIGHUP. The process executes itself again, so that the
 * whole file applies as at a start. The device keeps its address, as with any change of
 * teredod. A file with an error changes nothing.
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

/* marks the process that SIGHUP has started */
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
 * reload_reloaded() - check whether SIGHUP has started this process
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
 * reload_done() - receive the signals that were blocked since SIGHUP
 *
 * The signal handlers must be installed.
 */
void reload_done(void)
{
	block_signals(SIG_UNBLOCK);
}

/* Execute by path, to keep the name of the process, and to start the new program after
 * an upgrade. The kernel appends a suffix to the path of a replaced file. Fall back to
 * the running program if the path does not exist.
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

static void restart_process(struct daemon *d)
{
	/* before its handlers are installed, a signal would end the process */
	block_signals(SIG_BLOCK);
	setenv(ENV_RELOADED, "1", 1);
	children_export();
	exec_self(d->argv);
	log_error("%s: cannot read %s again: %s", d->name, d->config,
		  strerror(errno));
	unsetenv(ENV_RELOADED);
	block_signals(SIG_UNBLOCK);
}

/* Remove what the new configuration does not have: the next process cannot recognize
 * the routes of this one. A gateway that is unchanged keeps its connections.
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

/* The kernel would still require authentication, of a daemon without secrets.
 * Return: false, after logging it, if the new file has no secrets any more.
 */
static bool keeps_secrets(const struct daemon *d, const struct conf *conf,
			  const char *config)
{
	if (!d->conf.secrets_file[0] || conf->secrets_file[0])
		return true;
	log_error("%s requires secrets, %s names none; continuing with %s; to change that: ip link set %s type teredo noauth",
		  d->name, config, d->conf.secrets_file, d->name);
	return false;
}

/* A client without a configured server uses the server that the kernel knows.
 * Return: false, after logging it, if there is no server at all.
 */
static bool keeps_server(struct daemon *d, const struct conf *conf,
			 const char *config)
{
	struct dev_info dev;

	if (conf->link.mode != TEREDO_MODE_CLIENT || conf->servers.n ||
	    (!dev_get(&d->genl, d->ifindex, &dev) && dev.server))
		return true;
	log_error("%s: %s needs server = NAME in [client]; continuing with the configuration that was read before",
		  config, d->name);
	return false;
}

/* @source: result, the configuration as messages name it
 *
 * Return: false, after logging why, if the configuration cannot be used.
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
		log_error("%s: continuing with the configuration that was read before",
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
 * reload() - reload the configuration
 * @d: daemon
 *
 * If only the secrets of a server have changed, the process is not restarted.
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
		restart_process(d);
	}
	notify("READY=1");
}
