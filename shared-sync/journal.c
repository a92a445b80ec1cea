/*
 * journal.c - a checkpoint that is renamed into place, and a file of entries that only grows
 *
 * The checkpoint is "steelyard-checkpoint-1 BYTES SHA256", a line, and the channel's text. Behind
 * it each entry is "entry BYTES SHA256", a line, and the entry as carried. An entry is flushed
 * before it counts. A checkpoint is in place before the entries that it holds are
 * thrown away; a crash between the two leaves entries that are merely read as replays.
 *
 * What cannot be verified any more is cut off and comes again from the Redis: nothing here is
 * the only copy but the highest head seen and the keyset's version.
 *
 * Limits: a checkpoint is as large as a fold and a keyset may be, the entries JOURNAL_FILE_MAX.
 */
#include "config.h"

#include "shared-sync/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/file.h"
#include "engine/util/buf.h"
#include "engine/util/crypto.h"
#include "shared-sync/carried.h"
#include "shared-sync/hex.h"
#include "shared-sync/stored_file.h"

#define FILE_MODE 0640
#define LOCAL_MAX ((size_t)64 * 1024 * 1024)
#define CHECKPOINT_MAX (FOLD_TEXT_MAX + CARRIED_KEYSET_BODY_MAX + (size_t)8 * 1024)
#define JOURNAL_FILE_MAX (4 * JOURNAL_BYTES_MAX)
/* Both files, and room for how they are kept. */
#define ARENA_MAX (CHECKPOINT_MAX + JOURNAL_FILE_MAX + (size_t)1024 * 1024)
/* "steelyard-checkpoint-1 ", a size and a hash. */
#define LINE_MAX_BYTES 120

static const struct slice checkpoint_word = { "steelyard-checkpoint-1 ", 23 };
static const struct slice entry_word = { "entry ", 6 };

struct journal {
	struct buf state_path, entries_path;
	int lock;
	int entries; /* the file */
	size_t count;
	size_t bytes; /* of whole entries */
	bool gap; /* an entry would not follow what is there */
};

static bool
fail(struct err *err, const char *path, int error)
{
	err_at(err, path, 0, 0, "%s", strerror(error));
	return false;
}

static struct buf
path_of(const char *dir, struct slice channel, const char *ending)
{
	struct buf path = { 0 };

	buf_printf(&path, "%s/%.*s.%s", dir, SLICE_ARG(channel), ending);
	buf_text(&path);
	return path;
}

/* Appends the line and the bytes. */
static void
seal(struct slice word, struct slice bytes, struct buf *out)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];

	crypto_sha256(bytes, digest);
	buf_add(out, word);
	buf_printf(out, "%zu ", bytes.n);
	hex_write(digest, sizeof(digest), out);
	buf_add_byte(out, '\n');
	buf_add(out, bytes);
}

/* Takes what seal wrote off *rest; false, *rest untouched: it is not whole. */
static bool
unseal(struct slice word, struct slice *rest, struct slice *bytes_r)
{
	unsigned char want[CRYPTO_SHA256_SIZE], got[CRYPTO_SHA256_SIZE];
	size_t end = slice_find_byte(slice_cut(*rest, 0, LINE_MAX_BYTES), 0, '\n');
	struct slice line = slice_cut(*rest, 0, end), digits;
	uint64_t size;

	if (!slice_starts(line, word))
		return false;
	line = slice_from(line, word.n);
	digits = slice_cut(line, 0, slice_find_byte(line, 0, ' '));
	if (!carried_number(digits, &size) || size > rest->n - end ||
	    !hex_read(slice_from(line, digits.n + 1), want, sizeof(want)))
		return false;
	*bytes_r = slice_cut(*rest, end + 1, end + 1 + (size_t)size);
	crypto_sha256(*bytes_r, got);
	if (bytes_r->n != size || memcmp(got, want, sizeof(want)) != 0)
		return false;
	*rest = slice_from(*rest, end + 1 + (size_t)size);
	return true;
}

/* Reads a file that may be missing: then it is absent. */
static bool
read_if_there(
    struct arena *arena, const char *path, size_t limit, struct slice *bytes_r, struct err *err)
{
	struct stat status;

	*bytes_r = SLICE_ABSENT;
	if (stat(path, &status) != 0 && errno == ENOENT)
		return true;
	return file_read(arena, path, limit, bytes_r, err) == 1;
}

/* False with *err: broken, or not vouched for. */
static bool
restore(struct channel *channel, struct slice file, const char *path, struct err *err)
{
	struct slice text;
	struct err why;

	if (unseal(checkpoint_word, &file, &text) && file.n == 0) {
		if (channel_restore(channel, text, &why))
			return true;
		err_at(err, path, 0, 0, "%s", why.text);
	} else
		err_at(err, path, 0, 0, "it is broken");
	return false;
}

/*
 * Takes the entries of the file in; the bytes that hold are returned. They were in time
 * when they came, so the keyset's date is not asked again.
 */
static size_t
replay(struct channel *channel, struct slice file, size_t *count_r)
{
	const struct keyset *keyset = channel_keyset(channel);
	struct slice rest = file, entry, before = file;

	for (*count_r = 0; unseal(entry_word, &rest, &entry); (*count_r)++) {
		struct err err;
		enum fault fault = channel_take_entry(
		    channel, entry, keyset->expires - 1, NULL, NULL, &err);

		if (fault != FAULT_NONE && fault != FAULT_REPLAYED)
			break;
		before = rest;
	}
	return file.n - before.n;
}

/* Whether nobody but its owner may write in the folder. */
static bool
folder_is_safe(const char *dir, struct err *err)
{
	struct stat status;

	if (stat(dir, &status) != 0)
		return fail(err, dir, errno);
	if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return true;
	err_at(err, dir, 0, 0, "others may write there: expected mode 0700 or 0750");
	return false;
}

static int
lock_journal(const char *dir, struct slice channel, struct err *err)
{
	struct buf path = path_of(dir, channel, "lock");
	int fd = stored_file_open(buf_text(&path), O_RDWR, FILE_MODE);

	if (fd < 0)
		fail(err, buf_text(&path), errno);
	else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		err_at(err, buf_text(&path), 0, 0, "another process has the journal open");
		close(fd);
		fd = -1;
	}
	buf_clear(&path);
	return fd;
}

/* The checkpoint, moved aside when it is broken. False: it cannot even be read or moved. */
static bool
open_state(struct journal *journal, struct channel *channel, struct err *err)
{
	const char *path = buf_text(&journal->state_path);
	struct arena *arena = arena_new(ARENA_MAX);
	struct buf aside = { 0 };
	struct err told = { 0 };
	struct slice file;
	bool good = read_if_there(arena, path, CHECKPOINT_MAX, &file, err);

	journal->gap = file.p == NULL;
	if (good && file.p != NULL && !restore(channel, file, path, &told)) {
		journal->gap = true;
		buf_printf(&aside, "%s.broken", path);
		good = stored_file_rename(path, buf_text(&aside), err);
		if (good)
			*err = told;
	}
	buf_clear(&aside);
	arena_free(&arena);
	return good;
}

/* The entries behind it, cut after the last that holds. */
static bool
open_entries(struct journal *journal, struct channel *channel, struct err *err)
{
	const char *path = buf_text(&journal->entries_path);
	struct arena *arena = arena_new(ARENA_MAX);
	struct slice file = SLICE_ABSENT;
	bool good;

	journal->entries = stored_file_open(path, O_RDWR, FILE_MODE);
	good = journal->entries >= 0 ? file_read(arena, path, JOURNAL_FILE_MAX, &file, err) == 1
				     : fail(err, path, errno);
	if (good) {
		journal->bytes = replay(channel, file, &journal->count);
		if (journal->bytes < file.n) {
			good = (ftruncate(journal->entries, (off_t)journal->bytes) == 0 &&
				   fsync(journal->entries) == 0) ||
			       fail(err, path, errno);
			if (good && err->text[0] == '\0')
				err_at(err, path, 0, 0,
				    "%zu bytes behind the last good entry are cut off",
				    file.n - journal->bytes);
		}
	}
	arena_free(&arena);
	return good;
}

struct journal *
journal_open(const char *dir, struct channel *channel, struct err *err)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	struct slice name = channel_name(channel);

	if (journal == NULL)
		abort();
	*err = (struct err){ 0 };
	journal->state_path = path_of(dir, name, "state");
	journal->entries_path = path_of(dir, name, "entries");
	journal->lock = journal->entries = -1;
	if (stored_folder_make(dir, err) && folder_is_safe(dir, err))
		journal->lock = lock_journal(dir, name, err);
	if (journal->lock < 0 || !open_state(journal, channel, err) ||
	    !open_entries(journal, channel, err))
		journal_close(&journal);
	return journal;
}

void
journal_close(struct journal **journal)
{
	struct journal *gone = *journal;

	*journal = NULL;
	if (gone == NULL)
		return;
	if (gone->entries >= 0)
		close(gone->entries);
	if (gone->lock >= 0)
		close(gone->lock);
	buf_clear(&gone->state_path);
	buf_clear(&gone->entries_path);
	free(gone);
}

/*
 * The entries are read first: a checkpoint that is made meanwhile then holds them, and they
 * are replays. The other way round it might throw away what follows the one we have read.
 */
static bool
load_files(struct arena *arena, const char *state_path, const char *entries_path,
    struct channel *channel, struct err *err)
{
	struct slice state, entries;
	size_t count;

	if (!read_if_there(arena, entries_path, JOURNAL_FILE_MAX, &entries, err) ||
	    file_read(arena, state_path, CHECKPOINT_MAX, &state, err) != 1 ||
	    !restore(channel, state, state_path, err))
		return false;
	replay(channel, entries, &count);
	return true;
}

bool
journal_load(const char *dir, struct channel *channel, struct err *err)
{
	struct buf state = path_of(dir, channel_name(channel), "state");
	struct buf entries = path_of(dir, channel_name(channel), "entries");
	struct arena *arena = arena_new(ARENA_MAX);
	bool good = folder_is_safe(dir, err) &&
		    load_files(arena, buf_text(&state), buf_text(&entries), channel, err);

	arena_free(&arena);
	buf_clear(&state);
	buf_clear(&entries);
	return good;
}

/* Writes behind the last whole entry, and flushes. */
static bool
write_at(int fd, size_t at, struct slice bytes)
{
	while (bytes.n > 0) {
		ssize_t n = pwrite(fd, bytes.p, bytes.n, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes = slice_from(bytes, (size_t)n);
		at += (size_t)n;
	}
	return fsync(fd) == 0;
}

bool
journal_add(struct journal *journal, struct slice entry, struct err *err)
{
	const char *path = buf_text(&journal->entries_path);
	struct buf record = { 0 };

	if (journal->gap) {
		err_at(err, path, 0, 0, "it takes no entry before a checkpoint is made");
		return false;
	}
	seal(entry_word, entry, &record);
	if (record.n > JOURNAL_FILE_MAX - journal->bytes) {
		err_at(err, path, 0, 0, "it is full: no checkpoint could be made");
		journal->gap = true;
	} else if (!write_at(journal->entries, journal->bytes, buf_slice(&record))) {
		fail(err, path, errno);
		journal->gap = true;
		/* what stays if even that fails is cut off when it is opened */
		if (ftruncate(journal->entries, (off_t)journal->bytes) == 0)
			fsync(journal->entries);
	} else {
		journal->bytes += record.n;
		journal->count++;
	}
	buf_clear(&record);
	return !journal->gap;
}

bool
journal_checkpoint(struct journal *journal, const struct channel *channel, struct err *err)
{
	struct buf text = { 0 }, file = { 0 };
	bool good;

	channel_write(channel, &text);
	seal(checkpoint_word, buf_slice(&text), &file);
	buf_clear(&text);
	good = stored_file_write(buf_text(&journal->state_path), buf_slice(&file), FILE_MODE, err);
	buf_clear(&file);
	if (!good)
		return false;
	journal->gap = false;
	/* entries that stay are replays from now on */
	if (ftruncate(journal->entries, 0) == 0) {
		fsync(journal->entries);
		journal->bytes = 0;
	}
	journal->count = 0;
	return true;
}

bool
journal_is_long(const struct journal *journal)
{
	return journal->gap || journal->count >= JOURNAL_ENTRIES_MAX ||
	       journal->bytes >= JOURNAL_BYTES_MAX;
}

bool
journal_local_read(const char *dir, struct slice channel, struct arena *arena, struct slice *text_r,
    struct err *err)
{
	struct buf path = path_of(dir, channel, "local");
	bool good = read_if_there(arena, buf_text(&path), LOCAL_MAX, text_r, err);

	buf_clear(&path);
	return good;
}

bool
journal_local_write(const char *dir, struct slice channel, struct slice text, struct err *err)
{
	struct buf path = path_of(dir, channel, "local");
	bool good = stored_file_write(buf_text(&path), text, FILE_MODE, err);

	buf_clear(&path);
	return good;
}
