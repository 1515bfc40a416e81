// SPDX-License-Identifier: GPL-2.0
/*
 * Wire formats of Teredo (RFC 4380 4, 5.1; RFC 6081 4). Sections are those of RFC 4380
 * unless another RFC is named. All input can be chosen by an attacker.
 */
#include "wire.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#else
#include <errno.h>
#endif

static u16 get_u16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static void put_u16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/**
 * teredo_ipv4_is_global() - check whether an IPv4 address is global unicast
 * @addr: address, network byte order
 *
 * Uses exactly the list of 5.2.4. Directed broadcast addresses of attached subnets are
 * not detected, as that needs a route look-up.
 *
 * Context: any.
 * Return: true if @addr is global unicast in the sense of the RFC.
 */
bool teredo_ipv4_is_global(__be32 addr)
{
	static const struct {
		u32 net;
		u32 mask;
	} not_global[] = {
		{ 0x00000000, 0xff000000 },	/* 0.0.0.0/8 */
		{ 0x7f000000, 0xff000000 },	/* 127.0.0.0/8 */
		{ 0x0a000000, 0xff000000 },	/* 10.0.0.0/8 */
		{ 0xac100000, 0xfff00000 },	/* 172.16.0.0/12 */
		{ 0xc0a80000, 0xffff0000 },	/* 192.168.0.0/16 */
		{ 0xa9fe0000, 0xffff0000 },	/* 169.254.0.0/16 */
		{ 0xc0586300, 0xffffff00 },	/* 192.88.99.0/24 */
		{ 0xe0000000, 0xf0000000 },	/* 224.0.0.0/4 */
		{ 0xffffffff, 0xffffffff },
	};
	u32 ip = be32_to_cpu(addr);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(not_global); i++)
		if ((ip & not_global[i].mask) == not_global[i].net)
			return false;
	return true;
}

/* Write octets 8 to 15 of an address: flags and the inverted endpoint (4). */
static void make_iid(struct in6_addr *addr, u16 flags,
		     struct teredo_endpoint ep)
{
	addr->s6_addr16[4] = cpu_to_be16(flags);
	addr->s6_addr16[5] = ep.port ^ cpu_to_be16(0xffff);
	addr->s6_addr32[3] = ~ep.addr;
}

/**
 * teredo_make_address() - compose a Teredo address (4)
 * @addr: result
 * @prefix: service prefix, network byte order
 * @server: server's IPv4 address, network byte order
 * @flags: TEREDO_FLAG_*, host byte order
 * @mapped: mapped endpoint of the service port
 *
 * Context: any.
 */
void teredo_make_address(struct in6_addr *addr, __be32 prefix, __be32 server,
			 u16 flags, struct teredo_endpoint mapped)
{
	addr->s6_addr32[0] = prefix;
	addr->s6_addr32[1] = server;
	make_iid(addr, flags, mapped);
}

/**
 * teredo_make_linklocal() - compose a link-local Teredo address (4)
 * @addr: result
 * @flags: TEREDO_FLAG_*, host byte order
 * @ep: endpoint, which may be private
 *
 * Context: any.
 */
void teredo_make_linklocal(struct in6_addr *addr, u16 flags,
			   struct teredo_endpoint ep)
{
	addr->s6_addr32[0] = cpu_to_be32(0xfe800000);
	addr->s6_addr32[1] = 0;
	make_iid(addr, flags, ep);
}

static int parse_auth(struct teredo_packet *pkt, const u8 *data, size_t len)
{
	size_t need;

	if (len < TEREDO_AUTH_MIN)
		return -EINVAL;
	need = TEREDO_AUTH_MIN + data[2] + data[3];
	if (len < need)
		return -EINVAL;

	pkt->auth = true;
	pkt->id_len = data[2];
	pkt->au_len = data[3];
	pkt->ip6 = need;
	return 0;
}

static int parse_origin(struct teredo_packet *pkt, const u8 *data, size_t len)
{
	u32 addr;

	if (len < TEREDO_ORIGIN_LEN)
		return -EINVAL;

	pkt->origin = true;
	pkt->from.port = cpu_to_be16((u16)~get_u16(data + 2));
	addr = (u32)get_u16(data + 4) << 16 | get_u16(data + 6);
	pkt->from.addr = cpu_to_be32(~addr);
	pkt->ip6 += TEREDO_ORIGIN_LEN;
	return 0;
}

static int parse_ip6(struct teredo_packet *pkt, const u8 *data, size_t len)
{
	if (len < TEREDO_IP6_HLEN || data[0] >> 4 != 6)
		return -EINVAL;

	/* RFC 6081 section 4: the packet may end before the datagram does */
	pkt->ip6_len = TEREDO_IP6_HLEN + get_u16(data + 4);
	if (pkt->ip6_len > len)
		return -EINVAL;

	pkt->trailer = pkt->ip6 + pkt->ip6_len;
	pkt->trailer_len = len - pkt->ip6_len;
	return 0;
}

/**
 * teredo_parse() - parse a datagram: [authentication] [origin] IPv6 (5.1.1)
 * @pkt: result
 * @data: UDP payload
 * @len: length of @data in octets
 *
 * Context: any.
 * Return: 0, or -EINVAL if this is no Teredo packet; @pkt is undefined then.
 */
int teredo_parse(struct teredo_packet *pkt, const u8 *data, size_t len)
{
	memset(pkt, 0, sizeof(*pkt));

	if (len >= 2 && get_u16(data) == 0x0001 && parse_auth(pkt, data, len))
		return -EINVAL;
	if (len - pkt->ip6 >= 2 && get_u16(data + pkt->ip6) == 0x0000 &&
	    parse_origin(pkt, data + pkt->ip6, len - pkt->ip6))
		return -EINVAL;
	return parse_ip6(pkt, data + pkt->ip6, len - pkt->ip6);
}

/**
 * teredo_alternate_valid() - check an endpoint of an Alternate Address Trailer
 * @ep: address and port
 *
 * The address must be unicast and the port not 0. Private addresses are valid, as the
 * trailer exists for them (RFC 6081 4.3).
 *
 * Context: any.
 * Return: true if @ep is valid.
 */
bool teredo_alternate_valid(struct teredo_endpoint ep)
{
	u32 ip = be32_to_cpu(ep.addr);

	return ep.port && ip >> 24 != 0 && ip >> 24 != 127 && ip < 0xe0000000;
}

static void parse_alternates(struct teredo_trailers *tr, const u8 *value,
			     u8 len)
{
	u8 n = (len - 2) / 6, i;

	if (len < 8 || (len - 2) % 6 || n > TEREDO_MAX_ALTERNATES) {
		tr->bad_alternate = true;
		return;
	}
	for (i = 0, value += 2; i < n; i++, value += 6) {
		struct teredo_endpoint *ep = &tr->alternates[i];

		memcpy(&ep->addr, value, 4);
		memcpy(&ep->port, value + 4, 2);
		if (!teredo_alternate_valid(*ep)) {
			tr->bad_alternate = true;
			return;
		}
	}
	tr->n_alternates = n;
}

/* Parse one trailer. Only the first trailer of each type counts. A known type with a
 * wrong length is skipped like an unknown one.
 */
static void parse_trailer(struct teredo_trailers *tr, u8 type, u8 len,
			  const u8 *value)
{
	switch (type) {
	case TEREDO_TRAILER_NONCE:
		if (len != 4 || tr->has_nonce)
			return;
		memcpy(&tr->nonce, value, 4);
		tr->has_nonce = true;
		break;
	case TEREDO_TRAILER_RANDOM_PORT:
	case TEREDO_TRAILER_RANDOM_PORT_IANA:
		if (len != 2 || tr->has_random_port)
			return;
		memcpy(&tr->random_port, value, 2);
		tr->has_random_port = true;
		break;
	case TEREDO_TRAILER_ND:
		if (len != 4 || tr->has_nd)
			return;
		tr->nd = value[0];
		tr->has_nd = true;
		break;
	case TEREDO_TRAILER_BURST:
		if (len != 1 || tr->has_burst)
			return;
		tr->burst = value[0];
		tr->has_burst = true;
		break;
	case TEREDO_TRAILER_ALTERNATE:
		if (!tr->n_alternates && !tr->bad_alternate)
			parse_alternates(tr, value, len);
		break;
	}
}

/**
 * teredo_parse_trailers() - parse the trailers of a packet (RFC 6081 5.1.2)
 * @tr: result
 * @data: the octets after the IPv6 packet
 * @len: length of @data in octets
 *
 * Parsing stops at the first malformed trailer. The trailers before it are kept.
 *
 * Context: any.
 * Return: 0, or -EINVAL if an unknown trailer demands that the packet is dropped.
 */
int teredo_parse_trailers(struct teredo_trailers *tr, const u8 *data,
			  size_t len)
{
	memset(tr, 0, sizeof(*tr));

	while (len >= 2 && len - 2 >= data[1]) {
		if ((data[0] & TEREDO_TRAILER_CLASS) == TEREDO_TRAILER_DISCARD)
			return -EINVAL;
		parse_trailer(tr, data[0], data[1], data + 2);
		len -= 2 + data[1];
		data += 2 + data[1];
	}
	return 0;
}

/* Write the header of a trailer. Return: its value, to be written by the caller. */
static u8 *put_trailer(u8 **p, u8 type, u8 len)
{
	u8 *value = *p + 2;

	(*p)[0] = type;
	(*p)[1] = len;
	*p += 2 + len;
	return value;
}

static void put_alternates(u8 **p, const struct teredo_trailers *tr)
{
	u8 *value = put_trailer(p, TEREDO_TRAILER_ALTERNATE,
				2 + 6 * tr->n_alternates);
	u8 i;

	put_u16(value, 0);
	for (i = 0, value += 2; i < tr->n_alternates; i++, value += 6) {
		memcpy(value, &tr->alternates[i].addr, 4);
		memcpy(value + 4, &tr->alternates[i].port, 2);
	}
}

/**
 * teredo_build_trailers() - write trailers (RFC 6081 4)
 * @buf: buffer of %TEREDO_TRAILERS_LEN octets
 * @tr: contents of the trailers
 *
 * The order is that of the RFC's examples: the nonce comes first, as a receiver needs
 * it to verify the rest.
 *
 * Context: any.
 * Return: number of octets written.
 */
size_t teredo_build_trailers(u8 *buf, const struct teredo_trailers *tr)
{
	u8 *value, *p = buf;

	if (tr->has_nonce)
		memcpy(put_trailer(&p, TEREDO_TRAILER_NONCE, 4), &tr->nonce, 4);
	if (tr->has_random_port)
		memcpy(put_trailer(&p, TEREDO_TRAILER_RANDOM_PORT, 2),
		       &tr->random_port, 2);
	if (tr->n_alternates)
		put_alternates(&p, tr);
	if (tr->has_nd) {
		value = put_trailer(&p, TEREDO_TRAILER_ND, 4);
		memset(value, 0, 4);
		value[0] = tr->nd;
	}
	if (tr->has_burst)
		*put_trailer(&p, TEREDO_TRAILER_BURST, 1) = tr->burst;
	return p - buf;
}

/**
 * teredo_icmp_csum() - compute an ICMPv6 checksum (RFC 4443 2.3)
 * @ip6: IPv6 header, directly followed by the ICMPv6 message
 * @len: length of both in octets
 *
 * Context: any.
 * Return: the checksum in host byte order; 0 if the message has a correct checksum.
 */
u16 teredo_icmp_csum(const u8 *ip6, size_t len)
{
	u32 sum = (u32)(len - TEREDO_IP6_HLEN) + TEREDO_NEXTHDR_ICMP;
	size_t i;

	/* start at the addresses: the pseudo header does not include what precedes them
	 */
	for (i = 8; i + 1 < len; i += 2)
		sum += get_u16(ip6 + i);
	if (i < len)
		sum += ip6[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/**
 * teredo_nd_options_valid() - check the lengths of Neighbor Discovery options
 * @opt: options
 * @len: length of @opt in octets
 *
 * Context: any.
 * Return: true if no option is empty and all are within @len (RFC 4861 6.1.1, 6.1.2).
 */
bool teredo_nd_options_valid(const u8 *opt, size_t len)
{
	while (len) {
		size_t opt_len = len >= 2 ? opt[1] * 8 : 0;

		if (!opt_len || opt_len > len)
			return false;
		opt += opt_len;
		len -= opt_len;
	}
	return true;
}

/**
 * teredo_build_ip6() - write an IPv6 header
 * @ip6: buffer of %TEREDO_IP6_HLEN octets
 * @nexthdr: next header; TEREDO_NEXTHDR_NONE and no payload make a bubble
 * @payload_len: length of the payload in octets
 * @src: source address
 * @dst: destination address
 *
 * The hop limit is 255: RS and RA need it, and the RFC specifies none for bubbles.
 *
 * Context: any.
 */
void teredo_build_ip6(u8 *ip6, u8 nexthdr, u16 payload_len,
		      const struct in6_addr *src, const struct in6_addr *dst)
{
	memset(ip6, 0, 4);
	ip6[0] = 0x60;
	put_u16(ip6 + 4, payload_len);
	ip6[6] = nexthdr;
	ip6[7] = 255;
	memcpy(ip6 + 8, src, sizeof(*src));
	memcpy(ip6 + 24, dst, sizeof(*dst));
}

/**
 * teredo_build_auth() - write an authentication header with a nonce only (5.1.1)
 * @buf: buffer of %TEREDO_AUTH_MIN octets
 * @nonce: %TEREDO_NONCE_LEN octets that an answer repeats
 *
 * Client identifier and authentication value are empty.
 *
 * Context: any.
 */
void teredo_build_auth(u8 *buf, const u8 *nonce)
{
	memset(buf, 0, TEREDO_AUTH_MIN);
	buf[1] = 1;
	memcpy(buf + 4, nonce, TEREDO_NONCE_LEN);
}

/**
 * teredo_build_origin() - write an origin indication (5.1.1)
 * @buf: buffer of %TEREDO_ORIGIN_LEN octets
 * @from: outer source of the datagram
 *
 * Context: any.
 */
void teredo_build_origin(u8 *buf, struct teredo_endpoint from)
{
	put_u16(buf, 0);
	put_u16(buf + 2, ~be16_to_cpu(from.port));
	put_u16(buf + 4, ~be32_to_cpu(from.addr) >> 16);
	put_u16(buf + 6, ~be32_to_cpu(from.addr));
}

const struct in6_addr teredo_rs_source = { .s6_addr = {
	0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
} };

/**
 * teredo_build_rs() - write the Router Solicitation of a client (5.2.1)
 * @ip6: buffer of %TEREDO_RS_PACKET octets
 *
 * Context: any.
 */
void teredo_build_rs(u8 *ip6)
{
	static const struct in6_addr routers = { .s6_addr = {
		0xff, 0x02, [15] = 2,
	} };
	u8 *icmp = ip6 + TEREDO_IP6_HLEN;

	teredo_build_ip6(ip6, TEREDO_NEXTHDR_ICMP,
			 TEREDO_RS_PACKET - TEREDO_IP6_HLEN, &teredo_rs_source,
			 &routers);
	memset(icmp, 0, TEREDO_RS_PACKET - TEREDO_IP6_HLEN);
	icmp[0] = TEREDO_ICMP_RS;
	put_u16(icmp + 2, teredo_icmp_csum(ip6, TEREDO_RS_PACKET));
}

/**
 * teredo_build_ra() - write the Router Advertisement of a server (5.3.2)
 * @ip6: buffer of %TEREDO_RA_PACKET octets
 * @src: the server's link-local address
 * @dst: source of the solicitation
 * @prefix: service prefix and server, 64 bits
 *
 * The router lifetime is 0, as the server is no default router. The prefix has infinite
 * lifetimes, as an address only ends with its mapping. The message has the link MTU
 * (5.1.2).
 *
 * Context: any.
 */
void teredo_build_ra(u8 *ip6, const struct in6_addr *src,
		     const struct in6_addr *dst,
		     const struct in6_addr *prefix)
{
	static const u8 pio[] = { 3, 4, 64, 0x40,
				  0xff, 0xff, 0xff, 0xff,
				  0xff, 0xff, 0xff, 0xff };
	u8 *icmp = ip6 + TEREDO_IP6_HLEN;

	memset(icmp, 0, TEREDO_RA_PACKET - TEREDO_IP6_HLEN);
	teredo_build_ip6(ip6, TEREDO_NEXTHDR_ICMP,
			 TEREDO_RA_PACKET - TEREDO_IP6_HLEN, src, dst);
	icmp[0] = TEREDO_ICMP_RA;
	memcpy(icmp + 16, pio, sizeof(pio));
	memcpy(icmp + 32, prefix, 8);
	icmp[48] = 5;
	icmp[49] = 1;
	put_u16(icmp + 54, TEREDO_MTU);
	put_u16(icmp + 2, teredo_icmp_csum(ip6, TEREDO_RA_PACKET));
}

/**
 * teredo_build_echo() - write the Echo Request of a connectivity test (5.2.9)
 * @ip6: buffer of %TEREDO_ECHO_PACKET octets
 * @src: own address
 * @dst: address to test
 * @echo: identifier, sequence number and nonce
 *
 * Context: any.
 */
void teredo_build_echo(u8 *ip6, const struct in6_addr *src,
		       const struct in6_addr *dst,
		       const struct teredo_echo *echo)
{
	u8 *icmp = ip6 + TEREDO_IP6_HLEN;

	teredo_build_ip6(ip6, TEREDO_NEXTHDR_ICMP,
			 TEREDO_ECHO_PACKET - TEREDO_IP6_HLEN, src, dst);
	memset(icmp, 0, 4);
	icmp[0] = TEREDO_ICMP_ECHO_REQUEST;
	memcpy(icmp + 4, &echo->id, 2);
	memcpy(icmp + 6, &echo->seq, 2);
	memcpy(icmp + 8, echo->nonce, TEREDO_ECHO_LEN);
	put_u16(icmp + 2, teredo_icmp_csum(ip6, TEREDO_ECHO_PACKET));
}

/**
 * teredo_is_echo_reply() - check whether a packet is the reply to a connectivity test
 * @ip6: IPv6 packet
 * @len: length of @ip6 in octets
 * @echo: contents of the test
 *
 * The caller checks the addresses.
 *
 * Context: any.
 * Return: true if the packet is the reply to exactly this test (5.2.3 rule 2).
 */
bool teredo_is_echo_reply(const u8 *ip6, size_t len,
			  const struct teredo_echo *echo)
{
	const u8 *icmp = ip6 + TEREDO_IP6_HLEN;

	return len == TEREDO_ECHO_PACKET &&
	       teredo_icmp_type(ip6, len) == TEREDO_ICMP_ECHO_REPLY &&
	       icmp[1] == 0 &&
	       !memcmp(icmp + 4, &echo->id, 2) &&
	       !memcmp(icmp + 6, &echo->seq, 2) &&
	       !memcmp(icmp + 8, echo->nonce, TEREDO_ECHO_LEN) &&
	       teredo_icmp_csum(ip6, len) == 0;
}

/**
 * teredo_kind() - name the kind of a protocol packet
 * @ip6: IPv6 packet
 * @len: length of @ip6 in octets
 *
 * Context: any.
 * Return: a constant string for trace events.
 */
const char *teredo_kind(const u8 *ip6, size_t len)
{
	if (teredo_is_bubble(ip6, len))
		return "bubble";
	switch (teredo_icmp_type(ip6, len)) {
	case TEREDO_ICMP_RS:
		return "rs";
	case TEREDO_ICMP_RA:
		return "ra";
	case TEREDO_ICMP_ECHO_REQUEST:
		return "echo";
	case TEREDO_ICMP_ECHO_REPLY:
		return "echo-reply";
	default:
		return "other";
	}
}
