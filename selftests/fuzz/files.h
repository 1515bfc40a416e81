/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Redirects file accesses of sources compiled with this header in front. Only files of
 * the fuzz target exist, whatever names the fuzzer generates.
 */
#ifndef _FUZZ_FILES_H
#define _FUZZ_FILES_H

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#define FILES_CONF	"conf"		/* the input, up to a NUL */
#define FILES_SECRETS	"secrets"	/* the input, behind the NUL */
#define FILES_SECRET	"secret"	/* constant contents */

void files_set(const void *data, size_t len);
FILE *files_fopen(const char *path, const char *mode);
int files_open(const char *path, int flags);
int files_fstat(int fd, struct stat *st);

#ifndef FILES_THEMSELVES
#define fopen		files_fopen
#define open		files_open
#define fstat		files_fstat
#endif

#endif /* _FUZZ_FILES_H */
