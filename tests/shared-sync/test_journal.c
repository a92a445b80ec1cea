/*
 * test_journal.c - whatever happens to it, a journal holds an old state or a new one
 *
 * One publisher's entries are made once, with the channel's text after each: what a journal
 * gives back must be one of these texts. A writer is killed at random moments, files are cut
 * at every byte and changed all over, and the disk is full at any length of an entry.
 */
#include "config.h"

#include "shared-sync/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/file.h"
#include "tests/shared-sync/random_entry.h"
#include "tests/shared-sync/signer.h"

#define NOW INT64_C(1700000000)
#define DAY INT64_C(86400)
#define ENTRIES 150
#define KILLS 40

static const struct slice name = { "community", 9 };

static struct feed_public roots[1];
static struct buf keyset;
static struct buf entries[ENTRIES + 1]; /* n at n */
static struct buf texts[ENTRIES + 1]; /* the channel after n */
/* In memory where there is such a folder: thousands of flushes are not what is tested. */
static char dir[64];

static struct channel *
new_channel(void)
{
	return channel_new(name, roots, 1);
}

static void
take(struct channel *channel, uint64_t seq)
{
	struct err err = { 0 };

	if (channel_take_entry(channel, buf_slice(&entries[seq]), NOW, NULL, NULL, &err) !=
	    FAULT_NONE)
		abort();
}

static int
make_entries(void **state)
{
	struct feed_secret root = signer_key(1, FEED_ROLE_ROOT);
	struct feed_secret key = signer_key(2, FEED_ROLE_ENTRY);
	struct keyset_key line = signer_line(&key, false, 0);
	struct random random = { 3 };
	struct channel *channel;
	struct err err = { 0 };

	(void)state;
	roots[0] = root.public;
	channel = new_channel();
	signer_keyset(name, 1, NOW, NOW + DAY, &line, 1, &root, &keyset);
	assert_int_equal(channel_take_keyset(channel, buf_slice(&keyset), NOW, &err), FAULT_NONE);
	channel_write(channel, &texts[0]);
	for (uint64_t seq = 1; seq <= ENTRIES; seq++) {
		struct buf body = { 0 };

		random_entry(&random, &body);
		signer_entry(
		    name, seq, channel_hash(channel), NOW, buf_slice(&body), &key, &entries[seq]);
		take(channel, seq);
		channel_write(channel, &texts[seq]);
		buf_clear(&body);
	}
	channel_free(&channel);
	snprintf(dir, sizeof(dir), "%s/steelyard-journal-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static const char *
path_of(const char *ending)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/community.%s", dir, ending);
	return path;
}

static int
remove_all(void **state)
{
	static const char *const endings[] = { "state", "entries", "lock", "local", "state.broken",
		"state.new", "local.new" };

	(void)state;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		unlink(path_of(endings[i]));
	return 0;
}

static int
clear(void **state)
{
	remove_all(state);
	rmdir(dir);
	buf_clear(&keyset);
	for (size_t i = 0; i <= ENTRIES; i++) {
		buf_clear(&entries[i]);
		buf_clear(&texts[i]);
	}
	return 0;
}

/* The channel must be as it was after its last entry; that entry's number. */
static uint64_t
known_state(const struct channel *channel)
{
	uint64_t seq = channel_seq(channel);
	struct buf text = { 0 };

	channel_write(channel, &text);
	assert_true(seq <= ENTRIES);
	if (!slice_eq(buf_slice(&text), buf_slice(&texts[seq])))
		fail_msg("no state that ever was:\n%s", buf_text(&text));
	buf_clear(&text);
	return seq;
}

/* Opens with a new channel; the number that it comes to. */
static uint64_t
reopen(struct journal **journal_r, struct channel **channel_r, struct err *err)
{
	*channel_r = new_channel();
	*journal_r = journal_open(dir, *channel_r, err);
	if (*journal_r == NULL)
		fail_msg("not opened: %s: %s", err->file, err->text);
	return channel_keyset(*channel_r)->version == 0 ? 0 : known_state(*channel_r);
}

static void
shut(struct journal **journal, struct channel **channel)
{
	journal_close(journal);
	channel_free(channel);
}

/* A journal with a checkpoint at `from` and entries up to `to`. */
static void
make_journal(uint64_t from, uint64_t to)
{
	struct journal *journal;
	struct channel *channel;
	struct err err;

	remove_all(NULL);
	reopen(&journal, &channel, &err);
	assert_int_equal(channel_take_keyset(channel, buf_slice(&keyset), NOW, &err), FAULT_NONE);
	for (uint64_t seq = 1; seq <= to; seq++) {
		if (seq == from + 1)
			assert_true(journal_checkpoint(journal, channel, &err));
		take(channel, seq);
		if (seq > from && !journal_add(journal, buf_slice(&entries[seq]), &err))
			fail_msg("not added: %s", err.text);
	}
	shut(&journal, &channel);
}

static struct slice
read_file(struct arena *arena, const char *ending)
{
	struct slice bytes;
	struct err err;

	if (file_read(arena, path_of(ending), (size_t)64 << 20, &bytes, &err) != 1)
		fail_msg("%s: %s", ending, err.text);
	return bytes;
}

static void
write_file(const char *ending, struct slice bytes)
{
	FILE *file = fopen(path_of(ending), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, file), bytes.n);
	assert_int_equal(fclose(file), 0);
}

static void
test_plain(void **state)
{
	struct journal *journal, *second;
	struct channel *channel, *other;
	struct err err;

	(void)state;
	remove_all(NULL);
	other = new_channel();
	assert_false(journal_load(dir, other, &err));
	reopen(&journal, &channel, &err);
	assert_string_equal(err.text, "");
	assert_true(journal_is_long(journal));
	assert_int_equal(channel_take_keyset(channel, buf_slice(&keyset), NOW, &err), FAULT_NONE);
	take(channel, 1);
	assert_false(journal_add(journal, buf_slice(&entries[1]), &err));
	assert_true(journal_checkpoint(journal, channel, &err));
	assert_false(journal_is_long(journal));
	take(channel, 2);
	assert_true(journal_add(journal, buf_slice(&entries[2]), &err));
	second = journal_open(dir, other, &err);
	assert_null(second);
	assert_non_null(strstr(err.text, "another process"));
	assert_true(journal_load(dir, other, &err));
	assert_int_equal(known_state(other), 2);
	shut(&journal, &channel);
	channel_free(&other);
	assert_int_equal(reopen(&journal, &channel, &err), 2);
	assert_string_equal(err.text, "");
	shut(&journal, &channel);
}

/* The keyset has expired since: what was taken in time is still there. */
static void
test_expired(void **state)
{
	struct channel *channel = new_channel();
	struct err err;

	(void)state;
	make_journal(2, 5);
	assert_true(journal_load(dir, channel, &err));
	assert_int_equal(known_state(channel), 5);
	assert_int_equal(channel_state(channel, NOW + 2 * DAY, 0), FAULT_KEYSET_EXPIRED);
	channel_free(&channel);
}

static void
test_local(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct slice text;
	struct err err;

	(void)state;
	remove_all(NULL);
	assert_true(journal_local_read(dir, name, arena, &text, &err));
	assert_int_equal(text.n, 0);
	assert_true(journal_local_write(dir, name, SLICE("mute COMM_X\n"), &err));
	assert_true(journal_local_read(dir, name, arena, &text, &err));
	assert_true(slice_eq(text, SLICE("mute COMM_X\n")));
	arena_free(&arena);
}

static void
test_unsafe_folder(void **state)
{
	struct channel *channel = new_channel();
	struct err err;

	(void)state;
	assert_int_equal(chmod(dir, 0770), 0);
	assert_null(journal_open(dir, channel, &err));
	assert_non_null(strstr(err.text, "others may write"));
	assert_false(journal_load(dir, channel, &err));
	assert_int_equal(chmod(dir, 0700), 0);
	channel_free(&channel);
}

/* The root of the configuration is another now: the state is put aside, not believed. */
static void
test_other_roots(void **state)
{
	struct feed_secret other = signer_key(9, FEED_ROLE_ROOT);
	struct channel *channel = channel_new(name, &other.public, 1);
	struct journal *journal;
	struct err err;

	(void)state;
	make_journal(2, 5);
	journal = journal_open(dir, channel, &err);
	assert_non_null(journal);
	assert_non_null(strstr(err.text, "not in the keyset"));
	assert_int_equal(channel_seq(channel), 0);
	assert_int_equal(access(path_of("state.broken"), F_OK), 0);
	shut(&journal, &channel);
}

/* Entries cut at every byte: those before are there; and the journal goes on from it. */
static void
test_cut_entries(void **state)
{
	struct arena *arena = arena_new((size_t)8 << 20);
	struct slice whole;
	uint64_t last = 2;

	(void)state;
	make_journal(2, 5);
	whole = read_file(arena, "entries");
	for (size_t n = 0; n <= whole.n; n++) {
		struct journal *journal;
		struct channel *channel;
		struct err err;
		uint64_t seq;

		write_file("entries", slice_cut(whole, 0, n));
		seq = reopen(&journal, &channel, &err);
		if (seq < last || seq > last + 1)
			fail_msg("cut at %zu: %d after %d", n, (int)seq, (int)last);
		last = seq;
		if (seq < 5 && n % 16 == 0) {
			take(channel, seq + 1);
			assert_true(journal_add(journal, buf_slice(&entries[seq + 1]), &err));
			shut(&journal, &channel);
			assert_int_equal(reopen(&journal, &channel, &err), seq + 1);
			assert_string_equal(err.text, "");
		}
		shut(&journal, &channel);
	}
	assert_int_equal(last, 5);
	arena_free(&arena);
}

/* One bit changed at every third byte of both files: an older state, or none, and it is told. */
static void
test_changed(void **state)
{
	static const char *const endings[] = { "entries", "state" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct arena *arena = arena_new((size_t)8 << 20);
		struct slice whole[2];

		make_journal(2, 4);
		whole[0] = read_file(arena, endings[0]);
		whole[1] = read_file(arena, endings[1]);
		for (size_t at = 0; at < whole[i].n; at += 3) {
			struct journal *journal;
			struct channel *channel;
			struct err err;
			uint64_t seq;

			((char *)whole[i].p)[at] ^= (char)(1 << (at % 8));
			write_file(endings[0], whole[0]);
			write_file(endings[1], whole[1]);
			seq = reopen(&journal, &channel, &err);
			if (err.text[0] == '\0' || seq >= 4)
				fail_msg("%s, byte %zu: nothing is told, at %d", endings[i], at,
				    (int)seq);
			shut(&journal, &channel);
			((char *)whole[i].p)[at] ^= (char)(1 << (at % 8));
		}
		arena_free(&arena);
	}
}

/* A checkpoint cut at every byte: it is put aside, and the journal is empty and usable. */
static void
test_cut_checkpoint(void **state)
{
	struct arena *arena = arena_new((size_t)8 << 20);
	struct slice whole;

	(void)state;
	make_journal(2, 3);
	whole = read_file(arena, "state");
	for (size_t n = 0; n < whole.n; n++) {
		struct journal *journal;
		struct channel *channel;
		struct err err;

		write_file("state", slice_cut(whole, 0, n));
		assert_int_equal(reopen(&journal, &channel, &err), 0);
		assert_non_null(strstr(err.text, "broken"));
		assert_int_equal(access(path_of("state.broken"), F_OK), 0);
		assert_int_equal(
		    channel_take_keyset(channel, buf_slice(&keyset), NOW, &err), FAULT_NONE);
		assert_true(journal_checkpoint(journal, channel, &err));
		shut(&journal, &channel);
	}
	arena_free(&arena);
}

/* A crash between a checkpoint and the cutting of the entries that it holds. */
static void
test_checkpoint_over_entries(void **state)
{
	struct arena *arena = arena_new((size_t)8 << 20);
	struct journal *journal;
	struct channel *channel;
	struct slice old;
	struct err err;

	(void)state;
	make_journal(2, 6);
	old = read_file(arena, "entries");
	make_journal(4, 5);
	reopen(&journal, &channel, &err);
	assert_true(journal_checkpoint(journal, channel, &err));
	shut(&journal, &channel);
	write_file("entries", old);
	assert_int_equal(reopen(&journal, &channel, &err), 6);
	assert_string_equal(err.text, "");
	shut(&journal, &channel);
	arena_free(&arena);
}

static void
limit_files(size_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static size_t
file_size(const char *ending)
{
	struct stat status;

	assert_int_equal(stat(path_of(ending), &status), 0);
	return (size_t)status.st_size;
}

/* No room after every byte of an entry: the old state, nothing half, and a checkpoint later. */
static void
test_full_disk(void **state)
{
	struct journal *journal;
	struct channel *channel;
	struct err err;
	size_t before, step, refused = 0;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	make_journal(2, 4);
	before = file_size("entries");
	step = 1 + entries[5].n / 60;
	for (size_t more = 0; more < entries[5].n; more += step, refused++) {
		reopen(&journal, &channel, &err);
		take(channel, 5);
		limit_files(before + more);
		assert_false(journal_add(journal, buf_slice(&entries[5]), &err));
		assert_true(err.text[0] != '\0' && journal_is_long(journal));
		assert_int_equal(file_size("entries"), before);
		assert_false(journal_add(journal, buf_slice(&entries[5]), &err));
		limit_files(10);
		assert_false(journal_checkpoint(journal, channel, &err));
		limit_files(0);
		shut(&journal, &channel);
		assert_int_equal(reopen(&journal, &channel, &err), 4);
		assert_string_equal(err.text, "");
		shut(&journal, &channel);
	}
	reopen(&journal, &channel, &err);
	take(channel, 5);
	limit_files(before);
	assert_false(journal_add(journal, buf_slice(&entries[5]), &err));
	limit_files(0);
	take(channel, 6);
	assert_false(journal_add(journal, buf_slice(&entries[6]), &err));
	assert_true(journal_checkpoint(journal, channel, &err));
	shut(&journal, &channel);
	assert_int_equal(reopen(&journal, &channel, &err), 6);
	shut(&journal, &channel);
	print_message("# %zu times no room\n", refused);
}

/* Adds entries from where the journal stands and says so of each, until it is killed. */
static void
write_until_killed(int told)
{
	struct journal *journal;
	struct channel *channel = new_channel();
	struct err err;

	journal = journal_open(dir, channel, &err);
	if (journal == NULL)
		_exit(1);
	if (channel_take_keyset(channel, buf_slice(&keyset), NOW, &err) != FAULT_NONE)
		_exit(2);
	for (uint64_t seq = channel_seq(channel); seq <= ENTRIES; seq++) {
		unsigned char number = (unsigned char)seq;

		if (seq > channel_seq(channel)) {
			take(channel, seq);
			if (!journal_is_long(journal) &&
			    !journal_add(journal, buf_slice(&entries[seq]), &err))
				_exit(3);
		}
		if ((journal_is_long(journal) || seq % 5 == 0) &&
		    !journal_checkpoint(journal, channel, &err))
			_exit(4);
		if (write(told, &number, 1) != 1)
			_exit(5);
	}
	for (;;)
		pause();
}

/* Kills a writer after `count` numbers and some microseconds: the last it said, or -1. */
static int
kill_writer(size_t count, long spin_us)
{
	unsigned char number = 0;
	struct timespec start, now;
	int ends[2], status, last = -1;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		write_until_killed(ends[1]);
	close(ends[1]);
	while (count-- > 0 && number < ENTRIES && read(ends[0], &number, 1) == 1)
		last = number;
	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - start.tv_sec) * 1000000L + (now.tv_nsec - start.tv_nsec) / 1000 <
	       spin_us);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSIGNALED(status))
		fail_msg("the writer gave up: %d", WEXITSTATUS(status));
	while (read(ends[0], &number, 1) == 1)
		last = number;
	close(ends[0]);
	return last;
}

static void
test_killed(void **state)
{
	struct random random = { 17 };
	size_t rounds = 0;

	(void)state;
	remove_all(NULL);
	for (size_t kills = 0; kills < KILLS; kills++) {
		int said = kill_writer(random_below(&random, 8), (long)random_below(&random, 4000));
		struct journal *journal;
		struct channel *channel;
		struct err err;
		int seq = (int)reopen(&journal, &channel, &err);

		if (said >= 0 && (seq < said || seq > said + 1))
			fail_msg("it said %d, and the journal has %d", said, seq);
		shut(&journal, &channel);
		if (seq == ENTRIES) {
			remove_all(NULL);
			rounds++;
		}
	}
	print_message("# %d writers killed, %zu whole rounds\n", KILLS, rounds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_unsafe_folder),
		cmocka_unit_test(test_other_roots),
		cmocka_unit_test(test_cut_entries),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_cut_checkpoint),
		cmocka_unit_test(test_checkpoint_over_entries),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_killed),
	};

	return cmocka_run_group_tests_name("journal", tests, make_entries, clear);
}
