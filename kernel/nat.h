/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NAT type of a client, and which extensions for symmetric NATs apply to it (RFC 6081
 * 3.2 to 3.4, 5.3 to 5.5). Every predicate reads the configuration and the mapping alone.
 *
 * Context: any; RCU for the mapping.
 */
#ifndef _TEREDO_NAT_H
#define _TEREDO_NAT_H

#include "device.h"

static inline bool teredo_nat_symmetric(const struct teredo_mapping *map)
{
	return map->nat == TEREDO_NAT_SYMMETRIC_PORT ||
	       map->nat == TEREDO_NAT_SYMMETRIC_ADDRESS;
}

/**
 * teredo_ports_preserved() - check whether peers see random ports unchanged
 * @td: device
 * @map: own mapping
 *
 * Context: any.
 * Return: true behind a symmetric NAT that preserves ports (RFC 6081 5.4), if the
 * extension is enabled.
 */
static inline bool teredo_ports_preserved(const struct teredo_dev *td,
					  const struct teredo_mapping *map)
{
	return READ_ONCE(td->cfg.preserving) && teredo_nat_symmetric(map) &&
	       map->mapped.port == td->cfg.port;
}

/**
 * teredo_predict_wanted() - check whether port prediction can be tried (RFC 6081 5.5)
 * @td: device
 * @map: own mapping
 *
 * A symmetric NAT that does not preserve ports is assumed to allocate them in sequence
 * (RFC 6081 3.4). A prediction needs both addresses of the server.
 *
 * Context: any.
 * Return: true if the NAT is of that kind, the extension is enabled, and the server has
 * two addresses.
 */
static inline bool teredo_predict_wanted(const struct teredo_dev *td,
					 const struct teredo_mapping *map)
{
	return READ_ONCE(td->cfg.sequential) && teredo_nat_symmetric(map) &&
	       map->mapped.port != td->cfg.port &&
	       READ_ONCE(td->cfg.server) && READ_ONCE(td->cfg.server2);
}

/**
 * teredo_ports_wanted() - check whether random ports can help
 * @td: device
 * @map: own mapping
 *
 * Context: any.
 * Return: true behind a symmetric NAT whose external ports are preserved or can be
 * predicted.
 */
static inline bool teredo_ports_wanted(const struct teredo_dev *td,
				       const struct teredo_mapping *map)
{
	return teredo_ports_preserved(td, map) ||
	       teredo_predict_wanted(td, map);
}

/* Check whether our NAT allocates an unpredictable external port per destination. */
static inline bool teredo_nat_random(const struct teredo_dev *td,
				     const struct teredo_mapping *map)
{
	return map->nat == TEREDO_NAT_SYMMETRIC_PORT &&
	       map->mapped.port != td->cfg.port;
}

/**
 * teredo_nat_forwards() - check whether a symmetric NAT forwards the service port
 * @map: own mapping
 *
 * Our part of the conditions of RFC 6081 5.3.4.2: packets of peers reach the service port by
 * its forwarded external port, but our packets leave by other external ports.
 *
 * Context: any.
 * Return: true if the NAT is symmetric and forwards the service port, and no other NAT is
 * outside of it.
 */
static inline bool teredo_nat_forwards(const struct teredo_mapping *map)
{
	return map->upnp && !map->upnp_mapped.port &&
	       teredo_nat_symmetric(map);
}

#endif /* _TEREDO_NAT_H */
