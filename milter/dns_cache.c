/*
 * dns_cache.c - answers that still hold, within bounds
 *
 * A hash table with chains, and a list of all entries in the order in which
 * they were last looked at. Entries that have expired go when they are met, or
 * fall out of the list's end.
 */
#include "config.h"

#include "milter/dns_cache.h"

#include <stdlib.h>

#include "engine/util/map.h"

/* An entry costs this beside its reply: itself, and what the allocator keeps for two blocks. */
#define ENTRY_OVERHEAD (sizeof(struct entry) + 32)

struct entry {
	const struct dns_reply *reply;
	int64_t expires_us;
	struct entry *next; /* of its chain */
	struct entry *newer, *older;
};

struct dns_cache {
	size_t entries_max, bytes_max;
	uint64_t seed;
	size_t entries, bytes;
	size_t mask; /* chains - 1; chains are a power of two */
	struct entry **chains;
	struct entry *newest, *oldest;
};

struct dns_cache *
dns_cache_new(size_t entries, size_t bytes, uint64_t hash_seed)
{
	struct dns_cache *cache = calloc(1, sizeof(*cache));
	size_t chains = 1;

	while (chains < entries)
		chains *= 2;
	if (cache == NULL || (cache->chains = calloc(chains, sizeof(cache->chains[0]))) == NULL)
		abort();
	cache->entries_max = entries;
	cache->bytes_max = bytes;
	cache->seed = hash_seed;
	cache->mask = chains - 1;
	return cache;
}

static size_t
cost_of(const struct dns_reply *reply)
{
	return reply->size + ENTRY_OVERHEAD;
}

static struct entry **
chain_of(struct dns_cache *cache, const struct dns_question *question)
{
	uint64_t hash = map_hash(question->name, MAP_EXACT, cache->seed + question->type);

	return &cache->chains[hash & cache->mask];
}

/* Where the entry of that question hangs, or the end of its chain. */
static struct entry **
place_of(struct dns_cache *cache, const struct dns_question *question)
{
	struct entry **place = chain_of(cache, question);

	while (*place != NULL && ((*place)->reply->question.type != question->type ||
				     !slice_eq((*place)->reply->question.name, question->name)))
		place = &(*place)->next;
	return place;
}

static void
list_take_out(struct dns_cache *cache, struct entry *entry)
{
	*(entry->newer == NULL ? &cache->newest : &entry->newer->older) = entry->older;
	*(entry->older == NULL ? &cache->oldest : &entry->older->newer) = entry->newer;
}

static void
list_put_first(struct dns_cache *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(cache->newest == NULL ? &cache->oldest : &cache->newest->newer) = entry;
	cache->newest = entry;
}

static void
drop(struct dns_cache *cache, struct entry **place)
{
	struct entry *entry = *place;

	*place = entry->next;
	list_take_out(cache, entry);
	cache->entries--;
	cache->bytes -= cost_of(entry->reply);
	dns_reply_unref(&entry->reply);
	free(entry);
}

void
dns_cache_free(struct dns_cache **cache_p)
{
	struct dns_cache *cache = *cache_p;

	if (cache == NULL)
		return;
	while (cache->oldest != NULL)
		drop(cache, place_of(cache, &cache->oldest->reply->question));
	free(cache->chains);
	free(cache);
	*cache_p = NULL;
}

const struct dns_reply *
dns_cache_find(struct dns_cache *cache, const struct dns_question *question, int64_t now_us)
{
	struct entry **place = place_of(cache, question);
	struct entry *entry = *place;

	if (entry == NULL)
		return NULL;
	if (entry->expires_us <= now_us) {
		drop(cache, place);
		return NULL;
	}
	list_take_out(cache, entry);
	list_put_first(cache, entry);
	return entry->reply;
}

void
dns_cache_add(struct dns_cache *cache, const struct dns_reply *reply, int64_t expires_us)
{
	struct entry **place = place_of(cache, &reply->question);
	struct entry *entry;

	if (*place != NULL)
		drop(cache, place);
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		abort();
	entry->reply = dns_reply_ref(reply);
	entry->expires_us = expires_us;
	place = chain_of(cache, &reply->question);
	entry->next = *place;
	*place = entry;
	list_put_first(cache, entry);
	cache->entries++;
	cache->bytes += cost_of(reply);
	while (cache->entries > cache->entries_max || cache->bytes > cache->bytes_max)
		drop(cache, place_of(cache, &cache->oldest->reply->question));
}

size_t
dns_cache_entries(const struct dns_cache *cache)
{
	return cache->entries;
}

size_t
dns_cache_bytes(const struct dns_cache *cache)
{
	return cache->bytes;
}
