// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink input: replies, events and control packets. The first octet selects the
 * reader.
 */
#include "fuzz.h"

#include "iflink.h"
#include "ktransport.h"
#include "mnl.h"
#include "route.h"

u8 sink;	/* not static, or the compiler could omit reads */

/* read all octets that a parser returns */
static void touch(const void *data, size_t len)
{
	const u8 *p = data;

	while (len--)
		sink ^= *p++;
}

static void on_counter(const char *name, uint64_t value, void *ctx)
{
	(void)value;
	(void)ctx;
	touch(name, strlen(name));
}

static void on_dev(const struct dev_info *dev, void *ctx)
{
	(void)ctx;
	dev_counters(dev, on_counter, NULL);
	touch(dev, sizeof(*dev));
}

static void on_peer(const struct peer_info *peer, void *ctx)
{
	(void)ctx;
	touch(peer, sizeof(*peer));
}

static void on_addr(const struct in6_addr *addr, void *ctx)
{
	(void)ctx;
	touch(addr, sizeof(*addr));
}

static void on_route(const struct route6 *route, void *ctx)
{
	(void)ctx;
	touch(route, sizeof(*route));
}

static void on_packet(void *ctx, struct teredo_endpoint from,
		      struct teredo_endpoint local, const u8 *data,
		      size_t len)
{
	(void)ctx;
	(void)from;
	(void)local;
	touch(data, len);
}

static void on_failed(void *ctx, const char *why)
{
	(void)ctx;
	FUZZ_CHECK(why[0]);
}

static int read_devs(struct nl *nl)
{
	return dev_dump(nl, 0, on_dev, NULL);
}

static int read_dev(struct nl *nl)
{
	struct dev_info dev;

	return dev_get(nl, 1, &dev);
}

static int read_peers(struct nl *nl)
{
	return peer_dump(nl, 1, on_peer, NULL);
}

static int read_family(struct nl *nl)
{
	return nl_resolve(nl, "teredo");
}

static int read_link(struct nl *nl)
{
	struct link_info link = { 0 };
	int ret = link_find(nl, "teredo0", &link);

	FUZZ_CHECK(memchr(link.name, '\0', sizeof(link.name)));
	FUZZ_CHECK(memchr(link.kind, '\0', sizeof(link.kind)));
	FUZZ_CHECK(link.conf.n_served <= TEREDO_MAX_SERVED);
	return ret;
}

static int read_addrs(struct nl *nl)
{
	return addr_dump(nl, 1, on_addr, NULL);
}

static int read_routes(struct nl *nl)
{
	return route_dump(nl, 1, on_route, NULL);
}

static int read_path(struct nl *nl)
{
	const struct path_query query = { .dst = 1 };
	struct path path;

	return path_get(nl, &query, &path);
}

static int read_events(struct nl *nl)
{
	struct ktransport kt = {
		.transport = { .receive = on_packet, .failed = on_failed },
		.nl = *nl,
		.ifindex = 1,
	};

	ktransport_receive(&kt);
	return 0;
}

static int (*const readers[])(struct nl *nl) = {
	read_devs, read_dev, read_peers, read_family, read_link, read_addrs,
	read_routes, read_path, read_events,
};

int fuzz_one(const u8 *data, size_t len)
{
	struct fuzz in = { data, len };
	u8 reader = fuzz_u8(&in) % ARRAY_SIZE(readers);
	struct nl nl = { .family = 30 };
	int ret;

	mnl_fake_reply(in.data, in.len);
	ret = readers[reader](&nl);
	mnl_fake_reply(NULL, 0);
	FUZZ_CHECK(ret <= 0);
	FUZZ_CHECK(!ret || nl.error[0]);
	FUZZ_CHECK(memchr(nl.error, '\0', sizeof(nl.error)));
	return 0;
}
