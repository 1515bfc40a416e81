// SPDX-License-Identifier: GPL-2.0
/*
 * The nftables table of a server's gateway that masquerades, by libnftables.
 *
 * The rules identify the device by its index, padded to more digits than a device name
 * can have. libnftables would take a shorter number for a name, and it cannot quote
 * every name.
 */
#include "masquerade.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>

#define INDEX_DIGITS	IF_NAMESIZE

/**
 * masquerade_table() - name the table of a device
 * @table: result
 * @device: name of the device
 *
 * libnftables accepts letters, digits and "-_./" in names. Other octets become "/"
 * and two hexadecimal digits; device names have no "/".
 */
void masquerade_table(char table[MASQUERADE_TABLE], const char *device)
{
	int len = sprintf(table, "teredo-");

	for (; *device && len < MASQUERADE_TABLE - 4; device++) {
		unsigned char c = *device;

		if (c < 0x80 && (isalnum(c) || strchr("-_.", c)))
			table[len++] = c;
		else
			len += sprintf(table + len, "/%02x", c);
	}
	table[len] = '\0';
}

/**
 * struct terms - variable parts of the rules, as text
 * @device: index of the device
 * @clients: /64 of the clients
 */
struct terms {
	char device[INDEX_DIGITS + 1];
	char clients[INET6_ADDRSTRLEN + 3];
};

static void make_terms(struct terms *terms, const struct masquerade *t)
{
	char text[INET6_ADDRSTRLEN];

	snprintf(terms->device, sizeof(terms->device), "%0*u", INDEX_DIGITS,
		 t->ifindex);
	inet_ntop(AF_INET6, &t->clients, text, sizeof(text));
	snprintf(terms->clients, sizeof(terms->clients), "%s/64", text);
}

/* The last chain drops packets whose untranslated source no provider would accept. */
static void put_chains(FILE *f, const struct terms *terms)
{
	fprintf(f, "chain srcnat {\n"
		"type nat hook postrouting priority srcnat; policy accept;\n"
		"oif != \"%s\" ip6 saddr %s counter name sent masquerade\n"
		"}\n", terms->device, terms->clients);
	fprintf(f, "chain replies {\n"
		"type filter hook forward priority filter; policy accept;\n"
		"oif \"%s\" ct direction reply counter name replies\n"
		"}\n", terms->device);
	fprintf(f, "chain leak {\n"
		"type filter hook postrouting priority srcnat + 10; policy accept;\n"
		"oif != \"%s\" ip6 saddr %s drop\n"
		"}\n", terms->device, terms->clients);
}

/**
 * masquerade_rules() - write the rules of the table
 * @t: translation
 * @rules: result, one transaction that replaces the table
 */
void masquerade_rules(const struct masquerade *t, char rules[MASQUERADE_RULES])
{
	FILE *f = fmemopen(rules, MASQUERADE_RULES, "w");
	struct terms terms;

	rules[0] = '\0';
	if (!f)
		return;
	make_terms(&terms, t);
	fprintf(f, "table ip6 %s\ndelete table ip6 %s\ntable ip6 %s {\n",
		t->table, t->table, t->table);
	fprintf(f, "counter sent { }\ncounter replies { }\n");
	put_chains(f, &terms);
	fprintf(f, "}\n");
	fclose(f);
}

/* Copy the first line of libnftables' error message, and add a hint. */
static void explain(struct masquerade *t, struct nft_ctx *nft)
{
	const char *text = nft_ctx_get_error_buffer(nft);
	const char *begin = text ? strstr(text, "Error: ") : NULL;
	int len;

	begin = begin ? begin + strlen("Error: ") : text ? text : "";
	len = strcspn(begin, "\n");
	if (len > 128)
		len = 128;
	snprintf(t->error, sizeof(t->error), "%.*s%s", len, begin,
		 strstr(begin, "No such file") || strstr(begin, "not supported") ?
		 " (does the kernel have nft_chain_nat, nft_masq and nft_ct?)" :
		 "");
}

/* Return: 0 with the output in *@output, owned by the caller, or -EIO */
static int run(struct masquerade *t, const char *commands, unsigned int flags,
	       char **output)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	int ret;

	if (!nft) {
		snprintf(t->error, sizeof(t->error), "out of memory");
		return -EIO;
	}
	nft_ctx_buffer_output(nft);
	nft_ctx_buffer_error(nft);
	nft_ctx_output_set_flags(nft, flags);
	ret = nft_run_cmd_from_buffer(nft, commands) ? -EIO : 0;
	if (ret)
		explain(t, nft);
	else if (output)
		*output = strdup(nft_ctx_get_output_buffer(nft));
	nft_ctx_free(nft);
	return ret;
}

/* Return: the listing of the table, owned by the caller; NULL if there is no table */
static char *list(struct masquerade *t, unsigned int flags)
{
	char command[MASQUERADE_TABLE + 32], *text = NULL;

	snprintf(command, sizeof(command), "list table ip6 %s", t->table);
	return run(t, command, flags, &text) ? NULL : text;
}

/**
 * masquerade_put() - create or replace the table
 * @t: translation
 *
 * Return: 0 or a negative errno with t->error set.
 */
int masquerade_put(struct masquerade *t)
{
	char rules[MASQUERADE_RULES];
	int ret;

	masquerade_rules(t, rules);
	free(t->listing);
	t->listing = NULL;
	ret = run(t, rules, 0, NULL);
	if (!ret)
		t->listing = list(t, NFT_CTX_OUTPUT_STATELESS);
	return ret;
}

/**
 * masquerade_in_place() - check whether the table is as it was set up
 * @t: translation
 *
 * Return: false if a program has changed or removed it, or it was never set up.
 */
bool masquerade_in_place(struct masquerade *t)
{
	char *now;
	bool same;

	if (!t->listing)
		return false;
	now = list(t, NFT_CTX_OUTPUT_STATELESS);
	same = now && !strcmp(now, t->listing);
	free(now);
	return same;
}

static unsigned long long number_of(const char *text, const char *counter)
{
	const char *at = strstr(text, counter);
	unsigned long long n = 0;

	at = at ? strstr(at, "packets ") : NULL;
	if (at)
		n = strtoull(at + strlen("packets "), NULL, 10);
	return n;
}

/**
 * masquerade_count() - read the counters of the table
 * @t: translation
 * @count: result
 *
 * Return: 0 or a negative errno with t->error set.
 */
int masquerade_count(struct masquerade *t, struct masquerade_count *count)
{
	char *text = list(t, 0);

	if (!text)
		return -EIO;
	count->sent = number_of(text, "counter sent {");
	count->replies = number_of(text, "counter replies {");
	free(text);
	return 0;
}

/**
 * masquerade_remove() - remove the table, if it is there
 * @t: translation
 *
 * Return: 0 or a negative errno with t->error set.
 */
int masquerade_remove(struct masquerade *t)
{
	char command[2 * MASQUERADE_TABLE + 64];

	free(t->listing);
	t->listing = NULL;
	snprintf(command, sizeof(command),
		 "table ip6 %s\ndelete table ip6 %s\n", t->table, t->table);
	return run(t, command, 0, NULL);
}
