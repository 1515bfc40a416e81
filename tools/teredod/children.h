/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that a teredod has started and that may outlive its image: SIGHUP
 * replaces the image, and the kernel keeps them as children of the process.
 */
#ifndef _CHILDREN_H
#define _CHILDREN_H

#include <uv.h>

void children_add(int pid);
void children_remove(int pid);
void children_export(void);
void children_import(uv_loop_t *loop);

#endif /* _CHILDREN_H */
