/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections of a server's clients that conntrack tracks without translation.
 */
#ifndef _FLOWS_H
#define _FLOWS_H

#include "nl.h"

int flows_forget(const struct in6_addr *clients);

#endif /* _FLOWS_H */
