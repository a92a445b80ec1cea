/*
 * cmd_rules.c - `steelyard rules`: the rules in force, or some of them in full
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>

#include "conf/suggest.h"
#include "engine/net/dns_operator.h"
#include "engine/rules/score.h"
#include "engine/util/vec.h"
#include "milter/command.h"
#include "milter/report.h"

#define NAME_WIDTH 32

static const char help_text[] =
    "usage: steelyard rules [--all] [--rules PATH]... [-c FILE] [NAME]...\n"
    "\n"
    "Lists the rules in force with kind, score and description, or shows those named\n"
    "in full: pattern, description, score, who set it where, examples.\n"
    "\n"
    "  -c, --config FILE   configuration (default: the installed one)\n"
    "      --rules PATH    exactly these rules, not the configured ones; repeatable\n"
    "      --all           list sub-rules too\n";

struct listing {
	const char *config;
	struct vec paths; /* const char * */
	bool all, help;
	char **names;
	size_t name_count;
};

static bool
parse(struct listing *listing, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "rules", required_argument, NULL, 'r' },
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'c')
			listing->config = optarg;
		else if (option == 'r')
			*(const char **)vec_push(&listing->paths) = optarg;
		else if (option == 'a')
			listing->all = true;
		else if (option == 'h')
			listing->help = true;
		else
			return false;
	}
	listing->names = argv + optind;
	listing->name_count = (size_t)(argc - optind);
	return true;
}

static void
add_line(struct buf *out, const struct rule_def *def)
{
	struct buf score = { 0 };

	score_print(&score, def->score);
	buf_printf(out, "%-*.*s  %-8s  %8s  %.*s\n", NAME_WIDTH, SLICE_ARG(def->name),
	    rule_kind_name(def->kind), buf_text(&score), SLICE_ARG(def->describe));
	buf_clear(&score);
}

static void
add_list(struct buf *out, const struct ruleset *ruleset, bool all)
{
	for (size_t i = 0; i < ruleset_count(ruleset); i++) {
		const struct rule_def *def = rule_definition(ruleset_at(ruleset, i));

		if (all || !slice_starts(def->name, SLICE("__")))
			add_line(out, def);
	}
}

static void
add_row(struct buf *out, const char *label, struct slice text)
{
	buf_printf(out, "  %-12s", label);
	report_escape(text, out);
	buf_add_byte(out, '\n');
}

/* A pattern or expression goes out as written, but for keys: escaping would double backslashes. */
static void
add_source(struct buf *out, const char *label, const struct rule_def *def, struct slice pattern)
{
	struct arena *arena = arena_new(SIZE_MAX);

	buf_printf(out, "  %-12s", label);
	if (def->exists)
		buf_printf(out, "exists: %.*s", SLICE_ARG(def->selector));
	else if (def->selector.p != NULL)
		buf_printf(out, "%.*s %s ", SLICE_ARG(def->selector), def->negated ? "!~" : "=~");
	buf_add(out, dns_operator_mask(arena, pattern));
	buf_add_byte(out, '\n');
	arena_free(&arena);
}

static void
add_patterns(struct buf *out, const struct rule_def *def)
{
	const char *label = def->kind == RULE_META || def->kind == RULE_FUNCTION ? "expression"
			    : def->kind == RULE_DNS                              ? "question"
			    : def->list.p != NULL                                ? "list"
										 : "pattern";

	if (def->condition_count == 0)
		add_source(out, label, def,
		    def->expression.p != NULL ? def->expression
		    : def->list.p != NULL     ? def->list
					      : def->pattern);
	if (def->of.p != NULL)
		add_row(out, "of", def->of);
	if (def->by.p != NULL)
		add_row(out, "by", def->by);
	for (size_t i = 0; i < def->answer_count; i++)
		add_row(out, "answer", def->answers[i]);
	for (size_t i = 0; i < def->condition_count; i++) {
		const struct uri_condition *condition = &def->conditions[i];

		buf_printf(out, "  %-12s%.*s %s %.*s\n", label, SLICE_ARG(condition->key),
		    condition->negated ? "!~" : "=~", SLICE_ARG(condition->pattern));
	}
	if (def->if_unset.p != NULL)
		add_row(out, "if-unset", def->if_unset);
}

static void
add_origin(struct buf *out, const char *label, const struct origin *origin)
{
	if (origin->file == NULL)
		return;
	buf_printf(out, "  %-12s%s:%u", label, origin->file, origin->line);
	if (origin->layer != NULL)
		buf_printf(out, " (%s)", origin->layer);
	buf_add_byte(out, '\n');
}

/* The entry of a feed that brought it; what its publisher wrote is escaped. */
static void
add_feed(struct buf *out, const struct rule_def *def)
{
	struct buf origin = { 0 };

	report_feed(def->feed, &origin);
	add_row(out, "feed", buf_slice(&origin));
	if (def->shadow)
		add_row(out, "shadow", SLICE("it counts, and does not score"));
	buf_clear(&origin);
}

static void
add_tags(struct buf *out, const struct rule_def *def)
{
	static const char *const tags[] = {
#define TAG_WORD(id, word) word,
		RULE_TAG_TABLE(TAG_WORD)
#undef TAG_WORD
	};
	static const char *const ways[] = { [SHORTCIRCUIT_ON] = "score",
		[SHORTCIRCUIT_HAM] = "ham",
		[SHORTCIRCUIT_SPAM] = "spam" };

	if (def->tags != 0)
		buf_printf(out, "  %-11s", "tags");
	for (size_t i = 0; i < RULE_TAG_COUNT; i++)
		if ((def->tags & 1u << i) != 0)
			buf_printf(out, " %s", tags[i]);
	if (def->tags != 0)
		buf_add_byte(out, '\n');
	if (def->maxhits != 0)
		buf_printf(out, "  %-12s%u\n", "maxhits", def->maxhits);
	if (def->mime_first != 0)
		buf_printf(out, "  %-12s%u\n", "mime_first", def->mime_first);
	if (def->mime_last != 0)
		buf_printf(out, "  %-12s%u\n", "mime_last", def->mime_last);
	if (def->concat)
		buf_printf(out, "  %-12strue\n", "concat");
	if (def->priority != 0)
		buf_printf(out, "  %-12s%d\n", "priority", def->priority);
	if (def->shortcircuit != SHORTCIRCUIT_OFF)
		buf_printf(out, "  %-12s%s\n", "shortcircuit", ways[def->shortcircuit]);
}

static void
add_examples(struct buf *out, const struct rule_def *def)
{
	for (size_t i = 0; i < def->example_count; i++) {
		const struct rule_example *example = &def->examples[i];

		buf_printf(out, "  %-12s", example->hit ? "hits" : "misses");
		for (size_t j = 0; j < example->subrule_count; j++)
			buf_printf(
			    out, "%s%.*s", j > 0 ? ", " : "", SLICE_ARG(example->subrules[j]));
		if (example->subrules == NULL)
			report_escape(example->text, out);
		buf_add_byte(out, '\n');
	}
}

static void
add_full(struct buf *out, const struct rule_def *def)
{
	struct buf score = { 0 };

	score_print(&score, def->score);
	buf_printf(out, "%.*s\n", SLICE_ARG(def->name));
	if (def->describe.p != NULL)
		add_row(out, "describe", def->describe);
	add_row(out, "kind", slice_of(rule_kind_name(def->kind)));
	add_patterns(out, def);
	add_row(out, "score", buf_slice(&score));
	if (def->feed == NULL)
		add_origin(out, "set by", &def->score_origin);
	if (def->feed == NULL)
		add_origin(out, "defined in", &def->origin);
	else
		add_feed(out, def);
	add_tags(out, def);
	add_examples(out, def);
	buf_clear(&score);
}

static void
complain_unknown(const struct ruleset *ruleset, struct slice name)
{
	struct suggest suggest = SUGGEST_INIT(name);

	for (size_t i = 0; i < ruleset_count(ruleset); i++)
		suggest_offer(&suggest, rule_definition(ruleset_at(ruleset, i))->name);
	if (suggest.best.p != NULL)
		command_complain("there is no rule \"%.*s\"; did you mean \"%.*s\"?",
		    SLICE_ARG(name), SLICE_ARG(suggest.best));
	else
		command_complain("there is no rule \"%.*s\"", SLICE_ARG(name));
}

/* Each named rule in full; COMMAND_NO when one is not there. */
static int
add_named(struct buf *out, const struct ruleset *ruleset, const struct listing *listing)
{
	int status = COMMAND_DONE;

	for (size_t i = 0; i < listing->name_count; i++) {
		const struct rule *rule = ruleset_find(ruleset, slice_of(listing->names[i]));

		if (rule == NULL) {
			complain_unknown(ruleset, slice_of(listing->names[i]));
			status = COMMAND_NO;
			continue;
		}
		if (out->n > 0)
			buf_add_byte(out, '\n');
		add_full(out, rule_definition(rule));
	}
	return status;
}

static int
show(const struct listing *listing)
{
	struct settings *settings = command_settings(listing->config);
	struct ruleset *ruleset = NULL;
	struct buf out = { 0 };
	int status = COMMAND_DONE;

	if (settings != NULL)
		ruleset = command_ruleset(settings, listing->paths.p, listing->paths.n);
	settings_free(&settings);
	if (ruleset == NULL)
		return COMMAND_USAGE;
	if (listing->name_count == 0)
		add_list(&out, ruleset, listing->all);
	else
		status = add_named(&out, ruleset, listing);
	if (!command_print(&out))
		status = COMMAND_FAULT;
	buf_clear(&out);
	ruleset_unref(&ruleset);
	return status;
}

int
cmd_rules(int argc, char **argv)
{
	struct listing listing = { .paths = VEC_OF(const char *, NULL) };
	int status = COMMAND_USAGE;

	if (!parse(&listing, argc, argv))
		fputs(help_text, stderr);
	else if (listing.help)
		status = fputs(help_text, stdout) < 0 ? COMMAND_FAULT : COMMAND_DONE;
	else
		status = show(&listing);
	vec_clear(&listing.paths);
	return status;
}
