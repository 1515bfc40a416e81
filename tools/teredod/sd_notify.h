/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notifications to the service manager: sd_notify(3) without libsystemd.
 */
#ifndef _SD_NOTIFY_H
#define _SD_NOTIFY_H

#include <stdint.h>

void notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
uint64_t notify_watchdog_ms(void);

#endif /* _SD_NOTIFY_H */
