/* SPDX-License-Identifier: GPL-2.0 */
/* rtnetlink: link type "teredo". */
#ifndef _TEREDO_RTNL_H
#define _TEREDO_RTNL_H

#include <net/rtnetlink.h>

extern struct rtnl_link_ops teredo_link_ops;

#endif /* _TEREDO_RTNL_H */
