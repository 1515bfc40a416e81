// SPDX-License-Identifier: GPL-2.0
/*
 * Fill the peer table of a device as fast as the netlink interface allows, and dump it.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "genl.h"

static const char usage[] =
	"usage: tdpeers fill DEV FIRST COUNT  make so many peers trusted, each where\n"
	"                                     its address says, counting up from FIRST\n"
	"       tdpeers dump DEV              how many there are\n";

__attribute__((noreturn))
static void die(const char *text)
{
	fprintf(stderr, "tdpeers: %s\n", text);
	exit(1);
}

static void add_one(struct nl *nl, u32 ifindex, struct mnl_nlmsg_batch *batch,
		    const struct in6_addr *addr)
{
	struct teredo_endpoint ep = teredo_mapped(addr);
	struct nlmsghdr *nlh;

	nlh = nl_begin_genl(nl, mnl_nlmsg_batch_current(batch),
			    TEREDO_CMD_PEER_ADD, 0);
	mnl_attr_put_u32(nlh, TEREDO_A_PEER_IFINDEX, ifindex);
	mnl_attr_put(nlh, TEREDO_A_PEER_ADDRESS, sizeof(*addr), addr);
	mnl_attr_put_u32(nlh, TEREDO_A_PEER_REMOTE_ADDR, ep.addr);
	mnl_attr_put_u16(nlh, TEREDO_A_PEER_REMOTE_PORT, ep.port);
}

static void send_batch(struct nl *nl, struct mnl_nlmsg_batch *batch)
{
	if (!mnl_nlmsg_batch_is_empty(batch) &&
	    mnl_socket_sendto(nl->sock, mnl_nlmsg_batch_head(batch),
			      mnl_nlmsg_batch_size(batch)) < 0)
		die("cannot send");
	mnl_nlmsg_batch_reset(batch);
}

/* The requests ask for no acknowledgment, so all messages are errors. */
static void check_refusals(struct nl *nl)
{
	if (nl_drain(nl, NULL, NULL))
		die(nl->error);
}

/* The buffer has room for one message beyond the limit of a batch. */
static void fill(struct nl *nl, u32 ifindex, const char *first,
		 unsigned long count)
{
	static char buf[32768 + NL_BUF];
	struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(buf, 32768);
	struct in6_addr addr;
	u32 low;

	if (!batch || inet_pton(AF_INET6, first, &addr) != 1)
		die("not an IPv6 address");
	for (low = ntohl(addr.s6_addr32[3]); count--; low++) {
		addr.s6_addr32[3] = htonl(low);
		add_one(nl, ifindex, batch, &addr);
		if (mnl_nlmsg_batch_next(batch))
			continue;
		send_batch(nl, batch);
		check_refusals(nl);
	}
	send_batch(nl, batch);
	check_refusals(nl);
	mnl_nlmsg_batch_stop(batch);
}

static void count_peer(const struct peer_info *peer, void *ctx)
{
	unsigned long *count = ctx;

	(void)peer;
	++*count;
}

static void dump(struct nl *nl, u32 ifindex)
{
	unsigned long count = 0;

	if (peer_dump(nl, ifindex, count_peer, &count))
		die(nl->error);
	printf("%lu\n", count);
}

int main(int argc, char **argv)
{
	u32 ifindex = argc > 2 ? if_nametoindex(argv[2]) : 0;
	struct nl nl;

	if (!ifindex) {
		fputs(usage, stderr);
		return 2;
	}
	if (dev_open(&nl))
		die(nl.error);
	if (argc == 5 && !strcmp(argv[1], "fill"))
		fill(&nl, ifindex, argv[3], strtoul(argv[4], NULL, 10));
	else
		dump(&nl, ifindex);
	return 0;
}
