// SPDX-License-Identifier: GPL-2.0
/*
 * Format and parse a port mapping as a line of text.
 */
#include "port_mapping.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const char * const names[MAPPING_METHODS] = {
	[MAPPING_NO]	  = "no",
	[MAPPING_UPNP]	  = "upnp",
	[MAPPING_NAT_PMP] = "nat-pmp",
	[MAPPING_AUTO]	  = "auto",
};

/**
 * mapping_method_name() - get the name of a port mapping protocol
 * @method: protocol
 *
 * Return: the name, as in a configuration.
 */
const char *mapping_method_name(enum mapping_method method)
{
	return names[method];
}

/**
 * mapping_method_parse() - parse the name of a port mapping protocol
 * @method: result
 * @name: the name
 *
 * Return: false if the name is unknown.
 */
bool mapping_method_parse(enum mapping_method *method, const char *name)
{
	int i;

	for (i = 0; i < MAPPING_METHODS; i++) {
		if (strcmp(name, names[i]))
			continue;
		*method = i;
		return true;
	}
	return false;
}

/**
 * mapping_format() - write a mapping as a line of text
 * @buf: result, without a newline
 * @map: mapping
 */
void mapping_format(char buf[MAPPING_LINE], const struct mapping *map)
{
	char gateway[INET_ADDRSTRLEN];
	char outside[INET_ADDRSTRLEN];
	char inside[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &map->gateway, gateway, sizeof(gateway));
	inet_ntop(AF_INET, &map->inside.addr, inside, sizeof(inside));
	inet_ntop(AF_INET, &map->outside.addr, outside, sizeof(outside));
	snprintf(buf, MAPPING_LINE, "%s %s %s:%u %s:%u", names[map->method],
		 gateway, inside, ntohs(map->inside.port), outside,
		 ntohs(map->outside.port));
}

static bool parse_endpoint(struct teredo_endpoint *ep, const char *addr,
			   unsigned int port)
{
	ep->port = htons(port);
	return port <= 0xffff && inet_pton(AF_INET, addr, &ep->addr) == 1;
}

/**
 * mapping_parse() - parse a line of text
 * @map: result
 * @line: line of mapping_format(), with or without a newline
 *
 * Return: false if the line is malformed.
 */
bool mapping_parse(struct mapping *map, const char *line)
{
	char method[8], gateway[16], inside[16], outside[16];
	unsigned int in, out;
	int end = 0;

	memset(map, 0, sizeof(*map));
	if (sscanf(line, "%7[a-z-] %15[0-9.] %15[0-9.]:%5u %15[0-9.]:%5u%n",
		   method, gateway, inside, &in, outside, &out, &end) != 6 ||
	    (line[end] && line[end] != '\n'))
		return false;
	return mapping_method_parse(&map->method, method) &&
	       inet_pton(AF_INET, gateway, &map->gateway) == 1 &&
	       parse_endpoint(&map->inside, inside, in) &&
	       parse_endpoint(&map->outside, outside, out);
}
