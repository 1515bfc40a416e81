/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that the state machine of a client needs (struct qualify_ops).
 */
#ifndef _CLIENT_OPS_H
#define _CLIENT_OPS_H

#include "qualify.h"

struct daemon;

extern const struct qualify_ops engine_ops;
const char *engine_addr_text(__be32 addr);
enum teredo_nat engine_nat(const struct daemon *d);
u64 engine_now(void *ctx);
void engine_push(struct daemon *d);
void engine_set_state(struct daemon *d, enum teredo_state state);
void engine_set_refresh(struct daemon *d, u64 refresh);
void engine_mapping(struct daemon *d);

#endif /* _CLIENT_OPS_H */
