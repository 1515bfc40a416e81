/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kind of NAT a client is behind, and which extensions apply to it. Every
 * predicate reads the configuration and the mapping alone.
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
 * teredo_ports_preserved - will peers see random ports as they are
 * @td: device
 * @map: own mapping
 *
 * Context: any.
 * Return: true behind a symmetric NAT that preserves ports.
 */
static inline bool teredo_ports_preserved(const struct teredo_dev *td,
					  const struct teredo_mapping *map)
{
	return READ_ONCE(td->cfg.preserving) && teredo_nat_symmetric(map) &&
	       map->mapped.port == td->cfg.port;
}

/**
 * teredo_predict_wanted - may the ports of the NAT be in sequence
 * @td: device
 * @map: own mapping
 *
 * A symmetric one that does not preserve ports is taken for such a one (RFC 6081
 * 3.4).
 *
 * Context: any.
 * Return: true if that is supported and can be found out.
 */
static inline bool teredo_predict_wanted(const struct teredo_dev *td,
					 const struct teredo_mapping *map)
{
	return READ_ONCE(td->cfg.sequential) && teredo_nat_symmetric(map) &&
	       map->mapped.port != td->cfg.port &&
	       READ_ONCE(td->cfg.server) && READ_ONCE(td->cfg.server2);
}

/**
 * teredo_ports_wanted - are random ports of any use here
 * @td: device
 * @map: own mapping
 *
 * Context: any.
 * Return: true behind a symmetric NAT whose ports are, or can be, known.
 */
static inline bool teredo_ports_wanted(const struct teredo_dev *td,
				       const struct teredo_mapping *map)
{
	return teredo_ports_preserved(td, map) ||
	       teredo_predict_wanted(td, map);
}

/* Our NAT has a random port for each destination. */
static inline bool teredo_nat_random(const struct teredo_dev *td,
				     const struct teredo_mapping *map)
{
	return map->nat == TEREDO_NAT_SYMMETRIC_PORT &&
	       map->mapped.port != td->cfg.port;
}

/**
 * teredo_nat_forwards - do we hear at a port that our packets do not leave by
 * @map: own mapping
 *
 * The conditions of RFC 6081 5.3.4.2, as far as they are ours.
 */
static inline bool teredo_nat_forwards(const struct teredo_mapping *map)
{
	return map->upnp && !map->upnp_mapped.port &&
	       teredo_nat_symmetric(map);
}

#endif /* _TEREDO_NAT_H */
