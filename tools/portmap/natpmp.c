// SPDX-License-Identifier: GPL-2.0
/*
 * Port mapping by NAT-PMP (RFC 6886).
 */
#include "nat_gateway.h"

#include <arpa/inet.h>
#include <natpmp.h>
#include <sys/select.h>
#include <unistd.h>

/* The timeout is 250 ms and doubles, in total 1.75 s. The nine tries of RFC 6886 3.1
 * would take two minutes.
 */
#define TRIES	3

static const char *explain(int code)
{
	switch (code) {
	case NATPMP_ERR_NOTAUTHORIZED:
		return "refused";
	case NATPMP_ERR_NETWORKFAILURE:
		return "the gateway has no address";
	case NATPMP_ERR_OUTOFRESOURCES:
		return "the gateway has no port left";
	case NATPMP_TRYAGAIN:
	case NATPMP_ERR_NOGATEWAYSUPPORT:
		return "no answer";
	default:
		return "failed";
	}
}

static int fail(char error[GATEWAY_ERROR], int code)
{
	return gateway_fail(error, "NAT-PMP: %s (%d)", explain(code), code);
}

/* Wait for the next datagram, or repeat the request when it is due.
 * Return: 0, or NATPMP_*
 */
static int receive_any(natpmp_t *n, natpmpresp_t *resp)
{
	struct timeval wait;
	fd_set fds;

	FD_ZERO(&fds);
	FD_SET(n->s, &fds);
	getnatpmprequesttimeout(n, &wait);
	if (select(n->s + 1, &fds, NULL, NULL, &wait) < 0)
		return NATPMP_ERR_RECVFROM;
	return readnatpmpresponseorretry(n, resp);
}

/* A repeated request can get several replies. A late reply must not be taken for that of
 * the next request. A reply about another port has the same type, so check the port.
 */
static bool is_reply(const natpmpresp_t *resp, u16 type, u16 port)
{
	return resp->type == type &&
	       (type == NATPMP_RESPTYPE_PUBLICADDRESS ||
		resp->pnu.newportmapping.privateport == port);
}

/* Wait for the reply to a request.
 * @type: NATPMP_RESPTYPE_* of the reply
 * @port: private port of a mapping, host byte order
 *
 * Return: 0, or NATPMP_*
 */
static int receive(natpmp_t *n, natpmpresp_t *resp, u16 type, u16 port)
{
	int ret;

	do {
		ret = receive_any(n, resp);
		if (ret || is_reply(resp, type, port))
			continue;
		n->has_pending_request = 1;
		ret = NATPMP_TRYAGAIN;
	} while (ret == NATPMP_TRYAGAIN && n->try_number <= TRIES);
	return ret;
}

static int get_address(natpmp_t *n, struct mapping *map)
{
	natpmpresp_t resp;
	int ret = sendpublicaddressrequest(n);

	if (ret >= 0)
		ret = receive(n, &resp, NATPMP_RESPTYPE_PUBLICADDRESS, 0);
	if (!ret)
		map->outside.addr = resp.pnu.publicaddress.addr.s_addr;
	return ret;
}

static int get_port(natpmp_t *n, struct mapping *map, unsigned int *lease)
{
	u16 port = ntohs(map->inside.port);
	natpmpresp_t resp;
	int ret;

	ret = sendnewportmappingrequest(n, NATPMP_PROTOCOL_UDP, port, port,
					*lease);
	if (ret >= 0)
		ret = receive(n, &resp, NATPMP_RESPTYPE_UDPPORTMAPPING, port);
	if (ret)
		return ret;
	map->outside.port = htons(resp.pnu.newportmapping.mappedpublicport);
	*lease = resp.pnu.newportmapping.lifetime;
	return 0;
}

static int natpmp_map(struct mapping *map, unsigned int *lease,
		      char error[GATEWAY_ERROR])
{
	natpmp_t n;
	int ret;

	ret = initnatpmp(&n, 1, map->gateway);
	if (!ret)
		ret = get_address(&n, map);
	if (!ret)
		ret = get_port(&n, map, lease);
	closenatpmp(&n);
	return ret ? fail(error, ret) : 0;
}

/* External port 0 and lease 0 delete the mapping (RFC 6886 3.4). A gateway accepts that
 * only from the address that requested the mapping.
 */
static int natpmp_unmap(const struct mapping *map, char error[GATEWAY_ERROR])
{
	u16 port = ntohs(map->inside.port);
	natpmpresp_t resp;
	natpmp_t n;
	int ret;

	ret = initnatpmp(&n, 1, map->gateway);
	if (!ret)
		ret = sendnewportmappingrequest(&n, NATPMP_PROTOCOL_UDP, port,
						0, 0);
	if (ret >= 0)
		ret = receive(&n, &resp, NATPMP_RESPTYPE_UDPPORTMAPPING, port);
	closenatpmp(&n);
	return ret ? fail(error, ret) : 0;
}

const struct gateway gateway_natpmp = {
	.map = natpmp_map,
	.unmap = natpmp_unmap,
};
