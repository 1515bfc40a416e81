// SPDX-License-Identifier: GPL-2.0
/*
 * Environment of teredod's engine. Replaces libuv, the kernel and the parts of teredod
 * that are not under test.
 */
#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/teredo.h>
#include <sys/random.h>

#include "firewall.h"
#include "fuzz.h"

struct world world;

/**
 * world_reset - reset the whole environment
 * @seed: of the random numbers
 */
void world_reset(u8 seed)
{
	memset(&world, 0, sizeof(world));
	world.now = 1000000;
	world.seed = 88172645463325252ull + seed;
	world.path_up = true;
	world.dev.ifindex = 1;
	world.dev.mode = TEREDO_MODE_CLIENT;
}

/* ---- libuv; a timer is active while its repeat is not 0 ---- */

int uv_timer_init(uv_loop_t *loop, uv_timer_t *timer)
{
	timer->loop = loop;
	timer->repeat = 0;
	return 0;
}

int uv_timer_start(uv_timer_t *timer, uv_timer_cb cb, uint64_t timeout,
		   uint64_t repeat)
{
	size_t i = 0;

	FUZZ_CHECK(cb && !repeat);
	timer->timer_cb = cb;
	timer->timeout = world.now + timeout;
	timer->repeat = 1;
	while (world.timers[i] && world.timers[i] != timer)
		i++;
	FUZZ_CHECK(i < WORLD_TIMERS);
	world.timers[i] = timer;
	return 0;
}

int uv_timer_stop(uv_timer_t *timer)
{
	timer->repeat = 0;
	return 0;
}

int uv_is_active(const uv_handle_t *handle)
{
	return ((const uv_timer_t *)handle)->repeat != 0;
}

uint64_t uv_now(const uv_loop_t *loop)
{
	(void)loop;
	return world.now;
}

void uv_update_time(uv_loop_t *loop)
{
	(void)loop;
}

int uv_poll_init(uv_loop_t *loop, uv_poll_t *poll, int fd)
{
	poll->loop = loop;
	(void)fd;
	return 0;
}

int uv_poll_start(uv_poll_t *poll, int events, uv_poll_cb cb)
{
	(void)events;
	/* the first poll is that of the control packets */
	if (world.readable)
		return 0;
	world.poll = poll;
	world.readable = cb;
	return 0;
}

void uv_close(uv_handle_t *handle, uv_close_cb cb)
{
	cb(handle);
}

static uv_timer_t *next_timer(u64 until)
{
	uv_timer_t *next = NULL;
	size_t i;

	for (i = 0; world.timers[i]; i++)
		if (world.timers[i]->repeat &&
		    world.timers[i]->timeout <= until &&
		    (!next || world.timers[i]->timeout < next->timeout))
			next = world.timers[i];
	return next;
}

/**
 * world_sleep - advance the clock
 * @ms: duration, ms
 *
 * Checks that no timer is restarted repeatedly for the same time, which would be a busy
 * loop.
 */
void world_sleep(u64 ms)
{
	u64 until = world.now + ms, at = 0;
	unsigned int at_once = 0;
	uv_timer_t *timer;

	while ((timer = next_timer(until))) {
		world.now = timer->timeout > world.now ? timer->timeout :
							 world.now;
		at_once = world.now == at ? at_once + 1 : 0;
		at = world.now;
		FUZZ_CHECK(at_once < 16);
		timer->repeat = 0;
		timer->timer_cb(timer);
	}
	world.now = until;
}

/* ---- randomness ---- */

ssize_t getrandom(void *buf, size_t len, unsigned int flags)
{
	u8 *p = buf;
	size_t i;

	(void)flags;
	for (i = 0; i < len; i++) {
		world.seed ^= world.seed << 13;
		world.seed ^= world.seed >> 7;
		world.seed ^= world.seed << 17;
		p[i] = world.seed >> 32;
	}
	return len;
}

/* ---- the kernel ---- */

int dev_get(struct nl *nl, u32 ifindex, struct dev_info *dev)
{
	(void)nl;
	FUZZ_CHECK(ifindex == world.dev.ifindex);
	*dev = world.dev;
	dev->contact = world.now - world.contact_at;
	if (world.contact_at)
		dev->present |= 1u << TEREDO_A_DEV_CONTACT;
	return 0;
}

/* the kernel's checks: the engine must not send what the kernel would refuse */
int dev_set_up(struct nl *nl, const struct dev_info *dev)
{
	(void)nl;
	FUZZ_CHECK(teredo_is_teredo(&dev->address, htonl(TEREDO_PREFIX)));
	FUZZ_CHECK(teredo_server(&dev->address) == dev->server);
	FUZZ_CHECK(teredo_endpoint_equal(teredo_mapped(&dev->address),
					 dev->mapped));
	FUZZ_CHECK(teredo_ipv4_is_global(dev->server));
	FUZZ_CHECK(teredo_ipv4_is_global(dev->mapped.addr) &&
		   dev->mapped.port);
	FUZZ_CHECK(dev->lifetime >= 60);
	/* RFC 5991 3: no cone bit, only random bits */
	FUZZ_CHECK(!(teredo_flags(&dev->address) & ~TEREDO_FLAG_RANDOM));
	world.dev.state = TEREDO_STATE_UP;
	world.dev.address = dev->address;
	world.dev.server = dev->server;
	world.dev.server2 = dev->server2;
	return 0;
}

int dev_set_state(struct nl *nl, u32 ifindex, enum teredo_state state,
		  __be32 server, struct teredo_endpoint server2)
{
	(void)nl;
	FUZZ_CHECK(ifindex == world.dev.ifindex);
	world.dev.state = state;
	if (server)
		world.dev.server = server;
	if (server2.addr)
		world.dev.server2 = server2;
	return 0;
}

static int on_send(struct transport *transport, struct teredo_endpoint to,
		   const u8 *data, size_t len)
{
	struct teredo_packet pkt;
	int second;

	(void)transport;
	FUZZ_CHECK(to.port == htons(TEREDO_PORT) ||
		   to.addr == htonl(WORLD_SECONDARY));
	FUZZ_CHECK(to.port && teredo_ipv4_is_global(to.addr));
	FUZZ_CHECK(!teredo_parse(&pkt, data, len) && pkt.auth);
	second = to.addr == htonl(WORLD_SECONDARY);
	memcpy(world.nonce[second], data + teredo_auth_nonce(&pkt),
	       TEREDO_NONCE_LEN);
	world.sent++;
	return world.send_error ? -EIO : 0;
}

int ktransport_open(struct ktransport *kt, u32 ifindex)
{
	memset(kt, 0, sizeof(*kt));
	kt->ifindex = ifindex;
	kt->transport.send = on_send;
	return 0;
}

/* the target calls transport.receive itself */
bool ktransport_receive(struct ktransport *kt)
{
	(void)kt;
	return false;
}

void ktransport_resync(struct ktransport *kt, const struct dev_info *dev)
{
	(void)kt;
	(void)dev;
}

int nl_fd(const struct nl *nl)
{
	(void)nl;
	return 0;
}

/* The port changes only while the device is down, and at most once in 8 s. */
int link_set_up(struct nl *nl, u32 ifindex, bool up)
{
	(void)nl;
	FUZZ_CHECK(ifindex == world.dev.ifindex && !world.placed);
	world.bounced = up;
	world.dev.state = TEREDO_STATE_DOWN;
	return 0;
}

int link_change(struct nl *nl, u32 ifindex, const struct link_conf *conf)
{
	(void)nl;
	(void)ifindex;
	FUZZ_CHECK(link_conf_has(conf, IFLA_TEREDO_PORT) && !conf->port);
	FUZZ_CHECK(!world.changed_at || world.now - world.changed_at >= 8000);
	world.changed_at = world.now;
	return 0;
}

/* ---- the fresh port ---- */

static int on_fresh_send(struct transport *transport, struct teredo_endpoint to,
			 const u8 *data, size_t len)
{
	struct teredo_packet pkt;

	(void)transport;
	FUZZ_CHECK(to.port == htons(TEREDO_PORT));
	FUZZ_CHECK(!teredo_parse(&pkt, data, len) && pkt.auth);
	memcpy(world.nonce[2], data + teredo_auth_nonce(&pkt),
	       TEREDO_NONCE_LEN);
	world.fresh++;
	return 0;
}

int udp_open(struct udp *udp, u16 port, __be32 towards)
{
	FUZZ_CHECK(!port && towards);
	udp->transport.send = on_fresh_send;
	return 0;
}

void udp_route(struct udp *udp, u32 fwmark, const char *link)
{
	(void)udp;
	(void)fwmark;
	(void)link;
}

void udp_close(struct udp *udp)
{
	udp->fd = -1;
}

/* the target calls transport.receive itself */
void udp_receive(struct udp *udp)
{
	(void)udp;
}

/* ---- other parts of teredod ---- */

void place_open(struct daemon *d)
{
	(void)d;
}

void place_up(struct daemon *d, const struct in6_addr *addr)
{
	FUZZ_CHECK(d->ifindex == world.dev.ifindex);
	FUZZ_CHECK(!memcmp(addr, &world.dev.address, sizeof(*addr)));
	FUZZ_CHECK(!world.placed);
	world.placed = true;
}

void place_down(struct daemon *d)
{
	(void)d;
	world.placed = false;
}

bool place_waiting(const struct daemon *d)
{
	(void)d;
	return false;
}

void place_sweep(struct daemon *d, const struct in6_addr *keep)
{
	(void)d;
	(void)keep;
}

void place_link(struct daemon *d)
{
	(void)d;
}

void place_repair(struct daemon *d)
{
	(void)d;
}

void place_removed(struct daemon *d)
{
	(void)d;
}

void beside_repair(struct daemon *d)
{
	(void)d;
}

bool watch_path(struct daemon *d)
{
	bool changed = d->watch.path_up != world.path_up;

	d->watch.path_up = world.path_up;
	d->watch.path.src = htonl(0x0a010002);
	reason_set(&d->watch.path_error, REASON_NO_PATH, "the server", "no way");
	return changed;
}

void watch_settled(struct daemon *d)
{
	(void)d;
}

void resolve_start(struct resolver *r)
{
	r->busy = true;
}

void resolve_cancel(struct resolver *r)
{
	r->busy = false;
}

void daemon_exit(struct daemon *d, int code)
{
	(void)d;
	(void)code;
}

void control_client(struct daemon *d, json_t *status)
{
	(void)d;
	(void)status;
}

void beside_begin(struct daemon *d)
{
	(void)d;
}

void beside_close(struct daemon *d)
{
	(void)d;
}

/* the second port is not part of this environment */
void secondary_open(struct daemon *d)
{
	(void)d;
}

void secondary_due(struct daemon *d)
{
	(void)d;
}

void secondary_begin(struct daemon *d)
{
	(void)d;
}

void secondary_end(struct daemon *d)
{
	(void)d;
}

void connectivity_open(struct daemon *d)
{
	(void)d;
}

void connectivity_changed(struct daemon *d, bool qualified)
{
	(void)d;
	(void)qualified;
}

void portmap_open(struct daemon *d)
{
	(void)d;
}

void portmap_update(struct daemon *d, __be16 port)
{
	(void)d;
	(void)port;
}

void portmap_doubt(struct daemon *d)
{
	(void)d;
}

void portmap_renew(struct daemon *d)
{
	(void)d;
}

void portmap_stop(struct daemon *d)
{
	(void)d;
}

void portmap_close(struct daemon *d)
{
	(void)d;
}

struct teredo_endpoint portmap_outside(const struct daemon *d)
{
	return d->portmap.got.outside;
}

enum firewall firewall_look(void)
{
	return FIREWALL_UNKNOWN;
}
