// SPDX-License-Identifier: GPL-2.0
/* Print counters in the text format of Prometheus. */
#include "prometheus.h"

#include <string.h>

#define PREFIX	"teredo_"

/* One line for each counter of kernel/stats.c. The lines of drops give the reason. The
 * documentation has the row numbers.
 */
static const struct {
	const char *counter;
	const char *help;
} helps[] = {
	{ "tx_bubbles", "Bubbles sent, of every kind." },
	{ "tx_tests", "Connectivity tests sent." },
	{ "tx_port_tests", "Tests of random ports sent, three packets each." },
	{ "tx_control", "Control packets sent for the helper." },
	{ "tx_translated", "Packets to clients whose native prefix the gateway has translated." },
	{ "tx_drop_not_ipv6", "Packets not sent that were not IPv6." },
	{ "tx_drop_not_qualified", "Packets not sent without an address." },
	{ "tx_drop_scope", "Packets not sent to multicast or link-local addresses." },
	{ "tx_drop_source", "Packets not sent because of their source address." },
	{ "tx_drop_not_teredo", "Packets not sent by a relay to other than Teredo addresses." },
	{ "tx_drop_embedded", "Packets not sent to IPv4 addresses that are not global unicast." },
	{ "tx_drop_no_route", "Packets not sent without an IPv4 route." },
	{ "tx_drop_loop", "Packets not sent that would have come back to the device." },
	{ "tx_drop_queue_full", "Packets not sent when too many waited for a peer." },
	{ "tx_drop_no_answer", "Packets not sent to peers that did not answer." },
	{ "tx_drop_peer_limit", "Packets not sent when there was no room for a peer." },
	{ "tx_drop_rate", "Bubbles not sent because of the limit for an IPv4 address." },
	{ "tx_drop_share", "Bubbles not sent because their cause was over its share of that limit." },
	{ "tx_drop_no_memory", "Packets not sent for want of memory." },
	{ "tx_drop_not_client", "Packets dropped by the gateway to clients of other servers." },
	{ "tx_drop_not_authenticated", "Packets dropped by the gateway to clients that have not authenticated." },
	{ "tx_drop_client_rate", "Packets dropped by the gateway over the rate of a client." },
	{ "tx_drop_not_native", "Packets dropped by the gateway to Teredo addresses of clients with native ones." },
	{ "rx_bubbles", "Bubbles received from peers directly." },
	{ "rx_indirect_bubbles", "Bubbles received through the server." },
	{ "rx_discovery", "Discovery bubbles received on the link." },
	{ "rx_control", "Control packets passed to the helper." },
	{ "rx_held", "Packets held until a test proves their source." },
	{ "rx_test_replies", "Replies to connectivity tests." },
	{ "rx_port_tests", "Answers to tests of random ports." },
	{ "rx_solicitations", "Router solicitations answered by the server." },
	{ "rx_echo_requests", "Echo requests answered by the server." },
	{ "rx_forwarded", "Packets forwarded by the server." },
	{ "rx_routed", "Packets routed to native hosts by the server." },
	{ "rx_translated", "Packets of clients whose prefix the gateway has translated." },
	{ "rx_drop_malformed", "Packets dropped that were malformed." },
	{ "rx_drop_headers", "Packets dropped with headers that are not allowed there." },
	{ "rx_drop_not_qualified", "Packets dropped before the client had an address." },
	{ "rx_drop_source", "Packets dropped from impossible sources." },
	{ "rx_drop_destination", "Packets dropped that were for another address." },
	{ "rx_drop_trailer", "Packets dropped because a trailer asked for it." },
	{ "rx_drop_bubble", "Bubbles dropped that verified no endpoint." },
	{ "rx_drop_spoofed", "Packets dropped that came from another endpoint than their source address says." },
	{ "rx_drop_discovery", "Packets dropped that came by multicast and were no discovery bubbles." },
	{ "rx_drop_off_link", "Discovery bubbles dropped that did not come from a network of the link." },
	{ "rx_drop_other_nat", "Discovery bubbles dropped of clients behind another NAT." },
	{ "rx_drop_port", "Packets dropped that came to the random port of another peer." },
	{ "rx_drop_no_peer", "Packets dropped from clients that nothing was sent to." },
	{ "rx_drop_protocol", "Packets dropped that a server does not forward." },
	{ "rx_drop_embedded", "Packets dropped for IPv4 addresses that are not global unicast." },
	{ "rx_drop_loop", "Packets dropped that the server itself had sent." },
	{ "rx_drop_no_second", "Solicitations dropped that ask for a second address." },
	{ "rx_drop_auth", "Solicitations dropped without a secret." },
	{ "rx_drop_link_local", "Packets dropped from link-local sources." },
	{ "rx_drop_nd", "Neighbour discovery dropped." },
	{ "rx_drop_control", "Router advertisements dropped that did not come from the server." },
	{ "rx_drop_no_daemon", "Control packets dropped without a helper to take them." },
	{ "rx_drop_rate", "Packets dropped because of a rate limit." },
	{ "rx_drop_share", "Packets dropped because their source was over its share of a rate limit." },
	{ "rx_drop_queue_full", "Packets dropped when too many were held." },
	{ "rx_drop_unverified", "Packets dropped whose source a test did not prove." },
	{ "rx_drop_peer_limit", "Packets dropped when there was no room for a peer." },
	{ "rx_drop_ecn", "Packets dropped that met congestion and could not be marked." },
	{ "rx_drop_no_memory", "Packets dropped for want of memory." },
	{ "rx_drop_not_client", "Packets dropped by the gateway from clients of other servers." },
	{ "rx_drop_not_authenticated", "Packets dropped by the gateway from clients that have not authenticated." },
	{ "rx_drop_client_rate", "Packets dropped by the gateway over the rate of a client." },
	{ "rx_drop_between_clients", "Packets dropped by the gateway from one client to another." },
	{ "peers_evicted", "Peers forgotten to make room." },
};

/**
 * prometheus_help() - describe a counter
 * @counter: its name
 *
 * Return: one line; NULL for a counter of a newer kernel.
 */
const char *prometheus_help(const char *counter)
{
	size_t i;

	for (i = 0; i < sizeof(helps) / sizeof(helps[0]); i++)
		if (!strcmp(helps[i].counter, counter))
			return helps[i].help;
	return NULL;
}

/* A device name can contain quotes and backslashes. */
static void print_label(FILE *file, const char *value)
{
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', file);
		fputc(*value, file);
	}
}

static void print_sample(FILE *file, const char *name, const char *suffix,
			 json_t *device, json_t *value)
{
	fprintf(file, PREFIX "%s%s{device=\"", name, suffix);
	print_label(file, json_string_value(json_object_get(device, "ifname")));
	fprintf(file, "\"} %" JSON_INTEGER_FORMAT "\n",
		json_integer_value(value));
}

static void print_head(FILE *file, const char *name, const char *suffix,
		       const char *type, const char *help)
{
	fprintf(file, "# HELP " PREFIX "%s%s %s\n# TYPE " PREFIX "%s%s %s\n",
		name, suffix, help, name, suffix, type);
}

/* The format requires that all samples of a metric are contiguous. */
static void print_counter(FILE *file, const char *name, json_t *devices)
{
	const char *help = prometheus_help(name);
	json_t *device;
	size_t i;

	print_head(file, name, "_total", "counter",
		   help ? help : "See the documentation of the kernel module.");
	json_array_foreach(devices, i, device)
		print_sample(file, name, "_total", device,
			     json_object_get(json_object_get(device, "counters"),
					     name));
}

static void print_gauge(FILE *file, const char *name, const char *help,
			json_t *devices)
{
	json_t *device;
	size_t i;

	print_head(file, name, "", "gauge", help);
	json_array_foreach(devices, i, device)
		print_sample(file, name, "", device,
			     json_object_get(device, name));
}

/**
 * prometheus_print() - print the counters of all devices
 * @file: output
 * @devices: array of objects with "ifname", "up", "peers" and "counters"; all
 *	of them have the same counters
 */
void prometheus_print(FILE *file, json_t *devices)
{
	json_t *counters, *value;
	const char *name;

	if (!json_array_size(devices))
		return;
	print_gauge(file, "up",
		    "Whether a client is qualified, or another device runs.",
		    devices);
	print_gauge(file, "peers", "Peers known.", devices);
	counters = json_object_get(json_array_get(devices, 0), "counters");
	json_object_foreach(counters, name, value)
		print_counter(file, name, devices);
}
