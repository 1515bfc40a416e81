/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that teredod has started and that can outlive its process image. On SIGHUP
 * teredod executes itself again, and its children remain children of the process.
 */
#ifndef _CHILDREN_H
#define _CHILDREN_H

#include <uv.h>

void children_add(int pid);
void children_remove(int pid);
void children_export(void);
void children_import(uv_loop_t *loop);

#endif /* _CHILDREN_H */
