// SPDX-License-Identifier: GPL-2.0
/*
 * Events about changes of an nftables table by other programs.
 *
 * The kernel sends the changes of a transaction, followed by its generation with the
 * name of the program. Transactions of this process are ignored.
 */
#include "nftevents.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <unistd.h>

#include "readable.h"

/* NFTA_TABLE_NAME, also the number of the table's name in all other messages */
#define TABLE_NAME	1

static bool names_table(const struct nlmsghdr *nlh, const char *table)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	char name[256] = "";

	if (nfg->nfgen_family != NFPROTO_IPV6)
		return false;
	mnl_attr_for_each(attr, nlh, sizeof(*nfg))
		if (mnl_attr_get_type(attr) == TABLE_NAME)
			nl_attr_text(name, sizeof(name), attr);
	return !strcmp(name, table);
}

/* Process the end of a transaction. The process id is that of the initial namespace. In
 * another one, this process can take its own changes for those of another program.
 */
static void on_generation(struct nftevents *e, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	char name[32] = "";
	u32 pid = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == NFTA_GEN_PROC_PID)
			nl_attr_copy(&pid, sizeof(pid), attr);
		else if (mnl_attr_get_type(attr) == NFTA_GEN_PROC_NAME)
			nl_attr_text(name, sizeof(name), attr);
	}
	if (!e->touched)
		return;
	e->touched = false;
	pid = ntohl(pid);
	if (pid == (u32)getpid())
		return;
	snprintf(e->by, sizeof(e->by), "%s, process %u", name, pid);
	e->fn(e->ctx);
}

static int on_message(const struct nlmsghdr *nlh, void *ctx)
{
	struct nftevents *e = ctx;

	if (nlh->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct nfgenmsg))
		return 0;
	if ((nlh->nlmsg_type & 0xff) == NFT_MSG_NEWGEN)
		on_generation(e, nlh);
	else
		e->touched |= names_table(nlh, e->table);
	return 0;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct nftevents *e = poll->data;
	bool lost = false;
	int ret;

	(void)events;
	readable_resume(poll, status, on_readable);
	do {
		ret = nl_drain(&e->nl, on_message, e);
		lost |= ret == -ENOBUFS;
	} while (ret == -ENOBUFS);
	if (!lost)
		return;
	e->touched = false;
	e->by[0] = '\0';
	e->fn(e->ctx);
}

/**
 * nftevents_open() - subscribe to the changes of a table
 * @e: events, with table, fn and ctx set
 * @loop: event loop
 *
 * Return: 0 or a negative errno with e->nl.error set.
 */
int nftevents_open(struct nftevents *e, uv_loop_t *loop)
{
	if (nl_open(&e->nl, NETLINK_NETFILTER) ||
	    nl_join(&e->nl, NFNLGRP_NFTABLES))
		return -EIO;
	uv_poll_init(loop, &e->poll, nl_fd(&e->nl));
	e->poll.data = e;
	return uv_poll_start(&e->poll, UV_READABLE, on_readable);
}
