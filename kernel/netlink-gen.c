// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/teredo.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/teredo.h>

/* TEREDO_CMD_DEV_GET - dump */
static const struct nla_policy teredo_dev_get_nl_policy[TEREDO_A_DEV_IFINDEX + 1] = {
	[TEREDO_A_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* TEREDO_CMD_DEV_SET - do */
static const struct nla_policy teredo_dev_set_nl_policy[TEREDO_A_DEV_SERVER2_PORT + 1] = {
	[TEREDO_A_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TEREDO_A_DEV_STATE] = NLA_POLICY_MAX(NLA_U32, 2),
	[TEREDO_A_DEV_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[TEREDO_A_DEV_SERVER] = { .type = NLA_BE32, },
	[TEREDO_A_DEV_SERVER2] = { .type = NLA_BE32, },
	[TEREDO_A_DEV_MAPPED_ADDR] = { .type = NLA_BE32, },
	[TEREDO_A_DEV_MAPPED_PORT] = { .type = NLA_BE16, },
	[TEREDO_A_DEV_LOCAL_ADDR] = { .type = NLA_BE32, },
	[TEREDO_A_DEV_LIFETIME] = { .type = NLA_U32, },
	[TEREDO_A_DEV_NAT] = NLA_POLICY_MAX(NLA_U32, 4),
	[TEREDO_A_DEV_UPNP] = { .type = NLA_U8, },
	[TEREDO_A_DEV_UPNP_ADDR] = { .type = NLA_BE32, },
	[TEREDO_A_DEV_UPNP_PORT] = { .type = NLA_BE16, },
	[TEREDO_A_DEV_SERVER2_PORT] = { .type = NLA_BE16, },
};

/* TEREDO_CMD_PEER_GET - dump */
static const struct nla_policy teredo_peer_get_nl_policy[TEREDO_A_PEER_IFINDEX + 1] = {
	[TEREDO_A_PEER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* TEREDO_CMD_PEER_ADD - do */
static const struct nla_policy teredo_peer_add_nl_policy[TEREDO_A_PEER_REMOTE_PORT + 1] = {
	[TEREDO_A_PEER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TEREDO_A_PEER_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[TEREDO_A_PEER_REMOTE_ADDR] = { .type = NLA_BE32, },
	[TEREDO_A_PEER_REMOTE_PORT] = { .type = NLA_BE16, },
};

/* TEREDO_CMD_PEER_DEL - do */
static const struct nla_policy teredo_peer_del_nl_policy[TEREDO_A_PEER_ADDRESS + 1] = {
	[TEREDO_A_PEER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TEREDO_A_PEER_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
};

/* TEREDO_CMD_PACKET_SEND - do */
static const struct nla_policy teredo_packet_send_nl_policy[TEREDO_A_PACKET_LOCAL_PORT + 1] = {
	[TEREDO_A_PACKET_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TEREDO_A_PACKET_REMOTE_ADDR] = { .type = NLA_BE32, },
	[TEREDO_A_PACKET_REMOTE_PORT] = { .type = NLA_BE16, },
	[TEREDO_A_PACKET_LOCAL_ADDR] = { .type = NLA_BE32, },
	[TEREDO_A_PACKET_PAYLOAD] = NLA_POLICY_MAX_LEN(TEREDO_MAX_PACKET),
	[TEREDO_A_PACKET_LOCAL_PORT] = { .type = NLA_BE16, },
};

/* TEREDO_CMD_HELPER_SET - do */
static const struct nla_policy teredo_helper_set_nl_policy[TEREDO_A_DEV_IFINDEX + 1] = {
	[TEREDO_A_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* TEREDO_CMD_CLIENT_SET - do */
static const struct nla_policy teredo_client_set_nl_policy[TEREDO_A_DEV_LIFETIME + 1] = {
	[TEREDO_A_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TEREDO_A_DEV_MAPPED_ADDR] = { .type = NLA_BE32, },
	[TEREDO_A_DEV_MAPPED_PORT] = { .type = NLA_BE16, },
	[TEREDO_A_DEV_LIFETIME] = { .type = NLA_U32, },
};

/* Ops table for teredo */
static const struct genl_split_ops teredo_nl_ops[] = {
	{
		.cmd		= TEREDO_CMD_DEV_GET,
		.dumpit		= teredo_nl_dev_get_dumpit,
		.policy		= teredo_dev_get_nl_policy,
		.maxattr	= TEREDO_A_DEV_IFINDEX,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= TEREDO_CMD_DEV_SET,
		.doit		= teredo_nl_dev_set_doit,
		.policy		= teredo_dev_set_nl_policy,
		.maxattr	= TEREDO_A_DEV_SERVER2_PORT,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= TEREDO_CMD_PEER_GET,
		.start		= teredo_nl_peer_get_start,
		.dumpit		= teredo_nl_peer_get_dumpit,
		.done		= teredo_nl_peer_get_done,
		.policy		= teredo_peer_get_nl_policy,
		.maxattr	= TEREDO_A_PEER_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= TEREDO_CMD_PEER_ADD,
		.doit		= teredo_nl_peer_add_doit,
		.policy		= teredo_peer_add_nl_policy,
		.maxattr	= TEREDO_A_PEER_REMOTE_PORT,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= TEREDO_CMD_PEER_DEL,
		.doit		= teredo_nl_peer_del_doit,
		.policy		= teredo_peer_del_nl_policy,
		.maxattr	= TEREDO_A_PEER_ADDRESS,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= TEREDO_CMD_PACKET_SEND,
		.doit		= teredo_nl_packet_send_doit,
		.policy		= teredo_packet_send_nl_policy,
		.maxattr	= TEREDO_A_PACKET_LOCAL_PORT,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= TEREDO_CMD_HELPER_SET,
		.doit		= teredo_nl_helper_set_doit,
		.policy		= teredo_helper_set_nl_policy,
		.maxattr	= TEREDO_A_DEV_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= TEREDO_CMD_CLIENT_SET,
		.doit		= teredo_nl_client_set_doit,
		.policy		= teredo_client_set_nl_policy,
		.maxattr	= TEREDO_A_DEV_LIFETIME,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group teredo_nl_mcgrps[] = {
	[TEREDO_NLGRP_EVENTS] = { "events", },
};

struct genl_family teredo_nl_family __ro_after_init = {
	.name		= TEREDO_FAMILY_NAME,
	.version	= TEREDO_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= teredo_nl_ops,
	.n_split_ops	= ARRAY_SIZE(teredo_nl_ops),
	.mcgrps		= teredo_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(teredo_nl_mcgrps),
};
