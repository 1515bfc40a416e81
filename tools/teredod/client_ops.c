// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that the state machine of a client needs: time, random octets,
 * solicitations, and the effect of events on the kernel and on this host.
 */
#include "daemon.h"
#include "log.h"
#include "random.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define LIFETIME_MIN	120	/* shortest lease, in seconds; see lifetime() */

/**
 * engine_addr_text() - format an IPv4 address for a message
 * @addr: address, network byte order
 *
 * Return: text, valid until the next call.
 */
const char *engine_addr_text(__be32 addr)
{
	static char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, text, sizeof(text));
	return text;
}

static void on_send(void *ctx, struct teredo_endpoint to, const u8 *data,
		    size_t len)
{
	struct daemon *d = ctx;

	log_debug("%s: solicitation to %s", d->name, engine_addr_text(to.addr));
	if (d->kt.transport.send(&d->kt.transport, to, data, len))
		snprintf(d->client.send_error, sizeof(d->client.send_error), "%s",
			 d->kt.nl.error);
}

/**
 * engine_now() - read the monotonic clock, for struct qualify_ops
 * @ctx: daemon
 *
 * Return: the time in milliseconds.
 */
u64 engine_now(void *ctx)
{
	struct daemon *d = ctx;

	uv_update_time(&d->loop);
	return uv_now(&d->loop);
}

static u64 on_contact(void *ctx)
{
	struct daemon *d = ctx;
	struct dev_info dev;

	if (dev_get(&d->genl, d->ifindex, &dev) ||
	    !dev_has(&dev, TEREDO_A_DEV_CONTACT))
		return QUALIFY_NEVER;
	return dev.contact;
}

/* The state in the kernel is a lease: without a daemon, a change of the mapping would
 * go unnoticed. The lease lasts two longest refresh intervals with their tries, so that
 * one renewal can fail.
 * Return: lease in seconds.
 */
static u32 lifetime(const struct daemon *d)
{
	u32 needed = 2 * (d->client.q.refresh + QUALIFY_TRIES * QUALIFY_TIMEOUT_MS) /
		     1000;

	return needed > LIFETIME_MIN ? needed : LIFETIME_MIN;
}

/**
 * engine_nat() - get the kind of NAT, as far as known
 * @d: daemon
 *
 * Return: the kind of NAT.
 */
enum teredo_nat engine_nat(const struct daemon *d)
{
	if ((d->client.q.nat == TEREDO_NAT_RESTRICTED ||
	     d->client.q.nat == TEREDO_NAT_UNKNOWN) &&
	    teredo_endpoint_equal(d->client.local, d->client.q.mapped))
		return TEREDO_NAT_NONE;
	return d->client.q.nat;
}

/**
 * engine_push() - pass address, server, mapping and NAT to the kernel
 * @d: daemon that has an address
 */
void engine_push(struct daemon *d)
{
	const struct dev_info dev = {
		.ifindex = d->ifindex,
		.address = d->client.q.address,
		.server = d->client.q.server.primary,
		.server2 = d->client.q.server.secondary,
		.mapped = d->client.q.mapped,
		.local = d->client.local,
		.lifetime = lifetime(d),
		.nat = engine_nat(d),
		.upnp = d->portmap.got.method != MAPPING_NO,
		.upnp_mapped = portmap_outside(d),
	};

	if (dev_set_up(&d->genl, &dev))
		log_error("%s: the kernel refuses the address: %s",
			  d->name, d->genl.error);
}

/**
 * engine_set_refresh() - set a longer refresh interval that has proven to work
 * @d: daemon that has an address
 * @refresh: refresh interval in milliseconds
 */
void engine_set_refresh(struct daemon *d, u64 refresh)
{
	d->client.q.refresh = refresh;
	engine_push(d);
}

static void read_local_port(struct daemon *d)
{
	struct dev_info dev;

	if (!dev_get(&d->genl, d->ifindex, &dev))
		d->client.local.port = dev.local.port;
}

/* Set up the device first: with a carrier but no route, no packet is lost. Remove an
 * address that an earlier daemon has added while this daemon took over.
 */
static void gain(struct daemon *d)
{
	char text[INET6_ADDRSTRLEN];

	d->client.send_error[0] = '\0';
	d->client.local.addr = d->client.heard_at ? d->client.heard_at :
						    d->watch.path.src;
	read_local_port(d);
	engine_push(d);
	/* a new address needs a new connectivity test */
	d->report.state = STATE_PROBE;
	place_sweep(d, &d->client.q.address);
	place_up(d, &d->client.q.address);
	portmap_renew(d);
	inet_ntop(AF_INET6, &d->client.q.address, text, sizeof(text));
	log_info("%s: address %s", d->name, text);
}

/**
 * engine_set_state() - pass a state without an address to the kernel
 * @d: daemon
 * @state: the state; the device keeps its server
 */
void engine_set_state(struct daemon *d, enum teredo_state state)
{
	dev_set_state(&d->genl, d->ifindex, state, 0,
		      (struct teredo_endpoint) { 0 });
}

static void lose(struct daemon *d)
{
	secondary_end(d);
	portmap_doubt(d);
	place_down(d);
	engine_set_state(d, TEREDO_STATE_PROBING);
}

static void probe(struct daemon *d)
{
	d->client.send_error[0] = '\0';
	d->client.heard_at = 0;
	secondary_due(d);
	watch_path(d);
	/* fix the source address: one that varies by destination would look like a
	 * symmetric NAT
	 */
	d->kt.local.addr = d->watch.path.src;
	read_local_port(d);
	portmap_update(d, d->client.local.port);
	if (dev_set_state(&d->genl, d->ifindex, TEREDO_STATE_PROBING,
			  d->client.q.server.primary, d->client.q.server.secondary))
		log_error("%s: %s", d->name, d->genl.error);
}

static void failed(struct daemon *d)
{
	unsigned int i;

	/* the name can have got another address */
	for (i = 0; i < d->conf.servers.n; i++)
		if (server_spec_has_name(&d->conf.servers.spec[i])) {
			resolve_start(&d->servers.resolver);
			break;
		}
}

static void on_event(void *ctx, enum qualify_event event)
{
	struct daemon *d = ctx;

	switch (event) {
	case QUALIFY_EV_PROBE:
		probe(d);
		break;
	case QUALIFY_EV_UP:
		rebind_end(d, false);
		gain(d);
		secondary_begin(d);
		break;
	case QUALIFY_EV_CONFIRMED:
		rebind_end(d, true);
		engine_push(d);
		secondary_begin(d);
		break;
	case QUALIFY_EV_LOST:
		lose(d);
		break;
	case QUALIFY_EV_FAILED:
		failed(d);
		break;
	case QUALIFY_EV_SILENT:
		rebind_silent(d);
		break;
	case QUALIFY_EV_NEW_KEY:
		log_warn("%s: the secret has expired, ask the server's operator for another one",
			 d->name);
		break;
	}
}

const struct qualify_ops engine_ops = {
	.send = on_send,
	.now = engine_now,
	.random = random_fill,
	.contact = on_contact,
	.event = on_event,
};

/**
 * engine_mapping() - pass a new or lost port mapping to the kernel
 * @d: daemon
 */
void engine_mapping(struct daemon *d)
{
	if (qualify_has_address(&d->client.q))
		engine_push(d);
}
