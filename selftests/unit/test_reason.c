// SPDX-License-Identifier: GPL-2.0
/*
 * Table of states and reasons: it is complete, and agrees with the manual page
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ktap.h"
#include "reason.h"

#define PAGE	"../../tools/man/teredo.8"

static void test_complete(const void *arg)
{
	char text[REASON_TEXT], remedy[REASON_TEXT];
	struct reason r;
	int i, j;

	(void)arg;
	for (i = REASON_NONE + 1; i < REASONS; i++) {
		reason_set(&r, i, NULL, NULL);
		CHECK(reason_code(i) && *reason_code(i));
		CHECK(reason_state(i, true) || reason_state(i, false));
		CHECK(*reason_text(&r, NULL, text));
		CHECK(*reason_remedy(&r, NULL, remedy));
		CHECK(!strpbrk(text, "{}") && !strpbrk(remedy, "{}"));
		for (j = REASON_NONE; j < i; j++)
			CHECK(strcmp(reason_code(i), reason_code(j)));
	}
	for (i = STATE_NONE + 1; i < STATES; i++)
		CHECK(state_word(i) && *state_word(i));
}

static void test_values(const void *arg)
{
	char buf[REASON_TEXT];
	struct reason r, same;

	(void)arg;
	reason_set(&r, REASON_NO_LINK, "203.0.113.1", "ppp0");
	CHECK(!strcmp(reason_text(&r, "teredo0", buf),
		      "no route to 203.0.113.1: ppp0 does not exist"));
	CHECK(strstr(reason_remedy(&r, "teredo0", buf), "connect ppp0,"));
	CHECK(strstr(buf, "link = INTERFACE"));
	reason_set(&r, REASON_IPV6_OFF, "the address", NULL);
	CHECK(!strcmp(reason_text(&r, "teredo0", buf),
		      "cannot add the address: IPv6 is disabled on teredo0"));
	CHECK(!strcmp(reason_text(&r, NULL, buf),
		      "cannot add the address: IPv6 is disabled on DEV"));
	same = r;
	CHECK(reason_equal(&r, &same));
	reason_set(&same, REASON_IPV6_OFF, "the default route", NULL);
	CHECK(!reason_equal(&r, &same));
	reason_set(&r, REASON_NONE, NULL, NULL);
	CHECK(!*reason_text(&r, "teredo0", buf));
}

/* Values can come from file names and messages of name servers. */
static void test_long(const void *arg)
{
	char buf[REASON_TEXT], value[REASON_ARG + 16];
	struct reason r;

	(void)arg;
	memset(value, '{', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	reason_set(&r, REASON_NOT_FOUND, value, value);
	CHECK(strlen(r.arg[0]) == REASON_ARG - 1);
	CHECK(strlen(reason_text(&r, value, buf)) < REASON_TEXT);
	CHECK(strlen(reason_remedy(&r, value, buf)) < REASON_TEXT);
	reason_set(&r, REASON_NO_DAEMON, NULL, NULL);
	CHECK(strlen(reason_remedy(&r, value, buf)) == REASON_TEXT - 1);
}

/* Copy the words of @from, each followed by a blank. Return: the end of @to. */
static char *squeeze(char *to, const char *from)
{
	for (; *from; from++)
		if (*from != '\n' && *from != ' ')
			*to++ = *from;
		else if (to[-1] != ' ')
			*to++ = ' ';
	*to = '\0';
	return to;
}

static const char *page(void)
{
	static char raw[65536], text[65536] = " ";
	FILE *f = fopen(PAGE, "re");

	if (f) {
		raw[fread(raw, 1, sizeof(raw) - 1, f)] = '\0';
		fclose(f);
		squeeze(text + 1, raw);
	}
	return text;
}

/* A reason with another state for servers and relays is listed twice. */
static void check_item(enum state state, const struct reason *r)
{
	char text[REASON_TEXT], remedy[REASON_TEXT];
	char item[2 * REASON_TEXT + 64], squeezed[sizeof(item)] = " ";

	if (!state)
		return;
	snprintf(item, sizeof(item), ".It\n%s: %s\n.br\n%s\n",
		 state_word(state), reason_text(r, NULL, text),
		 reason_remedy(r, NULL, remedy));
	squeeze(squeezed + 1, item);
	if (!strstr(page(), squeezed))
		printf("# missing in %s:\n%s", PAGE, item);
	CHECK(strstr(page(), squeezed));
}

static void test_page(const void *arg)
{
	struct reason r;
	int i;

	(void)arg;
	for (i = REASON_NONE + 1; i < REASONS; i++) {
		reason_set(&r, i, NULL, NULL);
		check_item(reason_state(i, true), &r);
		check_item(reason_state(i, false), &r);
	}
}

static const struct ktap_test tests[] = {
	{ "each reason has a state, a text and a remedy", test_complete, NULL },
	{ "values take the place of their names", test_values, NULL },
	{ "long values are cut off", test_long, NULL },
	{ "the manual page has them all", test_page, NULL },
};

KTAP_MAIN(tests)
