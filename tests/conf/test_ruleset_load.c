/*
 * test_ruleset_load.c - rule paths to rule sets: order, layers, what cannot be read
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

#include "conf/ruleset_load.h"
#include "engine/util/buf.h"

/* A folder of rule files, gone after the test. */
static const struct {
	const char *name, *text;
} files[] = {
	{ "20.yaml", "rules:\n  B: {body: '/b/', score: 2}\n  A: {body: '/later/', score: 3}\n" },
	{ "10.yaml", "rules:\n  A: {body: '/a/', score: 1}\nscores: {A: 9, B: 8}\n" },
	{ ".30.yaml", "rules:\n  HIDDEN: {body: '/x/'}\n" },
	{ "marks.lines", "body A /a/\nsubjprefix A [A]\ntflags A noautolearn nolog\n"
			 "add_header all File x\nrewrite_header Subject [S]\nreport_contact me\n" },
	{ "40.yaml~", "rules:\n  BACKUP: {body: '/x/'}\n" },
};

static char folder[] = "ruleset_load.XXXXXX";

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

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *file = fopen(path_of(&path, files[i].name), "w");

		if (file == NULL)
			return -1;
		fputs(files[i].text, file);
		fclose(file);
	}
	buf_clear(&path);
	return 0;
}

static int
tear_down(void **state)
{
	struct buf path = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(path_of(&path, files[i].name));
	buf_clear(&path);
	return rmdir(folder);
}

static struct settings *
settings_from(const char *text)
{
	struct diagnostics *found = diagnostics_new();
	struct settings *settings;

	assert_true(settings_read("f", slice_of(text), &settings, found));
	diagnostics_free(&found);
	return settings;
}

static const struct rule_def *
definition(const struct ruleset *ruleset, const char *name)
{
	const struct rule *rule = ruleset_find(ruleset, slice_of(name));

	return rule == NULL ? NULL : rule_definition(rule);
}

/* Files by name, later definitions win, the configuration's scores over all. */
static void
test_directory(void **state)
{
	struct settings *settings = settings_from("scores: {B: 5}\n");
	struct diagnostics *found = diagnostics_new();
	const char *const paths[] = { folder };
	struct ruleset *ruleset = ruleset_load(settings, paths, 1, found);

	(void)state;
	assert_non_null(ruleset);
	assert_int_equal(diagnostics_count(found, SEVERITY_ERROR), 0);
	assert_int_equal(ruleset_count(ruleset), 2);
	assert_true(slice_eq(definition(ruleset, "A")->pattern, SLICE("/later/")));
	assert_int_equal(definition(ruleset, "A")->score, 3 * SCORE_ONE);
	assert_int_equal(definition(ruleset, "B")->score, 5 * SCORE_ONE);
	assert_string_equal(definition(ruleset, "B")->score_origin.layer, "configuration");
	assert_string_equal(definition(ruleset, "B")->origin.layer, "local");
	assert_null(definition(ruleset, "HIDDEN"));
	assert_null(definition(ruleset, "BACKUP"));
	ruleset_unref(&ruleset);
	diagnostics_free(&found);
	settings_free(&settings);
}

/* `rules` of the configuration is the list when no path is given. */
static void
test_configured(void **state)
{
	struct buf text = { 0 }, path = { 0 };
	struct diagnostics *found = diagnostics_new();
	struct settings *settings;
	struct ruleset *ruleset;

	(void)state;
	buf_printf(&text, "rules: [shipped, {yaml: '%s'}]\n", path_of(&path, "10.yaml"));
	settings = settings_from(buf_text(&text));
	setenv("STEELYARD_RULES", path_of(&path, "20.yaml"), 1);
	ruleset = ruleset_load(settings, NULL, 0, found);
	assert_non_null(ruleset);
	assert_string_equal(definition(ruleset, "B")->origin.layer, "shipped");
	assert_string_equal(definition(ruleset, "A")->origin.layer, "local");
	assert_int_equal(definition(ruleset, "A")->score, 9 * SCORE_ONE);
	assert_int_equal(definition(ruleset, "B")->score, 8 * SCORE_ONE);
	unsetenv("STEELYARD_RULES");
	ruleset_unref(&ruleset);
	settings_free(&settings);
	diagnostics_free(&found);
	buf_clear(&text);
	buf_clear(&path);
}

static void
test_unreadable(void **state)
{
	struct settings *settings = settings_from("");
	struct diagnostics *found = diagnostics_new();
	const char *const paths[] = { folder, "no/such/file.yaml" }, *const devices[] = {
		"/dev/null"
	};

	(void)state;
	assert_null(ruleset_load(settings, paths, 2, found));
	assert_null(ruleset_load(settings, devices, 1, found));
	assert_string_equal(diagnostics_at(found, 0)->file, "no/such/file.yaml");
	assert_string_equal(diagnostics_at(found, 0)->text, "No such file or directory");
	assert_string_equal(
	    diagnostics_at(found, diagnostics_kept(found) - 1)->text, "not a regular file");
	settings_free(&settings);
	diagnostics_free(&found);
}

/* Nobody wrote the default: it has no line, and what to do is told. */
static void
test_not_installed(void **state)
{
	struct settings *settings = settings_from("hostname: a\n");
	struct diagnostics *found = diagnostics_new();
	const struct diagnostic *told;

	(void)state;
	setenv("STEELYARD_RULES", "/nowhere/rules", 1);
	assert_null(ruleset_load(settings, NULL, 0, found));
	unsetenv("STEELYARD_RULES");
	assert_int_equal(diagnostics_kept(found), 1);
	told = diagnostics_at(found, 0);
	assert_string_equal(told->file, "");
	assert_int_equal(told->line, 0);
	assert_string_equal(told->text,
	    "/nowhere/rules: No such file or directory (the shipped rules: `make install` puts them "
	    "there; STEELYARD_RULES in the environment names another place)");
	settings_free(&settings);
	diagnostics_free(&found);
}

/* What the configuration names and is not there is told of at its line. */
static void
test_unreadable_named(void **state)
{
	struct settings *settings = settings_from("hostname: a\nrules: [shipped, shiped]\n");
	struct diagnostics *found = diagnostics_new();
	const struct diagnostic *told;

	(void)state;
	setenv("STEELYARD_RULES", folder, 1);
	assert_null(ruleset_load(settings, NULL, 0, found));
	unsetenv("STEELYARD_RULES");
	told = diagnostics_at(found, diagnostics_kept(found) - 1);
	assert_int_equal(told->severity, SEVERITY_ERROR);
	assert_int_equal(told->line, 2);
	assert_int_equal(told->column, 18);
	assert_non_null(strstr(told->text, "shiped: No such file or directory"));
	settings_free(&settings);
	diagnostics_free(&found);
}

/* What SpamAssassin's files say of headers, then the configuration; without its word nothing. */
static void
test_markup(void **state)
{
	static const char *const configurations[] = {
		"headers: {spamassassin: [add_header all Config y, remove_header ham File]}\n",
		"headers: spamassassin\n",
		"",
	};
	static const char *const last[] = { "Config", "File", "File" };
	struct buf text = { 0 }, path = { 0 };

	(void)state;
	path_of(&path, "marks.lines");
	for (size_t i = 0; i < 3; i++) {
		struct diagnostics *found = diagnostics_new();
		struct settings *settings;
		const struct markup *markup;
		struct ruleset *ruleset;

		text.n = 0;
		buf_printf(
		    &text, "%srules: [{spamassassin: '%s'}]\n", configurations[i], buf_text(&path));
		settings = settings_from(buf_text(&text));
		ruleset = ruleset_load(settings, NULL, 0, found);
		assert_non_null(ruleset);
		markup = &ruleset_policy(ruleset)->markup;
		assert_int_equal(markup->on, i < 2);
		assert_true(slice_eq(markup->contact, SLICE("me")));
		assert_true(slice_eq(markup->rewrite[MARKUP_SUBJECT], SLICE("[S]")));
		assert_true(slice_eq(markup->ham.v[markup->ham.n - 1].name, slice_of(last[i])));
		assert_int_equal(markup->spam.n, 6 + (i == 0));
		assert_true(slice_eq(definition(ruleset, "A")->subjprefix, SLICE("[A]")));
		assert_int_equal(definition(ruleset, "A")->tags, RULE_NOLOG | RULE_NOAUTOLEARN);
		assert_int_equal(diagnostics_count(found, SEVERITY_WARNING), i == 2);
		ruleset_unref(&ruleset);
		settings_free(&settings);
		diagnostics_free(&found);
	}
	buf_clear(&text);
	buf_clear(&path);
}

/* What a .cf file sets counts where the configuration says nothing. */
static void
test_required_score(void **state)
{
	struct diagnostics *found = diagnostics_new();
	struct buf path = { 0 }, text = { 0 };
	struct settings *settings, *laid;
	FILE *file = fopen(path_of(&path, "50.cf"), "w");

	(void)state;
	assert_non_null(file);
	fputs("\nrequired_score 4.2\n", file);
	fclose(file);
	buf_printf(&text, "rules: [{spamassassin: %s}]", buf_text(&path));
	settings = settings_from(buf_text(&text));
	laid = ruleset_settings(settings, found);
	assert_non_null(laid);
	assert_int_equal(laid->thresholds_tag, 4200000);
	settings_free(&laid);
	settings_free(&settings);

	buf_printf(&text, "\nthresholds: {tag: 7}");
	settings = settings_from(buf_text(&text));
	laid = ruleset_settings(settings, found);
	assert_int_equal(laid->thresholds_tag, 7000000);
	settings_free(&laid);
	settings_free(&settings);
	assert_int_equal(unlink(buf_text(&path)), 0);
	diagnostics_free(&found);
	buf_clear(&path);
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_required_score),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_configured),
		cmocka_unit_test(test_markup),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_not_installed),
		cmocka_unit_test(test_unreadable_named),
	};

	return cmocka_run_group_tests_name("ruleset_load", tests, set_up, tear_down);
}
