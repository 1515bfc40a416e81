/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/teredo.yaml */
/* YNL-GEN uapi header */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#ifndef _UAPI_LINUX_TEREDO_H
#define _UAPI_LINUX_TEREDO_H

#define TEREDO_FAMILY_NAME	"teredo"
#define TEREDO_FAMILY_VERSION	1

#define TEREDO_MAX_PACKET	1280

/*
 * The part a device plays (RFC 4380 section 2).
 */
enum teredo_mode {
	TEREDO_MODE_CLIENT,
	TEREDO_MODE_SERVER,
	TEREDO_MODE_RELAY,
	TEREDO_MODE_HOSTRELAY,
};

/*
 * Where a client stands. Only in state up does it have an address and a
 * carrier. Servers and relays are up whenever the device is.
 */
enum teredo_state {
	TEREDO_STATE_DOWN,
	TEREDO_STATE_PROBING,
	TEREDO_STATE_UP,
};

/*
 * What is known of a peer. A trusted peer was heard from directly less than 30
 * s ago (RFC 4380 section 5.2.4), an expired one longer ago; failed peers did
 * not answer and are left alone for a while.
 */
enum teredo_peer_state {
	TEREDO_PEER_STATE_PROBING,
	TEREDO_PEER_STATE_TRUSTED,
	TEREDO_PEER_STATE_EXPIRED,
	TEREDO_PEER_STATE_FAILED,
};

/*
 * What a client has found between itself and its server. A restricted NAT has
 * one mapping for all destinations; a symmetric one has another port or even
 * another address for each (RFC 4380 section 5.2.1).
 */
enum teredo_nat {
	TEREDO_NAT_UNKNOWN,
	TEREDO_NAT_NONE,
	TEREDO_NAT_RESTRICTED,
	TEREDO_NAT_SYMMETRIC_PORT,
	TEREDO_NAT_SYMMETRIC_ADDRESS,
};

enum {
	TEREDO_A_DEV_IFINDEX = 1,
	TEREDO_A_DEV_MODE,
	TEREDO_A_DEV_STATE,
	TEREDO_A_DEV_ADDRESS,
	TEREDO_A_DEV_SERVER,
	TEREDO_A_DEV_SERVER2,
	TEREDO_A_DEV_MAPPED_ADDR,
	TEREDO_A_DEV_MAPPED_PORT,
	TEREDO_A_DEV_LOCAL_ADDR,
	TEREDO_A_DEV_LOCAL_PORT,
	TEREDO_A_DEV_LIFETIME,
	TEREDO_A_DEV_CONTACT,
	TEREDO_A_DEV_HELPER,
	TEREDO_A_DEV_PEERS,
	TEREDO_A_DEV_COUNTER,
	TEREDO_A_DEV_NAT,
	TEREDO_A_DEV_PORT_PRESERVING,

	__TEREDO_A_DEV_MAX,
	TEREDO_A_DEV_MAX = (__TEREDO_A_DEV_MAX - 1)
};

enum {
	TEREDO_A_COUNTER_NAME = 1,
	TEREDO_A_COUNTER_VALUE,
	TEREDO_A_COUNTER_PAD,

	__TEREDO_A_COUNTER_MAX,
	TEREDO_A_COUNTER_MAX = (__TEREDO_A_COUNTER_MAX - 1)
};

enum {
	TEREDO_A_PEER_IFINDEX = 1,
	TEREDO_A_PEER_ADDRESS,
	TEREDO_A_PEER_REMOTE_ADDR,
	TEREDO_A_PEER_REMOTE_PORT,
	TEREDO_A_PEER_STATE,
	TEREDO_A_PEER_IDLE_RX,
	TEREDO_A_PEER_IDLE_TX,
	TEREDO_A_PEER_TRIES,
	TEREDO_A_PEER_QUEUED,
	TEREDO_A_PEER_NONCE_SENT,
	TEREDO_A_PEER_NONCE_RECEIVED,
	TEREDO_A_PEER_LOCAL_PORT,
	TEREDO_A_PEER_RANDOM_PORT,
	TEREDO_A_PEER_PEER_RANDOM_PORT,
	TEREDO_A_PEER_LAN_ADDR,
	TEREDO_A_PEER_LAN_PORT,

	__TEREDO_A_PEER_MAX,
	TEREDO_A_PEER_MAX = (__TEREDO_A_PEER_MAX - 1)
};

enum {
	TEREDO_A_PACKET_IFINDEX = 1,
	TEREDO_A_PACKET_REMOTE_ADDR,
	TEREDO_A_PACKET_REMOTE_PORT,
	TEREDO_A_PACKET_LOCAL_ADDR,
	TEREDO_A_PACKET_PAYLOAD,

	__TEREDO_A_PACKET_MAX,
	TEREDO_A_PACKET_MAX = (__TEREDO_A_PACKET_MAX - 1)
};

enum {
	TEREDO_CMD_DEV_GET = 1,
	TEREDO_CMD_DEV_SET,
	TEREDO_CMD_DEV_NTF,
	TEREDO_CMD_PEER_GET,
	TEREDO_CMD_PEER_ADD,
	TEREDO_CMD_PEER_DEL,
	TEREDO_CMD_PACKET_SEND,
	TEREDO_CMD_PACKET_NTF,
	TEREDO_CMD_HELPER_SET,

	__TEREDO_CMD_MAX,
	TEREDO_CMD_MAX = (__TEREDO_CMD_MAX - 1)
};

#define TEREDO_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_TEREDO_H */
