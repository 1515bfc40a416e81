// SPDX-License-Identifier: GPL-2.0
/*
 * teredo decode: decode an address, or the payload of a UDP datagram.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>

#include "cli.h"
#include "print.h"
#include "status.h"

#define PAYLOAD_MAX	65535

static json_t *decode_flags(u16 flags)
{
	char value[8], random[8];

	snprintf(value, sizeof(value), "0x%04x", flags);
	snprintf(random, sizeof(random), "0x%04x", flags & TEREDO_FLAG_RANDOM);
	return json_pack("{s:s,s:b,s:s}", "value", value,
			 "cone", !!(flags & TEREDO_FLAG_CONE),
			 "random", random);
}

static void decode_teredo(json_t *o, const struct in6_addr *addr)
{
	struct teredo_endpoint mapped = teredo_mapped(addr);

	json_object_set_new(o, "server", status_ipv4(teredo_server(addr)));
	json_object_set_new(o, "flags", decode_flags(teredo_flags(addr)));
	json_object_set_new(o, "mapped",
			    status_endpoint(mapped.addr, mapped.port));
	if (!teredo_ipv4_is_global(teredo_server(addr)))
		json_object_set_new(o, "problem",
				    json_string("the server is not global unicast"));
	else if (!teredo_ipv4_is_global(mapped.addr) || !mapped.port)
		json_object_set_new(o, "problem",
				    json_string("nothing may be sent to this mapping"));
}

static json_t *decode_address(const struct in6_addr *addr)
{
	json_t *o = json_pack("{s:o}", "address", print_in6(addr));

	if (teredo_is_teredo(addr, cpu_to_be32(TEREDO_PREFIX)))
		decode_teredo(o, addr);
	else
		json_object_set_new(o, "problem",
				    json_string("not a Teredo address"));
	return o;
}

static json_t *decode_auth(const struct teredo_packet *pkt, const u8 *data)
{
	const u8 *nonce = data + teredo_auth_nonce(pkt);
	json_t *o = json_object();

	if (pkt->id_len)
		json_object_set_new(o, "id", print_hex(data + 4, pkt->id_len));
	if (pkt->au_len)
		json_object_set_new(o, "value",
				    print_hex(data + 4 + pkt->id_len,
					      pkt->au_len));
	json_object_set_new(o, "nonce", print_hex(nonce, TEREDO_NONCE_LEN));
	json_object_set_new(o, "confirmation",
			    json_integer(nonce[TEREDO_NONCE_LEN]));
	return o;
}

static const char *icmp_name(int type)
{
	switch (type) {
	case TEREDO_ICMP_ECHO_REQUEST:
		return "echo request";
	case TEREDO_ICMP_ECHO_REPLY:
		return "echo reply";
	case TEREDO_ICMP_RS:
		return "router solicitation";
	case TEREDO_ICMP_RA:
		return "router advertisement";
	case TEREDO_ICMP_REDIRECT:
		return "redirect";
	default:
		return "ICMPv6";
	}
}

static const char *packet_name(const u8 *ip6, size_t len)
{
	static char other[24];
	int type = teredo_icmp_type(ip6, len);

	if (teredo_is_bubble(ip6, len))
		return "bubble";
	if (type >= 0)
		return icmp_name(type);
	snprintf(other, sizeof(other), "next header %u", ip6[6]);
	return other;
}

static json_t *decode_ip6(const u8 *ip6, size_t len)
{
	struct in6_addr src, dst;
	json_t *o;

	memcpy(&src, ip6 + 8, sizeof(src));
	memcpy(&dst, ip6 + 24, sizeof(dst));
	o = json_pack("{s:s,s:o,s:o,s:i,s:i}",
		      "packet", packet_name(ip6, len),
		      "source", decode_address(&src),
		      "destination", decode_address(&dst),
		      "hop_limit", ip6[7], "length", (int)len);
	if (teredo_icmp_type(ip6, len) >= 0 && teredo_icmp_csum(ip6, len))
		json_object_set_new(o, "problem",
				    json_string("ICMPv6 checksum is wrong"));
	/* most packets have an address that is not Teredo, which is no problem */
	json_object_del(json_object_get(o, "source"), "problem");
	json_object_del(json_object_get(o, "destination"), "problem");
	return o;
}

static json_t *decode_alternates(const struct teredo_trailers *tr)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < tr->n_alternates; i++)
		json_array_append_new(list,
				      status_endpoint(tr->alternates[i].addr,
						      tr->alternates[i].port));
	return list;
}

static json_t *decode_trailers(const u8 *data, size_t len)
{
	struct teredo_trailers tr;
	json_t *o = json_object();
	bool discard = teredo_parse_trailers(&tr, data, len);

	if (tr.has_nonce)
		json_object_set_new(o, "nonce",
				    print_hex((const u8 *)&tr.nonce, 4));
	if (tr.has_random_port)
		json_object_set_new(o, "random_port",
				    json_integer(be16_to_cpu(tr.random_port)));
	if (tr.has_nd)
		json_object_set_new(o, "neighbor_discovery",
				    json_string(tr.nd == TEREDO_ND_SOLICITATION ?
						"solicitation" :
						"advertisement"));
	if (tr.has_burst)
		json_object_set_new(o, "burst",
				    json_string(tr.burst == TEREDO_BURST_TRAILER_ABLE ?
						"able" : "now"));
	if (tr.n_alternates)
		json_object_set_new(o, "alternates", decode_alternates(&tr));
	if (tr.bad_alternate)
		json_object_set_new(o, "problem",
				    json_string("wrong alternate address trailer"));
	if (discard)
		json_object_set_new(o, "problem",
				    json_string("an unknown trailer asks for the packet to be discarded"));
	return o;
}

static json_t *decode_payload(const u8 *data, size_t len)
{
	struct teredo_packet pkt;
	json_t *o;

	if (teredo_parse(&pkt, data, len))
		return NULL;
	o = json_object();
	if (pkt.auth)
		json_object_set_new(o, "authentication",
				    decode_auth(&pkt, data));
	if (pkt.origin)
		json_object_set_new(o, "origin",
				    status_endpoint(pkt.from.addr,
						    pkt.from.port));
	json_object_set_new(o, "ipv6", decode_ip6(data + pkt.ip6, pkt.ip6_len));
	if (pkt.trailer_len)
		json_object_set_new(o, "trailers",
				    decode_trailers(data + pkt.trailer,
						    pkt.trailer_len));
	return o;
}

static int hex_digit(char c)
{
	c = tolower((unsigned char)c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Return: number of octets, or -1 */
static int read_hex(const char *text, u8 *data)
{
	int len = 0;
	int high, low;

	while (*text) {
		if (isspace((unsigned char)*text) || *text == ':') {
			text++;
			continue;
		}
		high = hex_digit(text[0]);
		low = text[1] ? hex_digit(text[1]) : -1;
		if (high < 0 || low < 0 || len == PAYLOAD_MAX)
			return -1;
		data[len++] = high << 4 | low;
		text += 2;
	}
	return len;
}

int cmd_decode(int argc, char **argv)
{
	static u8 data[PAYLOAD_MAX];
	struct in6_addr addr;
	json_t *o;
	int len;

	if (argc != 1)
		return cli_error("decode ADDRESS or decode HEX");
	if (inet_pton(AF_INET6, argv[0], &addr) == 1) {
		o = decode_address(&addr);
	} else {
		len = read_hex(argv[0], data);
		if (len <= 0)
			return cli_error("neither an IPv6 address nor octets in hexadecimal");
		o = decode_payload(data, len);
		if (!o)
			return cli_error("not a Teredo packet");
	}
	if (cli.json) {
		print_json(o);
	} else {
		print_tree(o, 0);
		json_decref(o);
	}
	return CLI_OK;
}
