/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Output of teredo: JSON, or the same data as text.
 */
#ifndef _PRINT_H
#define _PRINT_H

#include <jansson.h>

#include "genl.h"
#include "reason.h"

enum print_color {
	PRINT_PLAIN,
	PRINT_NAME,
	PRINT_GOOD,
	PRINT_BAD,
	PRINT_ADDRESS,
};

#define PRINT_SIZE	24

void print_json(json_t *value);
void print_tree(json_t *value, int indent);
void print_colored(enum print_color color, const char *text);
void print_label(const char *label);
const char *print_duration(char buf[PRINT_SIZE], unsigned long long s);
const char *print_octets(char buf[PRINT_SIZE], unsigned long long octets);
json_t *print_in6(const struct in6_addr *addr);
json_t *print_hex(const u8 *data, size_t len);
void print_reason(const struct dev_info *dev, struct reason *r);
const char *print_state(const struct dev_info *dev, struct reason *r);
const char *print_get(json_t *object, const char *key);

#endif /* _PRINT_H */
