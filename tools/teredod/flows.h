/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that conntrack has noted before a server's gateway masqueraded them.
 */
#ifndef _FLOWS_H
#define _FLOWS_H

#include "nl.h"

int flows_forget(const struct in6_addr *clients);

#endif /* _FLOWS_H */
