/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of a device in /run/teredo, which pass information to the next teredod.
 */
#ifndef _RUN_FILE_H
#define _RUN_FILE_H

#include <stdbool.h>
#include <stdio.h>

#define RUN_PATH	256

bool run_file_name(char path[RUN_PATH], const char *device, const char *kind);
FILE *run_file_create(const char *path);

#endif /* _RUN_FILE_H */
