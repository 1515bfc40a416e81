/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters in the text format of Prometheus, for the textfile collector of its
 * node exporter.
 */
#ifndef _PROMETHEUS_H
#define _PROMETHEUS_H

#include <jansson.h>
#include <stdio.h>

const char *prometheus_help(const char *counter);
void prometheus_print(FILE *file, json_t *devices);

#endif /* _PROMETHEUS_H */
