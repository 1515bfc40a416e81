// SPDX-License-Identifier: GPL-2.0
/*
 * Removal of connections that conntrack tracks without translation.
 *
 * A connection is masqueraded when its first packet passes the rules. While the table is
 * missing, rules of another program can make conntrack track a new connection, which
 * would then remain untranslated. Such connections are deleted when the table is back,
 * and start again with their next packet.
 */
#include "flows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#define NAT_DONE	(IPS_SRC_NAT | IPS_DST_NAT)

/**
 * struct flows - search for connections
 * @clients: the /64 that the server's clients share
 * @del: socket for deletions, as the socket of the dump is busy
 */
struct flows {
	const struct in6_addr *clients;
	struct nl del;
};

static const struct nlattr *find(const struct nlattr *nest, u16 type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

/* Check whether the source of a tuple is in the /64. */
static bool is_from(const struct nlattr *tuple, const struct in6_addr *prefix)
{
	const struct nlattr *ip = find(tuple, CTA_TUPLE_IP);
	const struct nlattr *attr = ip ? find(ip, CTA_IP_V6_SRC) : NULL;
	struct in6_addr addr = { 0 };

	if (!attr)
		return false;
	nl_attr_copy(&addr, sizeof(addr), attr);
	return !memcmp(&addr, prefix, sizeof(addr) / 2);
}

/* Delete by the tuple as received. A connection that has ended meanwhile is no error. */
static void forget(struct flows *flows, const struct nlattr *tuple)
{
	struct nfgenmsg *nfg;
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	void *header;

	if (mnl_attr_get_payload_len(tuple) > 1024)
		return;
	nlh = nl_begin(&flows->del, buf,
		       NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
		       NLM_F_ACK, sizeof(*nfg), &header);
	nfg = header;
	nfg->nfgen_family = AF_INET6;
	mnl_attr_put(nlh, CTA_TUPLE_ORIG | NLA_F_NESTED,
		     mnl_attr_get_payload_len(tuple),
		     mnl_attr_get_payload(tuple));
	nl_talk(&flows->del, nlh, NULL, NULL);
}

static int on_flow(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *attr, *tuple = NULL;
	struct flows *flows = ctx;
	u32 status = 0;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct nfgenmsg))
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == CTA_TUPLE_ORIG)
			tuple = attr;
		else if (mnl_attr_get_type(attr) == CTA_STATUS)
			nl_attr_copy(&status, sizeof(status), attr);
	}
	if (tuple && !(ntohl(status) & NAT_DONE) &&
	    is_from(tuple, flows->clients))
		forget(flows, tuple);
	return 0;
}

static int search(struct nl *nl, struct flows *flows)
{
	struct nfgenmsg *nfg;
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	void *header;

	nlh = nl_begin(nl, buf, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
		       NLM_F_DUMP, sizeof(*nfg), &header);
	nfg = header;
	nfg->nfgen_family = AF_INET6;
	/* let the kernel omit translated connections */
	mnl_attr_put_u32(nlh, CTA_STATUS, 0);
	mnl_attr_put_u32(nlh, CTA_STATUS_MASK, htonl(NAT_DONE));
	return nl_talk(nl, nlh, on_flow, flows);
}

/**
 * flows_forget() - delete connections of clients that are not translated
 * @clients: the /64 that the server's clients share
 *
 * Return: 0 or a negative errno, also from a kernel without nf_conntrack_netlink.
 */
int flows_forget(const struct in6_addr *clients)
{
	struct flows flows = { .clients = clients };
	struct nl nl;
	int ret;

	if (nl_open(&nl, NETLINK_NETFILTER))
		return -EIO;
	ret = nl_open(&flows.del, NETLINK_NETFILTER);
	if (!ret)
		ret = search(&nl, &flows);
	nl_close(&flows.del);
	nl_close(&nl);
	return ret;
}
