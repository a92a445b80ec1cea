/*
 * feed_state.c - what the journals of feeds hold, for programs that only read
 */
#include "config.h"

#include "milter/feed_state.h"

#include <unistd.h>

#include "engine/slot.h"
#include "milter/clock.h"
#include "milter/command.h"
#include "milter/converters.h"
#include "shared-sync/feed_open.h"
#include "shared-sync/feed_rules.h"
#include "shared-sync/journal.h"

/* Brings channel and guard to what is kept; false: nothing, or nothing that can be read. */
static bool
load(const char *folder, struct channel *channel, struct guard *guard)
{
	struct buf path = { 0 };
	struct err err = { 0 };
	bool loaded;

	buf_printf(&path, "%s/%.*s.state", folder, SLICE_ARG(channel_name(channel)));
	loaded = access(buf_text(&path), F_OK) == 0;
	if (loaded && !journal_load(folder, channel, &err)) {
		command_complain("feed %.*s: %s", SLICE_ARG(channel_name(channel)), err.text);
		loaded = false;
	}
	if (loaded)
		feed_open_decisions(folder, channel_name(channel), guard, &err);
	buf_clear(&path);
	return loaded;
}

static struct ruleset *
lay_channel(const struct settings *settings, const struct feed_setting *setting, struct slot *slot,
    struct ruleset *ruleset)
{
	struct err err = { 0 };
	struct channel *channel = feed_open_channel(setting, &err);
	struct guard *guard = feed_open_guard(setting);
	struct feed_rules *rules = feed_rules_new(setting);
	struct ruleset *next = NULL;

	if (load(settings->state_dir, channel, guard)) {
		const struct feed_change change = { .fold = channel_fold(channel),
			.guard = guard,
			.now = clock_wall_us() / CLOCK_SECOND_US,
			.slot = slot };

		guard_follow(guard, change.fold, change.now);
		next = feed_rules_apply(rules, &change, ruleset);
	}
	if (next != NULL)
		ruleset_unref(&ruleset);
	feed_rules_free(&rules);
	guard_free(&guard);
	channel_free(&channel);
	return next != NULL ? next : ruleset;
}

struct ruleset *
feed_state_lay(const struct settings *settings, struct ruleset *ruleset)
{
	struct converters *converters;
	struct slot *slot;

	if (settings->feeds.n == 0 || settings->state_dir[0] == '\0')
		return ruleset;
	converters = converters_open();
	slot = slot_new(converters);
	for (size_t i = 0; i < settings->feeds.n; i++)
		ruleset = lay_channel(settings, &settings->feeds.v[i], slot, ruleset);
	slot_free(&slot);
	converters_close(&converters);
	return ruleset;
}
