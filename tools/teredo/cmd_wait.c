// SPDX-License-Identifier: GPL-2.0
/*
 * teredo wait: wait until a device has its address and routes, for services that need
 * the network. A client that is dormant beside native IPv6 counts as ready, too.
 */
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>

#include "cli.h"
#include "print.h"
#include "status.h"

/* Poll interval for changes without an event: a new device, or routes that the daemon
 * has added.
 */
#define LOOK_MS		50

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static bool copy_reason(json_t *status, char *reason, size_t len)
{
	const char *text = print_get(status, "reason");

	if (text)
		snprintf(reason, len, "%s", text);
	return text;
}

/* The daemon of a server or relay gives a reason if it cannot add the route. */
static bool relay_is_ready(const char *name, u32 ifindex, char *reason,
			   size_t len)
{
	json_t *status = status_ask(name, ifindex);
	bool ready = !status || !copy_reason(status, reason, len);

	json_decref(status);
	return ready;
}

static const char *no_daemon(const struct dev_info *dev, const char *name,
			     char text[REASON_TEXT])
{
	struct reason r;

	print_reason(dev, &r);
	return reason_text(&r, name, text);
}

/* The daemon sets the kernel's state before it adds address and routes, so the state
 * of the daemon decides, if one runs.
 */
static bool is_ready(struct nl *nl, const char *name, char *reason, size_t len)
{
	u32 ifindex = if_nametoindex(name);
	struct dev_info dev;
	const char *word;
	json_t *status;
	char text[REASON_TEXT];
	bool ready;

	snprintf(reason, len, "there is no device %s", name);
	if (!ifindex)
		return false;
	snprintf(reason, len, "%s is no Teredo device", name);
	if ((!nl->sock && dev_open(nl)) || dev_get(nl, ifindex, &dev))
		return false;
	if (dev.mode != TEREDO_MODE_CLIENT)
		return relay_is_ready(name, ifindex, reason, len);

	ready = dev.state == TEREDO_STATE_UP;
	snprintf(reason, len, "%s", no_daemon(&dev, name, text));
	status = status_ask(name, ifindex);
	if (!status)
		return ready;
	word = print_get(status, "state");
	/* with native IPv6 the client stays dormant: do not wait */
	ready = word && ((ready && !strcmp(word, "qualified")) ||
			 !strcmp(word, "dormant"));
	copy_reason(status, reason, len);
	json_decref(status);
	return ready;
}

static int wait_for(const char *name, uint64_t deadline)
{
	char reason[REASON_TEXT];
	struct nl nl = { 0 };

	while (!is_ready(&nl, name, reason, sizeof(reason))) {
		if (now_ms() >= deadline) {
			nl_close(&nl);
			cli_error("%s is not ready: %s", name, reason);
			return CLI_UNQUALIFIED;
		}
		poll(NULL, 0, LOOK_MS);
	}
	nl_close(&nl);
	return CLI_OK;
}

int cmd_wait(int argc, char **argv)
{
	uint64_t deadline = UINT64_MAX;
	unsigned long timeout;

	if (argc == 3 && !strcmp(argv[1], "--timeout")) {
		if (!cli_number(argv[2], 1000000, &timeout))
			return CLI_ERROR;
		deadline = now_ms() + timeout * 1000;
	} else if (argc != 1) {
		return cli_error("wait DEV [--timeout S]");
	}
	return wait_for(argv[0], deadline);
}
