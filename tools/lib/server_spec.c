// SPDX-License-Identifier: GPL-2.0
/* Parse servers, NAME[/NAME2[:PORT]], and resolve them. */
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

/* Teredo nodes send only to global unicast addresses (RFC 4380 5.2.4), so no peer
 * could use a server at another address.
 */
static const char *check_half(const char *text)
{
	struct in_addr addr;

	if (!*text)
		return "is empty";
	if (inet_pton(AF_INET, text, &addr) == 1 &&
	    !teredo_ipv4_is_global(addr.s_addr))
		return not_global;
	/* the resolver would take malformed addresses for names */
	if (inet_pton(AF_INET, text, &addr) != 1 &&
	    !text[strspn(text, "0123456789.")])
		return "is not an IPv4 address";
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")])
		return "is neither a name nor an IPv4 address";
	return NULL;
}

/* The primary address is embedded in the client's address, which has no room for the
 * server's port.
 */
static const char *check_primary(const char *text)
{
	const char *colon = strchr(text, ':');

	if (colon && !colon[1 + strspn(colon + 1, "0123456789")])
		return "has a port in the primary address, which is always 3544";
	return check_half(text);
}

/* Cuts the port off @text. */
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
 * server_list_add() - parse servers
 * @list: result, to which the servers are added
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
 * server_is_name() - check whether a server needs name resolution
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
 * server_spec_has_name() - check whether a server needs any name resolution
 * @spec: server
 *
 * Return: true if so.
 */
bool server_spec_has_name(const struct server_spec *spec)
{
	return server_is_name(spec->primary) || server_is_name(spec->secondary);
}

/**
 * server_next() - get the default secondary address
 * @primary: primary address, network byte order
 *
 * Most servers have two consecutive addresses, as Miredo's documentation says and the
 * servers of Microsoft had.
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
 * server_pick() - pick the first global unicast IPv4 address
 * @found: result of getaddrinfo()
 * @addr: result, network byte order
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
 * server_lookup() - resolve a name or address; blocks
 * @text: name or address
 * @addr: result, network byte order
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
 * server_check() - check whether the two endpoints of a server differ
 * @server: its addresses
 *
 * Two mappings for two addresses show a symmetric NAT (RFC 4380 5.2.1). Two ports of
 * one address show only a NAT whose mapping depends on the port, too.
 *
 * Return: NULL, or what is wrong.
 */
const char *server_check(const struct qualify_server *server)
{
	return server->primary == server->secondary.addr &&
	       server->secondary.port == cpu_to_be16(TEREDO_PORT) ? twice : NULL;
}

/**
 * server_resolve() - resolve both addresses of a server; blocks
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
