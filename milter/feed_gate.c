/*
 * feed_gate.c - the change and the channel's other rules as one ruleset
 *
 * The others are there for metas that read them. They stand under a name that no file has,
 * by which their own mistakes are told from those of what is to be published.
 */
#include "config.h"

#include "milter/feed_gate.h"

#include <string.h>

#include "conf/ruleset_load.h"
#include "milter/rule_examples.h"

#define OTHERS "(the channel)"
#define LAYER "published"
/* Far below what the reader takes of one file. */
#define FILE_FULL ((size_t)256 * 1024)

/* The rules of the channel that the change leaves alone, in files of which none is too large. */
static void
read_others(const struct rule_change *change, const struct fold *fold, struct rule_source *source)
{
	struct diagnostics *ignored = diagnostics_new();
	struct buf text = { 0 };

	for (size_t i = 0; i < fold_count(fold); i++) {
		const struct fold_rule *rule = fold_at(fold, i);

		if (!rule_change_replaces(change, rule->name)) {
			buf_printf(&text, "%s  %.*s: ", text.n == 0 ? "rules:\n" : "",
			    SLICE_ARG(rule->name));
			buf_add(&text, rule->text);
			buf_add_byte(&text, '\n');
		}
		if (text.n < FILE_FULL && i + 1 < fold_count(fold))
			continue;
		rules_yaml_read(source, OTHERS, "channel", buf_slice(&text), ignored);
		buf_clear(&text);
	}
	diagnostics_free(&ignored);
	buf_clear(&text);
}

static void
gather(const struct rule_change *change, const struct fold *fold, struct rule_source *source,
    struct diagnostics *found)
{
	read_others(change, fold, source);
	for (size_t i = 0; i < rule_change_files(change); i++) {
		const char *name;
		struct slice bytes;

		rule_change_file(change, i, &name, &bytes);
		rules_yaml_read(source, name, LAYER, bytes, found);
	}
}

/* Hands on what is not about the others. */
static void
tell_ours(const struct diagnostics *all, struct diagnostics *found)
{
	for (size_t i = 0; i < diagnostics_kept(all); i++) {
		const struct diagnostic *one = diagnostics_at(all, i);

		if (strcmp(one->file, OTHERS) != 0)
			diagnostics_add(found, one->severity, one->file, one->line, one->column,
			    "%s", one->text);
	}
}

bool
feed_gate_pass(const struct settings *settings, const struct rule_change *change,
    const struct fold *fold, struct diagnostics *found)
{
	size_t errors = diagnostics_count(found, SEVERITY_ERROR);
	struct diagnostics *all = diagnostics_new();
	struct ruleset_report report = diagnostics_report(all);
	struct rule_source source = RULE_SOURCE_INIT;
	struct ruleset *ruleset;

	gather(change, fold, &source, found);
	ruleset = ruleset_compile(settings, &source, &report, all);
	if (ruleset != NULL)
		rule_examples_run(ruleset, LAYER, all);
	tell_ours(all, found);
	ruleset_unref(&ruleset);
	rule_source_clear(&source);
	diagnostics_free(&all);
	return diagnostics_count(found, SEVERITY_ERROR) == errors;
}
