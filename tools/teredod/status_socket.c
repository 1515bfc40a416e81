// SPDX-License-Identifier: GPL-2.0
/*
 * Status socket of teredod, which "teredo show" queries. All users can read the status;
 * the socket accepts no commands.
 */
#include "daemon.h"
#include "log.h"
#include "readable.h"
#include "status.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG		16
#define FIREWALL_MS	1000	/* time for which a result is reused */

static void add_nat(const struct daemon *d, json_t *status)
{
	json_t *nat;

	if (d->client.q.reason != QUALIFY_SYMMETRIC &&
	    !qualify_has_address(&d->client.q))
		return;
	nat = status_nat(engine_nat(d));
	if (qualify_has_address(&d->client.q))
		json_object_set_new(nat, "port_preserving",
				    json_boolean(d->client.local.port ==
						 d->client.q.mapped.port));
	json_object_set_new(nat, "upnp",
			    json_boolean(d->portmap.got.method != MAPPING_NO));
	json_object_set_new(status, "nat", nat);
}

static const struct server_spec *find_spec(const struct daemon *d)
{
	unsigned int i;

	for (i = 0; i < d->servers.resolver.n; i++)
		if (d->servers.resolver.servers[i].primary == d->client.q.server.primary)
			return &d->conf.servers.spec[d->servers.resolver.spec[i]];
	return NULL;
}

static void add_server(const struct daemon *d, json_t *status)
{
	const struct teredo_endpoint second = d->client.q.server.secondary;
	const struct server_spec *spec = find_spec(d);
	json_t *server;

	if (!d->client.q.server.primary)
		return;
	server = json_pack("{s:o}",
			   "primary", status_ipv4(d->client.q.server.primary));
	status_secondary(server, second.addr, second.port);
	/* the address after the primary one is assumed; any other one was configured */
	json_object_set_new(server, "secondary_assumed",
			    json_boolean((!spec || !spec->secondary[0]) &&
					 teredo_endpoint_equal(second,
							       server_next(d->client.q.server.primary))));
	if (spec && server_is_name(spec->primary))
		json_object_set_new(server, "name", json_string(spec->primary));
	json_object_set_new(status, "server", server);
}

/* "teredo show" has no permission to check, so the daemon does. The check dumps all
 * chains of nftables, which can be thousands, and "teredo wait" polls 20 times a second.
 */
static enum firewall current_firewall(struct daemon *d)
{
	uint64_t now = uv_now(&d->loop);

	if (!d->control.firewall_at || now - d->control.firewall_at >= FIREWALL_MS) {
		d->control.firewall = firewall_look();
		d->control.firewall_at = now;
	}
	return d->control.firewall;
}

static void add_firewall(struct daemon *d, json_t *status)
{
	enum firewall found = current_firewall(d);

	if (found != FIREWALL_UNKNOWN)
		json_object_set_new(status, "firewall",
				    json_boolean(found == FIREWALL_SOME));
}

/**
 * control_client() - add the state of a client to the status
 * @d: daemon
 * @status: object of the status
 */
void control_client(struct daemon *d, json_t *status)
{
	uint64_t now = uv_now(&d->loop);
	struct reason r;

	explain(d, &r);
	json_object_set_new(status, "state", json_string(state_word(d->report.state)));
	json_object_set_new(status, "since",
			    json_integer(time(NULL) - (now - d->report.since) / 1000));
	json_object_set_new(status, "refresh_ms", json_integer(d->client.q.refresh));
	status_reason(status, &r, d->name);
	add_server(d, status);
	add_nat(d, status);
	if (d->client.q.new_key)
		json_object_set_new(status, "secret_expired", json_true());
	portmap_status(d, status);
	add_firewall(d, status);
	connectivity_status(d, status);
	secondary_status(d, status);
	if (d->client.q.last_ra != QUALIFY_NEVER)
		json_object_set_new(status, "last_ra_ms",
				    json_integer(now - d->client.q.last_ra));
	json_object_set_new(status, "rejected_ra",
			    json_integer(d->client.q.rejected));
	if (d->client.q.rejected)
		json_object_set_new(status, "rejected_why",
				    json_string(packet_verdict_name(d->client.q.last_verdict)));
}

static json_t *make_status(struct daemon *d)
{
	json_t *status;

	status = json_pack("{s:s,s:I,s:I,s:o,s:s}",
			   "role", attr_mode_name(d->conf.link.mode),
			   "ifindex", (json_int_t)d->ifindex,
			   "netns", (json_int_t)status_netns(),
			   "config", status_text(d->config),
			   "version", TEREDO_VERSION);
	if (d->server)
		json_object_set_new(status, "server_option",
				    status_text(d->server));
	if (d->role->status)
		d->role->status(d, status);
	return status;
}

static void answer(struct daemon *d, int fd)
{
	json_t *status = make_status(d);
	char *text = json_dumps(status, JSON_COMPACT);

	/* the status fits into a socket's buffer, so no reader can block the daemon */
	if (text && send(fd, text, strlen(text),
			 MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_debug("%s: status: %s", d->name, strerror(errno));
	free(text);
	json_decref(status);
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct daemon *d = poll->data;
	int fd;

	(void)events;
	readable_resume(poll, status, on_connection);
	fd = accept4(d->control.fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	uv_update_time(&d->loop);
	answer(d, fd);
	close(fd);
}

static void make_directory(const char *path)
{
	char dir[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	strcpy(dir, path);
	slash = strrchr(dir, '/');
	*slash = '\0';
	mkdir(dir, 0755);
}

static int open_socket(struct daemon *d, const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	make_directory(addr->sun_path);
	/* the socket of an earlier daemon, which has exited or is about to */
	unlink(addr->sun_path);
	if (bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) ||
	    chmod(addr->sun_path, 0666) || listen(fd, BACKLOG)) {
		close(fd);
		return -errno;
	}
	strcpy(d->control.path, addr->sun_path);
	return fd;
}

/**
 * control_open() - open the status socket
 * @d: daemon
 *
 * The tunnel works without the socket, so an error causes only a warning.
 */
void control_open(struct daemon *d)
{
	struct sockaddr_un addr;

	d->control.fd = -ENAMETOOLONG;
	if (status_address(&addr, d->name))
		d->control.fd = open_socket(d, &addr);
	if (d->control.fd < 0) {
		log_warn("no status for \"teredo show\": %s: %s", addr.sun_path,
			 strerror(-d->control.fd));
		return;
	}
	uv_poll_init(&d->loop, &d->control.poll, d->control.fd);
	d->control.poll.data = d;
	uv_poll_start(&d->control.poll, UV_READABLE, on_connection);
}

/**
 * control_close() - remove the status socket
 * @d: daemon
 */
void control_close(struct daemon *d)
{
	if (d->control.fd >= 0)
		unlink(d->control.path);
}
