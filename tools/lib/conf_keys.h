/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Table of all configuration keys, for conf.c.
 */
#ifndef _CONF_KEYS_H
#define _CONF_KEYS_H

#include <sys/types.h>

#include "conf.h"

#define CONF_KEYS	47

/* Parse @value. Return: NULL, or what is wrong with it. */
typedef const char *conf_set_fn(struct conf *conf, const char *value);

/**
 * struct conf_key - a configuration key
 * @section: its section
 * @name: its name
 * @modes: modes that have the key, as bits 1 << enum teredo_mode
 * @set: parses its value; NULL for an attribute of the device
 */
struct conf_key {
	const char *section;
	const char *name;
	u32 modes;
	conf_set_fn *set;
};

extern const struct conf_key * const conf_keys;

const struct conf_key *conf_key_find(const char *section, const char *name);
bool conf_section_known(const char *section);
const char *conf_section_of(const char *name);
bool conf_key_may_repeat(const struct conf_key *key);
bool conf_key_is_secret(const struct conf_key *key);
void conf_warn_open(const char *path, mode_t mode);

#endif /* _CONF_KEYS_H */
