/*
 * dns_cache.h - answers that still hold, within bounds
 *
 * It has no lock and no clock: its owner brings both.
 */
#ifndef STEELYARD_MILTER_DNS_CACHE_H
#define STEELYARD_MILTER_DNS_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/net/dns.h"
#include "milter/dns_reply.h"

struct dns_cache;

/* At most so many entries and so many bytes; 0 of either: it keeps nothing. Never NULL. */
struct dns_cache *dns_cache_new(size_t entries, size_t bytes, uint64_t hash_seed);

/* Frees it and nulls *cache; NULL inside is fine. */
void dns_cache_free(struct dns_cache **cache);

/* The reply to a question that holds at `now_us`, or NULL. The reference stays the cache's. */
const struct dns_reply *
dns_cache_find(struct dns_cache *cache, const struct dns_question *question, int64_t now_us);

/*
 * Keeps the reply, taking a reference of its own, until `expires_us`, in the
 * stead of what it had for that question. What was not looked at longest goes
 * when the bounds are passed.
 */
void dns_cache_add(struct dns_cache *cache, const struct dns_reply *reply, int64_t expires_us);

size_t dns_cache_entries(const struct dns_cache *cache);
size_t dns_cache_bytes(const struct dns_cache *cache);

#endif
