/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Configuration files that "teredo up" and "teredo import" write.
 */
#ifndef _SAVE_H
#define _SAVE_H

/* size of a buffer for any file that is written */
#define SAVE_MAX	8192

const char *save_path(const char *name);
int save_check(const char *text);
int save_conf(const char *name, const char *text);

#endif /* _SAVE_H */
