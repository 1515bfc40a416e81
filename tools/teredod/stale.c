// SPDX-License-Identifier: GPL-2.0
/*
 * Tell a stale NAT mapping from a server or a network that is down: the server
 * answers a fresh local port and does not answer the service port.
 */
#include "stale.h"

#include <string.h>

/**
 * stale_confirmed() - forget all, because the server confirmed the address
 * @s: evidence
 */
void stale_confirmed(struct stale *s)
{
	memset(s, 0, sizeof(*s));
}

/**
 * stale_begin() - forget the evidence, because port or path are new
 * @s: evidence
 *
 * The back-off stays.
 */
void stale_begin(struct stale *s)
{
	s->answered = 0;
	s->silences = 0;
}

/**
 * stale_silent() - note that a solicitation of the service port got no answer
 * @s: evidence
 * @server: index of the server
 */
void stale_silent(struct stale *s, unsigned int server)
{
	if (s->answered & 1u << server)
		s->silences++;
	s->answered &= ~(1u << server);
}

/**
 * stale_answered() - note that a solicitation of a fresh port got an answer
 * @s: evidence
 * @server: index of the server
 */
void stale_answered(struct stale *s, unsigned int server)
{
	s->answered |= 1u << server;
}

/**
 * stale_verdict() - check whether a remedy is due
 * @s: evidence
 * @now: time
 * @fixed: the port must stay, so the remedy is a pause
 *
 * Return: true if the mapping is stale and the back-off has ended.
 */
bool stale_verdict(const struct stale *s, u64 now, bool fixed)
{
	unsigned int needed = fixed ? STALE_SILENCES_FIXED : STALE_SILENCES;

	return s->silences >= needed && now >= s->not_before;
}

static u64 back_off(struct stale *s, u64 first, u64 max)
{
	u64 ms = first;
	unsigned int i;

	for (i = 0; i < s->remedies && ms < max; i++)
		ms *= 2;
	s->remedies++;
	stale_begin(s);
	return ms < max ? ms : max;
}

/**
 * stale_port_changed() - note that the service port was changed
 * @s: evidence
 * @now: time
 */
void stale_port_changed(struct stale *s, u64 now)
{
	s->not_before = now + back_off(s, STALE_REST_MS, STALE_REST_MAX_MS);
}

/**
 * stale_pause() - begin a pause at a port that must stay
 * @s: evidence
 *
 * Return: time without any solicitation, after which the NAT should have
 * forgotten the mapping.
 */
u64 stale_pause(struct stale *s)
{
	return back_off(s, STALE_PAUSE_MS, STALE_PAUSE_MAX_MS);
}
