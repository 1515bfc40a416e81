/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values as people write them, in files and on the command line. Each function
 * returns NULL or what is wrong with the value.
 */
#ifndef _VALUE_H
#define _VALUE_H

#include "wire.h"

const char *value_number(const char *value, unsigned long min,
			 unsigned long max, unsigned long *result);
const char *value_bool(const char *value, bool *result);
const char *value_prefix(const char *value, struct in6_addr *addr, u8 *len);
bool value_device_name(const char *name);
bool value_same_name(const char *a, const char *b);
char *value_trim(char *text);

#endif /* _VALUE_H */
