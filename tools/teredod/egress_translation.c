// SPDX-License-Identifier: GPL-2.0
/*
 * Translation of a server's gateway: to a native /64 by the kernel module (RFC 6296),
 * or by masquerading with nftables.
 */
#include "daemon.h"
#include "flows.h"
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/**
 * egress_has_prefix() - check whether the gateway translates to a native /64
 * @d: daemon
 *
 * Return: true if so, false if it masquerades or there is no gateway.
 */
bool egress_has_prefix(const struct daemon *d)
{
	return d->conf.nat66.method == NAT66_PREFIX;
}

/**
 * egress_set_reason() - record what is missing
 * @e: gateway; it keeps the first reason, which is the cause of later ones
 * @fmt: format as for printf()
 */
void egress_set_reason(struct egress *e, const char *fmt, ...)
{
	va_list args;

	if (e->reason[0])
		return;
	va_start(args, fmt);
	vsnprintf(e->reason, sizeof(e->reason), fmt, args);
	va_end(args);
}

/**
 * egress_set_prefix() - set the prefix that the kernel module translates to
 * @d: daemon
 * @prefix: native /64, all zero for none
 *
 * Return: 0 or a negative errno with d->rtnl.error set.
 */
int egress_set_prefix(struct daemon *d, const struct in6_addr *prefix)
{
	struct link_conf conf = { .gateway_prefix = *prefix };
	struct in6_addr *now = &d->link.conf.gateway_prefix;
	int ret;

	if (!memcmp(now, prefix, sizeof(*now)))
		return 0;
	/* an older module would ignore the attribute */
	if (!link_conf_has(&d->link.conf, IFLA_TEREDO_GATEWAY_PREFIX)) {
		snprintf(d->rtnl.error, sizeof(d->rtnl.error),
			 "the kernel module is older than teredod (try: modprobe -r teredo; modprobe teredo)");
		return -EOPNOTSUPP;
	}
	link_conf_set(&conf, IFLA_TEREDO_GATEWAY_PREFIX);
	ret = link_change(&d->rtnl, d->ifindex, &conf);
	if (!ret)
		*now = *prefix;
	return ret;
}

static void on_counter(const char *name, uint64_t value, void *ctx)
{
	struct masquerade_count *count = ctx;

	if (!strcmp(name, "rx_translated"))
		count->sent = value;
	else if (!strcmp(name, "tx_translated"))
		count->replies = value;
}

static void on_dev(const struct dev_info *dev, void *ctx)
{
	dev_counters(dev, on_counter, ctx);
}

/* The device has counted before, so save the counters at the change of the prefix. */
static void begin_count(struct daemon *d)
{
	struct egress *e = &d->egress;

	e->counted = d->conf.nat66.prefix;
	memset(&e->before, 0, sizeof(e->before));
	dev_dump(&d->genl, d->ifindex, on_dev, &e->before);
}

/* An earlier daemon can have masqueraded. */
static void translate_prefix(struct daemon *d)
{
	struct egress *e = &d->egress;
	const struct in6_addr *prefix = &d->conf.nat66.prefix;

	if (!e->in_place)
		masquerade_remove(&e->masquerade);
	else if (memcmp(&d->link.conf.gateway_prefix, prefix, sizeof(*prefix)))
		log_warn("%s: the gateway's prefix was changed: set again",
			 d->name);
	e->in_place = !egress_set_prefix(d, prefix);
	if (!e->in_place)
		egress_set_reason(e, "cannot set the translation up: %s",
				  d->rtnl.error);
	else if (memcmp(&e->counted, prefix, sizeof(*prefix)))
		begin_count(d);
}

static void masquerade(struct daemon *d)
{
	struct egress *e = &d->egress;

	if (e->in_place && masquerade_in_place(&e->masquerade))
		return;
	if (e->in_place)
		log_warn("%s: table ip6 %s was changed%s%s: set up again",
			 d->name, e->masquerade.table,
			 e->events.by[0] ? " by " : "", e->events.by);
	e->in_place = !masquerade_put(&e->masquerade);
	if (!e->in_place)
		egress_set_reason(e, "cannot set the translation up: %s",
				  e->masquerade.error);
	else if (flows_forget(&e->route.clients))
		log_debug("%s: gateway: connections are not looked at",
			  d->name);
}

/**
 * egress_translate() - set up the translation, or repair it if it was changed
 * @d: daemon
 */
void egress_translate(struct daemon *d)
{
	if (egress_has_prefix(d)) {
		translate_prefix(d);
	} else {
		egress_set_prefix(d, &in6addr_any);
		masquerade(d);
	}
}

/**
 * egress_count() - count packets or connections of clients, and their replies
 * @d: daemon
 * @count: result: packets with a prefix, otherwise connections and packets
 *
 * Return: false if the counters cannot be read.
 */
bool egress_count(struct daemon *d, struct masquerade_count *count)
{
	if (!egress_has_prefix(d))
		return !masquerade_count(&d->egress.masquerade, count);
	if (dev_dump(&d->genl, d->ifindex, on_dev, count))
		return false;
	count->sent -= d->egress.before.sent;
	count->replies -= d->egress.before.replies;
	return true;
}
