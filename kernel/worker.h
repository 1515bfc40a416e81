/* SPDX-License-Identifier: GPL-2.0 */
/* Worker of a device, see worker.c for its tasks. */
#ifndef _TEREDO_WORKER_H
#define _TEREDO_WORKER_H

struct work_struct;

void teredo_probe_work(struct work_struct *work);

#endif /* _TEREDO_WORKER_H */
