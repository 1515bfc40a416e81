// SPDX-License-Identifier: GPL-2.0
/*
 * teredo peer: show, add and delete peers of a device.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "print.h"
#include "status.h"

static const char * const states[] = {
	[TEREDO_PEER_STATE_PROBING]	= "probing",
	[TEREDO_PEER_STATE_TRUSTED]	= "trusted",
	[TEREDO_PEER_STATE_EXPIRED]	= "expired",
	[TEREDO_PEER_STATE_FAILED]	= "failed",
};

static const char *state_name(u32 state)
{
	return state < ARRAY_SIZE(states) ? states[state] :
							    "unknown";
}

static void add_number(json_t *o, const struct peer_info *peer, int attr,
		       const char *key, u32 value)
{
	if (peer_has(peer, attr))
		json_object_set_new(o, key, json_integer(value));
}

static void add_nonce(json_t *o, const struct peer_info *peer, int attr,
		      const char *key, __be32 nonce)
{
	if (peer_has(peer, attr))
		json_object_set_new(o, key, print_hex((const u8 *)&nonce,
						      sizeof(nonce)));
}

static void on_peer(const struct peer_info *peer, void *ctx)
{
	json_t *o = json_pack("{s:o,s:s}", "address", print_in6(&peer->address),
			      "state", state_name(peer->state));

	if (peer_has(peer, TEREDO_A_PEER_REMOTE_ADDR))
		json_object_set_new(o, "remote",
				    status_endpoint(peer->remote.addr,
						    peer->remote.port));
	if (peer_has(peer, TEREDO_A_PEER_LAN_ADDR))
		json_object_set_new(o, "lan", status_endpoint(peer->lan.addr,
							      peer->lan.port));
	add_number(o, peer, TEREDO_A_PEER_IDLE_RX, "idle_rx_ms", peer->idle_rx);
	add_number(o, peer, TEREDO_A_PEER_IDLE_TX, "idle_tx_ms", peer->idle_tx);
	add_number(o, peer, TEREDO_A_PEER_TRIES, "tries", peer->tries);
	add_number(o, peer, TEREDO_A_PEER_QUEUED, "queued", peer->queued);
	add_nonce(o, peer, TEREDO_A_PEER_NONCE_SENT, "nonce_sent",
		  peer->nonce_sent);
	add_nonce(o, peer, TEREDO_A_PEER_NONCE_RECEIVED, "nonce_received",
		  peer->nonce_received);
	add_number(o, peer, TEREDO_A_PEER_LOCAL_PORT, "local_port",
		   be16_to_cpu(peer->local_port));
	add_number(o, peer, TEREDO_A_PEER_RANDOM_PORT, "random_port",
		   be16_to_cpu(peer->random_port));
	add_number(o, peer, TEREDO_A_PEER_PEER_RANDOM_PORT, "peer_random_port",
		   be16_to_cpu(peer->peer_random_port));
	if (peer_has(peer, TEREDO_A_PEER_SYMMETRIC))
		json_object_set_new(o, "symmetric",
				    json_boolean(peer->symmetric));
	json_array_append_new(ctx, o);
}

static void show_idle(json_t *o, const char *key, const char *label)
{
	json_t *idle = json_object_get(o, key);

	if (idle)
		printf("  %s %.1fs", label, json_integer_value(idle) / 1000.0);
}

static void show_place(json_t *o, const char *key, const char *label)
{
	json_t *place = json_object_get(o, key);
	json_t *port = json_object_get(place, "port");

	if (place)
		printf(" %s %s:%lld", label, print_get(place, "address"),
		       (long long)json_integer_value(port));
}

static void show_human(json_t *o)
{
	const char *state = print_get(o, "state");
	json_int_t queued = json_integer_value(json_object_get(o, "queued"));

	print_colored(PRINT_ADDRESS, print_get(o, "address"));
	putchar(' ');
	print_colored(strcmp(state, "failed") ? PRINT_PLAIN : PRINT_BAD, state);
	show_place(o, "remote", "at");
	show_idle(o, "idle_rx_ms", "rx");
	show_idle(o, "idle_tx_ms", "tx");
	show_place(o, "lan", " on this link");
	if (queued)
		printf("  %lld waiting", (long long)queued);
	putchar('\n');
}

static int peer_show(struct nl *nl, u32 ifindex)
{
	json_t *peers = json_array();
	json_t *o;
	size_t i;

	if (peer_dump(nl, ifindex, on_peer, peers)) {
		json_decref(peers);
		return cli_refused(nl);
	}
	if (cli.json) {
		print_json(peers);
		return CLI_OK;
	}
	json_array_foreach(peers, i, o)
		show_human(o);
	json_decref(peers);
	return CLI_OK;
}

static bool parse_endpoint(char *text, struct teredo_endpoint *ep)
{
	char *colon = strrchr(text, ':');
	unsigned long port;

	if (!colon)
		return false;
	*colon = '\0';
	if (inet_pton(AF_INET, text, &ep->addr) != 1 ||
	    !cli_number(colon + 1, 65535, &port) || !port)
		return false;
	ep->port = cpu_to_be16(port);
	return true;
}

/* argv: ADDR [remote A:P] */
static int peer_change(struct nl *nl, u32 ifindex, bool add, int argc,
		       char **argv)
{
	struct teredo_endpoint remote = { 0 };
	struct in6_addr addr;

	if (!argc)
		return cli_error("the address of the peer is missing");
	if (inet_pton(AF_INET6, argv[0], &addr) != 1)
		return cli_error("%s is not an IPv6 address", argv[0]);
	if (add && argc == 3 && !strcmp(argv[1], "remote")) {
		if (!parse_endpoint(argv[2], &remote))
			return cli_error("remote must be ADDRESS:PORT");
	} else if (argc > 1) {
		return cli_error("%s: too much (try: teredo help)", argv[1]);
	}
	if (add ? peer_add(nl, ifindex, &addr, remote) :
		  peer_del(nl, ifindex, &addr))
		return cli_refused(nl);
	return CLI_OK;
}

static int run(struct nl *nl, u32 ifindex, int argc, char **argv)
{
	const char *verb = argv[0];

	if (!strcmp(verb, "show") && argc == 2)
		return peer_show(nl, ifindex);
	if (!strcmp(verb, "add"))
		return peer_change(nl, ifindex, true, argc - 2, argv + 2);
	if (!strcmp(verb, "del"))
		return peer_change(nl, ifindex, false, argc - 2, argv + 2);
	if (!strcmp(verb, "flush") && argc == 2)
		return peer_del(nl, ifindex, NULL) ? cli_refused(nl) : CLI_OK;
	return cli_error("peer show, add, del or flush (try: teredo help)");
}

int cmd_peer(int argc, char **argv)
{
	struct nl nl;
	u32 ifindex;
	int ret;

	if (argc < 2)
		return cli_error("peer show|add|del|flush DEV (try: teredo help)");
	if (!cli_device(argv[1], &ifindex))
		return CLI_ERROR;
	ret = cli_open(&nl);
	if (ret)
		return ret;
	ret = run(&nl, ifindex, argc, argv);
	nl_close(&nl);
	return ret;
}
