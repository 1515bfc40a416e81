// SPDX-License-Identifier: GPL-2.0
/* Messages to stderr, the journal or syslog. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>

static bool journal;
static bool debugging;
static bool to_syslog;

/* JOURNAL_STREAM identifies the journal's stream at the start of the service. stderr
 * can have been redirected since.
 */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       !fstat(fileno(stderr), &st) && st.st_dev == dev &&
	       st.st_ino == ino;
}

/**
 * log_init() - detect the journal and set the debug level
 * @debug: print debug messages
 */
void log_init(bool debug)
{
	debugging = debug;
	journal = is_journal();
}

/**
 * log_to_syslog() - send all further messages to syslog
 * @name: prefix of the messages; must stay valid while the program runs
 */
void log_to_syslog(const char *name)
{
	openlog(name, LOG_PID, LOG_DAEMON);
	to_syslog = true;
}

/**
 * log_at() - write a message
 * @level: how urgent it is
 * @fmt: as printf(), without a newline
 */
void log_at(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level == LOG_LEVEL_DEBUG && !debugging)
		return;
	va_start(ap, fmt);
	if (to_syslog) {
		vsyslog(level, fmt, ap);
		va_end(ap);
		return;
	}
	if (journal)
		fprintf(stderr, "<%d>", level);
	else if (level <= LOG_LEVEL_WARNING)
		fputs(level == LOG_LEVEL_ERROR ? "Error: " : "Warning: ",
		      stderr);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}
