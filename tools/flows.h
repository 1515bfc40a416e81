/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that conntrack has noted without the translation of a server's
 * gateway.
 */
#ifndef _FLOWS_H
#define _FLOWS_H

#include "nl.h"

int flows_forget(const struct in6_addr *clients, const struct in6_addr *prefix);

#endif /* _FLOWS_H */
