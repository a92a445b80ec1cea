/*
 * archive.c - a folder with a file for each entry, replayed and verified when it is opened
 *
 * Names carry the number in 16 digits, so that their order is that of the entries. What
 * lies at or below the base's number is left over from a crash while tidying and is passed
 * over. A keyset is read with the time at which it was issued: one that has
 * expired since still verifies what it verified then.
 */
#include "config.h"

#include "shared-sync/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "conf/file.h"
#include "engine/util/buf.h"
#include "engine/util/vec.h"
#include "shared-sync/stored_file.h"

#define DIGITS 16
#define FILE_MODE 0600
#define LOCK_STEP_MS 20
/* The state holds rules and keys as text: each of the first at most FOLD_TEXT_MAX in all. */
#define BASE_MAX (2 * FOLD_TEXT_MAX)
#define ENTRY_MAX (CARRIED_ENTRY_BODY_MAX + CARRIED_HEADER_MAX + CRYPTO_ED25519_SIGNATURE + 64)
#define KEYS_MAX (CARRIED_KEYSET_BODY_MAX + CARRIED_HEADER_MAX + CRYPTO_ED25519_SIGNATURE + 64)
#define ROOTS_FILE_MAX (ARCHIVE_ROOTS_MAX * (FEED_KEY_TEXT_MAX + 1))

/* An entry on disk. */
struct kept {
	uint64_t seq;
	int64_t time;
};

struct archive {
	char *folder;
	int lock;
	struct feed_public roots[ARCHIVE_ROOTS_MAX];
	size_t root_count;
	struct channel *channel;
	uint64_t base;
	struct vec kept; /* struct kept, above the base, in order */
	uint64_t pending_seq; /* 0: none */
	struct buf pending;
	uint64_t signed_seq;
};

/* DIR/CHANNEL/NAME; the caller's to free. */
static char *
path_of(const struct archive *archive, const char *name)
{
	struct buf path = { 0 };
	char *text;

	buf_printf(&path, "%s/%s", archive->folder, name);
	text = slice_dup(buf_slice(&path));
	buf_clear(&path);
	return text;
}

static char *
entry_path(const struct archive *archive, uint64_t seq, const char *suffix)
{
	char name[64];

	snprintf(name, sizeof(name), "%016" PRIu64 ".%s", seq, suffix);
	return path_of(archive, name);
}

static bool
write_file(const struct archive *archive, const char *name, struct slice bytes, struct err *err)
{
	char *path = path_of(archive, name);
	bool good = stored_file_write(path, bytes, FILE_MODE, err);

	free(path);
	return good;
}

/* All of a file in the arena, and the path freed; absent: it is not there or cannot be read. */
static struct slice
read_file(char *path, size_t limit, struct arena *arena)
{
	struct slice bytes = SLICE_ABSENT;
	struct err err;

	if (file_read(arena, path, limit, &bytes, &err) <= 0)
		bytes = SLICE_ABSENT;
	free(path);
	return bytes;
}

struct slice
archive_entry(const struct archive *archive, uint64_t seq, struct arena *arena)
{
	return read_file(entry_path(archive, seq, "entry"), ENTRY_MAX, arena);
}

struct slice
archive_keys(const struct archive *archive, struct arena *arena)
{
	return read_file(path_of(archive, "keys"), KEYS_MAX, arena);
}

struct slice
archive_head(const struct archive *archive, struct arena *arena)
{
	return read_file(path_of(archive, "head"), 2 * CARRIED_HEADER_MAX, arena);
}

static bool
save_base(struct archive *archive, const struct channel *channel, struct err *err)
{
	struct buf text = { 0 };
	bool good;

	channel_write(channel, &text);
	good = write_file(archive, "base", buf_slice(&text), err);
	buf_clear(&text);
	if (good) {
		archive->base = channel_seq(channel);
	}
	return good;
}

/* Brings a new channel to what base and keyset say. */
static bool
restore(const struct archive *archive, struct channel *channel, struct err *err)
{
	struct arena *arena = arena_new(BASE_MAX + KEYS_MAX + 65536);
	struct slice base = read_file(path_of(archive, "base"), BASE_MAX, arena);
	struct slice keys = archive_keys(archive, arena);
	struct carried carried;
	bool good = true;

	if (base.p != NULL)
		good = channel_restore(channel, base, err);
	if (good && keys.p != NULL &&
	    carried_read(CARRIED_KEYSET, keys, &carried, err) == FAULT_NONE)
		channel_take_keyset(channel, keys, carried.time, err);
	arena_free(&arena);
	return good;
}

/* Takes entry `seq` of the disk into the channel, and its time; false with *err. */
static bool
replay_entry(const struct archive *archive, struct channel *channel, uint64_t seq, int64_t now,
    int64_t *time_r, struct err *err)
{
	struct arena *arena = arena_new(ENTRY_MAX + 65536);
	struct slice bytes = archive_entry(archive, seq, arena);
	struct carried carried;
	struct err why = { 0 };
	enum fault fault = FAULT_MALFORMED;

	if (bytes.p != NULL)
		fault = carried_read(CARRIED_ENTRY, bytes, &carried, &why);
	if (fault == FAULT_NONE)
		fault = channel_take_entry(channel, bytes, now, NULL, NULL, &why);
	if (fault == FAULT_NONE)
		*time_r = carried.time;
	else
		err_set(err, "%s: entry %" PRIu64 " is damaged: %s (%s)", archive->folder, seq,
		    fault_text(fault), why.text);
	arena_free(&arena);
	return fault == FAULT_NONE;
}

/* Reads "N.SUFFIX"; 0: it is none of ours. */
static uint64_t
read_name(const char *name, const char **suffix_r)
{
	uint64_t seq = 0;

	if (strlen(name) < DIGITS + 2 || name[DIGITS] != '.')
		return 0;
	for (size_t i = 0; i < DIGITS; i++) {
		if (name[i] < '0' || name[i] > '9')
			return 0;
		seq = seq * 10 + (uint64_t)(name[i] - '0');
	}
	*suffix_r = name + DIGITS + 1;
	return seq;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool
read_pending(struct archive *archive, uint64_t seq, struct err *err)
{
	struct arena *arena = arena_new(ENTRY_MAX + 65536);
	struct slice bytes = read_file(entry_path(archive, seq, "pending"), ENTRY_MAX, arena);
	bool good = bytes.p != NULL && archive->pending_seq == 0;

	if (good) {
		archive->pending_seq = seq;
		buf_add(&archive->pending, bytes);
	} else {
		err_set(err, "%s: entry %" PRIu64 ".pending cannot be read, or is not the only one",
		    archive->folder, seq);
	}
	arena_free(&arena);
	return good;
}

static bool
take_name(struct archive *archive, const char *name, int64_t now, struct err *err)
{
	const char *suffix;
	uint64_t seq = read_name(name, &suffix);
	struct kept kept = { .seq = seq };

	if (seq == 0)
		return true;
	if (strcmp(suffix, "pending") == 0 || strcmp(suffix, "lost") == 0)
		if (seq > archive->signed_seq)
			archive->signed_seq = seq;
	if (strcmp(suffix, "pending") == 0)
		return read_pending(archive, seq, err);
	if (strcmp(suffix, "entry") != 0 || seq <= archive->base)
		return true;
	if (!replay_entry(archive, archive->channel, seq, now, &kept.time, err))
		return false;
	*(struct kept *)vec_push(&archive->kept) = kept;
	return true;
}

static bool
replay(struct archive *archive, int64_t now, struct err *err)
{
	struct dirent **names;
	int n = scandir(archive->folder, &names, NULL, by_name);
	bool good = n >= 0;

	if (!good)
		err_at(err, archive->folder, 0, 0, "%s", strerror(errno));
	for (int i = 0; i < n; i++) {
		if (good)
			good = take_name(archive, names[i]->d_name, now, err);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return good;
}

static bool
save_roots(struct archive *archive, struct err *err)
{
	struct buf text = { 0 };
	bool good;

	for (size_t i = 0; i < archive->root_count; i++) {
		feed_public_write(&archive->roots[i], &text);
		buf_add_byte(&text, '\n');
	}
	good = write_file(archive, "roots", buf_slice(&text), err);
	buf_clear(&text);
	return good;
}

/* The keys in the file `roots`, at most ARCHIVE_ROOTS_MAX; lines that are none are none. */
static size_t
read_roots(const struct archive *archive, struct feed_public *roots_r)
{
	struct arena *arena = arena_new(ROOTS_FILE_MAX + 65536);
	struct slice rest = read_file(path_of(archive, "roots"), ROOTS_FILE_MAX, arena);
	struct slice line;
	struct err err;
	size_t n = 0;

	while (n < ARCHIVE_ROOTS_MAX && slice_next_line(&rest, &line))
		if (feed_public_read(line, &roots_r[n], &err))
			n++;
	arena_free(&arena);
	return n;
}

static bool
load_roots(struct archive *archive, struct err *err)
{
	archive->root_count = read_roots(archive, archive->roots);
	if (archive->root_count == 0)
		err_set(err, "the channel's root key is not known yet: name it by --root-key or in "
			     "feeds of steelyard.yaml");
	return archive->root_count > 0;
}

static bool
pin_roots(struct archive *archive, const struct feed_public *roots, size_t count, struct err *err)
{
	if (count == 0)
		return load_roots(archive, err);
	archive->root_count = count < ARCHIVE_ROOTS_MAX ? count : ARCHIVE_ROOTS_MAX;
	memcpy(archive->roots, roots, archive->root_count * sizeof(*roots));
	return save_roots(archive, err);
}

static bool
lock_folder(struct archive *archive, struct err *err)
{
	char *path = path_of(archive, "lock");

	archive->lock = stored_file_open(path, O_RDWR, FILE_MODE);
	free(path);
	for (int ms = 0; archive->lock >= 0; ms += LOCK_STEP_MS) {
		if (flock(archive->lock, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (errno != EWOULDBLOCK || ms >= ARCHIVE_LOCK_MS)
			break;
		poll(NULL, 0, LOCK_STEP_MS);
	}
	if (archive->lock >= 0 && errno == EWOULDBLOCK)
		err_at(err, archive->folder, 0, 0, "another steelyard feed is at work there");
	else
		err_at(err, archive->folder, 0, 0, "%s", strerror(errno));
	return false;
}

/* Heads change nothing that is verified: one that cannot be read is as none. */
static void
restore_head(struct archive *archive, int64_t now)
{
	struct arena *arena = arena_new(65536);
	struct slice head = archive_head(archive, arena);
	struct err err;

	if (head.p != NULL)
		channel_take_head(archive->channel, head, now, &err);
	arena_free(&arena);
}

static bool
open_folder(struct archive *archive, struct slice name, const struct feed_public *roots,
    size_t count, int64_t now, struct err *err)
{
	if (!stored_folder_make(archive->folder, err) || !lock_folder(archive, err) ||
	    !pin_roots(archive, roots, count, err))
		return false;
	archive->channel = channel_new(name, archive->roots, archive->root_count);
	if (!restore(archive, archive->channel, err))
		return false;
	archive->base = channel_seq(archive->channel);
	if (!replay(archive, now, err))
		return false;
	restore_head(archive, now);
	return true;
}

static struct archive *
archive_new(const char *dir, struct slice channel)
{
	struct archive *archive = calloc(1, sizeof(*archive));
	struct buf folder = { 0 };

	if (archive == NULL)
		abort();
	archive->lock = -1;
	archive->kept = VEC_OF(struct kept, NULL);
	buf_printf(&folder, "%s/%.*s", dir, SLICE_ARG(channel));
	archive->folder = slice_dup(buf_slice(&folder));
	buf_clear(&folder);
	return archive;
}

size_t
archive_pinned(const char *dir, struct slice channel, struct feed_public roots_r[ARCHIVE_ROOTS_MAX])
{
	struct archive *archive = archive_new(dir, channel);
	size_t n = read_roots(archive, roots_r);

	archive_close(&archive);
	return n;
}

struct archive *
archive_open(const char *dir, struct slice channel, const struct feed_public *roots, size_t count,
    int64_t now, struct err *err)
{
	struct archive *archive = archive_new(dir, channel);

	if (!open_folder(archive, channel, roots, count, now, err))
		archive_close(&archive);
	return archive;
}

void
archive_close(struct archive **archive)
{
	if (*archive == NULL)
		return;
	channel_free(&(*archive)->channel);
	vec_clear(&(*archive)->kept);
	buf_clear(&(*archive)->pending);
	if ((*archive)->lock >= 0)
		close((*archive)->lock);
	free((*archive)->folder);
	free(*archive);
	*archive = NULL;
}

const struct channel *
archive_channel(const struct archive *archive)
{
	return archive->channel;
}

size_t
archive_roots(const struct archive *archive, const struct feed_public **roots_r)
{
	*roots_r = archive->roots;
	return archive->root_count;
}

enum fault
archive_take_keyset(struct archive *archive, struct slice bytes, int64_t now, struct err *err)
{
	enum fault fault = channel_take_keyset(archive->channel, bytes, now, err);

	if (fault == FAULT_NONE && !write_file(archive, "keys", bytes, err))
		fault = FAULT_DISK;
	return fault;
}

enum fault
archive_take_entry(struct archive *archive, struct slice bytes, int64_t now, struct err *err)
{
	struct carried carried;
	enum fault fault = carried_read(CARRIED_ENTRY, bytes, &carried, err);
	char *path;

	if (fault == FAULT_NONE)
		fault = channel_take_entry(archive->channel, bytes, now, NULL, NULL, err);
	if (fault != FAULT_NONE)
		return fault;
	path = entry_path(archive, carried.seq, "entry");
	if (!stored_file_write(path, bytes, FILE_MODE, err))
		fault = FAULT_DISK;
	free(path);
	*(struct kept *)vec_push(
	    &archive->kept) = (struct kept){ .seq = carried.seq, .time = carried.time };
	return fault;
}

/* Takes away the files of what lies at or below the base. */
static void
forget_old(struct archive *archive)
{
	static const char *const suffixes[] = { "entry", "lost" };
	size_t old = 0, i;

	while (old < archive->kept.n &&
	       ((struct kept *)vec_at(&archive->kept, old))->seq <= archive->base) {
		const struct kept *kept = vec_at(&archive->kept, old++);

		for (i = 0; i < 2; i++) {
			char *path = entry_path(archive, kept->seq, suffixes[i]);

			unlink(path);
			free(path);
		}
	}
	for (i = old; i < archive->kept.n; i++)
		*(struct kept *)vec_at(&archive->kept, i - old) = *(struct kept *)vec_at(
		    &archive->kept, i);
	archive->kept.n -= old;
}

enum fault
archive_take_snapshot(struct archive *archive, struct slice bytes, int64_t now, struct err *err)
{
	enum fault fault = channel_take_snapshot(archive->channel, bytes, now, err);

	if (fault != FAULT_NONE)
		return fault;
	if (!save_base(archive, archive->channel, err))
		return FAULT_DISK;
	forget_old(archive);
	return FAULT_NONE;
}

enum fault
archive_take_head(struct archive *archive, struct slice bytes, int64_t now, struct err *err)
{
	enum fault fault = channel_take_head(archive->channel, bytes, now, err);

	if (fault == FAULT_NONE && !write_file(archive, "head", bytes, err))
		fault = FAULT_DISK;
	return fault;
}

struct slice
archive_pending(const struct archive *archive, uint64_t *seq_r)
{
	*seq_r = archive->pending_seq;
	return buf_slice(&archive->pending);
}

bool
archive_keep(struct archive *archive, uint64_t seq, struct slice bytes, struct err *err)
{
	char *path = entry_path(archive, seq, "pending");
	bool good = access(path, F_OK) != 0;

	/* Half of an entry would be sent as one: it gets its name when it is whole. */
	if (good)
		good = stored_file_write(path, bytes, FILE_MODE, err);
	else
		err_at(err, path, 0, 0, "an entry of that number is pending already");
	free(path);
	if (!good)
		return false;
	archive->pending_seq = archive->signed_seq = seq;
	buf_clear(&archive->pending);
	buf_add(&archive->pending, bytes);
	return true;
}

/* Renames what is pending; then there is nothing pending any more. */
static bool
settle(struct archive *archive, const char *suffix, struct err *err)
{
	char *from = entry_path(archive, archive->pending_seq, "pending");
	char *to = entry_path(archive, archive->pending_seq, suffix);
	bool good = stored_file_rename(from, to, err);

	free(from);
	free(to);
	if (good) {
		archive->pending_seq = 0;
		buf_clear(&archive->pending);
	}
	return good;
}

enum fault
archive_confirm(struct archive *archive, int64_t now, struct err *err)
{
	enum fault fault = FAULT_NONE;

	if (channel_seq(archive->channel) < archive->pending_seq)
		fault = archive_take_entry(archive, buf_slice(&archive->pending), now, err);
	if (fault == FAULT_NONE && !settle(archive, "entry", err))
		fault = FAULT_DISK;
	return fault;
}

bool
archive_lose(struct archive *archive, struct err *err)
{
	return settle(archive, "lost", err);
}

uint64_t
archive_signed(const struct archive *archive)
{
	return archive->signed_seq;
}

uint64_t
archive_base(const struct archive *archive)
{
	return archive->base;
}

/* A channel as it was at `seq`; NULL with *err. */
static struct channel *
channel_at(const struct archive *archive, uint64_t seq, int64_t now, struct err *err)
{
	struct slice name = channel_name(archive->channel);
	struct channel *channel = channel_new(name, archive->roots, archive->root_count);
	bool good = restore(archive, channel, err);
	int64_t time;

	for (size_t i = 0; good && i < archive->kept.n; i++) {
		const struct kept *kept = vec_at(&archive->kept, i);

		if (kept->seq <= seq)
			good = replay_entry(archive, channel, kept->seq, now, &time, err);
	}
	if (!good)
		channel_free(&channel);
	return channel;
}

struct fold *
archive_fold(const struct archive *archive, uint64_t seq, int64_t now, struct err *err)
{
	struct channel *channel;
	struct fold *fold;

	if (seq < archive->base || seq > channel_seq(archive->channel)) {
		err_set(err,
		    "entry %" PRIu64 " is not known here: this machine knows %" PRIu64
		    " to %" PRIu64,
		    seq, archive->base, channel_seq(archive->channel));
		return NULL;
	}
	channel = channel_at(archive, seq, now, err);
	if (channel == NULL)
		return NULL;
	fold = fold_copy(channel_fold(channel));
	channel_free(&channel);
	return fold;
}

uint64_t
archive_keep_from(const struct archive *archive, int64_t now)
{
	size_t i = 0,
	       most = archive->kept.n > ARCHIVE_ENTRIES ? archive->kept.n - ARCHIVE_ENTRIES : 0;
	const struct kept *kept = archive->kept.p;

	while (i < most && kept[i].time < now - ARCHIVE_S)
		i++;
	return i < archive->kept.n ? kept[i].seq : archive->base + 1;
}

bool
archive_tidy(struct archive *archive, int64_t now, struct err *err)
{
	uint64_t from = archive_keep_from(archive, now);
	struct channel *channel;
	bool good;

	if (from <= archive->base + ARCHIVE_SLACK)
		return true;
	channel = channel_at(archive, from - 1, now, err);
	if (channel == NULL)
		return false;
	good = save_base(archive, channel, err);
	channel_free(&channel);
	if (good)
		forget_old(archive);
	return good;
}
