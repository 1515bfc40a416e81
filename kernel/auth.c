// SPDX-License-Identifier: GPL-2.0
/*
 * Table of the authenticated clients of a server's gateway (RFC 4380 5.2.2).
 *
 * Readers hold RCU only. The list is in the order of the last authentication, so the
 * entries at its head expire first.
 */
#include <linux/list.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "auth.h"

/* Expired entries that one insertion removes. More than one, so that the table shrinks. */
#define TEREDO_CLIENTS_REAP	2

/**
 * struct teredo_client - the mapped endpoint of an authenticated client
 * @node: in the table
 * @age: in the list
 * @key: IPv4 address and UDP port
 * @expires: seconds of ktime_get_seconds(); written under clients->lock
 * @rcu: delays freeing until RCU readers are done
 */
struct teredo_client {
	struct rhash_head node;
	struct list_head age;
	u64 key;
	time64_t expires;
	struct rcu_head rcu;
};

/**
 * struct teredo_clients - the authenticated clients of a device
 * @ht: struct teredo_client by @key
 * @age: struct teredo_client, the oldest authentication first
 * @lock: protects changes of @ht, @age and @count; never taken to look a client up
 * @count: entries
 */
struct teredo_clients {
	struct rhashtable ht;
	struct list_head age;
	spinlock_t lock;	/* changes of the table and the list, and @count */
	u32 count;
};

static const struct rhashtable_params params = {
	.key_len = sizeof_field(struct teredo_client, key),
	.key_offset = offsetof(struct teredo_client, key),
	.head_offset = offsetof(struct teredo_client, node),
	.automatic_shrinking = true,
};

static u64 key_of(struct teredo_endpoint mapped)
{
	return (u64)(__force u32)mapped.addr << 16 | (__force u16)mapped.port;
}

/**
 * teredo_clients_create() - make an empty table
 *
 * Context: process.
 * Return: the table, or NULL.
 */
struct teredo_clients *teredo_clients_create(void)
{
	struct teredo_clients *clients;

	clients = kzalloc_obj(*clients, GFP_KERNEL);
	if (!clients)
		return NULL;
	if (rhashtable_init(&clients->ht, &params)) {
		kfree(clients);
		return NULL;
	}
	spin_lock_init(&clients->lock);
	INIT_LIST_HEAD(&clients->age);
	return clients;
}

static void free_client(void *client, void *arg)
{
	kfree(client);
}

/**
 * teredo_clients_destroy() - forget all clients
 * @clients: table that no reader uses any more, or NULL
 *
 * Context: process.
 */
void teredo_clients_destroy(struct teredo_clients *clients)
{
	if (!clients)
		return;
	rhashtable_free_and_destroy(&clients->ht, free_client, NULL);
	kfree(clients);
}

/* Context: clients->lock held. */
static void forget(struct teredo_clients *clients, struct teredo_client *client)
{
	rhashtable_remove_fast(&clients->ht, &client->node, params);
	list_del(&client->age);
	WRITE_ONCE(clients->count, clients->count - 1);
	kfree_rcu(client, rcu);
}

/* Remove expired entries, and the oldest entry if the table is full.
 * Context: clients->lock held.
 */
static void reap(struct teredo_clients *clients)
{
	time64_t now = ktime_get_seconds();
	struct teredo_client *client, *next;
	int left = TEREDO_CLIENTS_REAP;

	list_for_each_entry_safe(client, next, &clients->age, age) {
		if (!left-- || (client->expires > now &&
				clients->count < TEREDO_MAX_CLIENTS))
			break;
		forget(clients, client);
	}
}

/* Context: clients->lock held. */
static int add(struct teredo_clients *clients, u64 key, time64_t expires)
{
	struct teredo_client *client;
	int err;

	reap(clients);
	client = kzalloc_obj(*client, GFP_ATOMIC | __GFP_NOWARN);
	if (!client)
		return -ENOMEM;
	client->key = key;
	client->expires = expires;
	err = rhashtable_insert_fast(&clients->ht, &client->node, params);
	if (err) {
		kfree(client);
		return err;
	}
	list_add_tail(&client->age, &clients->age);
	WRITE_ONCE(clients->count, clients->count + 1);
	return 0;
}

/**
 * teredo_client_authenticated() - record the authentication of a client
 * @clients: table
 * @mapped: mapped address and port of the client
 * @lifetime: seconds for which packets of the client are carried; 0 removes the client
 *
 * Context: process or softirq.
 * Return: 0, or a negative error: -ENOMEM, or one of rhashtable_insert_fast().
 */
int teredo_client_authenticated(struct teredo_clients *clients,
				struct teredo_endpoint mapped, u32 lifetime)
{
	time64_t expires = ktime_get_seconds() + lifetime;
	u64 key = key_of(mapped);
	struct teredo_client *client;
	int err = 0;

	spin_lock_bh(&clients->lock);
	client = rhashtable_lookup_fast(&clients->ht, &key, params);
	if (client && !lifetime) {
		forget(clients, client);
	} else if (client) {
		WRITE_ONCE(client->expires, expires);
		list_move_tail(&client->age, &clients->age);
	} else if (lifetime) {
		err = add(clients, key, expires);
	}
	spin_unlock_bh(&clients->lock);
	return err;
}

/**
 * teredo_clients_count() - count the clients that have authenticated
 * @clients: table
 *
 * Context: any.
 * Return: their number. Some may have expired.
 */
u32 teredo_clients_count(const struct teredo_clients *clients)
{
	return READ_ONCE(clients->count);
}

/**
 * teredo_client_is_authenticated() - check whether a client has authenticated
 * @clients: table
 * @mapped: mapped address and port of the client
 *
 * Context: RCU.
 * Return: true if it has, and its lifetime is not over.
 */
bool teredo_client_is_authenticated(struct teredo_clients *clients,
				    struct teredo_endpoint mapped)
{
	u64 key = key_of(mapped);
	const struct teredo_client *client;

	client = rhashtable_lookup(&clients->ht, &key, params);
	return client && READ_ONCE(client->expires) > ktime_get_seconds();
}
