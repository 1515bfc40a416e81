/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of a device's attributes, for the configuration, "teredo set",
 * "teredo show", netlink and the ip(8) plug-in:
 *
 *	X(attr, ip, kind, field, name, set, values)
 *
 * attr		IFLA_TEREDO_*
 * ip		its name for ip(8)
 * kind		enum link_attr_kind, without LINK_ATTR_
 * field	of struct link_conf
 * name		in a configuration and for "teredo set", NULL if in neither
 * set		whether "teredo set" can change it
 * values	as the help of ip(8) shows them, NULL for a switch
 */
#ifndef _LINK_ATTRS_H
#define _LINK_ATTRS_H

enum link_attr_kind {
	LINK_ATTR_MODE,
	LINK_ATTR_PORT,
	LINK_ATTR_PORT2,	/* of a secondary address, shown unless it is 3544 */
	LINK_ATTR_ADDR,		/* IPv4 */
	LINK_ATTR_ADDR2,	/* IPv4, with a port in a configuration */
	LINK_ATTR_DEV,
	LINK_ATTR_TTL,
	LINK_ATTR_TOS,
	LINK_ATTR_U32,
	LINK_ATTR_COUNT,	/* at least 1 */
	LINK_ATTR_HEX32,
	LINK_ATTR_BOOL,
	LINK_ATTR_PREFIX,	/* IPv6, 32 bits */
	LINK_ATTR_PREFIX64,	/* IPv6, 64 bits */
	LINK_ATTR_SERVED,	/* IPv6 prefixes, can be repeated */
};

#define LINK_ATTRS(X)							\
	X(MODE, "mode", MODE, mode, "mode", false,			\
	  "client|server|relay|hostrelay")				\
	X(PORT, "port", PORT, port, "port", false, "PORT")		\
	X(LOCAL, "local", ADDR, local, "local", false, "ADDR")		\
	X(LOCAL2, "local2", ADDR2, local2, "local2", false, "ADDR")	\
	X(PORT2, "port2", PORT2, port2, NULL, false, "PORT")		\
	X(LINK, "dev", DEV, link, "link", false, "DEV")			\
	X(SERVER, "server", ADDR, server, NULL, false, "ADDR")		\
	X(SERVER2, "server2", ADDR, server2, NULL, false, "ADDR")	\
	X(SERVER2_PORT, "server2_port", PORT2, server2_port, NULL,	\
	  false, "PORT")						\
	X(TTL, "ttl", TTL, ttl, "ttl", true, "TTL|auto")		\
	X(TOS, "tos", TOS, tos, "tos", true, "TOS|inherit")		\
	X(FWMARK, "fwmark", HEX32, fwmark, "fwmark", true, "MARK")	\
	X(UDP_CSUM, "udpcsum", BOOL, udp_csum, "udp-checksum", true,	\
	  NULL)								\
	X(MAX_PEERS, "max_peers", COUNT, max_peers, "max-peers", true,	\
	  "NUMBER")							\
	X(PREFIX, "prefix", PREFIX, prefix, "prefix", false,		\
	  "PREFIX/32")							\
	X(AUTH, "auth", BOOL, auth, NULL, false, NULL)			\
	X(SYMMETRIC, "symmetric", BOOL, symmetric, "symmetric", true,	\
	  NULL)								\
	X(DIRECT, "direct", BOOL, direct, "direct", true, NULL)		\
	X(RATE, "rate", U32, rate, "rate", true, "NUMBER")		\
	X(GATEWAY, "gateway", BOOL, gateway, "gateway", true, NULL)	\
	X(GATEWAY_PREFIX, "gateway_prefix", PREFIX64, gateway_prefix,	\
	  NULL, false, "PREFIX/64|none")				\
	X(CLIENT_RATE, "client_rate", U32, client_rate, "client-rate",	\
	  true, "NUMBER")						\
	X(PRESERVING, "preserving", BOOL, preserving, "preserving",	\
	  true, NULL)							\
	X(SEQUENTIAL, "sequential", BOOL, sequential, "sequential",	\
	  true, NULL)							\
	X(SOLICIT, "solicit", BOOL, solicit, "solicit", true, NULL)	\
	X(HAIRPIN, "hairpin", BOOL, hairpin, "hairpin", true, NULL)	\
	X(DISCOVERY, "local_discovery", BOOL, local_discovery,		\
	  "local-discovery", true, NULL)				\
	X(BURST, "burst", BOOL, burst, "burst", true, NULL)		\
	X(SERVED, "served", SERVED, served, "served", false, "PREFIX")

#endif /* _LINK_ATTRS_H */
