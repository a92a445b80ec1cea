/*
 * feed_open.c - what a setting of `feeds` says, as channel and guard
 */
#include "shared-sync/feed_open.h"

#include <stdlib.h>

#include "shared-sync/journal.h"

#define SECOND_US 1000000
/* For a file of decisions, and how it is kept. */
#define DECISIONS_ARENA ((size_t)256 << 20)

struct channel *
feed_open_channel(const struct feed_setting *setting, struct err *err)
{
	struct feed_public *roots = calloc(setting->root_key_count + 1, sizeof(*roots));
	struct channel *channel;
	size_t n = 0;

	if (roots == NULL)
		abort();
	for (size_t i = 0; i < setting->root_key_count; i++)
		if (feed_public_read(setting->root_keys[i], &roots[n], err))
			n++;
	channel = channel_new(setting->channel, roots, n);
	free(roots);
	return channel;
}

struct guard *
feed_open_guard(const struct feed_setting *setting)
{
	const struct guard_limits limits = { .shadow_s = setting->shadow / SECOND_US,
		.domains = setting->guard_domains,
		.share = setting->guard_share };

	return guard_new(&limits);
}

bool
feed_open_decisions(const char *folder, struct slice channel, struct guard *guard, struct err *err)
{
	struct arena *arena = arena_new(DECISIONS_ARENA);
	struct slice text;
	bool good = journal_local_read(folder, channel, arena, &text, err);

	if (good)
		guard_read(guard, text);
	arena_free(&arena);
	return good;
}
