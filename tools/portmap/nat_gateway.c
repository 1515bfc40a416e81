// SPDX-License-Identifier: GPL-2.0
/*
 * Common code of the port mapping protocols, see nat_gateway.h.
 */
#include "nat_gateway.h"

#include <stdarg.h>
#include <stdio.h>

int gateway_fail(char error[GATEWAY_ERROR], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(error, GATEWAY_ERROR, fmt, ap);
	va_end(ap);
	return -1;
}
