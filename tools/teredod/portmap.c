// SPDX-License-Identifier: GPL-2.0
/*
 * Port mapping on the NAT gateway: teredo-portmap makes the gateway forward the service
 * port (RFC 6081 5.3, 5.6). Qualification continues meanwhile, as a gateway that does
 * not answer must not delay it.
 */
#include "children.h"
#include "daemon.h"
#include "log.h"
#include "status.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define STATE_DIR	"/var/lib/teredo"

/* Time for the gateway to close the port when the daemon exits. teredo-portmap continues
 * after that.
 */
#define END_MS		3000

/* Delay before teredo-portmap is restarted, in case it fails each time */
#define AGAIN_MS	10000

#define LINE		256
#define HANDLES		3

/**
 * struct portmap_program - a running teredo-portmap
 * @d: daemon, NULL once the program was told to terminate
 * @process: its process
 * @in: its standard input; closing it terminates the program
 * @out: its standard output, with results
 * @open: handles that libuv has not closed yet
 * @line: incomplete line of output
 * @len: length of @line in octets
 * @doubtful: the gateway can have lost the mapping, see portmap_renew()
 */
struct portmap_program {
	struct daemon *d;
	uv_process_t process;
	uv_pipe_t in;
	uv_pipe_t out;
	unsigned int open;
	char line[LINE];
	size_t len;
	bool doubtful;
};

static void on_closed(uv_handle_t *handle)
{
	struct portmap_program *pm = handle->data;

	if (!--pm->open)
		free(pm);
}

static void close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_closed);
}

static void on_timer(uv_timer_t *timer);

static void on_exit_status(uv_process_t *process, int64_t status, int signum)
{
	struct portmap_program *pm = process->data;
	struct daemon *d = pm->d;

	children_remove(process->pid);
	if (d) {
		log_warn("%s: teredo-portmap has ended (%d)", d->name,
			 signum ? signum : (int)status);
		d->portmap.program = NULL;
		d->portmap.got.method = MAPPING_NO;
		snprintf(d->portmap.error, sizeof(d->portmap.error),
			 "teredo-portmap has ended");
		engine_mapping(d);
		uv_timer_start(&d->portmap.timer, on_timer, AGAIN_MS, 0);
	}
	close_handle((uv_handle_t *)&pm->in);
	close_handle((uv_handle_t *)&pm->out);
	close_handle((uv_handle_t *)process);
}

/* Process a line of output, "mapped MAPPING" or "failed REASON". */
static void take_line(struct daemon *d, const char *line)
{
	struct mapping map;

	if (!strncmp(line, "mapped ", 7) && mapping_parse(&map, line + 7)) {
		log_info("%s: the gateway forwards a port: %s", d->name,
			 line + 7);
		d->portmap.got = map;
		d->portmap.error[0] = '\0';
	} else if (!strncmp(line, "failed ", 7)) {
		log_info("%s: no way in through the gateway: %s", d->name,
			 line + 7);
		d->portmap.got.method = MAPPING_NO;
		snprintf(d->portmap.error, sizeof(d->portmap.error), "%s",
			 line + 7);
	} else {
		return;
	}
	engine_mapping(d);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct portmap_program *pm = handle->data;

	(void)size;
	/* drop the start of an overlong line; the rest is no valid line either */
	if (pm->len == sizeof(pm->line) - 1)
		pm->len = 0;
	*buf = uv_buf_init(pm->line + pm->len, sizeof(pm->line) - 1 - pm->len);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
	struct portmap_program *pm = stream->data;
	char *end;

	(void)buf;
	if (got < 0) {
		close_handle((uv_handle_t *)stream);
		return;
	}
	pm->len += got;
	pm->line[pm->len] = '\0';
	while (pm->d && (end = strchr(pm->line, '\n'))) {
		*end++ = '\0';
		take_line(pm->d, pm->line);
		pm->len -= end - pm->line;
		memmove(pm->line, end, pm->len + 1);
	}
}

/* teredo-portmap is installed in the directory of teredod. */
static void find_program(char *buf, size_t size)
{
	static const char name[] = "teredo-portmap";
	size_t len = size - sizeof(name);
	char *slash = NULL;

	if (!uv_exepath(buf, &len))
		slash = strrchr(buf, '/');
	strcpy(slash ? slash + 1 : buf, name);
}

/* TEREDO_STATE_DIR replaces the directory, like TEREDO_RUN_DIR. */
static void find_state(const struct daemon *d, char *buf, size_t size)
{
	const char *dir = getenv("TEREDO_STATE_DIR");

	if (!dir)
		dir = getenv("STATE_DIRECTORY");
	if (!dir)
		dir = STATE_DIR;
	mkdir(dir, 0700);
	snprintf(buf, size, "%s/%s.portmap", dir, d->name);
}

static void init_handles(struct portmap_program *pm, uv_loop_t *loop)
{
	uv_pipe_init(loop, &pm->in, 0);
	uv_pipe_init(loop, &pm->out, 0);
	pm->in.data = pm;
	pm->out.data = pm;
	pm->process.data = pm;
	pm->open = HANDLES;
}

static int spawn(struct portmap_program *pm, char **args)
{
	uv_stdio_container_t stdio[] = {
		{ .flags = UV_CREATE_PIPE | UV_READABLE_PIPE,
		  .data.stream = (uv_stream_t *)&pm->in },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
		  .data.stream = (uv_stream_t *)&pm->out },
		{ .flags = UV_INHERIT_FD, .data.fd = 2 },
	};
	const uv_process_options_t options = {
		.file = args[0],
		.args = args,
		.exit_cb = on_exit_status,
		.stdio = stdio,
		.stdio_count = ARRAY_SIZE(stdio),
	};

	init_handles(pm, &pm->d->loop);
	return uv_spawn(&pm->d->loop, &pm->process, &options);
}

static int start(struct portmap_program *pm, char *program)
{
	const struct mapping *want = &pm->d->portmap.wanted;
	char gateway[INET_ADDRSTRLEN], local[INET_ADDRSTRLEN], port[8];
	char option[] = "--state", state[512], method[8];
	char *args[] = {
		program, option, state, method, gateway, local, port, NULL
	};

	find_state(pm->d, state, sizeof(state));
	snprintf(method, sizeof(method), "%s",
		 mapping_method_name(want->method));
	inet_ntop(AF_INET, &want->gateway, gateway, sizeof(gateway));
	inet_ntop(AF_INET, &want->inside.addr, local, sizeof(local));
	snprintf(port, sizeof(port), "%u", ntohs(want->inside.port));
	return spawn(pm, args);
}

static void begin(struct daemon *d)
{
	struct portmap_program *pm = calloc(1, sizeof(*pm));
	char program[512];
	int ret;

	if (!pm)
		return;
	pm->d = d;
	find_program(program, sizeof(program));
	ret = start(pm, program);
	if (!ret) {
		children_add(pm->process.pid);
		d->portmap.program = pm;
		uv_read_start((uv_stream_t *)&pm->out, on_alloc, on_read);
		return;
	}
	snprintf(d->portmap.error, sizeof(d->portmap.error),
		 "teredo-portmap: %s", uv_strerror(ret));
	log_warn("%s: %s", d->name, d->portmap.error);
	pm->d = NULL;
	on_exit_status(&pm->process, 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
	begin(timer->data);
}

/* The program closes the port before it exits. The next program waits for that. */
static void end(struct daemon *d)
{
	struct portmap_program *pm = d->portmap.program;

	uv_timer_stop(&d->portmap.timer);
	d->portmap.program = NULL;
	d->portmap.got.method = MAPPING_NO;
	d->portmap.error[0] = '\0';
	if (!pm)
		return;
	pm->d = NULL;
	uv_process_kill(&pm->process, SIGTERM);
	close_handle((uv_handle_t *)&pm->in);
}

static bool same(const struct mapping *a, const struct mapping *b)
{
	return a->gateway == b->gateway &&
	       teredo_endpoint_equal(a->inside, b->inside);
}

/**
 * portmap_open() - initialize the timer
 * @d: daemon of a client
 */
void portmap_open(struct daemon *d)
{
	uv_timer_init(&d->loop, &d->portmap.timer);
	d->portmap.timer.data = d;
}

/**
 * portmap_update() - request a mapping if address, port or gateway have changed
 * @d: daemon of a client, which knows its path
 * @port: service port, network byte order
 *
 * Without a gateway, there is no NAT to ask.
 */
void portmap_update(struct daemon *d, __be16 port)
{
	const struct mapping want = {
		.method = d->conf.port_mapping,
		.gateway = d->watch.path.gateway,
		.inside = { .addr = d->watch.path.src, .port = port },
	};

	if (want.method == MAPPING_NO ||
	    ((d->portmap.program || d->portmap.error[0]) &&
	     same(&want, &d->portmap.wanted)))
		return;
	end(d);
	d->portmap.wanted = want;
	if (d->watch.path_up && want.gateway && port)
		begin(d);
}

/**
 * portmap_doubt() - note that the NAT can have lost its mappings
 * @d: daemon of a client, which loses its address
 */
void portmap_doubt(struct daemon *d)
{
	if (d->portmap.program)
		d->portmap.program->doubtful = true;
}

/* Any input ends the program's wait. If the pipe is full, there is input already. */
static void ask_again(struct portmap_program *pm)
{
	char line[] = "again\n";
	const uv_buf_t buf = uv_buf_init(line, sizeof(line) - 1);

	uv_try_write((uv_stream_t *)&pm->in, &buf, 1);
}

/**
 * portmap_renew() - request the mapping again after the NAT can have lost it
 * @d: daemon of a client, which has got an address
 *
 * A gateway that was restarted has no mappings. The program's own next check can be
 * minutes away.
 */
void portmap_renew(struct daemon *d)
{
	if (!d->portmap.program || !d->portmap.program->doubtful)
		return;
	d->portmap.program->doubtful = false;
	ask_again(d->portmap.program);
}

/**
 * portmap_stop() - remove the mapping while no address needs it
 * @d: daemon of a client
 */
void portmap_stop(struct daemon *d)
{
	end(d);
}

/**
 * portmap_close() - remove the mapping, and wait up to END_MS for the program
 * @d: daemon of a client
 */
void portmap_close(struct daemon *d)
{
	struct portmap_program *pm = d->portmap.program;
	struct pollfd pfd = { .events = 0 };
	uv_os_fd_t fd;

	end(d);
	if (!pm || uv_fileno((uv_handle_t *)&pm->out, &fd))
		return;
	pfd.fd = fd;
	/* the pipe hangs up when the program exits */
	poll(&pfd, 1, END_MS);
}

/**
 * portmap_outside() - get the external endpoint, if it is not the mapped endpoint
 * @d: daemon of a client that is qualified
 *
 * If both are the same, there is one NAT, and no separate endpoint (RFC 6081 5.3.3).
 *
 * Return: the external endpoint, or address 0.
 */
struct teredo_endpoint portmap_outside(const struct daemon *d)
{
	if (d->portmap.got.method == MAPPING_NO ||
	    teredo_endpoint_equal(d->portmap.got.outside, d->client.q.mapped))
		return (struct teredo_endpoint){ 0 };
	return d->portmap.got.outside;
}

/**
 * portmap_status() - add the mapping to the status
 * @d: daemon of a client
 * @status: object of the status
 */
void portmap_status(const struct daemon *d, json_t *status)
{
	json_t *o;

	if (d->conf.port_mapping == MAPPING_NO)
		return;
	o = json_pack("{s:s}", "wanted",
		      mapping_method_name(d->conf.port_mapping));
	if (d->portmap.got.method != MAPPING_NO) {
		json_object_set_new(o, "method",
				    json_string(mapping_method_name(d->portmap.got.method)));
		json_object_set_new(o, "mapped",
				    status_endpoint(d->portmap.got.outside.addr,
						    d->portmap.got.outside.port));
	} else if (d->portmap.error[0]) {
		json_object_set_new(o, "error", json_string(d->portmap.error));
	}
	json_object_set_new(status, "port_mapping", o);
}
