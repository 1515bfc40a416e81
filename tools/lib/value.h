/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parse and print values of the configuration and the command line. Parsers return
 * NULL, or what is wrong with the value.
 */
#ifndef _VALUE_H
#define _VALUE_H

#include "wire.h"

#define VALUE_SERVER	24	/* size of ADDRESS:PORT, NUL included */

const char *value_number(const char *value, unsigned long min,
			 unsigned long max, unsigned long *result);
const char *value_bool(const char *value, bool *result);
const char *value_prefix(const char *value, struct in6_addr *addr, u8 *len);
bool value_device_name(const char *name);
bool value_same_name(const char *a, const char *b);
char *value_trim(char *text);
const char *value_cut_port(char *text, __be16 *port);
void value_server_text(char buf[VALUE_SERVER], struct teredo_endpoint ep);

#endif /* _VALUE_H */
