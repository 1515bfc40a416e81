// SPDX-License-Identifier: GPL-2.0
/* Options, errors and arguments that all commands share, see cli.h. */
#include "cli.h"

#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct cli cli;

/**
 * cli_error() - print an error
 * @fmt: format as for printf(), without a newline
 *
 * Return: CLI_ERROR.
 */
int cli_error(const char *fmt, ...)
{
	va_list ap;

	fputs("Error: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return CLI_ERROR;
}

/**
 * cli_refused() - print why the kernel rejected a request
 * @nl: socket of the request
 *
 * Return: CLI_REFUSED.
 */
int cli_refused(const struct nl *nl)
{
	cli_error("%s", nl->error);
	return CLI_REFUSED;
}

/**
 * cli_open() - open a socket to the generic netlink family
 * @nl: result
 *
 * Return: CLI_OK, or CLI_REFUSED after printing an error.
 */
int cli_open(struct nl *nl)
{
	return dev_open(nl) ? cli_refused(nl) : CLI_OK;
}

/**
 * cli_device() - look up the index of a device
 * @name: its name
 * @ifindex: result
 *
 * Return: false, after printing an error, if there is no such device.
 */
bool cli_device(const char *name, u32 *ifindex)
{
	*ifindex = if_nametoindex(name);
	if (!*ifindex)
		cli_error("there is no device %s", name);
	return *ifindex;
}

/**
 * cli_native_host() - resolve a host with native IPv6
 * @text: name or address
 * @addr: result
 *
 * Return: false, after printing an error, if it has no native global address.
 */
bool cli_native_host(const char *text, struct in6_addr *addr)
{
	const struct addrinfo hints = {
		.ai_family = AF_INET6,
		.ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *found;
	int ret;

	ret = getaddrinfo(text, NULL, &hints, &found);
	if (ret) {
		cli_error("%s: %s", text, gai_strerror(ret));
		return false;
	}
	*addr = ((struct sockaddr_in6 *)found->ai_addr)->sin6_addr;
	freeaddrinfo(found);
	if ((addr->s6_addr[0] & 0xe0) == 0x20 &&
	    !teredo_is_teredo(addr, cpu_to_be32(TEREDO_PREFIX)))
		return true;
	cli_error("%s: is not a native global address", text);
	return false;
}

/**
 * cli_number() - parse a decimal number
 * @text: argument
 * @max: upper bound
 * @number: result
 *
 * Return: false, after printing an error, if @text is no such number.
 */
bool cli_number(const char *text, unsigned long max, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *number <= max)
		return true;
	cli_error("%s is not a number from 0 to %lu", text, max);
	return false;
}
