/*
 * eval_local_uri.c - links to addresses that a rule of its own names
 *
 * Source: SpamAssassin 4.0.1's URILocalBL, by how it behaves, but that it needs no
 * database of countries to look at addresses. A rule that calls the function
 * has the networks that entries "RULE NETWORK" of the list uri_block_cidr give
 * it, and spares what "RULE HOST" of uri_block_exclude say. Only hosts that are
 * addresses are looked at: names would have to be resolved.
 */
#include "engine/mime/ip.h"
#include "engine/mime/uri_canonical.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/util/map.h"

/* One rule's. */
struct block {
	struct vec networks; /* struct network */
	struct vec spared; /* struct slice: hosts */
};

/* The rule's, made when first asked for. */
static struct block *
block_of(struct ruleset *ruleset, struct map *blocks, struct slice rule)
{
	struct block *block = map_find(blocks, rule);

	if (block != NULL)
		return block;
	block = arena_alloc(ruleset->arena, sizeof(*block));
	block->networks = VEC_OF(struct network, ruleset->arena);
	block->spared = VEC_OF(struct slice, ruleset->arena);
	map_add(blocks, rule, block);
	return block;
}

/* What is no network is passed over. */
static void
add_networks(struct ruleset *ruleset, struct map *blocks, struct slice entry)
{
	struct slice rule, word;
	struct network network;
	struct err err;

	if (!slice_next_word(&entry, &rule))
		return;
	while (slice_next_word(&entry, &word)) {
		struct block *block = block_of(ruleset, blocks, rule);

		if (network_parse(word, &network, &err))
			*(struct network *)vec_push(&block->networks) = network;
	}
}

static void
add_spared(struct ruleset *ruleset, struct map *blocks, struct slice entry)
{
	struct slice rule, word;

	if (!slice_next_word(&entry, &rule))
		return;
	while (slice_next_word(&entry, &word))
		*(struct slice *)vec_push(&block_of(ruleset, blocks, rule)->spared) = word;
}

const void *
local_uri_prepare(struct ruleset *ruleset)
{
	struct map *blocks = map_new(ruleset->arena, MAP_EXACT, 0);
	const struct name_list *networks = ruleset_list(ruleset, "uri_block_cidr");
	const struct name_list *spared = ruleset_list(ruleset, "uri_block_exclude");

	for (size_t i = 0; networks != NULL && i < networks->entries.n; i++)
		add_networks(ruleset, blocks, *(struct slice *)vec_at(&networks->entries, i));
	for (size_t i = 0; spared != NULL && i < spared->entries.n; i++)
		add_spared(ruleset, blocks, *(struct slice *)vec_at(&spared->entries, i));
	return blocks;
}

static bool
is_spared(const struct block *block, struct slice host)
{
	for (size_t i = 0; i < block->spared.n; i++) {
		if (slice_ieq(*(struct slice *)vec_at(&block->spared, i), host))
			return true;
	}
	return false;
}

static bool
is_blocked(const struct block *block, struct slice host)
{
	struct ip ip;

	if (!ip_parse(host, &ip) || is_spared(block, host))
		return false;
	for (size_t i = 0; i < block->networks.n; i++) {
		if (network_has(vec_at(&block->networks, i), &ip))
			return true;
	}
	return false;
}

unsigned
eval_check_uri_local_bl(const struct rule *rule, struct views *views)
{
	const struct block *block = map_find(
	    views->ruleset->prepared[PREPARED_LOCAL_URI], rule->def.name);
	struct uri_list uris = block != NULL ? views_uris(views) : (struct uri_list){ .n = 0 };

	for (size_t i = 0; i < uris.n; i++) {
		const struct uri *uri = &uris.v[i];

		for (size_t k = 0; eval_is_link(uri) && k < uri->variants.n; k++) {
			if (is_blocked(
				block, uri_host(views->ruleset->boundaries, uri->variants.v[k])))
				return 1;
		}
	}
	return 0;
}
