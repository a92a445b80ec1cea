/*
 * test_path.c - directories of SpamAssassin's files: their order, and what in them is none
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/spamassassin/reader.h"
#include "engine/rules/score.h"
#include "engine/util/buf.h"

static const struct {
	const char *name, *text;
} files[] = {
	{ "kam.cf", "score A 2\n" },
	{ "loop.cf", "include loop.cf\ninclude loop.cf\ninclude more.inc\nscore B (1)\n" },
	{ ".hidden.CF", "score C 1\n" },
	{ "other.cf", "include inner\ninclude inner\n" },
	{ "inner/x.cf", "score C (1)\n" },
	{ "rules.yaml", "rules: {}\n" },
	{ "more.inc", "score B 3\ninclude loop.cf\nnonsense\n" },
	{ "updates_spamassassin_org.cf", "body A /a/\nscore A 1\nbody B /b/" },
};

static char folder[] = "test_path.XXXXXX";

static const char *
path_of(struct buf *path, const char *name)
{
	path->n = 0;
	buf_printf(path, "%s/%s", folder, name);
	return buf_text(path);
}

static int
set_up(void **state)
{
	struct buf path = { 0 };
	int status;

	(void)state;
	if (mkdtemp(folder) == NULL || mkdir(path_of(&path, "inner"), 0700) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *file = fopen(path_of(&path, files[i].name), "w");

		if (file == NULL)
			return -1;
		fputs(files[i].text, file);
		fclose(file);
	}
	status = mkdir(path_of(&path, "folder.cf"), 0700);
	if (status == 0)
		status = symlink("nowhere", path_of(&path, "gone.cf"));
	buf_clear(&path);
	return status;
}

static int
tear_down(void **state)
{
	struct buf path = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(path_of(&path, files[i].name));
	unlink(path_of(&path, "gone.cf"));
	rmdir(path_of(&path, "folder.cf"));
	rmdir(path_of(&path, "inner"));
	buf_clear(&path);
	return rmdir(folder);
}

/* The project's own channel comes first, so that the scores of others stand. */
static void
a_directory_is_read_in_order(void **state)
{
	const char *const paths[] = { folder, folder };
	struct arena *arena = arena_new(1 << 24);
	struct diagnostics *found = diagnostics_new();
	struct sa_config *config = sa_config_new(arena, found);

	(void)state;
	assert_true(sa_read_paths(config, paths, 2));
	assert_int_equal(config->files, 7);
	assert_int_equal(sa_config_find_rule(config, SLICE("A"))->scores[0], 2 * SCORE_ONE);
	assert_int_equal(sa_config_find_rule(config, SLICE("B"))->scores[0], 4 * SCORE_ONE);
	assert_int_equal(sa_config_find_rule(config, SLICE("C"))->scores[0], 2 * SCORE_ONE);
	sa_config_free(&config);
	diagnostics_free(&found);
	arena_free(&arena);
}

/* A directory, a link to nothing, YAML: the latter two are told of. */
static void
what_is_no_file_stops_nothing(void **state)
{
	const char *const paths[] = { folder };
	struct arena *arena = arena_new(1 << 24);
	struct diagnostics *found = diagnostics_new();
	struct sa_config *config = sa_config_new(arena, found);

	(void)state;
	assert_true(sa_read_paths(config, paths, 1));
	assert_int_equal(diagnostics_count(found, SEVERITY_ERROR), 0);
	assert_int_equal(diagnostics_kept(found), 3);
	assert_string_equal(diagnostics_at(found, 0)->file, folder);
	assert_non_null(strstr(diagnostics_at(found, 0)->text, "*.yaml"));
	assert_non_null(strstr(diagnostics_at(found, 1)->file, "/gone.cf"));
	assert_non_null(strstr(diagnostics_at(found, 2)->file, "/more.inc"));
	assert_int_equal(diagnostics_at(found, 2)->line, 3);
	sa_config_free(&config);
	diagnostics_free(&found);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directory_is_read_in_order),
		cmocka_unit_test(what_is_no_file_stops_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
