// SPDX-License-Identifier: GPL-2.0
/*
 * Fault injection: each allocation of each request to the module fails once
 * (/proc/thread-self/fail-nth, see Documentation/fault-injection/). A refused request
 * must leave nothing behind and succeed the next time.
 *
 * The reply to a request is allocated, too. If this fails, the socket returns an error,
 * and the caller cannot know whether the request was carried out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "genl.h"
#include "iflink.h"

#define DEV	"fault0"
#define PORT	45678
/* more than the allocations of any request */
#define MANY	5000

static struct link_conf conf;	/* of the created device */
static struct nl rtnl, genl, listener;
static u32 ifindex;

/* 192.0.2.10:45678 with the server 203.0.113.1, and a peer */
static const struct in6_addr own = { .s6_addr = {
	0x20, 0x01, 0, 0, 203, 0, 113, 1, 0x2c, 0x5a, 0x4d, 0x91,
	0x3f, 0xff, 0xfd, 0xf5 } };
static const struct in6_addr other = { .s6_addr = {
	0x20, 0x01, 0, 0, 203, 0, 113, 1, 0x10, 0xa7, 0x3c, 0xaf,
	0x3f, 0xff, 0xfd, 0xeb } };
static const struct in6_addr native = { .s6_addr = {
	0x20, 0x01, 0x0d, 0xb8, [15] = 1 } };

__attribute__((noreturn, format(printf, 1, 2)))
static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("tdfault: ", stderr);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static void must(const struct nl *nl, int err, const char *what)
{
	if (err)
		die("%s without a fault: %s", what, nl->error);
}

/* ---- the fault ---- */

static int fail_nth;

/* @n: number of the allocation that must fail, 0 for none */
static void set_fault(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fail_nth, text, len, 0) != len)
		die("fail-nth: %s", strerror(errno));
}

/* Return: true if there were fewer allocations */
static bool fault_is_left(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) < 0)
		die("fail-nth: %s", strerror(errno));
	set_fault(0);
	return atoi(text);
}

/* ---- current state ---- */

static bool exists(void)
{
	struct link_info link;
	int err = link_find(&rtnl, DEV, &link);

	if (err && err != -ENODEV)
		die("%s", rtnl.error);
	ifindex = err ? 0 : link.ifindex;
	return !err;
}

static bool is_up(void)
{
	struct link_info link;

	must(&rtnl, link_find(&rtnl, DEV, &link), "looking at the device");
	return link.flags & IFF_UP;
}

/* check whether another socket has the port */
static bool port_taken(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int err = bind(fd, (void *)&sin, sizeof(sin));

	close(fd);
	return err;
}

static struct dev_info device(void)
{
	struct dev_info dev;

	must(&genl, dev_get(&genl, ifindex, &dev), "dev-get");
	return dev;
}

static bool qualified(void)
{
	struct dev_info dev = device();

	return dev.state == TEREDO_STATE_UP || dev.server;
}

static void count_peer(const struct peer_info *peer, void *ctx)
{
	(void)peer;
	++*(unsigned int *)ctx;
}

static unsigned int peers(void)
{
	unsigned int n = 0;

	must(&genl, peer_dump(&genl, ifindex, count_peer, &n), "peer-get");
	return n;
}

static bool has_peers(void)
{
	return peers();
}

static bool has_helper(void)
{
	return device().helper;
}

static bool changed(void)
{
	struct link_info link;

	must(&rtnl, link_find(&rtnl, DEV, &link), "looking at the device");
	return link.conf.ttl || link.conf.fwmark;
}

/* ---- requests ---- */

static int create(struct nl *nl)
{
	return link_create(nl, DEV, &conf);
}

static int delete(struct nl *nl)
{
	return link_delete(nl, ifindex);
}

static int up(struct nl *nl)
{
	return link_set_up(nl, ifindex, true);
}

static int down(struct nl *nl)
{
	return link_set_up(nl, ifindex, false);
}

static int change_to(struct nl *nl, u8 ttl, u32 mark)
{
	struct link_conf new = { .ttl = ttl, .fwmark = mark };

	link_conf_set(&new, IFLA_TEREDO_TTL);
	link_conf_set(&new, IFLA_TEREDO_FWMARK);
	return link_change(nl, ifindex, &new);
}

static int change(struct nl *nl)
{
	return change_to(nl, 10, 20);
}

static int qualify(struct nl *nl)
{
	const struct dev_info dev = {
		.ifindex = ifindex,
		.address = own,
		.server = teredo_server(&own),
		.mapped = teredo_mapped(&own),
		.lifetime = 300,
	};

	return dev_set_up(nl, &dev);
}

static int know(struct nl *nl)
{
	return peer_add(nl, ifindex, &other, teredo_mapped(&other));
}

static int reach(struct nl *nl)
{
	return peer_add(nl, ifindex, &other, (struct teredo_endpoint){ 0 });
}

static int reach_native(struct nl *nl)
{
	return peer_add(nl, ifindex, &native, (struct teredo_endpoint){ 0 });
}

static int forget(struct nl *nl)
{
	return peer_del(nl, ifindex, NULL);
}

static int help(struct nl *nl)
{
	return dev_set_helper(nl, ifindex);
}

static int show(struct nl *nl)
{
	struct dev_info dev;

	return dev_get(nl, ifindex, &dev);
}

static int show_peers(struct nl *nl)
{
	unsigned int n = 0;
	int err = peer_dump(nl, ifindex, count_peer, &n);

	return err || n == 2 ? err : -ENODATA;
}

/* ---- before and after ---- */

static void made(void)
{
	must(&rtnl, create(&rtnl), "create");
	if (!exists())
		die("there is no device");
}

static void gone(void)
{
	if (exists())
		must(&rtnl, delete(&rtnl), "delete");
}

static void is_down(void)
{
	must(&rtnl, down(&rtnl), "down");
}

/* Setting the device down clears qualification and control daemon, but not the server. */
static void not_qualified(void)
{
	struct link_conf none = { 0 };

	is_down();
	link_conf_set(&none, IFLA_TEREDO_SERVER);
	must(&rtnl, link_change(&rtnl, ifindex, &none), "forget the server");
	must(&rtnl, up(&rtnl), "up");
}

static void not_known(void)
{
	must(&genl, forget(&genl), "peer-del");
}

static void unchanged(void)
{
	must(&rtnl, change_to(&rtnl, 0, 0), "change back");
}

/* ---- all requests ---- */

enum kind { LINK, GENL };

/**
 * struct op - a request
 * @name: name in messages
 * @kind: socket to use
 * @run: send the request
 * @done: check whether it has been carried out; NULL if this cannot be checked
 * @undo: restore the state before, in either case
 * @inverse: @done returns true while the request has *not* been carried out
 * @event: it causes an event, or a report of a lost event
 */
struct op {
	const char *name;
	enum kind kind;
	int (*run)(struct nl *nl);
	bool (*done)(void);
	void (*undo)(void);
	bool inverse;
	bool event;
};

static int open_socket(struct nl *nl, enum kind kind)
{
	return kind == LINK ? nl_open(nl, NETLINK_ROUTE) : dev_open(nl);
}

static bool is_done(const struct op *op)
{
	return op->done() != op->inverse;
}

struct tally {
	unsigned int refused, done, lost, bad;
};

static void complain(const struct op *op, unsigned int n, struct tally *t,
		     const char *what)
{
	printf("%s, allocation %u: %s\n", op->name, n, what);
	t->bad++;
}

static int heard_of(const struct nlmsghdr *nlh, void *ctx)
{
	(void)nlh;
	*(bool *)ctx = true;
	return 0;
}

/* check whether the listener has received an event since the last call */
static bool heard(void)
{
	bool any = false;

	return nl_drain(&listener, heard_of, &any) == -ENOBUFS || any;
}

static void judge(const struct op *op, unsigned int n, int err,
		  const struct nl *nl, struct tally *t)
{
	bool lost = !strncmp(nl->error, "netlink receive", 15);

	if (!err)
		t->done++;
	else if (lost)
		t->lost++;
	else
		t->refused++;
	if (!op->done || (err && lost))
		return;
	if (err && is_done(op))
		complain(op, n, t, "refused, but it leaves something behind");
	if (!err && !is_done(op))
		complain(op, n, t, "accepted, but it is not done");
	if (!err && op->event && !heard())
		complain(op, n, t, "accepted, without an event");
}

/* Return: true after the last allocation, when none failed */
static bool try_one(const struct op *op, unsigned int n, struct tally *t)
{
	struct nl nl;
	bool last;
	int err;

	if (open_socket(&nl, op->kind))
		die("%s", nl.error);
	nl.error[0] = '\0';
	heard();
	set_fault(n);
	err = op->run(&nl);
	last = fault_is_left();
	if (last) {
		must(&nl, err, op->name);
	} else {
		judge(op, n, err, &nl, t);
		if (op->undo)
			op->undo();
		must(op->kind == LINK ? &rtnl : &genl,
		     op->run(op->kind == LINK ? &rtnl : &genl), op->name);
	}
	nl_close(&nl);
	if (op->undo)
		op->undo();
	return last;
}

static unsigned int walk(const struct op *op)
{
	struct tally t = { 0 };
	unsigned int n;

	for (n = 1; n < MANY && !try_one(op, n, &t); n++)
		;
	printf("%s: %u faults: %u refused, %u done all the same, %u answers lost\n",
	       op->name, n - 1, t.refused, t.done, t.lost);
	if (n < 2 || n == MANY) {
		printf("%s: no fault\n", op->name);
		t.bad++;
	}
	fflush(stdout);
	return t.bad;
}

static bool busy(void)
{
	return is_up() || port_taken();
}

static const struct op create_op = {
	.name = "create", .kind = LINK, .run = create,
	.done = exists, .undo = gone,
};

static const struct op delete_op = {
	.name = "delete", .kind = LINK, .run = delete,
	.done = exists, .inverse = true,
};

static const struct op up_op = {
	.name = "up", .kind = LINK, .run = up,
	.done = busy, .undo = is_down,
};

static const struct op change_op = {
	.name = "change", .kind = LINK, .run = change,
	.done = changed, .undo = unchanged, .event = true,
};

static const struct op client_ops[] = {
	{ .name = "set-up", .kind = GENL, .run = qualify,
	  .done = qualified, .undo = not_qualified, .event = true },
	{ .name = "helper-set", .kind = GENL, .run = help,
	  .done = has_helper, .undo = not_qualified, .event = true },
};

static const struct op peer_ops[] = {
	{ .name = "peer-add, known", .kind = GENL, .run = know,
	  .done = has_peers, .undo = not_known },
	{ .name = "peer-add", .kind = GENL, .run = reach,
	  .done = has_peers, .undo = not_known },
	{ .name = "peer-add, native", .kind = GENL, .run = reach_native,
	  .done = has_peers, .undo = not_known },
};

static const struct op show_ops[] = {
	{ .name = "dev-get", .kind = GENL, .run = show },
	{ .name = "peer-get", .kind = GENL, .run = show_peers },
};

static unsigned int walk_all(const struct op *op, size_t n)
{
	unsigned int bad = 0;

	for (; n; n--)
		bad += walk(op++);
	return bad;
}

/* A device must be created before each deletion. */
static unsigned int walk_delete(void)
{
	struct tally t = { 0 };
	unsigned int n;
	bool last = false;
	struct nl nl;
	int err;

	for (n = 1; !last; n++) {
		made();
		if (open_socket(&nl, LINK))
			die("%s", nl.error);
		nl.error[0] = '\0';
		set_fault(n);
		err = delete(&nl);
		last = fault_is_left();
		judge(&delete_op, n, err, &nl, &t);
		nl_close(&nl);
		gone();
	}
	printf("delete: %u faults: %u refused, %u done all the same, %u answers lost\n",
	       n - 2, t.refused, t.done - 1, t.lost);
	return t.bad;
}

static unsigned int walk_client(void)
{
	unsigned int bad;

	bad = walk_all(client_ops, ARRAY_SIZE(client_ops));
	must(&genl, qualify(&genl), "set-up");
	bad += walk_all(peer_ops, ARRAY_SIZE(peer_ops));
	must(&genl, know(&genl), "peer-add");
	must(&genl, reach_native(&genl), "peer-add");
	return bad + walk_all(show_ops, ARRAY_SIZE(show_ops));
}

static void set_mode(const char *name)
{
	static const char * const names[] = {
		"client", "server", "relay", "hostrelay",
	};
	u8 mode;

	for (mode = 0; mode < ARRAY_SIZE(names); mode++)
		if (!strcmp(name, names[mode]))
			break;
	if (mode == ARRAY_SIZE(names))
		die("%s: no such mode", name);
	conf.mode = mode;
	conf.port = htons(PORT);
	conf.local = inet_addr("203.0.113.1");
	link_conf_set(&conf, IFLA_TEREDO_MODE);
	if (mode == TEREDO_MODE_SERVER)
		link_conf_set(&conf, IFLA_TEREDO_LOCAL);
	else
		link_conf_set(&conf, IFLA_TEREDO_PORT);
}

int main(int argc, char **argv)
{
	unsigned int bad;

	if (argc != 2)
		die("usage: tdfault MODE");
	set_mode(argv[1]);
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	if (fail_nth < 0)
		die("fail-nth: %s", strerror(errno));
	if (nl_open(&rtnl, NETLINK_ROUTE) || dev_open(&genl) ||
	    dev_open(&listener) || nl_join(&listener, listener.events))
		die("no netlink");

	bad = walk(&create_op) + walk_delete();
	made();
	bad += walk(&up_op) + walk(&change_op);
	must(&rtnl, up(&rtnl), "up");
	if (conf.mode == TEREDO_MODE_CLIENT)
		bad += walk_client();
	gone();
	return bad != 0;
}
