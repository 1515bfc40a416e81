/* SPDX-License-Identifier: GPL-2.0 */
/*
 * States of devices and the reasons for them. teredod, all commands of teredo, and
 * the manual page take state, reason and remedy from this one table.
 */
#ifndef _REASON_H
#define _REASON_H

#include <stdbool.h>
#include <stddef.h>

/* STATE_NONE: no device of this role can have the reason. The states of a client have
 * the names that Windows uses (netsh interface teredo show state), where it has them.
 */
enum state {
	STATE_NONE,
	STATE_OFFLINE,
	STATE_PROBE,
	STATE_QUALIFIED,
	STATE_DORMANT,
	STATE_UNMAINTAINED,
	STATE_UNKNOWN,
	STATE_UP,
	STATE_DOWN,
	STATE_STARTING,
	STATE_NO_CARRIER,
	STATE_NO_ROUTE,
	STATE_NO_HELPER,
	STATES
};

enum reason_id {
	REASON_NONE,

	/* no teredod, or no answer from it */
	REASON_NO_DAEMON,
	REASON_UNMAINTAINED,
	REASON_NO_STATUS,
	REASON_NO_HELPER,

	/* the device and the path */
	REASON_DOWN,
	REASON_STARTING,
	REASON_NO_LINK,
	REASON_LINK_GONE,
	REASON_NOT_LOCAL,
	REASON_LOCAL_DOWN,
	REASON_LOCAL_UNSEEN,
	REASON_CARRIER_OFF,
	REASON_NO_PATH,
	REASON_SEND,

	/* the server */
	REASON_LOOKING_UP,
	REASON_NOT_FOUND,
	REASON_WAITING,
	REASON_NO_REPLY,
	REASON_NO_REPLY_SECRET,
	REASON_NO_REPLY2,
	REASON_REFUSED,
	REASON_TIME_OUT,

	/* the NAT */
	REASON_SYMMETRIC,
	REASON_SYMMETRIC_PEERS,
	REASON_NAT_UNKNOWN,
	REASON_STALE,

	/* address and routes */
	REASON_IPV6_OFF,
	REASON_NOT_ADDED,
	REASON_REMOVED,

	/* the native Internet */
	REASON_NATIVE,
	REASON_NO_STAND_IN,
	REASON_NO_RELAY,
	REASON_NO_WAY_BACK,
	REASONS
};

#define REASON_ARG	256
#define REASON_TEXT	640

/**
 * struct reason - why a device is in its state
 * @id: identifier of the reason
 * @arg: values of the names in braces in its text, in the order of the text
 */
struct reason {
	enum reason_id id;
	char arg[2][REASON_ARG];
};

void reason_set(struct reason *r, enum reason_id id, const char *arg0,
		const char *arg1);
bool reason_equal(const struct reason *a, const struct reason *b);
const char *reason_code(enum reason_id id);
enum state reason_state(enum reason_id id, bool client);
const char *state_word(enum state state);
const char *reason_text(const struct reason *r, const char *dev,
			char buf[REASON_TEXT]);
const char *reason_remedy(const struct reason *r, const char *dev,
			  char buf[REASON_TEXT]);

#endif /* _REASON_H */
