/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Status socket of teredod, which "teredo show" queries, and JSON for its answers.
 * teredod writes one JSON object per connection and closes it.
 */
#ifndef _STATUS_H
#define _STATUS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#include "reason.h"

#define STATUS_DIR	"/run/teredo"

bool status_address(struct sockaddr_un *addr, const char *name);
int status_daemon(const char *name, unsigned int ifindex);
json_t *status_ask(const char *name, unsigned int ifindex);
json_t *status_endpoint(unsigned int addr, unsigned short port);
json_t *status_ipv4(unsigned int addr);
void status_secondary(json_t *server, unsigned int addr, unsigned short port);
json_t *status_text(const char *text);
void status_reason(json_t *o, const struct reason *r, const char *dev);
json_t *status_nat(unsigned int nat);
unsigned long long status_netns(void);

#endif /* _STATUS_H */
