// SPDX-License-Identifier: GPL-2.0
/*
 * Port mapping by UPnP (Internet Gateway Device), as RFC 6081 5.3.3 and 5.3.5.1
 * describe.
 */
#include "nat_gateway.h"

#include <arpa/inet.h>
#include <miniupnpc/miniupnpc.h>
#include <miniupnpc/upnpcommands.h>
#include <miniupnpc/upnperrors.h>
#include <stdio.h>
#include <string.h>

#define DISCOVER_MS	1000	/* wait for further answers */
#define HOPS		2	/* UPnP Device Architecture 1.1, 1.1.2 */
#define DESCRIPTION	"TEREDO"
#define NO_SUCH_ENTRY	714

/**
 * struct igd - description of the gateway
 * @known: the gateway was found, and the other members are set
 * @gateway: its address, network byte order
 * @urls: its control URLs
 * @data: its services
 */
static struct igd {
	bool known;
	__be32 gateway;
	struct UPNPUrls urls;
	struct IGDdatas data;
} igd;

static void forget(void)
{
	if (igd.known)
		FreeUPNPUrls(&igd.urls);
	memset(&igd, 0, sizeof(igd));
}

/* Any host on the network can answer discovery, so accept only the router. The address
 * must be the whole host part: "http://192.0.2.1example.com/" is not at 192.0.2.1.
 */
static bool is_at(const char *url, __be32 gateway)
{
	char host[16];
	__be32 addr;
	int end;

	return sscanf(url, "http://%15[0-9.]%n", host, &end) == 1 &&
	       (!url[end] || strchr(":/", url[end])) &&
	       inet_pton(AF_INET, host, &addr) == 1 && addr == gateway;
}

static bool describe(const char *url)
{
	char local[INET_ADDRSTRLEN];

	if (!UPNP_GetIGDFromUrl(url, &igd.urls, &igd.data, local,
				sizeof(local)))
		return false;
	igd.known = true;
	/* the description can name another host as the control URL */
	if (igd.data.first.servicetype[0] &&
	    is_at(igd.urls.controlURL, igd.gateway))
		return true;
	forget();
	return false;
}

static int find(const struct mapping *map, char error[GATEWAY_ERROR])
{
	char local[INET_ADDRSTRLEN];
	struct UPNPDev *list, *dev;

	if (igd.known && igd.gateway == map->gateway)
		return 0;
	forget();
	inet_ntop(AF_INET, &map->inside.addr, local, sizeof(local));
	list = upnpDiscover(DISCOVER_MS, local, NULL, UPNP_LOCAL_PORT_ANY, 0,
			    HOPS, NULL);
	for (dev = list; dev && !igd.known; dev = dev->pNext) {
		igd.gateway = map->gateway;
		if (is_at(dev->descURL, map->gateway))
			describe(dev->descURL);
	}
	freeUPNPDevlist(list);
	if (igd.known)
		return 0;
	return gateway_fail(error, "no answer to UPnP");
}

static int refused(char error[GATEWAY_ERROR], const char *what, int code)
{
	const char *text = strupnperror(code);

	/* the gateway did not answer: it can have moved to another port */
	if (code < 0)
		forget();
	return gateway_fail(error, "%s: %s (%d)", what,
			    text ? text : "no answer", code);
}

static int get_address(struct mapping *map, char error[GATEWAY_ERROR])
{
	char text[64] = "";
	int ret;

	ret = UPNP_GetExternalIPAddress(igd.urls.controlURL,
					igd.data.first.servicetype, text);
	if (ret)
		return refused(error, "UPnP GetExternalIPAddress", ret);
	if (inet_pton(AF_INET, text, &map->outside.addr) != 1)
		return gateway_fail(error, "UPnP: the gateway has no address");
	return 0;
}

static int delete(const struct mapping *map, char error[GATEWAY_ERROR])
{
	char port[8];
	int ret;

	snprintf(port, sizeof(port), "%u", ntohs(map->outside.port));
	ret = UPNP_DeletePortMapping(igd.urls.controlURL,
				     igd.data.first.servicetype, port, "UDP",
				     NULL);
	return ret && ret != NO_SUCH_ENTRY ?
	       refused(error, "UPnP DeletePortMapping", ret) : 0;
}

/* The lease is unlimited, as RFC 6081 5.3.3 requires. Many gateways support no other
 * lease.
 */
static int upnp_map(struct mapping *map, unsigned int *lease,
		    char error[GATEWAY_ERROR])
{
	char local[INET_ADDRSTRLEN], port[8], ignored[GATEWAY_ERROR];
	int ret;

	if (find(map, error))
		return -1;
	inet_ntop(AF_INET, &map->inside.addr, local, sizeof(local));
	snprintf(port, sizeof(port), "%u", ntohs(map->inside.port));
	ret = UPNP_AddPortMapping(igd.urls.controlURL,
				  igd.data.first.servicetype, port, port,
				  local, DESCRIPTION, "UDP", NULL, "0");
	if (ret)
		return refused(error, "UPnP AddPortMapping", ret);
	map->outside.port = map->inside.port;
	*lease = 0;
	ret = get_address(map, error);
	/* @error must keep the error of get_address() */
	if (ret && igd.known)
		delete(map, ignored);
	return ret;
}

/* Check that no other host has got the port since. */
static bool is_ours(const struct mapping *map)
{
	char client[16], inner[6], description[80], enabled[4], lease[16];
	char local[INET_ADDRSTRLEN], port[8];
	int ret;

	inet_ntop(AF_INET, &map->inside.addr, local, sizeof(local));
	snprintf(port, sizeof(port), "%u", ntohs(map->outside.port));
	ret = UPNP_GetSpecificPortMappingEntry(igd.urls.controlURL,
					       igd.data.first.servicetype,
					       port, "UDP", NULL, client,
					       inner, description, enabled,
					       lease);
	return ret != NO_SUCH_ENTRY && (ret || !strcmp(client, local));
}

static int upnp_unmap(const struct mapping *map, char error[GATEWAY_ERROR])
{
	if (find(map, error))
		return -1;
	return is_ours(map) ? delete(map, error) : 0;
}

const struct gateway gateway_upnp = {
	.map = upnp_map,
	.unmap = upnp_unmap,
};
