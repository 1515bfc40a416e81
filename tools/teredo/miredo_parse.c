// SPDX-License-Identifier: GPL-2.0
/*
 * Syntax of Miredo's configuration, as miredo-checkconf(8) accepts it: lines of
 * KEY and VALUE, separated by white space. Case of keys does not matter, # begins a
 * comment, a third word is ignored, and the first of duplicate keys counts.
 */
#include "miredo.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char blanks[] = " \t\r\n\f\v";

static const char * const names[MIREDO_KEYS] = {
	[MIREDO_RELAY_TYPE]	 = "RelayType",
	[MIREDO_INTERFACE_NAME]	 = "InterfaceName",
	[MIREDO_BIND_ADDRESS]	 = "BindAddress",
	[MIREDO_BIND_PORT]	 = "BindPort",
	[MIREDO_SERVER_ADDRESS]	 = "ServerAddress",
	[MIREDO_SERVER_ADDRESS2] = "ServerAddress2",
	[MIREDO_SERVER_BIND]	 = "ServerBindAddress",
	[MIREDO_SERVER_BIND2]	 = "ServerBindAddress2",
	[MIREDO_PREFIX]		 = "Prefix",
	[MIREDO_MTU]		 = "InterfaceMTU",
	[MIREDO_SYSLOG]		 = "SyslogFacility",
};

/* keys of earlier versions of Miredo, from its NEWS */
static const struct removed_key {
	const char *name;
	const char *reason;
} removed[] = {
	{ "DefaultRoute", "removed from Miredo; see default-route in teredo.conf(5)" },
	{ "IgnoreConeBit", "removed from Miredo; the cone bit is always ignored" },
};

/**
 * miredo_key_name() - name a key
 * @key: key
 *
 * Return: its name, as the manual page spells it.
 */
const char *miredo_key_name(enum miredo_key key)
{
	return names[key];
}

/**
 * miredo_note() - report what cannot be converted
 * @m: configuration
 * @line: line number, 0 for the whole file
 * @error: true if the conversion fails
 * @fmt: format of the reason, as for printf()
 */
void miredo_note(struct miredo *m, int line, bool error, const char *fmt, ...)
{
	char text[MIREDO_NOTE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	m->failed |= error;
	m->note(m->ctx, line, error, text);
}

/* Return: index of the key, MIREDO_KEYS if there is none */
static unsigned int find_key(const char *name)
{
	unsigned int i;

	for (i = 0; i < MIREDO_KEYS; i++)
		if (!strcasecmp(names[i], name))
			break;
	return i;
}

static void note_unknown(struct miredo *m, int line, const char *name)
{
	const char *reason = "not a key of miredo.conf(5) or miredo-server.conf(5)";
	unsigned int i;

	for (i = 0; i < sizeof(removed) / sizeof(removed[0]); i++)
		if (!strcasecmp(removed[i].name, name))
			reason = removed[i].reason;
	miredo_note(m, line, false, "%.40s: left out: %s", name, reason);
}

/* Miredo takes quotes for a part of the value, which then has no meaning. */
static void unquote(struct miredo *m, int line, const char *name, char *value)
{
	size_t len = strlen(value);

	if (len < 2 || (*value != '"' && *value != '\'') ||
	    value[len - 1] != *value)
		return;
	memmove(value, value + 1, len - 2);
	value[len - 2] = '\0';
	miredo_note(m, line, false,
		    "%s: quotes removed, Miredo takes them as part of the value",
		    name);
}

static void add(struct miredo *m, int line, const char *name, char *value)
{
	unsigned int key = find_key(name);
	struct miredo_directive *directive = &m->directives[key];

	if (key == MIREDO_KEYS) {
		note_unknown(m, line, name);
		return;
	}
	if (directive->line) {
		miredo_note(m, line, false,
			    "%s: left out: Miredo uses that of line %d",
			    names[key], directive->line);
		return;
	}
	unquote(m, line, names[key], value);
	directive->line = line;
	if (strlen(value) >= sizeof(directive->value))
		miredo_note(m, line, true, "%s: is too long", names[key]);
	else
		strcpy(directive->value, value);
}

/* @text has no newline at its end if it is the last line */
static void parse_line(struct miredo *m, int line, char *text)
{
	bool ends = strchr(text, '\n');
	char *rest = text + strspn(text, blanks);
	char *name, *value;

	if (!*rest || *rest == '#')
		return;
	name = strsep(&rest, blanks);
	value = rest ? rest + strspn(rest, blanks) : NULL;
	if (!value || !*value) {
		miredo_note(m, line, false, "%.40s: left out: has no value",
			    name);
		return;
	}
	value[strcspn(value, blanks)] = '\0';
	if (!ends)
		miredo_note(m, line, false,
			    "%.40s: converted, but Miredo skips a last line without a newline",
			    name);
	add(m, line, name, value);
}

/**
 * miredo_parse() - read the keys of a file
 * @m: result, whose directives are set
 * @file: file
 */
void miredo_parse(struct miredo *m, FILE *file)
{
	char *text = NULL;
	size_t size = 0;
	int line;

	for (line = 1; getline(&text, &size, file) >= 0; line++)
		parse_line(m, line, text);
	free(text);
}
