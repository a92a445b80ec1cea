/*
 * test_archive.c - what a publisher must not forget: entries pending, lost and confirmed; old rules
 *
 * One publisher's entries are signed as they are needed; after each step the folder is opened
 * anew, as if the process had been killed there.
 */
#include "config.h"

#include "shared-sync/archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/shared-sync/signer.h"

#define NOW INT64_C(1700000000)
#define DAY INT64_C(86400)
#define MANY (ARCHIVE_ENTRIES + ARCHIVE_SLACK + 20)

static const struct slice name = { "community", 9 };

struct scene {
	char dir[64];
	struct feed_secret root, key;
	struct archive *archive;
};

static void
open_again(struct scene *scene, bool with_root)
{
	struct err err = { 0 };

	archive_close(&scene->archive);
	scene->archive = archive_open(
	    scene->dir, name, &scene->root.public, with_root ? 1 : 0, NOW, &err);
	if (scene->archive == NULL)
		fail_msg("archive_open: %s", err.text);
}

static int
begin(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct keyset_key line;
	struct buf keyset = { 0 };
	struct err err = { 0 };

	*state = scene;
	snprintf(scene->dir, sizeof(scene->dir), "%s/archive-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(scene->dir));
	scene->root = signer_key(1, FEED_ROLE_ROOT);
	scene->key = signer_key(2, FEED_ROLE_ENTRY);
	line = signer_line(&scene->key, false, 0);
	open_again(scene, true);
	signer_keyset(name, 1, NOW, NOW + DAY, &line, 1, &scene->root, &keyset);
	assert_int_equal(
	    archive_take_keyset(scene->archive, buf_slice(&keyset), NOW, &err), FAULT_NONE);
	buf_clear(&keyset);
	return 0;
}

static int
end(void **state)
{
	struct scene *scene = *state;
	char command[128];

	archive_close(&scene->archive);
	snprintf(command, sizeof(command), "rm -rf '%s'", scene->dir);
	if (system(command) != 0)
		return -1;
	free(scene);
	return 0;
}

/* The next entry, that puts rule R<number>. */
static void
sign_next(const struct scene *scene, unsigned number, int64_t time, struct buf *out)
{
	const struct channel *channel = archive_channel(scene->archive);
	uint64_t seq = channel_seq(channel) + 1;
	struct buf body = { 0 };

	buf_printf(&body, "rules: {R%u: {body: '/x/'}}\n", number);
	signer_entry(name, seq, seq == 1 ? NULL : channel_hash(channel), time, buf_slice(&body),
	    &scene->key, out);
	buf_clear(&body);
}

static void
take_next(struct scene *scene, unsigned number, int64_t time)
{
	struct buf entry = { 0 };
	struct err err = { 0 };

	sign_next(scene, number, time, &entry);
	assert_int_equal(
	    archive_take_entry(scene->archive, buf_slice(&entry), NOW, &err), FAULT_NONE);
	buf_clear(&entry);
}

static void
test_pending(void **state)
{
	struct scene *scene = *state;
	struct buf entry = { 0 };
	struct err err = { 0 };
	struct slice pending;
	uint64_t seq;

	take_next(scene, 1, NOW);
	sign_next(scene, 2, NOW, &entry);
	assert_true(archive_keep(scene->archive, 2, buf_slice(&entry), &err));
	open_again(scene, false);
	pending = archive_pending(scene->archive, &seq);
	assert_int_equal(seq, 2);
	assert_true(slice_eq(pending, buf_slice(&entry)));
	assert_int_equal(archive_signed(scene->archive), 2);
	assert_int_equal(channel_seq(archive_channel(scene->archive)), 1);
	/* The number cannot be kept twice. */
	assert_false(archive_keep(scene->archive, 2, buf_slice(&entry), &err));
	open_again(scene, false);
	assert_int_equal(archive_confirm(scene->archive, NOW, &err), FAULT_NONE);
	open_again(scene, false);
	archive_pending(scene->archive, &seq);
	assert_int_equal(seq, 0);
	assert_int_equal(channel_seq(archive_channel(scene->archive)), 2);
	buf_clear(&entry);
}

static void
test_lost(void **state)
{
	struct scene *scene = *state;
	struct buf entry = { 0 };
	struct err err = { 0 };
	uint64_t seq;

	sign_next(scene, 1, NOW, &entry);
	assert_true(archive_keep(scene->archive, 1, buf_slice(&entry), &err));
	take_next(scene, 2, NOW);
	assert_true(archive_lose(scene->archive, &err));
	open_again(scene, false);
	archive_pending(scene->archive, &seq);
	assert_int_equal(seq, 0);
	assert_int_equal(archive_signed(scene->archive), 1);
	assert_non_null(fold_find(channel_fold(archive_channel(scene->archive)), SLICE("R2")));
	buf_clear(&entry);
}

static void
test_refused(void **state)
{
	struct scene *scene = *state;
	struct buf entry = { 0 };
	struct err err = { 0 };
	struct archive *second;

	sign_next(scene, 1, NOW, &entry);
	entry.p[entry.n - 1] ^= 1;
	assert_int_equal(
	    archive_take_entry(scene->archive, buf_slice(&entry), NOW, &err), FAULT_SIGNATURE);
	open_again(scene, false);
	assert_int_equal(channel_seq(archive_channel(scene->archive)), 0);
	buf_clear(&entry);
	/* Without a root that it knows, or a second time, it does not open. */
	second = archive_open(scene->dir, SLICE("other"), NULL, 0, NOW, &err);
	assert_null(second);
	second = archive_open(scene->dir, name, NULL, 0, NOW, &err);
	assert_null(second);
}

static void
test_folds(void **state)
{
	struct scene *scene = *state;
	struct err err = { 0 };

	for (unsigned i = 1; i <= 5; i++)
		take_next(scene, i, NOW);
	open_again(scene, false);
	for (uint64_t seq = 0; seq <= 5; seq++) {
		struct fold *fold = archive_fold(scene->archive, seq, NOW, &err);

		assert_non_null(fold);
		if (fold_count(fold) != seq)
			fail_msg("at %d: got %zu rules", (int)seq, fold_count(fold));
		fold_free(&fold);
	}
	assert_null(archive_fold(scene->archive, 6, NOW, &err));
}

static void
test_tidy(void **state)
{
	struct scene *scene = *state;
	struct err err = { 0 };

	for (unsigned i = 1; i <= MANY; i++)
		take_next(scene, i % 10, i <= 30 ? NOW - 8 * DAY : NOW - 7 * DAY - 1);
	assert_int_equal(archive_keep_from(scene->archive, NOW), MANY - ARCHIVE_ENTRIES + 1);
	/* What is younger than ARCHIVE_S stays, however many there are. */
	assert_int_equal(archive_keep_from(scene->archive, NOW - 12 * 3600), 31);
	assert_true(archive_tidy(scene->archive, NOW, &err));
	assert_int_equal(archive_base(scene->archive), MANY - ARCHIVE_ENTRIES);
	open_again(scene, false);
	assert_int_equal(archive_base(scene->archive), MANY - ARCHIVE_ENTRIES);
	assert_int_equal(channel_seq(archive_channel(scene->archive)), MANY);
	assert_int_equal(fold_count(channel_fold(archive_channel(scene->archive))), 10);
	assert_null(archive_fold(scene->archive, 1, NOW, &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pending, begin, end),
		cmocka_unit_test_setup_teardown(test_lost, begin, end),
		cmocka_unit_test_setup_teardown(test_refused, begin, end),
		cmocka_unit_test_setup_teardown(test_folds, begin, end),
		cmocka_unit_test_setup_teardown(test_tidy, begin, end),
	};

	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
