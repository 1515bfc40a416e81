// SPDX-License-Identifier: GPL-2.0
/* Query the status socket of teredod, and build JSON values. */
#include "status.h"

#include <arpa/inet.h>
#include <linux/teredo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire.h"

#define TIMEOUT_MS	1000
#define ANSWER_MAX	16384

/**
 * status_address() - get the address of the status socket of a device
 * @addr: result
 * @name: name of the device
 *
 * The environment variable TEREDO_RUN_DIR replaces the directory. Network namespaces
 * with devices of the same name need different directories.
 *
 * Return: false if the path is too long for a socket.
 */
bool status_address(struct sockaddr_un *addr, const char *name)
{
	const char *dir = getenv("TEREDO_RUN_DIR");
	int len;

	addr->sun_family = AF_UNIX;
	len = snprintf(addr->sun_path, sizeof(addr->sun_path), "%s/%s.sock",
		       dir ? dir : STATUS_DIR, name);
	return len < (int)sizeof(addr->sun_path);
}

/**
 * status_netns() - identify the current network namespace
 *
 * Return: its inode number, 0 if unknown.
 */
unsigned long long status_netns(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

/**
 * status_text() - convert a text to JSON
 * @text: text, which need not be UTF-8: the kernel allows nearly every octet in a
 *	device name, and every octet but NUL in a file name
 *
 * JSON strings are Unicode. In a text that is not UTF-8, octets above 0x7f become
 * \xNN.
 *
 * Return: a string, owned by the caller; NULL if out of memory.
 */
json_t *status_text(const char *text)
{
	json_t *value = json_string(text);
	char *escaped, *p;

	if (value)
		return value;
	escaped = malloc(4 * strlen(text) + 1);
	if (!escaped)
		return NULL;
	for (p = escaped; *text; text++)
		p += sprintf(p, *text & 0x80 ? "\\x%02x" : "%c",
			     (unsigned char)*text);
	*p = '\0';
	value = json_string(escaped);
	free(escaped);
	return value;
}

/**
 * status_reason() - add a reason and its remedy to an object
 * @o: object to add them to; nothing is added for REASON_NONE
 * @r: reason
 * @dev: name of the device, or NULL
 */
void status_reason(json_t *o, const struct reason *r, const char *dev)
{
	char buf[REASON_TEXT];

	if (!r->id)
		return;
	json_object_set_new(o, "reason", status_text(reason_text(r, dev, buf)));
	json_object_set_new(o, "reason_code", json_string(reason_code(r->id)));
	json_object_set_new(o, "remedy",
			    status_text(reason_remedy(r, dev, buf)));
}

/**
 * status_ipv4() - convert an IPv4 address to JSON
 * @addr: address, network byte order
 *
 * Return: a string.
 */
json_t *status_ipv4(unsigned int addr)
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, text, sizeof(text));
	return json_string(text);
}

/**
 * status_endpoint() - convert an address and a port to JSON
 * @addr: address, network byte order; 0 if unknown
 * @port: port, network byte order
 *
 * Return: an object.
 */
json_t *status_endpoint(unsigned int addr, unsigned short port)
{
	json_t *endpoint = json_object();

	if (addr)
		json_object_set_new(endpoint, "address", status_ipv4(addr));
	json_object_set_new(endpoint, "port", json_integer(ntohs(port)));
	return endpoint;
}

/**
 * status_secondary() - add the secondary address of a server to an object
 * @server: object
 * @addr: address, network byte order
 * @port: port, network byte order; added only if it is not 3544
 */
void status_secondary(json_t *server, unsigned int addr, unsigned short port)
{
	json_object_set_new(server, "secondary", status_ipv4(addr));
	if (port != htons(TEREDO_PORT))
		json_object_set_new(server, "secondary_port",
				    json_integer(ntohs(port)));
}

/**
 * status_nat() - describe a kind of NAT in JSON
 * @nat: enum teredo_nat
 *
 * The type has the name that RFC 4380 and Windows use, mapping the name of RFC 4787.
 * Filtering is unknown: a client of RFC 5991 does not test it.
 *
 * Return: an object.
 */
json_t *status_nat(unsigned int nat)
{
	static const char * const types[] = {
		[TEREDO_NAT_UNKNOWN]		= "unknown",
		[TEREDO_NAT_NONE]		= "none",
		[TEREDO_NAT_RESTRICTED]		= "restricted",
		[TEREDO_NAT_SYMMETRIC_PORT]	= "symmetric (port)",
		[TEREDO_NAT_SYMMETRIC_ADDRESS]	= "symmetric (address)",
	};
	bool independent = nat == TEREDO_NAT_NONE ||
			   nat == TEREDO_NAT_RESTRICTED;

	if (nat == TEREDO_NAT_UNKNOWN || nat >= sizeof(types) / sizeof(*types))
		return json_pack("{s:s}", "type", types[0]);
	return json_pack("{s:s,s:s,s:s}", "type", types[nat], "mapping",
			 independent ? "endpoint-independent" :
				       "endpoint-dependent",
			 "filtering", "unknown");
}

static size_t read_all(int fd, char *buf, size_t size)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t got = 0;
	ssize_t len;

	while (got < size && poll(&pfd, 1, TIMEOUT_MS) == 1) {
		len = read(fd, buf + got, size - got);
		if (len <= 0)
			break;
		got += len;
	}
	return got;
}

/* Daemons of several namespaces can share /run; accept only the right one. */
static bool is_for(json_t *status, unsigned int ifindex)
{
	json_t *netns = json_object_get(status, "netns");
	json_t *index = json_object_get(status, "ifindex");

	return json_integer_value(index) == (json_int_t)ifindex &&
	       json_integer_value(netns) == (json_int_t)status_netns();
}

/* Return: a socket, negative if no daemon listens */
static int connect_to(const char *name)
{
	struct sockaddr_un addr;
	int fd;

	if (!status_address(&addr, name))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static json_t *read_status(int fd, unsigned int ifindex)
{
	char buf[ANSWER_MAX];
	json_t *status;

	status = json_loadb(buf, read_all(fd, buf, sizeof(buf)), 0, NULL);
	if (status && !is_for(status, ifindex)) {
		json_decref(status);
		status = NULL;
	}
	return status;
}

/**
 * status_ask() - query the status of the daemon of a device
 * @name: name of the device
 * @ifindex: interface index of the device
 *
 * Return: the status, owned by the caller; NULL if no daemon runs.
 */
json_t *status_ask(const char *name, unsigned int ifindex)
{
	int fd = connect_to(name);
	json_t *status;

	if (fd < 0)
		return NULL;
	status = read_status(fd, ifindex);
	close(fd);
	return status;
}

/**
 * status_daemon() - find the daemon of a device
 * @name: name of the device
 * @ifindex: interface index of the device
 *
 * Return: its process id, 0 if no daemon runs.
 */
int status_daemon(const char *name, unsigned int ifindex)
{
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);
	int fd = connect_to(name);
	json_t *status;

	if (fd < 0)
		return 0;
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	status = read_status(fd, ifindex);
	close(fd);
	if (!status)
		return 0;
	json_decref(status);
	return peer.pid;
}
