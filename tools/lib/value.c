// SPDX-License-Identifier: GPL-2.0
/* Parse and print values of the configuration and the command line. */
#include "value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

/**
 * value_number() - parse a number, decimal or hexadecimal with 0x
 * @value: text
 * @min: lower bound
 * @max: upper bound
 * @result: result
 *
 * A leading 0 does not make a number octal.
 *
 * Return: NULL, or what is wrong, valid until the next call.
 */
const char *value_number(const char *value, unsigned long min,
			 unsigned long max, unsigned long *result)
{
	bool hex = value[0] == '0' && (value[1] | 0x20) == 'x';
	static char error[64];
	char *end;

	errno = 0;
	*result = strtoul(value, &end, hex ? 16 : 10);
	if (!errno && *value >= '0' && *value <= '9' && !*end &&
	    *result >= min && *result <= max)
		return NULL;
	snprintf(error, sizeof(error), "must be a number from %lu to %lu",
		 min, max);
	return error;
}

/**
 * value_bool() - parse yes or no, also on or off
 * @value: text
 * @result: result
 *
 * Return: NULL, or what is wrong.
 */
const char *value_bool(const char *value, bool *result)
{
	*result = !strcmp(value, "yes") || !strcmp(value, "on");
	if (!*result && strcmp(value, "no") && strcmp(value, "off"))
		return "must be yes or no";
	return NULL;
}

/* Return: true if all bits after the first @len are 0 */
static bool is_network(const struct in6_addr *addr, unsigned long len)
{
	for (; len < 128; len++)
		if (addr->s6_addr[len / 8] & 0x80 >> len % 8)
			return false;
	return true;
}

/**
 * value_prefix() - parse an IPv6 prefix
 * @value: text
 * @addr: result
 * @len: result, prefix length
 *
 * Return: NULL, or what is wrong.
 */
const char *value_prefix(const char *value, struct in6_addr *addr, u8 *len)
{
	static const char wrong[] = "must be an IPv6 prefix, ADDRESS/LENGTH";
	char text[INET6_ADDRSTRLEN + 4];
	unsigned long n;
	char *slash;

	if (strlen(value) >= sizeof(text))
		return wrong;
	strcpy(text, value);
	slash = strchr(text, '/');
	if (!slash)
		return wrong;
	*slash++ = '\0';
	if (value_number(slash, 0, 128, &n) ||
	    inet_pton(AF_INET6, text, addr) != 1)
		return wrong;
	if (!is_network(addr, n))
		return "has bits set behind its length";
	*len = n;
	return NULL;
}

/**
 * value_device_name() - check whether a text can name a device
 * @name: text
 *
 * Return: true if the kernel accepts it and it is safe as part of a path.
 */
bool value_device_name(const char *name)
{
	return *name && strlen(name) < IF_NAMESIZE && strcmp(name, ".") &&
	       strcmp(name, "..") && !strpbrk(name, "/: \t\n");
}

/**
 * value_same_name() - compare names of settings
 * @a: name
 * @b: name
 *
 * Files use dashes (max-peers), ip(8) uses underscores (max_peers).
 *
 * Return: true if they differ at most in dashes and underscores.
 */
bool value_same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	return *a == *b;
}

/**
 * value_trim() - remove white space at both ends of a text
 * @text: text, modified
 *
 * Return: its first character that is not white space.
 */
char *value_trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

/**
 * value_cut_port() - parse the port of a server and cut it off
 * @text: NAME or NAME:PORT; only NAME is left
 * @port: result in network byte order, 3544 if there is none
 *
 * Return: NULL, or what is wrong.
 */
const char *value_cut_port(char *text, __be16 *port)
{
	char *colon = strchr(text, ':');
	unsigned long n = TEREDO_PORT;

	if (colon && value_number(colon + 1, 1, 65535, &n))
		return "has a port that is not a number from 1 to 65535";
	if (colon)
		*colon = '\0';
	*port = cpu_to_be16(n);
	return NULL;
}

/**
 * value_server_text() - print an address of a server
 * @buf: result, ADDRESS:PORT, or ADDRESS if the port is 3544
 * @ep: address and port; port 0 stands for 3544
 */
void value_server_text(char buf[VALUE_SERVER], struct teredo_endpoint ep)
{
	char addr[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &ep.addr, addr, sizeof(addr));
	if (!ep.port || ep.port == cpu_to_be16(TEREDO_PORT))
		snprintf(buf, VALUE_SERVER, "%s", addr);
	else
		snprintf(buf, VALUE_SERVER, "%s:%u", addr,
			 be16_to_cpu(ep.port));
}
