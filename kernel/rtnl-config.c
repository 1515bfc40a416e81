// SPDX-License-Identifier: GPL-2.0
/*
 * rtnetlink: the attributes IFLA_TEREDO_* of a request. They are checked individually,
 * for the role, and in combination, and stored in a configuration.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>
#include <uapi/linux/if_teredo.h>

#include "device.h"
#include "peer.h"
#include "ratelimit.h"
#include "rtnl-config.h"

const struct nla_policy teredo_link_policy[IFLA_TEREDO_MAX + 1] = {
	[IFLA_TEREDO_UNSPEC]	= { .strict_start_type = IFLA_TEREDO_MODE },
	[IFLA_TEREDO_MODE]	= NLA_POLICY_MAX(NLA_U8, TEREDO_MODE_HOSTRELAY),
	[IFLA_TEREDO_PORT]	= { .type = NLA_BE16 },
	[IFLA_TEREDO_LOCAL]	= { .type = NLA_BE32 },
	[IFLA_TEREDO_LOCAL2]	= { .type = NLA_BE32 },
	[IFLA_TEREDO_LINK]	= { .type = NLA_U32 },
	[IFLA_TEREDO_SERVER]	= { .type = NLA_BE32 },
	[IFLA_TEREDO_SERVER2]	= { .type = NLA_BE32 },
	[IFLA_TEREDO_TTL]	= { .type = NLA_U8 },
	[IFLA_TEREDO_TOS]	= { .type = NLA_U8 },
	[IFLA_TEREDO_FWMARK]	= { .type = NLA_U32 },
	[IFLA_TEREDO_UDP_CSUM]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_TEREDO_MAX_PEERS]	= { .type = NLA_U32 },
	[IFLA_TEREDO_PREFIX]	= { .type = NLA_BE32 },
	[IFLA_TEREDO_AUTH]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_TEREDO_SYMMETRIC]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_TEREDO_DIRECT]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_TEREDO_RATE]	= { .type = NLA_U32 },
	[IFLA_TEREDO_PRESERVING] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_TEREDO_SOLICIT]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_TEREDO_HAIRPIN]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_TEREDO_DISCOVERY] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_TEREDO_SEQUENTIAL] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_TEREDO_BURST]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_TEREDO_GATEWAY]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_TEREDO_CLIENT_RATE] = { .type = NLA_U32 },
	[IFLA_TEREDO_GATEWAY_PREFIX] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[IFLA_TEREDO_PORT2]	= { .type = NLA_BE16 },
	[IFLA_TEREDO_SERVER2_PORT] = { .type = NLA_BE16 },
	[IFLA_TEREDO_ANY_PORT]	= {
		.type = NLA_REJECT,
		.reject_message = "Read only: set the port to 0",
	},
	[IFLA_TEREDO_SERVED]	=
		NLA_POLICY_MAX_LEN(TEREDO_MAX_SERVED *
				   sizeof(struct if_teredo_prefix)),
};

#define FOR(mode) BIT(TEREDO_MODE_##mode)

/* attributes that only some roles accept */
static const struct {
	u8 attr;
	u8 modes;
	const char *why;
} of_roles[] = {
	{ IFLA_TEREDO_LOCAL2, FOR(SERVER),
	  "Only a server has a second local address" },
	{ IFLA_TEREDO_PORT2, FOR(SERVER), "Only a server has a second port" },
	{ IFLA_TEREDO_AUTH, FOR(SERVER),
	  "Only a server can demand a secret" },
	{ IFLA_TEREDO_GATEWAY, FOR(SERVER), "Only a server has a gateway" },
	{ IFLA_TEREDO_CLIENT_RATE, FOR(SERVER), "Only a server has a gateway" },
	{ IFLA_TEREDO_GATEWAY_PREFIX, FOR(SERVER),
	  "Only a server has a gateway" },
	{ IFLA_TEREDO_PRESERVING, FOR(CLIENT),
	  "Only a client has random ports" },
	{ IFLA_TEREDO_SEQUENTIAL, FOR(CLIENT),
	  "Only a client has random ports" },
	{ IFLA_TEREDO_SOLICIT, FOR(CLIENT), "Only a client asks peers" },
	{ IFLA_TEREDO_HAIRPIN, FOR(CLIENT),
	  "Only a client has peers behind its own NAT" },
	{ IFLA_TEREDO_DISCOVERY, FOR(CLIENT),
	  "Only a client has peers on its link" },
	{ IFLA_TEREDO_BURST, FOR(CLIENT), "Only a client sends bursts" },
	{ IFLA_TEREDO_RATE, FOR(SERVER) | FOR(RELAY) | FOR(HOSTRELAY),
	  "Only servers and relays have a limit per address" },
	{ IFLA_TEREDO_DIRECT, FOR(SERVER) | FOR(RELAY) | FOR(HOSTRELAY),
	  "A client always sends direct bubbles" },
	{ IFLA_TEREDO_SERVED, FOR(SERVER) | FOR(RELAY),
	  "Only a relay serves a range of addresses" },
	{ IFLA_TEREDO_SERVER, FOR(CLIENT),
	  "Only a client has a server" },
	{ IFLA_TEREDO_SERVER2, FOR(CLIENT),
	  "Only a client has a server" },
	{ IFLA_TEREDO_SERVER2_PORT, FOR(CLIENT),
	  "Only a client has a server" },
};

static int check_tos(struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u8 tos;

	if (!attr)
		return 0;
	tos = nla_get_u8(attr);
	/* 1 inherits. The ECN bits are always those of the inner packet (RFC 6040). */
	if (tos == 1 || !(tos & 3))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "TOS must be 1 (inherit) or leave the two ECN bits clear");
	return -EINVAL;
}

static int check_unicast(struct nlattr *attr, struct netlink_ext_ack *extack)
{
	__be32 addr;

	if (!attr)
		return 0;
	addr = nla_get_in_addr(attr);
	if (!ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "Not a unicast IPv4 address");
	return -EADDRNOTAVAIL;
}

/* An address with a server that is not global would not be usable (RFC 4380 4). */
static int check_server(struct nlattr *attr, struct netlink_ext_ack *extack)
{
	__be32 addr;

	if (!attr)
		return 0;
	addr = nla_get_in_addr(attr);
	if (!addr || teredo_ipv4_is_global(addr))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "A server must have a global unicast IPv4 address");
	return -EADDRNOTAVAIL;
}

static int check_port(struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (!attr || nla_get_be16(attr))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "The UDP port must not be 0");
	return -EINVAL;
}

static int check_rate(struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (!attr || nla_get_u32(attr) <= TEREDO_LIMIT_RATE_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "The rate must be at most 1000000, or 0 for no limit");
	return -ERANGE;
}

/* 2000::/3 */
static bool is_global_unicast(__be32 first)
{
	return ntohl(first) >> 29 == 1;
}

static int check_numbers(struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct nlattr *max_peers = data[IFLA_TEREDO_MAX_PEERS];
	struct nlattr *prefix = data[IFLA_TEREDO_PREFIX];
	u32 n = max_peers ? nla_get_u32(max_peers) : 1;

	if (!n || n > TEREDO_MAX_PEERS_LIMIT) {
		NL_SET_ERR_MSG_ATTR(extack, max_peers,
				    "The number of peers must be 1 to 2097152");
		return -ERANGE;
	}
	if (prefix && !is_global_unicast(nla_get_be32(prefix))) {
		NL_SET_ERR_MSG_ATTR(extack, prefix,
				    "The service prefix must be global unicast");
		return -EADDRNOTAVAIL;
	}
	return check_rate(data[IFLA_TEREDO_RATE], extack) ?:
	       check_rate(data[IFLA_TEREDO_CLIENT_RATE], extack);
}

/* All zero means no prefix. */
static int check_gateway_prefix(struct nlattr *attr,
				struct netlink_ext_ack *extack)
{
	struct in6_addr prefix = attr ? nla_get_in6_addr(attr) : in6addr_any;

	if (ipv6_addr_any(&prefix) ||
	    (is_global_unicast(prefix.s6_addr32[0]) &&
	     !prefix.s6_addr32[2] && !prefix.s6_addr32[3]))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "The gateway's prefix must be a global unicast /64 with host bits 0");
	return -EADDRNOTAVAIL;
}

static int check_served(struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const struct if_teredo_prefix *p;
	struct in6_addr net;
	int n, i;

	if (!attr)
		return 0;
	if (nla_len(attr) % sizeof(*p)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "Not a list of prefixes");
		return -EINVAL;
	}
	p = nla_data(attr);
	n = nla_len(attr) / sizeof(*p);
	for (i = 0; i < n; i++) {
		ipv6_addr_prefix(&net, &p[i].addr, min_t(int, p[i].len, 128));
		if (p[i].len > 128 || p[i].pad[0] || p[i].pad[1] ||
		    p[i].pad[2] || !ipv6_addr_equal(&net, &p[i].addr)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "Not a prefix of at most 128 bits with host bits 0");
			return -EINVAL;
		}
	}
	return 0;
}

/**
 * teredo_config_check_role() - check that the role of a device accepts the attributes
 * @mode: enum teredo_mode
 * @data: attributes of the request
 * @extack: gets the message
 *
 * Context: process, RTNL held.
 * Return: 0; -EINVAL, or -EADDRNOTAVAIL for an address of a server that is not global.
 */
int teredo_config_check_role(u8 mode, struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int i;

	for (i = 0; i < ARRAY_SIZE(of_roles); i++) {
		attr = data[of_roles[i].attr];
		if (!attr || of_roles[i].modes & BIT(mode))
			continue;
		NL_SET_BAD_ATTR(extack, attr);
		if (extack)
			extack->_msg = of_roles[i].why;
		return -EINVAL;
	}
	if (mode != TEREDO_MODE_SERVER)
		return 0;
	attr = data[IFLA_TEREDO_PORT];
	if (attr && nla_get_be16(attr) != htons(TEREDO_PORT)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "Clients find a server at port 3544 only");
		return -EINVAL;
	}
	attr = data[IFLA_TEREDO_LOCAL];
	if (attr && !nla_get_in_addr(attr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "A server needs an address");
		return -EINVAL;
	}
	return check_server(attr, extack) ?:
	       check_server(data[IFLA_TEREDO_LOCAL2], extack);
}

/**
 * teredo_link_validate() - check each attribute of a request individually
 * @tb: attributes of every link, IFLA_*
 * @data: attributes of a Teredo device, IFLA_TEREDO_*; NULL for none
 * @extack: gets the message
 *
 * Context: process, RTNL held.
 * Return: 0, or the negative error of the first invalid attribute.
 */
int teredo_link_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	int err;

	if (tb[IFLA_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "Teredo devices have no hardware address");
		return -EINVAL;
	}
	if (!data)
		return 0;
	err = check_served(data[IFLA_TEREDO_SERVED], extack) ?:
	      check_gateway_prefix(data[IFLA_TEREDO_GATEWAY_PREFIX], extack);
	if (!err)
		err = check_tos(data[IFLA_TEREDO_TOS], extack);
	if (!err)
		err = check_unicast(data[IFLA_TEREDO_LOCAL], extack);
	if (!err)
		err = check_server(data[IFLA_TEREDO_SERVER], extack);
	if (!err)
		err = check_server(data[IFLA_TEREDO_SERVER2], extack);
	if (!err)
		err = check_port(data[IFLA_TEREDO_PORT2], extack);
	if (!err)
		err = check_port(data[IFLA_TEREDO_SERVER2_PORT], extack);
	if (!err)
		err = check_numbers(data, extack);
	return err;
}

static void fill_served(struct teredo_config *cfg, struct nlattr *attr)
{
	const struct if_teredo_prefix *p = nla_data(attr);
	int i;

	cfg->n_served = nla_len(attr) / sizeof(*p);
	for (i = 0; i < cfg->n_served; i++) {
		cfg->served[i].addr = p[i].addr;
		cfg->served[i].len = p[i].len;
	}
}

/* Return: the port of a second address, in network byte order: 3544 if only the address
 * is given, @port if neither is given.
 */
static __be16 second_port(struct nlattr *addr_attr, struct nlattr *port_attr,
			  __be16 port)
{
	if (port_attr)
		return nla_get_be16(port_attr);
	return addr_attr ? htons(TEREDO_PORT) : port;
}

static void fill_client_server(struct teredo_config *cfg, struct nlattr *data[])
{
	if (data[IFLA_TEREDO_SERVER])
		WRITE_ONCE(cfg->server,
			   nla_get_in_addr(data[IFLA_TEREDO_SERVER]));
	if (data[IFLA_TEREDO_SERVER2])
		WRITE_ONCE(cfg->server2,
			   nla_get_in_addr(data[IFLA_TEREDO_SERVER2]));
	WRITE_ONCE(cfg->server2_port,
		   second_port(data[IFLA_TEREDO_SERVER2],
			       data[IFLA_TEREDO_SERVER2_PORT],
			       cfg->server2_port));
}

/* store the attributes of a client */
static void fill_client(struct teredo_config *cfg, struct nlattr *data[])
{
	fill_client_server(cfg, data);
	if (data[IFLA_TEREDO_PRESERVING])
		WRITE_ONCE(cfg->preserving,
			   nla_get_u8(data[IFLA_TEREDO_PRESERVING]));
	if (data[IFLA_TEREDO_SEQUENTIAL])
		WRITE_ONCE(cfg->sequential,
			   nla_get_u8(data[IFLA_TEREDO_SEQUENTIAL]));
	if (data[IFLA_TEREDO_SOLICIT])
		WRITE_ONCE(cfg->solicit, nla_get_u8(data[IFLA_TEREDO_SOLICIT]));
	if (data[IFLA_TEREDO_HAIRPIN])
		WRITE_ONCE(cfg->hairpin, nla_get_u8(data[IFLA_TEREDO_HAIRPIN]));
	if (data[IFLA_TEREDO_DISCOVERY])
		WRITE_ONCE(cfg->local_discovery,
			   nla_get_u8(data[IFLA_TEREDO_DISCOVERY]));
	if (data[IFLA_TEREDO_BURST])
		WRITE_ONCE(cfg->burst, nla_get_u8(data[IFLA_TEREDO_BURST]));
}

/* store the attributes of a server */
static void fill_server(struct teredo_config *cfg, struct nlattr *data[])
{
	if (data[IFLA_TEREDO_LOCAL2])
		cfg->local2 = nla_get_in_addr(data[IFLA_TEREDO_LOCAL2]);
	cfg->port2 = second_port(data[IFLA_TEREDO_LOCAL2],
				 data[IFLA_TEREDO_PORT2], cfg->port2);
	if (data[IFLA_TEREDO_AUTH])
		WRITE_ONCE(cfg->auth, nla_get_u8(data[IFLA_TEREDO_AUTH]));
	if (data[IFLA_TEREDO_GATEWAY])
		WRITE_ONCE(cfg->gateway, nla_get_u8(data[IFLA_TEREDO_GATEWAY]));
	if (data[IFLA_TEREDO_CLIENT_RATE])
		WRITE_ONCE(cfg->client_rate,
			   nla_get_u32(data[IFLA_TEREDO_CLIENT_RATE]));
	if (data[IFLA_TEREDO_GATEWAY_PREFIX])
		cfg->gateway_prefix =
			nla_get_in6_addr(data[IFLA_TEREDO_GATEWAY_PREFIX]);
	else if (!cfg->gateway)
		cfg->gateway_prefix = in6addr_any;
}

/* store the attributes that only some roles accept */
static void fill_role(struct teredo_config *cfg, struct nlattr *data[])
{
	fill_client(cfg, data);
	fill_server(cfg, data);
	if (data[IFLA_TEREDO_SYMMETRIC])
		WRITE_ONCE(cfg->symmetric,
			   nla_get_u8(data[IFLA_TEREDO_SYMMETRIC]));
	if (data[IFLA_TEREDO_DIRECT])
		WRITE_ONCE(cfg->direct, nla_get_u8(data[IFLA_TEREDO_DIRECT]));
	if (data[IFLA_TEREDO_RATE])
		WRITE_ONCE(cfg->rate, nla_get_u32(data[IFLA_TEREDO_RATE]));
	if (data[IFLA_TEREDO_SERVED])
		fill_served(cfg, data[IFLA_TEREDO_SERVED]);
}

/**
 * teredo_config_fill() - store the attributes of a request in a configuration
 * @cfg: configuration to change
 * @data: attributes that have been checked
 *
 * Context: process, RTNL held.
 */
void teredo_config_fill(struct teredo_config *cfg, struct nlattr *data[])
{
	fill_role(cfg, data);
	if (data[IFLA_TEREDO_MODE])
		cfg->mode = nla_get_u8(data[IFLA_TEREDO_MODE]);
	if (data[IFLA_TEREDO_PORT]) {
		cfg->port = nla_get_be16(data[IFLA_TEREDO_PORT]);
		cfg->any_port = !cfg->port;
	}
	if (data[IFLA_TEREDO_LOCAL])
		cfg->local = nla_get_in_addr(data[IFLA_TEREDO_LOCAL]);
	if (data[IFLA_TEREDO_LINK])
		WRITE_ONCE(cfg->link, nla_get_u32(data[IFLA_TEREDO_LINK]));
	if (data[IFLA_TEREDO_TTL])
		WRITE_ONCE(cfg->ttl, nla_get_u8(data[IFLA_TEREDO_TTL]));
	if (data[IFLA_TEREDO_TOS])
		WRITE_ONCE(cfg->tos, nla_get_u8(data[IFLA_TEREDO_TOS]));
	if (data[IFLA_TEREDO_FWMARK])
		WRITE_ONCE(cfg->fwmark,
			   nla_get_u32(data[IFLA_TEREDO_FWMARK]));
	if (data[IFLA_TEREDO_UDP_CSUM])
		WRITE_ONCE(cfg->udp_csum,
			   nla_get_u8(data[IFLA_TEREDO_UDP_CSUM]));
	if (data[IFLA_TEREDO_MAX_PEERS])
		WRITE_ONCE(cfg->max_peers,
			   nla_get_u32(data[IFLA_TEREDO_MAX_PEERS]));
	if (data[IFLA_TEREDO_PREFIX])
		cfg->prefix = nla_get_be32(data[IFLA_TEREDO_PREFIX]);
}

static void default_config(struct teredo_config *cfg, u8 mode)
{
	*cfg = (struct teredo_config) {
		.mode = mode,
		.prefix = htonl(TEREDO_PREFIX),
		.udp_csum = true,
		.symmetric = mode == TEREDO_MODE_CLIENT,
		.preserving = mode == TEREDO_MODE_CLIENT,
		.sequential = mode == TEREDO_MODE_CLIENT,
		.solicit = mode == TEREDO_MODE_CLIENT,
		.hairpin = mode == TEREDO_MODE_CLIENT,
		.rate = TEREDO_LIMIT_RATE,
		.max_peers = mode == TEREDO_MODE_CLIENT ?
			     TEREDO_MAX_PEERS_CLIENT : TEREDO_MAX_PEERS_RELAY,
		.port = mode == TEREDO_MODE_SERVER ? htons(TEREDO_PORT) : 0,
		.port2 = htons(TEREDO_PORT),
		.server2_port = htons(TEREDO_PORT),
		.any_port = mode != TEREDO_MODE_SERVER,
	};
}

static int check_second(const struct teredo_config *cfg,
			struct netlink_ext_ack *extack)
{
	bool is_default = cfg->port2 == htons(TEREDO_PORT);

	if (!cfg->local2 && !is_default) {
		NL_SET_ERR_MSG(extack,
			       "The second port needs a second local address, which can be the first one");
		return -EINVAL;
	}
	if (cfg->local2 && cfg->local2 == cfg->local && is_default) {
		NL_SET_ERR_MSG(extack,
			       "The second address must be another one, or have another UDP port (port2)");
		return -EINVAL;
	}
	return 0;
}

/* Translation needs the gateway's checks. Without them, a client of another server
 * would be carried with an address that is not translated.
 */
static int check_gateway(const struct teredo_config *cfg,
			 struct netlink_ext_ack *extack)
{
	const struct in6_addr *native = &cfg->gateway_prefix;

	if (!native->s6_addr32[0])
		return 0;
	if (!cfg->gateway) {
		NL_SET_ERR_MSG(extack, "The gateway's prefix needs the gateway");
		return -EINVAL;
	}
	if (teredo_is_teredo(native, cfg->prefix)) {
		NL_SET_ERR_MSG(extack,
			       "The gateway's prefix must be outside of the service prefix");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

/* extensions that depend on others (RFC 6081 3) */
static int check_extensions(const struct teredo_config *cfg,
			    struct netlink_ext_ack *extack)
{
	if (cfg->preserving && !cfg->symmetric) {
		NL_SET_ERR_MSG(extack,
			       "Port-preserving support needs symmetric NAT support");
		return -EINVAL;
	}
	if (cfg->sequential && !cfg->preserving) {
		NL_SET_ERR_MSG(extack,
			       "Sequential port support needs port-preserving support");
		return -EINVAL;
	}
	if (cfg->burst && !cfg->symmetric) {
		NL_SET_ERR_MSG(extack,
			       "Bursts need symmetric NAT support");
		return -EINVAL;
	}
	return 0;
}

/**
 * teredo_config_check() - check a configuration as a whole
 * @cfg: configuration
 * @extack: gets the message
 *
 * Context: process, RTNL held.
 * Return: 0; -EINVAL or -EADDRNOTAVAIL.
 */
int teredo_config_check(const struct teredo_config *cfg,
			struct netlink_ext_ack *extack)
{
	return check_second(cfg, extack) ?: check_gateway(cfg, extack) ?:
	       check_extensions(cfg, extack);
}

/**
 * teredo_config_init() - build the configuration of a new device
 * @cfg: result
 * @data: attributes of the request, which have been checked; NULL for none
 * @extack: gets the message
 *
 * Context: process, RTNL held.
 * Return: 0, or a negative error of teredo_config_check_role() or
 * teredo_config_check().
 */
int teredo_config_init(struct teredo_config *cfg, struct nlattr *data[],
		       struct netlink_ext_ack *extack)
{
	u8 mode = TEREDO_MODE_CLIENT;
	int err;

	if (data && data[IFLA_TEREDO_MODE])
		mode = nla_get_u8(data[IFLA_TEREDO_MODE]);
	default_config(cfg, mode);
	if (data) {
		err = teredo_config_check_role(mode, data, extack);
		if (err)
			return err;
		teredo_config_fill(cfg, data);
	}
	if (mode == TEREDO_MODE_SERVER && !cfg->local) {
		NL_SET_ERR_MSG(extack,
			       "A server needs its IPv4 address (local), which is part of its clients' addresses");
		return -EINVAL;
	}
	return teredo_config_check(cfg, extack);
}
