/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conversion of Miredo's configuration, miredo.conf(5) and miredo-server.conf(5), to
 * settings of teredo.conf(5).
 */
#ifndef _MIREDO_H
#define _MIREDO_H

#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>

#define MIREDO_VALUE	512
#define MIREDO_SETTINGS	12
#define MIREDO_NOTE	256

/* what a configuration of Miredo is for */
enum miredo_role {
	MIREDO_CLIENT,
	MIREDO_RELAY,
	MIREDO_SERVER,
};

/* keys of both files */
enum miredo_key {
	MIREDO_RELAY_TYPE,
	MIREDO_INTERFACE_NAME,
	MIREDO_BIND_ADDRESS,
	MIREDO_BIND_PORT,
	MIREDO_SERVER_ADDRESS,
	MIREDO_SERVER_ADDRESS2,
	MIREDO_SERVER_BIND,
	MIREDO_SERVER_BIND2,
	MIREDO_PREFIX,
	MIREDO_MTU,
	MIREDO_SYSLOG,
	MIREDO_KEYS,
};

/**
 * typedef miredo_note_fn - report what cannot be converted
 * @ctx: as given to miredo_read()
 * @line: line number, 0 for the whole file
 * @error: true if the conversion fails
 * @text: reason, one line
 */
typedef void miredo_note_fn(void *ctx, int line, bool error, const char *text);

/**
 * struct miredo_directive - key of Miredo's configuration
 * @line: line number, 0 if the file does not have the key
 * @value: its value
 */
struct miredo_directive {
	int line;
	char value[MIREDO_VALUE];
};

/**
 * struct miredo_setting - setting of teredo.conf(5)
 * @section: its section, a constant
 * @key: its key, a constant
 * @value: its value
 */
struct miredo_setting {
	const char *section;
	const char *key;
	char value[2 * MIREDO_VALUE];
};

/**
 * struct miredo - a configuration and its conversion
 * @role: role that the configuration is for
 * @name: name of the device
 * @directives: keys of the file, by enum miredo_key
 * @settings: result, ordered by section
 * @n: number of entries in @settings
 * @note: reports what cannot be converted
 * @ctx: passed to @note
 * @failed: @note has reported an error
 */
struct miredo {
	enum miredo_role role;
	char name[IF_NAMESIZE];
	struct miredo_directive directives[MIREDO_KEYS];
	struct miredo_setting settings[MIREDO_SETTINGS];
	unsigned int n;
	miredo_note_fn *note;
	void *ctx;
	bool failed;
};

int miredo_read(struct miredo *m, FILE *file, miredo_note_fn *note, void *ctx);
void miredo_write(const struct miredo *m, FILE *to);

/* miredo_parse.c, for miredo.c */
void miredo_parse(struct miredo *m, FILE *file);
const char *miredo_key_name(enum miredo_key key);
void miredo_note(struct miredo *m, int line, bool error, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif /* _MIREDO_H */
