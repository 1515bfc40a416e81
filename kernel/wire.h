/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wire formats: addresses (RFC 4380 4), encapsulation headers (5.1.1), trailers (RFC
 * 6081 4), bubbles, and the ICMPv6 messages of the protocol.
 *
 * All functions are pure: they work on octets, without skb or device. The module, the
 * tools, the unit tests and the fuzzers compile the same source. Sections are those of
 * RFC 4380 unless another RFC is named.
 */
#ifndef _TEREDO_WIRE_H
#define _TEREDO_WIRE_H

#ifdef __KERNEL__
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <asm/byteorder.h>
#include <linux/types.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define cpu_to_be16	__cpu_to_be16
#define cpu_to_be32	__cpu_to_be32
#define be16_to_cpu	__be16_to_cpu
#define be32_to_cpu	__be32_to_cpu
#endif

#define TEREDO_PORT		3544		/* 2.7 */
#define TEREDO_DISCOVERY_GROUP	0xe00000fd	/* 224.0.0.253 (2.17) */
#define TEREDO_PREFIX		0x20010000	/* 2.6, a /32 */
#define TEREDO_MTU		1280		/* 5.1.2 */

/* flags of an address (4, and RFC 5991 3.1), host byte order */
#define TEREDO_FLAG_CONE	0x8000
#define TEREDO_FLAG_Z		0x4000
#define TEREDO_FLAG_UG		0x0300
#define TEREDO_FLAG_RANDOM	0x3cff

#define TEREDO_IP6_HLEN		40
#define TEREDO_ORIGIN_LEN	8
#define TEREDO_AUTH_MIN		13		/* both lengths 0 */
#define TEREDO_NONCE_LEN	8		/* of an authentication */
#define TEREDO_HMAC_LEN		20		/* HMAC-SHA1 (5.2.2) */
#define TEREDO_ECHO_LEN		16		/* nonce of a connectivity test */

/* The longest headers before a payload: authentication with identifier and value of 255
 * octets each, origin, IPv6.
 */
#define TEREDO_MAX_HEADERS	(TEREDO_AUTH_MIN + 2 * 255 + \
				 TEREDO_ORIGIN_LEN + TEREDO_IP6_HLEN)

/**
 * struct teredo_endpoint - an IPv4 address and UDP port
 * @addr: address, network byte order
 * @port: port, network byte order
 */
struct teredo_endpoint {
	__be32 addr;
	__be16 port;
};

static inline bool teredo_endpoint_equal(struct teredo_endpoint a,
					 struct teredo_endpoint b)
{
	return a.addr == b.addr && a.port == b.port;
}

/* 2000::/3: global unicast addresses, as far as they are assigned (RFC 4291 2.4) */
static inline bool teredo_is_global_unicast(const struct in6_addr *addr)
{
	return (addr->s6_addr[0] & 0xe0) == 0x20;
}

static inline bool teredo_is_teredo(const struct in6_addr *addr, __be32 prefix)
{
	return addr->s6_addr32[0] == prefix;
}

static inline __be32 teredo_server(const struct in6_addr *addr)
{
	return addr->s6_addr32[1];
}

static inline u16 teredo_flags(const struct in6_addr *addr)
{
	return be16_to_cpu(addr->s6_addr16[4]);
}

/* Return: the mapped endpoint embedded in an address. It is stored inverted, to protect
 * it from NATs that rewrite addresses in the payload (4).
 */
static inline struct teredo_endpoint teredo_mapped(const struct in6_addr *addr)
{
	return (struct teredo_endpoint) {
		.addr = ~addr->s6_addr32[3],
		.port = addr->s6_addr16[5] ^ cpu_to_be16(0xffff),
	};
}

bool teredo_ipv4_is_global(__be32 addr);
void teredo_make_address(struct in6_addr *addr, __be32 prefix, __be32 server,
			 u16 flags, struct teredo_endpoint mapped);
void teredo_make_linklocal(struct in6_addr *addr, u16 flags,
			   struct teredo_endpoint ep);

/**
 * struct teredo_packet - layout of a datagram (5.1.1)
 * @auth: an authentication header is present, at offset 0
 * @origin: an origin indication is present
 * @id_len: length of the client identifier, which is at offset 4
 * @au_len: length of the authentication value, which follows the identifier
 * @from: endpoint of the origin indication, decoded
 * @ip6: offset of the IPv6 header
 * @ip6_len: length of the IPv6 packet, header included
 * @trailer: offset of the trailers
 * @trailer_len: length of all trailers, 0 if there are none
 *
 * Offsets and lengths are in octets.
 */
struct teredo_packet {
	bool auth;
	bool origin;
	u8 id_len;
	u8 au_len;
	struct teredo_endpoint from;
	u32 ip6;
	u32 ip6_len;
	u32 trailer;
	u32 trailer_len;
};

/* Return: offset of the nonce; the confirmation octet follows it. */
static inline u32 teredo_auth_nonce(const struct teredo_packet *pkt)
{
	return 4 + pkt->id_len + pkt->au_len;
}

int teredo_parse(struct teredo_packet *pkt, const u8 *data, size_t len);

/* trailers, RFC 6081 section 4 */
#define TEREDO_TRAILER_NONCE		0x01
#define TEREDO_TRAILER_RANDOM_PORT_IANA	0x02	/* value in RFC 6081 section 9 */
#define TEREDO_TRAILER_ALTERNATE	0x03
#define TEREDO_TRAILER_ND		0x04
#define TEREDO_TRAILER_RANDOM_PORT	0x05
#define TEREDO_TRAILER_BURST		0xbf	/* own extension, skipped by others */
#define TEREDO_TRAILER_CLASS		0xc0	/* mask: treatment of an unknown trailer */
#define TEREDO_TRAILER_DISCARD		0x40	/* class: drop the packet if unknown */

#define TEREDO_MAX_ALTERNATES		4	/* RFC 6081 4.3, against amplification */

/* Maximum length in octets of all trailers of a packet. RFC 6081 sets no limit. Its
 * trailers need 44 octets in all, an unknown trailer at most 257.
 */
#define TEREDO_MAX_TRAILERS		512

enum teredo_nd {
	TEREDO_ND_SOLICITATION,
	TEREDO_ND_ADVERTISEMENT,
};

enum teredo_burst_trailer {
	TEREDO_BURST_TRAILER_ABLE,	/* the sender supports bursts */
	TEREDO_BURST_TRAILER_NOW,	/* the receiver is asked to send a burst */
};

/**
 * struct teredo_trailers - contents of the trailers of a packet
 * @has_nonce: @nonce is set
 * @has_random_port: @random_port is set
 * @has_nd: @nd is set
 * @has_burst: @burst is set
 * @bad_alternate: an Alternate Address Trailer breaks the rules of RFC 6081 4.3, so the
 *	bubble must be dropped (RFC 6081 5.6.4.2)
 * @nd: enum teredo_nd, or an undefined value
 * @burst: enum teredo_burst_trailer, or an undefined value
 * @n_alternates: number of entries in @alternates
 * @nonce: nonce as on the wire
 * @random_port: port, network byte order
 * @alternates: other endpoints of the sender
 */
struct teredo_trailers {
	bool has_nonce;
	bool has_random_port;
	bool has_nd;
	bool has_burst;
	bool bad_alternate;
	u8 nd;
	u8 burst;
	u8 n_alternates;
	__be32 nonce;
	__be16 random_port;
	struct teredo_endpoint alternates[TEREDO_MAX_ALTERNATES];
};

/* maximum length in octets that teredo_build_trailers() writes */
#define TEREDO_TRAILERS_LEN	(6 + 4 + 4 + 6 * TEREDO_MAX_ALTERNATES + 6 + 3)

bool teredo_alternate_valid(struct teredo_endpoint ep);
int teredo_parse_trailers(struct teredo_trailers *tr, const u8 *data,
			  size_t len);
size_t teredo_build_trailers(u8 *buf, const struct teredo_trailers *tr);

/* IPv6 next header values and ICMPv6 types that the protocol uses */
#define TEREDO_NEXTHDR_ICMP	58
#define TEREDO_NEXTHDR_NONE	59
#define TEREDO_ICMP_ECHO_REQUEST 128
#define TEREDO_ICMP_ECHO_REPLY	129
#define TEREDO_ICMP_RS		133
#define TEREDO_ICMP_RA		134
#define TEREDO_ICMP_REDIRECT	137

/* Check for a bubble, an IPv6 header without payload (2.8). @ip6 is @len octets long.
 */
static inline bool teredo_is_bubble(const u8 *ip6, size_t len)
{
	return len == TEREDO_IP6_HLEN && ip6[6] == TEREDO_NEXTHDR_NONE;
}

/* Return: ICMPv6 type of a packet whose first header is ICMPv6, else -1. */
static inline int teredo_icmp_type(const u8 *ip6, size_t len)
{
	if (len < TEREDO_IP6_HLEN + 8 || ip6[6] != TEREDO_NEXTHDR_ICMP)
		return -1;
	return ip6[TEREDO_IP6_HLEN];
}

bool teredo_nd_options_valid(const u8 *opt, size_t len);

#define TEREDO_RS_PACKET	48	/* octets that teredo_build_rs() writes */
#define TEREDO_RA_PACKET	96	/* octets that teredo_build_ra() writes */

/* Source address of router solicitations, with cone bit 0 (RFC 5991 3.2). It is
 * constant: nothing in it identifies the node, and servers only use the cone bit.
 */
extern const struct in6_addr teredo_rs_source;

u16 teredo_icmp_csum(const u8 *ip6, size_t len);
void teredo_build_ip6(u8 *ip6, u8 nexthdr, u16 payload_len,
		      const struct in6_addr *src, const struct in6_addr *dst);
void teredo_build_rs(u8 *ip6);
void teredo_build_ra(u8 *ip6, const struct in6_addr *src,
		     const struct in6_addr *dst,
		     const struct in6_addr *prefix);
void teredo_build_auth(u8 *buf, const u8 *nonce);
void teredo_build_origin(u8 *buf, struct teredo_endpoint from);

const char *teredo_kind(const u8 *ip6, size_t len);

/**
 * struct teredo_echo - contents that identify our connectivity test (5.2.9)
 * @id: ICMPv6 identifier, as on the wire
 * @seq: ICMPv6 sequence number, as on the wire
 * @nonce: data of the message
 */
struct teredo_echo {
	__be16 id;
	__be16 seq;
	u8 nonce[TEREDO_ECHO_LEN];
};

#define TEREDO_ECHO_PACKET	(TEREDO_IP6_HLEN + 8 + TEREDO_ECHO_LEN)

void teredo_build_echo(u8 *ip6, const struct in6_addr *src,
		       const struct in6_addr *dst,
		       const struct teredo_echo *echo);
bool teredo_is_echo_reply(const u8 *ip6, size_t len,
			  const struct teredo_echo *echo);

#endif /* _TEREDO_WIRE_H */
