// SPDX-License-Identifier: GPL-2.0
/*
 * Explain a missing carrier, see carrier.h. The kernel does not report the cause, so
 * check its conditions here.
 */
#include "carrier.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>

/* from linux/if.h, which cannot be included together with net/if.h */
#define LOWER_UP	0x10000

/**
 * struct place - interface that has an IPv4 address
 * @name: name of the interface, "" if no interface has the address
 * @carrier: the interface is up and has a carrier
 */
struct place {
	char name[IF_NAMESIZE];
	bool carrier;
};

static void find(struct place *place, __be32 addr)
{
	const struct sockaddr_in *in;
	struct ifaddrs *all, *i;

	memset(place, 0, sizeof(*place));
	if (getifaddrs(&all))
		return;
	for (i = all; i && !place->name[0]; i = i->ifa_next) {
		in = (const struct sockaddr_in *)i->ifa_addr;
		if (!in || in->sin_family != AF_INET ||
		    in->sin_addr.s_addr != addr)
			continue;
		if_indextoname(if_nametoindex(i->ifa_name), place->name);
		place->carrier = i->ifa_flags & IFF_UP &&
				 i->ifa_flags & LOWER_UP;
	}
	freeifaddrs(all);
}

/**
 * carrier_has_address() - check whether this host has an IPv4 address
 * @addr: address, network byte order
 *
 * Return: true if an interface of this namespace has it.
 */
bool carrier_has_address(__be32 addr)
{
	struct place place;

	find(&place, addr);
	return place.name[0];
}

static void explain_local(struct reason *r, const struct link_info *link)
{
	char local[INET_ADDRSTRLEN];
	struct place place;

	inet_ntop(AF_INET, &link->conf.local, local, sizeof(local));
	find(&place, link->conf.local);
	if (link->foreign)
		reason_set(r, REASON_LOCAL_UNSEEN, local, NULL);
	else if (!place.name[0])
		reason_set(r, REASON_NOT_LOCAL, local, NULL);
	else if (!place.carrier)
		reason_set(r, REASON_LOCAL_DOWN, place.name, local);
	else
		reason_set(r, REASON_CARRIER_OFF, NULL, NULL);
}

/**
 * carrier_explain() - find out why the device of a server or relay does not run
 * @r: result, REASON_NONE if the device runs
 * @link: the device
 */
void carrier_explain(struct reason *r, const struct link_info *link)
{
	reason_set(r, REASON_NONE, NULL, NULL);
	if (link_running(link))
		return;
	if (!(link->flags & IFF_UP))
		reason_set(r, REASON_DOWN, NULL, NULL);
	else if (link->carrier)
		reason_set(r, REASON_STARTING, NULL, NULL);
	else if (link->conf.lower == TEREDO_LINK_NONE)
		reason_set(r, REASON_LINK_GONE, NULL, NULL);
	else if (link->conf.local)
		explain_local(r, link);
	else
		reason_set(r, REASON_CARRIER_OFF, NULL, NULL);
}
