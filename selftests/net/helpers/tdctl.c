// SPDX-License-Identifier: GPL-2.0
/*
 * Test control of the module through netlink, with valid requests like teredod's and with
 * invalid ones.
 *
 * A client without teredod has a given address, and sends only packets that the test
 * causes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <linux/if_teredo.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "genl.h"
#include "iflink.h"

static const char usage[] =
	"usage: tdctl bare DEV PORT ADDRESS   create a device, and as up\n"
	"       tdctl up DEV ADDRESS [LIFETIME [LOCAL [NAT [UPNP]]]]\n"
	"                                     qualified, as ADDRESS says, behind a\n"
	"                                     NAT, see enum teredo_nat, that lets all\n"
	"                                     in at ADDRESS:PORT, or \"mapped\"\n"
	"       tdctl state DEV N             0 down, 1 probing\n"
	"       tdctl dump DEV                counters but 0, and peers\n"
	"       tdctl stats DEV               the same without peers\n"
	"       tdctl watch DEV IN OUT        for each line \"before\" of IN, remember\n"
	"                                     the dump; for each line \"expect A|B|C\",\n"
	"                                     wait until that is what has changed, for\n"
	"                                     30 ms, and write \"yes\", or what has. For\n"
	"                                     \"flush\", forget the peers and remember\n"
	"       tdctl helper DEV [ADDR HEX]   print the control packets, after sending\n"
	"                                     octets to port 3544 of an IPv4 address\n"
	"       tdctl genl CMD|dump:CMD [ATTR=HEX]...\n"
	"       tdctl clients DEV N           client-set for N mappings\n"
	"       tdctl list-without DEV        index of each device, by one dump that\n"
	"                                     DEV is deleted in\n"
	"       tdctl link new|set DEV [[@]ATTR=HEX]...\n"
	"                                     any request; @ATTR is IFLA_ATTR\n"
	"\n"
	"A request that is refused makes a line \"refused: NUMBER TEXT\"; the text\n"
	"is the kernel's (extack) or nothing.\n";

__attribute__((noreturn, format(printf, 1, 2)))
static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("tdctl: ", stderr);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static int refused(int err, const char *text)
{
	printf("refused: %d %s\n", err, text);
	return 1;
}

/* nl->error is the kernel's text, or that of the error number */
static int outcome(const struct nl *nl, int err)
{
	return err ? refused(-err, nl->error) : 0;
}

/* the kernel's text only */
static const char *ext_ack(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(err->error);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return "";
	if (nlh->nlmsg_type == NLMSG_ERROR)
		skip = sizeof(*err);
	mnl_attr_for_each(attr, nlh, skip)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			return mnl_attr_get_str(attr);
	return "";
}

/* NLM_F_ACK, NETLINK_CAP_ACK and NETLINK_EXT_ACK are set */
static int request(struct nl *nl, struct nlmsghdr *nlh)
{
	char buf[32768];
	int len, err;

	if (nl_send(nl, nlh))
		die("%s", nl->error);
	for (;;) {
		len = mnl_socket_recvfrom(nl->sock, buf, sizeof(buf));
		if (len < 0)
			die("receive: %s", strerror(errno));
		for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_type != NLMSG_ERROR &&
			    nlh->nlmsg_type != NLMSG_DONE)
				continue;
			memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
			return err < 0 ? refused(-err, ext_ack(nlh)) : 0;
		}
	}
}

static u32 ifindex_of(const char *name)
{
	u32 ifindex = if_nametoindex(name);

	if (!ifindex)
		die("there is no device %s", name);
	return ifindex;
}

static void open_genl(struct nl *nl)
{
	if (dev_open(nl))
		die("%s", nl->error);
}

static void parse_upnp(struct dev_info *dev, const char *text)
{
	char addr[INET_ADDRSTRLEN] = "";
	unsigned int port;

	dev->upnp = 1;
	if (!strcmp(text, "mapped"))
		return;
	if (sscanf(text, "%15[0-9.]:%u", addr, &port) != 2 ||
	    inet_pton(AF_INET, addr, &dev->upnp_mapped.addr) != 1)
		die("%s: not ADDRESS:PORT", text);
	dev->upnp_mapped.port = htons(port);
}

/* @arg: device, address and optional arguments */
static int cmd_up(char **arg)
{
	struct dev_info dev = { .ifindex = ifindex_of(arg[0]) };
	const char *address = arg[1], *lifetime = arg[2];
	const char *local = lifetime ? arg[3] : NULL;
	struct nl nl;

	if (inet_pton(AF_INET6, address, &dev.address) != 1)
		die("%s: not an IPv6 address", address);
	if (local && inet_pton(AF_INET, local, &dev.local.addr) != 1)
		die("%s: not an IPv4 address", local);
	dev.server = teredo_server(&dev.address);
	dev.mapped = teredo_mapped(&dev.address);
	dev.lifetime = lifetime ? atoi(lifetime) : 0;
	dev.nat = local && arg[4] ? atoi(arg[4]) : TEREDO_NAT_UNKNOWN;
	if (dev.nat && arg[5])
		parse_upnp(&dev, arg[5]);
	open_genl(&nl);
	return outcome(&nl, dev_set_up(&nl, &dev));
}

static int cmd_bare(char **arg)
{
	struct link_conf conf = { .port = htons(atoi(arg[1])) };
	struct link_info link;
	struct nl nl;

	link_conf_set(&conf, IFLA_TEREDO_PORT);
	if (nl_open(&nl, NETLINK_ROUTE) ||
	    link_create(&nl, arg[0], &conf) ||
	    link_find(&nl, arg[0], &link) ||
	    link_set_up(&nl, link.ifindex, true))
		die("%s", nl.error);
	nl_close(&nl);
	return cmd_up((char *[]){ arg[0], arg[2], NULL });
}

static int cmd_state(char **arg)
{
	struct nl nl;

	open_genl(&nl);
	return outcome(&nl, dev_set_state(&nl, ifindex_of(arg[0]),
					  atoi(arg[1]), 0,
					  (struct teredo_endpoint) { 0 }));
}

/**
 * struct state - visible state of a device
 * @n: number of entries
 * @is_number: the entry is a number, @number, else @text counts
 * @key: name of the entry
 * @idle: the part of a dump line behind @text, which always changes
 */
struct state {
	int n;
	struct entry {
		bool is_number;
		uint64_t number;
		char key[64];
		char text[160];
		char idle[80];
	} entry[512];
};

static struct entry *add_entry(struct state *st)
{
	if (st->n == ARRAY_SIZE(st->entry))
		die("too much to see");
	return &st->entry[st->n++];
}

static void add_number(const char *name, uint64_t value, void *ctx)
{
	struct entry *e = add_entry(ctx);

	e->is_number = true;
	e->number = value;
	snprintf(e->key, sizeof(e->key), "%s", name);
}

static void add_dev(const struct dev_info *dev, void *ctx)
{
	dev_counters(dev, add_number, ctx);
	add_number("state", dev->state, ctx);
	add_number("peers", dev->peers, ctx);
}

static void add_peer(const struct peer_info *peer, void *ctx)
{
	static const char * const states[] = {
		"probing", "trusted", "expired", "failed",
	};
	char addr[INET6_ADDRSTRLEN], remote[INET_ADDRSTRLEN];
	struct entry *e = add_entry(ctx);

	inet_ntop(AF_INET6, &peer->address, addr, sizeof(addr));
	inet_ntop(AF_INET, &peer->remote.addr, remote, sizeof(remote));
	e->is_number = false;
	snprintf(e->key, sizeof(e->key), "peer %s", addr);
	snprintf(e->text, sizeof(e->text), "%s %s:%u tries %u queued %u",
		 peer->state < 4 ? states[peer->state] : "?", remote,
		 ntohs(peer->remote.port), peer->tries, peer->queued);
	if (peer->nonce_received)
		snprintf(e->text + strlen(e->text),
			 sizeof(e->text) - strlen(e->text), " nonce %08x",
			 ntohl(peer->nonce_received));
	if (peer->peer_random_port)
		snprintf(e->text + strlen(e->text),
			 sizeof(e->text) - strlen(e->text), " random %u",
			 ntohs(peer->peer_random_port));
	if (peer->lan.port) {
		inet_ntop(AF_INET, &peer->lan.addr, remote, sizeof(remote));
		snprintf(e->text + strlen(e->text),
			 sizeof(e->text) - strlen(e->text), " lan %s:%u",
			 remote, ntohs(peer->lan.port));
	}
	snprintf(e->idle, sizeof(e->idle), "idle %u %u port %u by %u sent %08x",
		 peer->idle_rx, peer->idle_tx, ntohs(peer->random_port),
		 ntohs(peer->local_port), ntohl(peer->nonce_sent));
}

/* packets delivered to the IPv6 stack, and packets sent by the machine */
static void add_links(struct state *st, const char *dev)
{
	FILE *f = fopen("/proc/self/net/dev", "r");
	unsigned long rx, tx;
	char line[512], name[32];

	if (!f)
		die("/proc/self/net/dev: %s", strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " %31[^:]: %*u %lu %*u %*u %*u %*u %*u %*u %*u %lu",
			   name, &rx, &tx) != 3)
			continue;
		if (!strcmp(name, dev))
			add_number("to_stack", rx, st);
		else if (!strcmp(name, "eth0"))
			add_number("sent", tx, st);
	}
	fclose(f);
}

static int read_state(struct nl *nl, const char *dev, struct state *st)
{
	u32 ifindex = if_nametoindex(dev);
	int err;

	st->n = 0;
	if (!ifindex) {
		snprintf(nl->error, sizeof(nl->error), "no device %s", dev);
		return -ENODEV;
	}
	err = dev_dump(nl, ifindex, add_dev, st);
	if (!err)
		err = peer_dump(nl, ifindex, add_peer, st);
	add_links(st, dev);
	return err;
}

static void print_state(const struct state *st)
{
	const struct entry *e;
	int i;

	for (i = 0; i < st->n; i++) {
		e = &st->entry[i];
		if (e->is_number && e->number)
			printf("%s %" PRIu64 "\n", e->key, e->number);
		else if (!e->is_number)
			printf("%s %s %s\n", e->key, e->text, e->idle);
	}
}

static int cmd_dump(char **arg)
{
	static struct state st;
	struct nl nl;
	int err;

	open_genl(&nl);
	err = read_state(&nl, arg[0], &st);
	print_state(&st);
	return outcome(&nl, err);
}

static int cmd_stats(char **arg)
{
	static struct state st;
	struct nl nl;
	int err;

	open_genl(&nl);
	err = dev_dump(&nl, ifindex_of(arg[0]), add_dev, &st);
	print_state(&st);
	return outcome(&nl, err);
}

static const struct entry *find_entry(const struct state *st, const char *key)
{
	int i;

	for (i = 0; i < st->n; i++)
		if (!strcmp(st->entry[i].key, key))
			return &st->entry[i];
	return NULL;
}

#define MAX_CHANGES 64

struct changes {
	int n;
	char *line[MAX_CHANGES];
};

__attribute__((format(printf, 2, 3)))
static void add_change(struct changes *ch, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (ch->n == MAX_CHANGES || vasprintf(&ch->line[ch->n++], fmt, ap) < 0)
		die("too many changes");
	va_end(ap);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* append the changes to @text, in alphabetical order */
static void join(struct changes *ch, char *text)
{
	int i;

	qsort(ch->line, ch->n, sizeof(ch->line[0]), by_text);
	*text = '\0';
	for (i = 0; i < ch->n; i++) {
		text = stpcpy(text, i ? "|" : "");
		text = stpcpy(text, ch->line[i]);
		free(ch->line[i]);
	}
	ch->n = 0;
}

static void compare(const struct state *old, const struct state *new,
		    char *text)
{
	static const struct entry none = { .is_number = true };
	struct changes ch = { 0 };
	const struct entry *o, *n;
	int i;

	for (i = 0; i < new->n; i++) {
		n = &new->entry[i];
		o = find_entry(old, n->key) ?: &none;
		if (n->is_number && n->number != o->number)
			add_change(&ch, "%s %+" PRId64, n->key,
				   (int64_t)(n->number - o->number));
		else if (!n->is_number && strcmp(n->text, o->text))
			add_change(&ch, "%s %s", n->key, n->text);
	}
	for (i = 0; i < old->n; i++) {
		o = &old->entry[i];
		if (!find_entry(new, o->key))
			add_change(&ch, "%s gone", o->key);
	}
	join(&ch, text);
}

static void sort_expected(char *list, char *text)
{
	struct changes ch = { 0 };
	char *line;

	for (line = strtok(list, "|"); line; line = strtok(NULL, "|"))
		add_change(&ch, "%s", line);
	join(&ch, text);
}

#define EXPECT_TRIES	400	/* of 10 ms */
#define EXPECT_STEADY	4	/* three ticks of a clock with 100 Hz */

/*
 * The expected changes must persist for EXPECT_STEADY comparisons. The next command
 * detects later changes.
 */
static void expect(struct nl *nl, const char *dev, char *list,
		   struct state *before, FILE *out)
{
	int tries = EXPECT_TRIES, steady = 0;
	char expected[8192], actual[8192];
	static struct state after;

	sort_expected(list, expected);
	for (;;) {
		if (read_state(nl, dev, &after)) {
			fprintf(out, "%s\n", nl->error);
			return;
		}
		compare(before, &after, actual);
		steady = strcmp(expected, actual) ? 0 : steady + 1;
		if (steady == EXPECT_STEADY || !tries--)
			break;
		usleep(10000);
	}
	fprintf(out, "%s\n", steady ? "yes" : actual);
	*before = after;
}

/* Return: false with the reason in nl->error */
static bool remember(struct nl *nl, const char *dev, bool flush,
		     struct state *before)
{
	u32 ifindex = if_nametoindex(dev);

	if (flush && ifindex && peer_del(nl, ifindex, NULL))
		return false;
	return !read_state(nl, dev, before);
}

static int cmd_watch(char **arg)
{
	static struct state before;
	FILE *in = fopen(arg[1], "r"), *out = fopen(arg[2], "w");
	char line[8192];
	struct nl nl;

	if (!in || !out)
		die("%s, %s: %s", arg[1], arg[2], strerror(errno));
	open_genl(&nl);
	setvbuf(out, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "expect ", 7)) {
			expect(&nl, arg[0], line + 7, &before, out);
			continue;
		}
		fprintf(out, "%s\n", remember(&nl, arg[0],
					      !strcmp(line, "flush"), &before) ?
			"yes" : nl.error);
	}
	fclose(in);
	fclose(out);
	return 0;
}

static int print_packet(const struct nlmsghdr *nlh, void *ctx)
{
	struct dev_packet pkt;
	char from[INET_ADDRSTRLEN];
	size_t i;

	(void)ctx;
	if (!dev_packet_parse(&pkt, nlh))
		return 0;
	inet_ntop(AF_INET, &pkt.remote.addr, from, sizeof(from));
	printf("packet %s:%u ", from, ntohs(pkt.remote.port));
	for (i = 0; i < pkt.len; i++)
		printf("%02x", pkt.data[i]);
	putchar('\n');
	return 0;
}

static size_t from_hex(const char *hex, u8 *data, size_t max)
{
	size_t len = strlen(hex) / 2, i;
	unsigned int octet;

	if (strlen(hex) % 2 || len > max)
		die("%s: not octets", hex);
	for (i = 0; i < len; i++) {
		if (sscanf(hex + 2 * i, "%2x", &octet) != 1)
			die("%s: not octets", hex);
		data[i] = octet;
	}
	return len;
}

/* send one control packet, through the socket of the control daemon */
static int send_first(struct nl *nl, u32 ifindex, char **arg)
{
	u8 payload[1280];
	struct in_addr to;
	char buf[4096];
	struct nlmsghdr *nlh;
	size_t len;

	if (!arg[1] || inet_pton(AF_INET, arg[0], &to) != 1)
		die("helper: needs an IPv4 address and octets");
	len = from_hex(arg[1], payload, sizeof(payload));
	nlh = nl_begin_genl(nl, buf, TEREDO_CMD_PACKET_SEND, NLM_F_ACK);
	mnl_attr_put_u32(nlh, TEREDO_A_PACKET_IFINDEX, ifindex);
	mnl_attr_put_u32(nlh, TEREDO_A_PACKET_REMOTE_ADDR, to.s_addr);
	mnl_attr_put_u16(nlh, TEREDO_A_PACKET_REMOTE_PORT,
			 cpu_to_be16(TEREDO_PORT));
	mnl_attr_put(nlh, TEREDO_A_PACKET_PAYLOAD, len, payload);
	return outcome(nl, nl_talk(nl, nlh, NULL, NULL));
}

static int cmd_helper(char **arg)
{
	u32 ifindex = ifindex_of(arg[0]);
	char buf[32768];
	struct nlmsghdr *nlh;
	struct nl nl;
	int len;

	setvbuf(stdout, NULL, _IOLBF, 0);
	open_genl(&nl);
	nlh = nl_begin_genl(&nl, buf, TEREDO_CMD_HELPER_SET, NLM_F_ACK);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_IFINDEX, ifindex);
	if (outcome(&nl, nl_talk(&nl, nlh, NULL, NULL)) ||
	    (arg[1] && send_first(&nl, ifindex, arg + 1)))
		return 1;
	puts("ready");
	for (;;) {
		len = mnl_socket_recvfrom(nl.sock, buf, sizeof(buf));
		if (len < 0)
			die("receive: %s", strerror(errno));
		for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len))
			print_packet(nlh, NULL);
	}
}

/* append all arguments that begin with an @, or all others */
static void put_attrs(struct nlmsghdr *nlh, char **arg, bool at)
{
	const char *value;
	u8 data[2048];
	size_t len;

	for (; *arg; arg++) {
		if ((**arg == '@') != at)
			continue;
		value = strchr(*arg, '=');
		if (!value)
			die("%s: not ATTR=HEX", *arg);
		len = from_hex(value + 1, data, sizeof(data));
		mnl_attr_put(nlh, atoi(*arg + at), len, data);
	}
}

static int cmd_genl(char **arg)
{
	bool dump = !strncmp(arg[0], "dump:", 5);
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
	struct nl nl;

	open_genl(&nl);
	nlh = nl_begin_genl(&nl, buf, atoi(arg[0] + (dump ? 5 : 0)),
			    dump ? NLM_F_DUMP : NLM_F_ACK);
	put_attrs(nlh, arg + 1, false);
	return request(&nl, nlh);
}

/* Return: true at the end of the dump */
static bool print_indices(const void *buf, int len)
{
	const struct nlmsghdr *nlh;
	struct dev_info dev;

	for (nlh = buf; mnl_nlmsg_ok(nlh, len);
	     nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type == NLMSG_ERROR ||
		    nlh->nlmsg_type == NLMSG_DONE)
			return true;
		dev_parse(&dev, nlh);
		printf("%u\n", dev.ifindex);
	}
	return false;
}

static int cmd_clients(char **arg)
{
	struct teredo_endpoint mapped = { .port = htons(1) };
	u32 ifindex = ifindex_of(arg[0]), i, n = atoi(arg[1]);
	struct nl nl;

	open_genl(&nl);
	for (i = 0; i < n; i++) {
		mapped.addr = htonl(0x0c000000 + i);
		if (dev_client_set(&nl, ifindex, mapped, 300))
			die("%u: %s", i, nl.error);
	}
	return 0;
}

static int cmd_list_without(char **arg)
{
	u32 victim = ifindex_of(arg[0]);
	struct nlmsghdr *nlh;
	char buf[32768];	/* the kernel fills as much as nl_talk() offers */
	struct nl nl, rtnl;
	bool end;
	int len;

	if (nl_open(&rtnl, NETLINK_ROUTE))
		die("%s", rtnl.error);
	open_genl(&nl);
	nlh = nl_begin_genl(&nl, buf, TEREDO_CMD_DEV_GET, NLM_F_DUMP);
	if (mnl_socket_sendto(nl.sock, nlh, nlh->nlmsg_len) < 0)
		die("send: %s", strerror(errno));
	do {
		len = mnl_socket_recvfrom(nl.sock, buf, sizeof(buf));
		if (len < 0)
			die("receive: %s", strerror(errno));
		end = print_indices(buf, len);
		if (victim && link_delete(&rtnl, victim))
			die("%s", rtnl.error);
		victim = 0;
	} while (!end);
	return 0;
}

static int cmd_link(char **arg)
{
	bool new = !strcmp(arg[0], "new");
	struct nlattr *info, *data;
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
	void *header;
	struct nl nl;

	if (nl_open(&nl, NETLINK_ROUTE))
		die("%s", nl.error);
	nlh = nl_begin(&nl, buf, RTM_NEWLINK, NLM_F_ACK |
		       (new ? NLM_F_CREATE | NLM_F_EXCL : 0), sizeof(*ifi),
		       &header);
	ifi = header;
	if (new)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, arg[1]);
	else
		ifi->ifi_index = ifindex_of(arg[1]);
	put_attrs(nlh, arg + 2, true);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, TEREDO_LINK_KIND);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	put_attrs(nlh, arg + 2, false);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return request(&nl, nlh);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		int (*run)(char **arg);
	} commands[] = {
		{ "bare", 3, cmd_bare },
		{ "up", 2, cmd_up },
		{ "state", 2, cmd_state },
		{ "dump", 1, cmd_dump },
		{ "stats", 1, cmd_stats },
		{ "watch", 3, cmd_watch },
		{ "helper", 1, cmd_helper },
		{ "genl", 1, cmd_genl },
		{ "clients", 2, cmd_clients },
		{ "list-without", 1, cmd_list_without },
		{ "link", 2, cmd_link },
	};
	size_t i;

	for (i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name) &&
		    argc >= 2 + commands[i].args)
			return commands[i].run(argv + 2);
	fputs(usage, stderr);
	return 2;
}
