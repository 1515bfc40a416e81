/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rates of counters, from two readings.
 */
#ifndef _RATES_H
#define _RATES_H

#include <jansson.h>

json_t *rates_make(json_t *before, json_t *now, double seconds);

#endif /* _RATES_H */
