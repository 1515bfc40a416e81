// SPDX-License-Identifier: GPL-2.0
/*
 * Replacement of the log functions: discards messages
 */
#include "log.h"
#include "sd_notify.h"

void log_at(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

void notify(const char *fmt, ...)
{
	(void)fmt;
}
