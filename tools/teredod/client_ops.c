// SPDX-License-Identifier: GPL-2.0
/*
 * What the state machine of a client asks for: time and randomness, solicitations, and
 * what an event changes in the kernel and on this host.
 */
#include "daemon.h"
#include "log.h"
#include "random.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define LIFETIME_MIN	120	/* s, of what the kernel is told; see lifetime() */

/**
 * engine_addr_text() - write an IPv4 address for a message
 * @addr: address
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
 * engine_now - for struct qualify_ops
 * @ctx: daemon
 *
 * Return: the time.
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

/* A helper that is gone cannot see that the mapping has changed, so what it
 * set runs out. The time is that of the two longest refresh intervals with
 * their tries, so that one renewal may fail.
 */
static u32 lifetime(const struct daemon *d)
{
	u32 needed = 2 * (d->client.q.refresh + QUALIFY_TRIES * QUALIFY_TIMEOUT_MS) /
		     1000;

	return needed > LIFETIME_MIN ? needed : LIFETIME_MIN;
}

/**
 * engine_nat - what is known of the NAT
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
 * engine_push() - tell the kernel address, server, mapping and NAT
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
		log_error("%s: the kernel does not take the address: %s",
			  d->name, d->genl.error);
}

/**
 * engine_set_refresh - the mapping lasts longer than was known
 * @d: daemon that has an address
 * @refresh: so long, in milliseconds
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

/* Device first: with a carrier, but no route yet, nothing gets lost. An address
 * may be left of a helper that was still at work as we have taken over.
 */
static void gain(struct daemon *d)
{
	char text[INET6_ADDRSTRLEN];

	d->client.send_error[0] = '\0';
	d->client.local.addr = d->client.heard_at ? d->client.heard_at :
						    d->watch.path.src;
	read_local_port(d);
	engine_push(d);
	/* whom another address reaches is to be found out anew */
	d->report.state = STATE_PROBE;
	place_sweep(d, &d->client.q.address);
	place_up(d, &d->client.q.address);
	portmap_renew(d);
	inet_ntop(AF_INET6, &d->client.q.address, text, sizeof(text));
	log_info("%s: address %s", d->name, text);
}

/**
 * engine_set_state() - tell the kernel a state without an address
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
	/* with an address for each destination we would look like a symmetric
	 * NAT to ourselves
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

	/* the name may stand for another address by now */
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
 * engine_mapping - the gateway has let others in, or does not any more
 * @d: daemon
 */
void engine_mapping(struct daemon *d)
{
	if (qualify_has_address(&d->client.q))
		engine_push(d);
}
