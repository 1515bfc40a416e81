// SPDX-License-Identifier: GPL-2.0
/* rtnetlink: dump the configuration of a device as attributes IFLA_TEREDO_*. */
#include <linux/netdevice.h>
#include <net/rtnetlink.h>
#include <uapi/linux/if_teredo.h>

#include "device.h"
#include "rtnl-dump.h"

/**
 * teredo_get_size() - compute the maximum size of the attributes of a device
 * @dev: device
 *
 * Context: any.
 * Return: maximum size in octets that teredo_fill_info() needs.
 */
size_t teredo_get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_MODE */
	       nla_total_size(sizeof(__be16)) +	/* IFLA_TEREDO_PORT */
	       nla_total_size(sizeof(__be32)) +	/* IFLA_TEREDO_LOCAL */
	       nla_total_size(sizeof(__be32)) +	/* IFLA_TEREDO_LOCAL2 */
	       nla_total_size(sizeof(u32)) +	/* IFLA_TEREDO_LINK */
	       nla_total_size(sizeof(__be32)) +	/* IFLA_TEREDO_SERVER */
	       nla_total_size(sizeof(__be32)) +	/* IFLA_TEREDO_SERVER2 */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_TTL */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_TOS */
	       nla_total_size(sizeof(u32)) +	/* IFLA_TEREDO_FWMARK */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_UDP_CSUM */
	       nla_total_size(sizeof(u32)) +	/* IFLA_TEREDO_MAX_PEERS */
	       nla_total_size(sizeof(__be32)) +	/* IFLA_TEREDO_PREFIX */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_AUTH */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_SYMMETRIC */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_DIRECT */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_PRESERVING */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_SEQUENTIAL */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_SOLICIT */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_HAIRPIN */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_DISCOVERY */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_BURST */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_ANY_PORT */
	       nla_total_size(sizeof(u32)) +	/* IFLA_TEREDO_RATE */
	       nla_total_size(sizeof(u8)) +	/* IFLA_TEREDO_GATEWAY */
	       nla_total_size(sizeof(u32)) +	/* IFLA_TEREDO_CLIENT_RATE */
	       nla_total_size(sizeof(struct in6_addr)) + /* IFLA_TEREDO_GATEWAY_PREFIX */
	       nla_total_size(sizeof(__be16)) +	/* IFLA_TEREDO_PORT2 */
	       nla_total_size(sizeof(__be16)) +	/* IFLA_TEREDO_SERVER2_PORT */
	       nla_total_size(TEREDO_MAX_SERVED * /* IFLA_TEREDO_SERVED */
			      sizeof(struct if_teredo_prefix));
}

static int put_client(struct sk_buff *skb, const struct teredo_config *cfg)
{
	if (nla_put_in_addr(skb, IFLA_TEREDO_SERVER, cfg->server) ||
	    nla_put_in_addr(skb, IFLA_TEREDO_SERVER2, cfg->server2) ||
	    nla_put_be16(skb, IFLA_TEREDO_SERVER2_PORT, cfg->server2_port) ||
	    nla_put_u8(skb, IFLA_TEREDO_SYMMETRIC, cfg->symmetric) ||
	    nla_put_u8(skb, IFLA_TEREDO_PRESERVING, cfg->preserving) ||
	    nla_put_u8(skb, IFLA_TEREDO_SEQUENTIAL, cfg->sequential) ||
	    nla_put_u8(skb, IFLA_TEREDO_SOLICIT, cfg->solicit) ||
	    nla_put_u8(skb, IFLA_TEREDO_HAIRPIN, cfg->hairpin) ||
	    nla_put_u8(skb, IFLA_TEREDO_DISCOVERY, cfg->local_discovery) ||
	    nla_put_u8(skb, IFLA_TEREDO_BURST, cfg->burst))
		return -EMSGSIZE;
	return 0;
}

static int put_served(struct sk_buff *skb, const struct teredo_config *cfg)
{
	struct if_teredo_prefix *p;
	struct nlattr *attr;
	int i;

	if (!cfg->n_served)
		return 0;
	attr = nla_reserve(skb, IFLA_TEREDO_SERVED,
			   cfg->n_served * sizeof(*p));
	if (!attr)
		return -EMSGSIZE;
	p = nla_data(attr);
	for (i = 0; i < cfg->n_served; i++) {
		p[i] = (struct if_teredo_prefix) {
			.addr = cfg->served[i].addr,
			.len = cfg->served[i].len,
		};
	}
	return 0;
}

/* servers have a built-in relay */
static int put_relay(struct sk_buff *skb, const struct teredo_config *cfg)
{
	if (nla_put_u8(skb, IFLA_TEREDO_DIRECT, cfg->direct) ||
	    nla_put_u8(skb, IFLA_TEREDO_SYMMETRIC, cfg->symmetric) ||
	    nla_put_u32(skb, IFLA_TEREDO_RATE, cfg->rate))
		return -EMSGSIZE;
	if (cfg->mode == TEREDO_MODE_SERVER &&
	    (nla_put_in_addr(skb, IFLA_TEREDO_LOCAL2, cfg->local2) ||
	     nla_put_be16(skb, IFLA_TEREDO_PORT2, cfg->port2) ||
	     nla_put_u8(skb, IFLA_TEREDO_AUTH, cfg->auth) ||
	     nla_put_u8(skb, IFLA_TEREDO_GATEWAY, cfg->gateway) ||
	     nla_put_in6_addr(skb, IFLA_TEREDO_GATEWAY_PREFIX,
			      &cfg->gateway_prefix) ||
	     nla_put_u32(skb, IFLA_TEREDO_CLIENT_RATE, cfg->client_rate)))
		return -EMSGSIZE;
	return put_served(skb, cfg);
}

/**
 * teredo_fill_info() - append the configuration of a device to a message
 * @skb: message
 * @dev: device
 *
 * Context: RTNL held.
 * Return: 0, or -EMSGSIZE.
 */
int teredo_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct teredo_dev *td = netdev_priv(dev);
	const struct teredo_config *cfg = &td->cfg;

	if (nla_put_u8(skb, IFLA_TEREDO_MODE, cfg->mode) ||
	    nla_put_be16(skb, IFLA_TEREDO_PORT, cfg->port) ||
	    nla_put_u8(skb, IFLA_TEREDO_ANY_PORT, cfg->any_port) ||
	    nla_put_in_addr(skb, IFLA_TEREDO_LOCAL, cfg->local) ||
	    nla_put_u32(skb, IFLA_TEREDO_LINK, cfg->link) ||
	    nla_put_u8(skb, IFLA_TEREDO_TTL, cfg->ttl) ||
	    nla_put_u8(skb, IFLA_TEREDO_TOS, cfg->tos) ||
	    nla_put_u32(skb, IFLA_TEREDO_FWMARK, cfg->fwmark) ||
	    nla_put_u8(skb, IFLA_TEREDO_UDP_CSUM, cfg->udp_csum) ||
	    nla_put_u32(skb, IFLA_TEREDO_MAX_PEERS, cfg->max_peers) ||
	    nla_put_be32(skb, IFLA_TEREDO_PREFIX, cfg->prefix))
		return -EMSGSIZE;
	return cfg->mode == TEREDO_MODE_CLIENT ? put_client(skb, cfg) :
						 put_relay(skb, cfg);
}
