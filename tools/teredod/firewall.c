// SPDX-License-Identifier: GPL-2.0
/*
 * Detection of a firewall for incoming IPv6 packets. A host that relied on a NAT often
 * has no firewall, and Teredo passes through the NAT (RFC 4380 7.1).
 *
 * Look for a chain of nftables or a table of ip6tables that packets to this host pass.
 * Whether its rules protect the host cannot be told. Filters in BPF are not found.
 */
#include "firewall.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <unistd.h>

static bool hook_is_input(const struct nlattr *hook)
{
	u32 number = htonl(NF_INET_NUMHOOKS);
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, hook)
		if (mnl_attr_get_type(attr) == NFTA_HOOK_HOOKNUM)
			nl_attr_copy(&number, sizeof(number), attr);
	return ntohl(number) == NF_INET_LOCAL_IN;
}

/**
 * firewall_is_input() - check whether a chain filters IPv6 packets to this host
 * @nlh: message about a chain of nftables
 *
 * Return: true if so.
 */
bool firewall_is_input(const struct nlmsghdr *nlh)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	bool input = false;
	const struct nlattr *attr;
	char type[8] = "";

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*nfg) ||
	    (nfg->nfgen_family != NFPROTO_INET &&
	     nfg->nfgen_family != NFPROTO_IPV6))
		return false;
	mnl_attr_for_each(attr, nlh, sizeof(*nfg)) {
		if (mnl_attr_get_type(attr) == NFTA_CHAIN_HOOK)
			input = hook_is_input(attr);
		else if (mnl_attr_get_type(attr) == NFTA_CHAIN_TYPE)
			nl_attr_text(type, sizeof(type), attr);
	}
	return input && !strcmp(type, "filter");
}

static int on_chain(const struct nlmsghdr *nlh, void *ctx)
{
	*(bool *)ctx |= firewall_is_input(nlh);
	return 0;
}

static enum firewall look_nftables(void)
{
	bool found = false;
	char buf[NL_BUF];
	struct nfgenmsg *nfg;
	struct nlmsghdr *nlh;
	void *header;
	struct nl nl;
	int ret;

	/* a kernel without netfilter has no chains */
	if (nl_open(&nl, NETLINK_NETFILTER))
		return FIREWALL_NONE;
	nlh = nl_begin(&nl, buf,
		       NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN,
		       NLM_F_DUMP, sizeof(*nfg), &header);
	nfg = header;
	nfg->nfgen_family = NFPROTO_UNSPEC;
	ret = nl_dump(&nl, nlh, on_chain, &found);
	nl_close(&nl);
	if (ret == -EPERM)
		return FIREWALL_UNKNOWN;
	return found ? FIREWALL_SOME : FIREWALL_NONE;
}

/* Look for ip6tables without nftables. Its file exists while the module is loaded, and
 * only root can read it. Use /proc/self, as a service manager can hide the rest of
 * /proc.
 */
static enum firewall look_ip6tables(void)
{
	FILE *names = fopen("/proc/self/net/ip6_tables_names", "re");
	bool found = false;
	char name[64];

	if (!names)
		return errno == ENOENT ? FIREWALL_NONE : FIREWALL_UNKNOWN;
	while (fgets(name, sizeof(name), names))
		found |= !strcmp(name, "filter\n");
	fclose(names);
	return found ? FIREWALL_SOME : FIREWALL_NONE;
}

/**
 * firewall_look() - check whether a firewall filters incoming packets
 *
 * Return: enum firewall.
 */
enum firewall firewall_look(void)
{
	enum firewall nftables = look_nftables(), ip6tables;

	if (nftables == FIREWALL_SOME)
		return FIREWALL_SOME;
	ip6tables = look_ip6tables();
	return ip6tables == FIREWALL_NONE ? nftables : ip6tables;
}
