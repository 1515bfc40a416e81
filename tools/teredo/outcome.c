// SPDX-License-Identifier: GPL-2.0
/* Outcome of probing a server, and what it shows about the network. */
#include "outcome.h"

#include <stddef.h>

/**
 * outcome_name() - get the name of an outcome
 * @outcome: outcome
 *
 * Return: the name, the same for users and programs.
 */
const char *outcome_name(enum outcome outcome)
{
	static const char * const names[] = {
		[OUTCOME_NO_NETWORK]	= "no-network",
		[OUTCOME_REFUSED]	= "refused",
		[OUTCOME_SILENT]	= "no-reply",
		[OUTCOME_SYMMETRIC]	= "symmetric",
		[OUTCOME_NO_RELAY]	= "no-relay",
		[OUTCOME_ONE_ADDRESS]	= "one-address",
		[OUTCOME_QUALIFIED]	= "qualified",
		[OUTCOME_VERIFIED]	= "verified",
	};

	return names[outcome];
}

/**
 * outcome_of_all() - get the best of several outcomes
 * @outcomes: one for each server
 * @n: number of entries in @outcomes, at least 1
 *
 * The network permits the best outcome. Worse outcomes are the fault of their servers.
 *
 * Return: the best outcome.
 */
enum outcome outcome_of_all(const enum outcome *outcomes, int n)
{
	enum outcome best = outcomes[0];
	int i;

	for (i = 1; i < n; i++)
		if (outcomes[i] > best)
			best = outcomes[i];
	return best;
}

/**
 * outcome_explain() - describe what fails
 * @all: result of outcome_of_all()
 * @n: number of servers probed
 *
 * Return: one line, NULL if nothing fails.
 */
const char *outcome_explain(enum outcome all, int n)
{
	switch (all) {
	case OUTCOME_NO_NETWORK:
		return "there is no IPv4 network";
	case OUTCOME_REFUSED:
		return "the network reports that no server is there";
	case OUTCOME_SILENT:
		if (n > 1)
			return "no server answers: UDP is blocked on the way, at least to port 3544";
		return "the server is down, requires a secret, or UDP is blocked; try another server";
	case OUTCOME_ONE_ADDRESS:
		return "only one address of a server answers, so the NAT remains unknown";
	case OUTCOME_SYMMETRIC:
		return "the NAT has another mapping for each destination: relays cannot send through it";
	case OUTCOME_NO_RELAY:
		return "servers are reached, but the native host is not: no relay for this destination";
	default:
		return NULL;
	}
}
