// SPDX-License-Identifier: GPL-2.0
/*
 * Engine of a client: the input is a sequence of events. Datagrams have arbitrary octets,
 * or are answers to the client's solicitations, whole or damaged.
 */
#include "fuzz.h"

#include <arpa/inet.h>

#include "world.h"

enum {
	SKIP_SECONDARY	= 0x01,
	WITH_SECRET	= 0x02,
	TWO_SERVERS	= 0x04,
	BY_NAME		= 0x08,
	ADOPT		= 0x10,
	NO_PATH		= 0x20,
	ANY_PORT	= 0x40,
};

static struct daemon d;

/* mappings that servers report; the client must reject the last two */
static const struct teredo_endpoint *mapping(u8 which)
{
	static struct teredo_endpoint mappings[4];

	mappings[0] = (struct teredo_endpoint){ htonl(0xc000020a), htons(40000) };
	mappings[1] = (struct teredo_endpoint){ htonl(0xc000020a), htons(40001) };
	mappings[2] = (struct teredo_endpoint){ htonl(0x0a000001), htons(40000) };
	mappings[3] = (struct teredo_endpoint){ htonl(0xc000020a), 0 };
	return &mappings[which % 4];
}

static void receive(struct teredo_endpoint from, const u8 *data, size_t len)
{
	const struct teredo_endpoint local = { .addr = htonl(0x0a010002) };

	if (from.addr == htonl(WORLD_PRIMARY))
		world.contact_at = world.now;
	d.kt.transport.receive(&d, from, local, data, len);
	world.readable(world.poll, 0, UV_READABLE);
}

static void arbitrary(struct fuzz *in)
{
	struct teredo_endpoint from = { .port = htons(TEREDO_PORT) };
	u8 where = fuzz_u8(in);
	size_t len;
	u8 *data;

	from.addr = htonl(WORLD_PRIMARY + where % 4);
	if (where & 0x80)
		from.port++;
	data = fuzz_take(in, fuzz_u8(in), &len);
	receive(from, data, len);
	free(data);
}

/* A server's answer to the last solicitation, with one octet changed; @fresh: the last
 * one from a fresh port.
 */
static void make_answer(struct fuzz *in, bool fresh)
{
	u8 ra[TEREDO_AUTH_MIN + PACKET_HMAC_LEN + TEREDO_ORIGIN_LEN +
	      TEREDO_RA_PACKET] = { 0, 1 };
	const struct teredo_endpoint nowhere = { 0 };
	const struct teredo_endpoint self = { htonl(WORLD_PRIMARY),
					      htons(TEREDO_PORT) };
	u8 how = fuzz_u8(in), where = fuzz_u8(in), change = fuzz_u8(in);
	struct teredo_endpoint from = self;
	struct in6_addr router, prefix = { 0 };
	u8 *covered = ra + 4, *rest;

	if (how & 1 && !fresh)
		from.addr = htonl(WORLD_SECONDARY);
	if (d.client.q.key.secret_len) {
		ra[3] = PACKET_HMAC_LEN;
		covered += PACKET_HMAC_LEN;
	}
	memcpy(covered, world.nonce[fresh ? 2 : how & 1], TEREDO_NONCE_LEN);
	covered[TEREDO_NONCE_LEN] = how >> 7;
	rest = covered + TEREDO_NONCE_LEN + 1;
	teredo_build_origin(rest, *mapping(how >> 1));
	teredo_make_linklocal(&router, TEREDO_FLAG_CONE, self);
	prefix.s6_addr32[0] = htonl(TEREDO_PREFIX);
	prefix.s6_addr32[1] = self.addr;
	teredo_build_ra(rest + TEREDO_ORIGIN_LEN, &router, &teredo_rs_source,
			&prefix);
	if (d.client.q.key.secret_len)
		packet_hmac(ra + 4, &d.client.q.key, covered, TEREDO_NONCE_LEN + 1,
			    rest, TEREDO_ORIGIN_LEN + TEREDO_RA_PACKET);
	ra[where % sizeof(ra)] ^= change;
	if (fresh)
		d.rebind.udp.transport.receive(&d, from, nowhere, ra,
				rest + TEREDO_ORIGIN_LEN + TEREDO_RA_PACKET - ra);
	else
		receive(from, ra,
			rest + TEREDO_ORIGIN_LEN + TEREDO_RA_PACKET - ra);
}

static void answer(struct fuzz *in)
{
	make_answer(in, false);
}

static void answer_fresh(struct fuzz *in)
{
	if (d.rebind.poll)
		make_answer(in, true);
}

/* answer only solicitations from fresh ports */
static void go_stale(struct fuzz *in)
{
	u8 none[3] = { 0 };
	struct fuzz plain = { none, sizeof(none) };
	unsigned int i, n = fuzz_u8(in) % 8;

	for (i = 0; i < n; i++) {
		plain = (struct fuzz){ none, sizeof(none) };
		answer_fresh(&plain);
		world_sleep(4400);
	}
}

/* Without events, the client keeps to the pace of RFC 4380 5.2.1, plus what was due at the
 * start.
 */
static void sleep_some(struct fuzz *in)
{
	unsigned int before = world.sent, fresh = world.fresh;
	u64 ms = fuzz_u16(in);

	world_sleep(ms);
	FUZZ_CHECK(world.sent - before <= 8 + 4 * ms / 3000);
	FUZZ_CHECK(world.fresh - fresh <= 4 + 2 * ms / 3000);
}

static void resolved(struct fuzz *in)
{
	u8 n = fuzz_u8(in);

	if (!d.servers.resolver.busy)
		return;
	d.servers.resolver.busy = false;
	d.servers.resolver.n = n % 3;
	d.servers.resolver.servers[0] = (struct qualify_server){
		htonl(WORLD_PRIMARY),
		{ htonl(WORLD_SECONDARY), htons(TEREDO_PORT) } };
	d.servers.resolver.servers[1] = (struct qualify_server){
		htonl(0xc6336476), { htonl(0xc6336477), htons(TEREDO_PORT) } };
	snprintf(d.servers.resolver.error, sizeof(d.servers.resolver.error), "no such name");
	d.servers.resolver.done(&d.servers.resolver);
}

/* "teredo set" gives the device another server */
static void administrator(struct fuzz *in)
{
	world.dev.server = htonl(WORLD_PRIMARY + fuzz_u8(in) % 2 * 256);
	world.dev.server2.addr = 0;
	d.kt.changed(&d);
	world.readable(world.poll, 0, UV_READABLE);
}

static void change_path(struct fuzz *in)
{
	world.path_up = fuzz_u8(in) & 1;
	if (!watch_path(&d))
		return;
	if (!d.watch.path_up)
		engine_suspend(&d);
	else if (d.client.q.state == QUALIFY_INITIAL)
		engine_begin(&d);
	else
		engine_restart(&d);
}

static void fail_sending(struct fuzz *in)
{
	world.send_error = fuzz_u8(in) & 1;
	d.kt.transport.failed(&d, "no way");
}

static void check_path(struct fuzz *in)
{
	(void)in;
	engine_check(&d);
}

static void (*const events[])(struct fuzz *in) = {
	sleep_some, arbitrary, answer, answer, resolved, administrator,
	change_path, fail_sending, check_path, answer_fresh, go_stale,
};

/* kernel state, routes and reported state must agree */
static void check_state(void)
{
	bool has = qualify_has_address(&d.client.q);
	struct reason reason;

	FUZZ_CHECK(world.placed == has);
	FUZZ_CHECK((world.dev.state == TEREDO_STATE_UP) == has);
	FUZZ_CHECK((d.report.state == STATE_QUALIFIED) == has);
	explain(&d, &reason);
	FUZZ_CHECK((reason_state(reason.id, true) == STATE_QUALIFIED) == has);
	FUZZ_CHECK(d.client.q.n_servers <= QUALIFY_SERVERS);
	FUZZ_CHECK(!d.client.q.n_servers || d.client.q.index < d.client.q.n_servers);
	/* a timer runs, unless the client waits for a path or for names */
	FUZZ_CHECK(d.client.timer.repeat || d.client.q.state == QUALIFY_INITIAL);
}

static void configure(u8 flags)
{
	static const char *const texts[] = {
		"203.0.113.1", "203.0.113.1, 198.51.100.118",
		"one.example", "one.example, two.example",
	};
	unsigned int n = (flags & TWO_SERVERS ? 1 : 0) +
			 (flags & BY_NAME ? 2 : 0);

	memset(&d, 0, sizeof(d));
	d.name = "teredo0";
	d.ifindex = 1;
	d.role = &engine_role;
	conf_init(&d.conf, TEREDO_MODE_CLIENT);
	d.link.conf.prefix = htonl(TEREDO_PREFIX);
	d.link.conf.any_port = flags & ANY_PORT;
	d.conf.skip_secondary = flags & SKIP_SECONDARY;
	if (flags & WITH_SECRET) {
		memset(d.conf.key.secret, 's', 20);
		d.conf.key.secret_len = 20;
	}
	world.path_up = !(flags & NO_PATH);
	FUZZ_CHECK(!server_list_add(&d.conf.servers, texts[n]));
}

/* restore the state that an earlier daemon has left */
static void leave_behind(void)
{
	world.dev.state = TEREDO_STATE_UP;
	world.dev.server = htonl(WORLD_PRIMARY);
	world.dev.present |= 1u << TEREDO_A_DEV_ADDRESS;
	teredo_make_address(&world.dev.address, htonl(TEREDO_PREFIX),
			    htonl(WORLD_PRIMARY), 0x1034, *mapping(0));
}

int fuzz_one(const u8 *data, size_t len)
{
	struct fuzz in = { data, len };
	u8 flags = fuzz_u8(&in);

	world_reset(flags >> 6);
	configure(flags);
	if (flags & ADOPT)
		leave_behind();
	FUZZ_CHECK(!d.role->open(&d));
	d.role->begin(&d);
	while (in.len) {
		events[fuzz_u8(&in) % ARRAY_SIZE(events)](&in);
		if (world.bounced) {
			world.bounced = false;
			engine_restart(&d);
		}
		if (d.client.q.n_servers && d.client.q.state != QUALIFY_INITIAL)
			check_state();
	}
	d.role->close(&d);
	FUZZ_CHECK(!world.placed && world.dev.state == TEREDO_STATE_DOWN);
	return 0;
}
