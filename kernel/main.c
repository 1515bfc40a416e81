// SPDX-License-Identifier: GPL-2.0
/*
 * Module entry and exit. Teredo is IPv6 over UDP through NATs (RFC 4380, RFC 5991, RFC
 * 6081).
 */
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <uapi/linux/if_teredo.h>

#include "device.h"
#include "netlink.h"
#include "notifier.h"
#include "rtnl.h"

struct workqueue_struct *teredo_wq;

static void __net_exit exit_batch(struct list_head *nets)
{
	struct net *net;
	LIST_HEAD(kill);

	rtnl_lock();
	list_for_each_entry(net, nets, exit_list)
		teredo_devices_exit_net(net, &kill);
	unregister_netdevice_many(&kill);
	rtnl_unlock();
}

static struct pernet_operations teredo_net_ops = {
	.exit_batch = exit_batch,
};

static int __init teredo_module_init(void)
{
	int err;

	/* ICMPv6 errors cannot be sent without the IPv6 stack */
	if (!ipv6_mod_enabled()) {
		pr_err("teredo: IPv6 is disabled (ipv6.disable=1)\n");
		return -EAFNOSUPPORT;
	}
	teredo_wq = alloc_workqueue("teredo", WQ_UNBOUND, 0);
	if (!teredo_wq)
		return -ENOMEM;
	err = register_pernet_subsys(&teredo_net_ops);
	if (err)
		goto free_wq;
	err = teredo_notifiers_register();
	if (err)
		goto unregister_pernet;
	err = teredo_nl_register();
	if (err)
		goto unregister_notifiers;
	err = rtnl_link_register(&teredo_link_ops);
	if (err)
		goto unregister_nl;
	return 0;

unregister_nl:
	teredo_nl_unregister();
unregister_notifiers:
	teredo_notifiers_unregister();
unregister_pernet:
	unregister_pernet_subsys(&teredo_net_ops);
free_wq:
	destroy_workqueue(teredo_wq);
	return err;
}

static void __exit teredo_module_exit(void)
{
	rtnl_link_unregister(&teredo_link_ops);
	teredo_nl_unregister();
	teredo_notifiers_unregister();
	unregister_pernet_subsys(&teredo_net_ops);
	destroy_workqueue(teredo_wq);
	/* wait for RCU callbacks of this module, which free peers */
	rcu_barrier();
}

module_init(teredo_module_init);
module_exit(teredo_module_exit);

MODULE_DESCRIPTION("Teredo: IPv6 over UDP through NATs");
MODULE_LICENSE("GPL");
MODULE_VERSION(TEREDO_VERSION);
MODULE_ALIAS_RTNL_LINK(TEREDO_LINK_KIND);
MODULE_ALIAS_GENL_FAMILY("teredo");
