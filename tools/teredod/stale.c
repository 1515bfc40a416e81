// SPDX-License-Identifier: GPL-2.0
/*
 * Detection of a stale NAT mapping: the server answers a fresh local port, but not the
 * service port. A server or a network that is down answers neither.
 */
#include "stale.h"

#include <string.h>

/**
 * stale_confirmed() - reset all, as the server has confirmed the address
 * @s: evidence
 */
void stale_confirmed(struct stale *s)
{
	memset(s, 0, sizeof(*s));
}

/**
 * stale_begin() - drop the evidence, as port or path are new
 * @s: evidence
 *
 * The back-off is kept.
 */
void stale_begin(struct stale *s)
{
	s->answered = 0;
	s->silences = 0;
}

/**
 * stale_silent() - record that a solicitation of the service port got no answer
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
 * stale_answered() - record that a solicitation of a fresh port got an answer
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
 * @now: time in milliseconds
 * @fixed: the port is fixed, so the remedy is a pause
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
 * stale_port_changed() - record that the service port was changed
 * @s: evidence
 * @now: time in milliseconds
 */
void stale_port_changed(struct stale *s, u64 now)
{
	s->not_before = now + back_off(s, STALE_REST_MS, STALE_REST_MAX_MS);
}

/**
 * stale_pause() - begin a pause at a fixed port
 * @s: evidence
 *
 * Return: milliseconds without any solicitation, after which the NAT should have
 * dropped the mapping.
 */
u64 stale_pause(struct stale *s)
{
	return back_off(s, STALE_PAUSE_MS, STALE_PAUSE_MAX_MS);
}
