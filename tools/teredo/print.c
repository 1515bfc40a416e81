// SPDX-License-Identifier: GPL-2.0
/* Output of teredo: JSON, or the same data as text. */
#include "print.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"

#define LABEL_WIDTH	26
#define TREE_WIDTH	20

/**
 * print_json() - print and release a JSON value
 * @value: value, consumed
 */
void print_json(json_t *value)
{
	json_dumpf(value, stdout, cli.pretty ? JSON_INDENT(4) : JSON_COMPACT);
	putchar('\n');
	json_decref(value);
}

/**
 * print_colored() - print a text, in colour if enabled
 * @color: colour
 * @text: text
 */
void print_colored(enum print_color color, const char *text)
{
	static const char * const codes[] = {
		[PRINT_PLAIN]	= "",
		[PRINT_NAME]	= "\033[1m",
		[PRINT_GOOD]	= "\033[32m",
		[PRINT_BAD]	= "\033[31m",
		[PRINT_ADDRESS]	= "\033[36m",
	};

	if (!cli.color || color == PRINT_PLAIN)
		fputs(text, stdout);
	else
		printf("%s%s\033[0m", codes[color], text);
}

/**
 * print_label() - begin a line with a label
 * @label: the label
 */
void print_label(const char *label)
{
	printf("  %-*s", LABEL_WIDTH, label);
}

static void print_scalar(json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		fputs(json_string_value(value), stdout);
		break;
	case JSON_INTEGER:
		printf("%lld", (long long)json_integer_value(value));
		break;
	case JSON_TRUE:
		fputs("yes", stdout);
		break;
	case JSON_FALSE:
		fputs("no", stdout);
		break;
	default:
		break;
	}
}

/**
 * print_tree() - print an object as text
 * @value: object
 * @indent: indentation in columns
 */
void print_tree(json_t *value, int indent)
{
	json_t *member, *element;
	const char *key;
	size_t i;

	json_object_foreach(value, key, member) {
		printf("%*s%-*s", indent, "", TREE_WIDTH, key);
		if (!json_is_object(member) && !json_is_array(member))
			print_scalar(member);
		putchar('\n');
		if (json_is_object(member))
			print_tree(member, indent + 2);
		json_array_foreach(member, i, element)
			print_tree(element, indent + 2);
	}
}

/**
 * print_duration() - format a duration as text
 * @buf: result
 * @s: seconds
 *
 * Return: @buf.
 */
const char *print_duration(char buf[PRINT_SIZE], unsigned long long s)
{
	if (s >= 86400)
		snprintf(buf, PRINT_SIZE, "%llud %lluh", s / 86400,
			 s / 3600 % 24);
	else if (s >= 3600)
		snprintf(buf, PRINT_SIZE, "%lluh %llum", s / 3600, s / 60 % 60);
	else if (s >= 60)
		snprintf(buf, PRINT_SIZE, "%llum %llus", s / 60, s % 60);
	else
		snprintf(buf, PRINT_SIZE, "%llus", s);
	return buf;
}

/**
 * print_octets() - format an amount of data as text
 * @buf: result
 * @octets: amount in octets
 *
 * Return: @buf.
 */
const char *print_octets(char buf[PRINT_SIZE], unsigned long long octets)
{
	static const char * const units[] = {
		"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB",
	};
	double amount = octets;
	int unit = 0;

	while (amount >= 1024) {
		amount /= 1024;
		unit++;
	}
	snprintf(buf, PRINT_SIZE, unit ? "%.1f %s" : "%.0f %s", amount,
		 units[unit]);
	return buf;
}

/**
 * print_in6() - convert an IPv6 address to JSON
 * @addr: address
 *
 * Return: a string.
 */
json_t *print_in6(const struct in6_addr *addr)
{
	char text[INET6_ADDRSTRLEN];

	return json_string(inet_ntop(AF_INET6, addr, text, sizeof(text)));
}

/**
 * print_hex() - convert octets to JSON, in hexadecimal
 * @data: octets
 * @len: number of octets, at most 255
 *
 * Return: a string.
 */
json_t *print_hex(const u8 *data, size_t len)
{
	char text[2 * 255 + 1] = "";
	size_t i;

	for (i = 0; i < len && i < 255; i++)
		sprintf(text + 2 * i, "%02x", data[i]);
	return json_string(text);
}

/* Explain the state of a client without a control daemon. */
static void explain_alone(const struct dev_info *dev, struct reason *r)
{
	char time[PRINT_SIZE + sizeof("for ")] = "for ever";

	if (dev->state != TEREDO_STATE_UP) {
		reason_set(r, REASON_NO_DAEMON, NULL, NULL);
		return;
	}
	if (dev->lifetime) {
		strcpy(time, "for ");
		print_duration(time + strlen(time), dev->lifetime);
	}
	reason_set(r, REASON_UNMAINTAINED, time, NULL);
}

/**
 * print_reason() - find out why a client is in its state, without its daemon
 * @dev: device of a client
 * @r: result
 */
void print_reason(const struct dev_info *dev, struct reason *r)
{
	if (dev->helper)
		reason_set(r, REASON_NO_STATUS, NULL, NULL);
	else
		explain_alone(dev, r);
}

/**
 * print_state() - find out the state of a device, as far as the kernel knows it
 * @dev: device
 * @r: result, why a client is in that state
 *
 * Return: the name of the state in "teredo show" and "teredo monitor".
 */
const char *print_state(const struct dev_info *dev, struct reason *r)
{
	static const enum state client[] = {
		[TEREDO_STATE_DOWN]	= STATE_OFFLINE,
		[TEREDO_STATE_PROBING]	= STATE_PROBE,
		[TEREDO_STATE_UP]	= STATE_QUALIFIED,
	};

	reason_set(r, REASON_NONE, NULL, NULL);
	if (dev->mode != TEREDO_MODE_CLIENT)
		return state_word(dev->state == TEREDO_STATE_UP ? STATE_UP :
								  STATE_DOWN);
	if (!dev->helper) {
		explain_alone(dev, r);
		return state_word(reason_state(r->id, true));
	}
	return state_word(dev->state < ARRAY_SIZE(client) ?
			  client[dev->state] : STATE_UNKNOWN);
}

/**
 * print_get() - get a string from an object
 * @object: object, or NULL
 * @key: key of the string
 *
 * Return: the string, or NULL if there is none.
 */
const char *print_get(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}
