// SPDX-License-Identifier: GPL-2.0
/*
 * Servers as people write them.
 */
#include "server_spec.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

#include "value.h"

static const char twice[] =
	"is the same address twice, by which a symmetric NAT cannot be told "
	"(a second port of the server can tell, as in 203.0.113.1/203.0.113.1:3545)";
static const char not_global[] = "is not a global unicast IPv4 address";

/* Nothing is sent to other addresses (5.2.4), so a server there is of no use
 * to any peer.
 */
static const char *check_half(const char *text)
{
	struct in_addr addr;

	if (!*text)
		return "is empty";
	if (inet_pton(AF_INET, text, &addr) == 1 &&
	    !teredo_ipv4_is_global(addr.s_addr))
		return not_global;
	/* digits and dots that are no address would be looked up as a name */
	if (inet_pton(AF_INET, text, &addr) != 1 &&
	    !text[strspn(text, "0123456789.")])
		return "is not an IPv4 address";
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")])
		return "is neither a name nor an IPv4 address";
	return NULL;
}

/* The primary address is part of the client's address, which has no room for the
 * server's port.
 */
static const char *check_primary(const char *text)
{
	const char *colon = strchr(text, ':');

	if (colon && !colon[1 + strspn(colon + 1, "0123456789")])
		return "has a port in the primary address, which is always 3544";
	return check_half(text);
}

/* @text is cut before its port */
static const char *check_secondary(char *text, const char *primary,
				   __be16 *port)
{
	const char *err = value_cut_port(text, port);

	if (!err)
		err = check_half(text);
	if (!err && !strcasecmp(text, primary) &&
	    *port == cpu_to_be16(TEREDO_PORT))
		err = twice;
	return err;
}

static const char *add_one(struct server_list *list, char *text)
{
	struct server_spec *spec = &list->spec[list->n];
	char *slash = strchr(text, '/');
	const char *err;

	if (list->n == QUALIFY_SERVERS)
		return "has too many servers";
	if (slash)
		*slash++ = '\0';
	if (strlen(text) >= SERVER_NAME ||
	    (slash && strlen(slash) >= SERVER_NAME))
		return "is too long";

	spec->port = cpu_to_be16(TEREDO_PORT);
	err = check_primary(text);
	if (!err && slash)
		err = check_secondary(slash, text, &spec->port);
	if (err)
		return err;
	snprintf(spec->primary, SERVER_NAME, "%s", text);
	snprintf(spec->secondary, SERVER_NAME, "%s", slash ? slash : "");
	list->n++;
	return NULL;
}

/**
 * server_list_add - read servers
 * @list: result, to which they are added
 * @text: NAME[/NAME2[:PORT]], ...
 *
 * Return: NULL, or what is wrong with @text.
 */
const char *server_list_add(struct server_list *list, const char *text)
{
	const char *err = NULL;
	char *copy = strdup(text);
	char *rest = copy;
	char *one;

	if (!copy)
		return "is too long";
	while (!err && (one = strsep(&rest, ",")))
		err = add_one(list, value_trim(one));
	free(copy);
	return err;
}

/**
 * server_is_name - does it take a look-up
 * @text: name or address
 *
 * Return: true if @text is a name.
 */
bool server_is_name(const char *text)
{
	struct in_addr addr;

	return *text && inet_pton(AF_INET, text, &addr) != 1;
}

/**
 * server_spec_has_name - does one of the halves take a look-up
 * @spec: server
 *
 * Return: true if so.
 */
bool server_spec_has_name(const struct server_spec *spec)
{
	return server_is_name(spec->primary) || server_is_name(spec->secondary);
}

/**
 * server_next - the secondary address that goes without saying
 * @primary: primary address
 *
 * Servers mostly have two addresses in a row, as Miredo's documentation and
 * the servers of Microsoft had it.
 *
 * Return: the address after @primary, and port 3544.
 */
struct teredo_endpoint server_next(__be32 primary)
{
	return (struct teredo_endpoint) {
		.addr = cpu_to_be32(be32_to_cpu(primary) + 1),
		.port = cpu_to_be16(TEREDO_PORT),
	};
}

/**
 * server_pick - take an address that a server can have
 * @found: result of getaddrinfo()
 * @addr: result
 *
 * Return: NULL, or what is wrong.
 */
const char *server_pick(const struct addrinfo *found, __be32 *addr)
{
	const struct sockaddr_in *sin;

	for (; found; found = found->ai_next) {
		sin = (const struct sockaddr_in *)found->ai_addr;
		if (found->ai_family == AF_INET &&
		    teredo_ipv4_is_global(sin->sin_addr.s_addr)) {
			*addr = sin->sin_addr.s_addr;
			return NULL;
		}
	}
	return not_global;
}

/**
 * server_lookup - turn a name or address into an address
 * @text: name or address
 * @addr: result
 *
 * Return: NULL, or what is wrong.
 */
const char *server_lookup(const char *text, __be32 *addr)
{
	const struct addrinfo hints = {
		.ai_family = AF_INET,
		.ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *found;
	const char *err;
	int ret;

	ret = getaddrinfo(text, NULL, &hints, &found);
	if (ret)
		return gai_strerror(ret);
	err = server_pick(found, addr);
	freeaddrinfo(found);
	return err;
}

/**
 * server_check - check that a server has two addresses, or two ports
 * @server: its addresses
 *
 * A symmetric NAT shows by two mappings for two addresses (RFC 4380 5.2.1). One that
 * maps by port as well shows by two ports of one address.
 *
 * Return: NULL, or what is wrong.
 */
const char *server_check(const struct qualify_server *server)
{
	return server->primary == server->secondary.addr &&
	       server->secondary.port == cpu_to_be16(TEREDO_PORT) ? twice : NULL;
}

/**
 * server_resolve - turn a server into addresses, waiting for the look-ups
 * @spec: server
 * @server: result
 *
 * Return: NULL, or what is wrong.
 */
const char *server_resolve(const struct server_spec *spec,
			   struct qualify_server *server)
{
	const char *err = server_lookup(spec->primary, &server->primary);

	if (err)
		return err;
	if (!spec->secondary[0]) {
		server->secondary = server_next(server->primary);
		return NULL;
	}
	server->secondary.port = spec->port;
	err = server_lookup(spec->secondary, &server->secondary.addr);
	return err ? err : server_check(server);
}
