/*
 * feed_desk.c - putting together what a feed command works with, and saying what is missing
 *
 * A key's file is read by whoever may read it alone: mode 0600. What was read is
 * overwritten when the command ends.
 */
#include "config.h"

#include "milter/feed_desk.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/secret_file.h"
#include "milter/clock.h"
#include "milter/command.h"
#include "shared-sync/channel_keys.h"
#include "shared-sync/stored_file.h"

#define DESK_ARENA ((size_t)4 << 20)

int64_t
feed_now(void)
{
	return clock_wall_us() / 1000000;
}

int
feed_complain(enum fault fault, const struct err *err)
{
	if (err->text[0] == '\0')
		command_complain("%s: %s", fault_word(fault), fault_text(fault));
	else if (err->file[0] != '\0')
		command_complain("%s: %s: %s", fault_word(fault), err->file, err->text);
	else
		command_complain("%s: %s", fault_word(fault), err->text);
	return fault == FAULT_UNREACHABLE || fault == FAULT_DISK || fault == FAULT_WITHHELD ||
		       fault == FAULT_ORDER || fault == FAULT_GAP
		   ? COMMAND_FAULT
		   : COMMAND_NO;
}

/* The folder: --state, or root's, or the user's own. */
static struct slice
state_folder(struct arena *arena, const struct feed_options *options)
{
	const char *home = getenv("HOME");

	if (options->state != NULL)
		return arena_copy(arena, slice_of(options->state));
	if (geteuid() == 0 || home == NULL || home[0] == '\0')
		return arena_copy(arena, SLICE(STEELYARD_STATE_DIR "/publisher"));
	return arena_printf(arena, "%s/.local/state/steelyard", home);
}

/* The channel of the configuration when it names just one and no option does. */
static struct slice
only_channel(const struct settings *settings)
{
	return settings->feeds.n == 1 ? settings->feeds.v[0].channel : SLICE_ABSENT;
}

static bool
choose_channel(struct feed_desk *desk)
{
	desk->channel = slice_of(desk->options->channel);
	if (desk->channel.p == NULL)
		desk->channel = only_channel(desk->settings);
	if (desk->channel.p == NULL) {
		command_complain("which channel? --channel NAME");
		return false;
	}
	if (!channel_name_valid(desk->channel)) {
		command_complain(
		    "\"%.*s\" is no name of a channel: small letters, digits, dots and "
		    "hyphens, 63 at most, and a letter or digit first",
		    SLICE_ARG(desk->channel));
		return false;
	}
	for (size_t i = 0; i < desk->settings->feeds.n; i++)
		if (slice_eq(desk->settings->feeds.v[i].channel, desk->channel))
			desk->feed = &desk->settings->feeds.v[i];
	return true;
}

static void
choose_place(struct feed_desk *desk)
{
	const struct feed_options *options = desk->options;
	bool theirs = desk->feed != NULL && options->redis.n == 0;

	desk->place = (struct carrier_place){
		.addresses = theirs ? desk->feed->redis : options->redis.p,
		.count = theirs ? desk->feed->redis_count : options->redis.n,
		.user = theirs ? desk->feed->user : "",
		.password_file = theirs ? desk->feed->password_file : "",
		.ca_file = theirs ? desk->feed->ca_file : "",
	};
	if (options->user != NULL)
		desk->place.user = options->user;
	if (options->password_file != NULL)
		desk->place.password_file = options->password_file;
	if (options->ca_file != NULL)
		desk->place.ca_file = options->ca_file;
}

bool
feed_desk_init(struct feed_desk *desk, const struct feed_options *options)
{
	*desk = (struct feed_desk){ .options = options };
	desk->arena = arena_new(DESK_ARENA);
	desk->state = state_folder(desk->arena, options);
	desk->settings = command_settings(options->config);
	if (desk->settings == NULL || !choose_channel(desk))
		return false;
	choose_place(desk);
	return true;
}

int
feed_desk_roots(const struct feed_desk *desk, struct feed_public roots_r[ARCHIVE_ROOTS_MAX])
{
	const struct slice *texts = desk->options->root_keys.p;
	size_t n = desk->options->root_keys.n;
	struct err err = { 0 };

	if (n == 0 && desk->feed != NULL) {
		texts = desk->feed->root_keys;
		n = desk->feed->root_key_count;
	}
	if (n > ARCHIVE_ROOTS_MAX) {
		command_complain("more than %d root keys", ARCHIVE_ROOTS_MAX);
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		if (!feed_public_read(texts[i], &roots_r[i], &err)) {
			command_complain("root key: %s", err.text);
			return -1;
		}
	return (int)n;
}

bool
feed_key_read(const char *path, struct feed_secret *secret_r)
{
	struct arena *arena = arena_new(65536);
	struct err err = { 0 };
	struct slice text;
	bool good = secret_file_read(arena, path, FEED_KEY_TEXT_MAX, &text, &err) > 0;

	if (good) {
		good = feed_secret_read(text, secret_r, &err);
		explicit_bzero((char *)(uintptr_t)text.p, text.n);
	}
	if (!good)
		command_complain("%s: %s", path, err.text);
	arena_free(&arena);
	return good;
}

static bool
read_keys(struct feed_desk *desk, unsigned needs)
{
	const struct feed_options *options = desk->options;
	bool head = (needs & FEED_NEED_HEAD_KEY) != 0;

	if ((needs & FEED_NEED_KEY) != 0 && options->key == NULL) {
		command_complain("who signs? --key FILE");
		return false;
	}
	if (head && options->key == NULL && options->head_key == NULL) {
		command_complain("who signs? --head-key FILE");
		return false;
	}
	if (options->key != NULL) {
		if (!feed_key_read(options->key, &desk->key))
			return false;
		desk->publisher.key = &desk->key;
	}
	if (options->head_key != NULL) {
		if (!feed_key_read(options->head_key, &desk->head_key))
			return false;
		desk->publisher.head_key = &desk->head_key;
	} else if (head) {
		desk->publisher.head_key = &desk->key;
	}
	return true;
}

static void
tell(void *p, const char *text)
{
	(void)p;
	command_complain("%s", text);
}

struct carrier *
feed_desk_carrier(const struct feed_desk *desk, const struct carrier_place *place)
{
	struct err err = { 0 };
	struct carrier *carrier = carrier_new(place, desk->channel, &err);

	if (carrier == NULL)
		command_complain_err(&err);
	return carrier;
}

bool
feed_desk_open(struct feed_desk *desk, unsigned needs)
{
	struct feed_public roots[ARCHIVE_ROOTS_MAX];
	int n = feed_desk_roots(desk, roots);
	struct slice folder = desk->state;
	struct err err = { 0 };

	if (n < 0 || !read_keys(desk, needs))
		return false;
	if ((needs & FEED_NEED_ASIDE) != 0) {
		if (n == 0)
			n = (int)archive_pinned(folder.p, desk->channel, roots);
		folder = arena_printf(desk->arena, "%.*s/aside-%s", SLICE_ARG(folder),
		    (needs & FEED_NEED_HEAD_KEY) != 0 ? "head" : "mirror");
	}
	if ((needs & FEED_NEED_REDIS) != 0 && desk->place.count == 0) {
		command_complain("where is Redis? --redis redis://HOST:PORT");
		return false;
	}
	if (desk->place.count > 0) {
		desk->publisher.carrier = feed_desk_carrier(desk, &desk->place);
		if (desk->publisher.carrier == NULL)
			return false;
	}
	desk->publisher.archive = archive_open(
	    folder.p, desk->channel, roots, (size_t)n, feed_now(), &err);
	if (desk->publisher.archive == NULL)
		return command_complain_err(&err);
	desk->publisher.now = feed_now;
	desk->publisher.tell = tell;
	desk->publisher.head_s = FEED_HEAD_S;
	return true;
}

int
feed_desk_look(struct feed_desk *desk)
{
	struct publisher *publisher = &desk->publisher;
	struct err err = { 0 };
	enum fault fault = FAULT_EMPTY;
	bool known;
	int status;

	if (publisher->carrier != NULL)
		fault = publisher_look(publisher, &err);
	if (fault == FAULT_NONE)
		return COMMAND_DONE;
	known = channel_seq(archive_channel(publisher->archive)) > 0 &&
		(fault == FAULT_UNREACHABLE || fault == FAULT_EMPTY);
	if (known && publisher->carrier == NULL)
		return COMMAND_DONE;
	status = feed_complain(fault, &err);
	return known ? COMMAND_DONE : status;
}

void
feed_desk_clear(struct feed_desk *desk)
{
	archive_close(&desk->publisher.archive);
	carrier_free(&desk->publisher.carrier);
	feed_secret_clear(&desk->key);
	feed_secret_clear(&desk->head_key);
	settings_free(&desk->settings);
	arena_free(&desk->arena);
}
