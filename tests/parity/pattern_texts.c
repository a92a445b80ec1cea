/*
 * pattern_texts - texts that the rules' own patterns are made to match
 *
 *	pattern_texts [-n TEXTS] [-m MORE] [-s SEED] RULES_PATH...
 *
 * For each rule whose pattern is understood, one line: its name, kind and selector ("-": none),
 * and TEXTS texts in hexadecimal, parted by tabs. Every second one repeats what may be
 * repeated up to MORE times, the others up to three. For test_prefilter.py and bench/worst.py.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "conf/ruleset_load.h"
#include "engine/regex/sample.h"
#include "engine/regex/syntax.h"
#include "engine/rules/ruleset.h"
#include "engine/util/buf.h"

#define FEW 3

struct wish {
	unsigned texts, more;
	uint64_t seed;
};

static void
print_text(struct slice text)
{
	putchar('\t');
	for (size_t i = 0; i < text.n; i++)
		printf("%02x", (unsigned char)text.p[i]);
}

static void
print_rule(const struct rule_def *def, size_t number, const struct wish *wish)
{
	struct arena *work = arena_new(SYNTAX_ARENA_MAX);
	const struct syntax_node *tree = def->pattern.n == 0 ? NULL
							     : syntax_parse(work, def->pattern);
	struct sample_source source = { .state = wish->seed * 1000003 + number };

	if (tree != NULL)
		printf("%.*s\t%s\t%.*s", SLICE_ARG(def->name), rule_kind_name(def->kind),
		    SLICE_ARG(def->selector.n > 0 ? def->selector : SLICE("-")));
	for (unsigned i = 0; tree != NULL && i < wish->texts; i++) {
		struct buf text = { .arena = NULL };

		source.more = i % 2 == 0 ? FEW : wish->more;
		sample_add(&source, tree, &text);
		print_text(buf_slice(&text));
		buf_clear(&text);
	}
	if (tree != NULL)
		putchar('\n');
	arena_free(&work);
}

static void
print_rules(const struct ruleset *ruleset, const struct wish *wish)
{
	for (size_t i = 0; i < ruleset_count(ruleset); i++)
		print_rule(rule_definition(ruleset_at(ruleset, i)), i, wish);
}

static bool
take_options(int argc, char **argv, struct wish *wish)
{
	int option;

	while ((option = getopt(argc, argv, "n:m:s:")) != -1) {
		switch (option) {
		case 'n':
			wish->texts = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'm':
			wish->more = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 's':
			wish->seed = strtoull(optarg, NULL, 10);
			break;
		default:
			return false;
		}
	}
	return optind < argc;
}

int
main(int argc, char **argv)
{
	struct wish wish = { .texts = 4, .more = 300 };
	struct diagnostics *found = diagnostics_new();
	struct settings *settings = NULL;
	struct ruleset *ruleset = NULL;
	bool loaded;

	if (!take_options(argc, argv, &wish)) {
		fputs(
		    "usage: pattern_texts [-n TEXTS] [-m MORE] [-s SEED] RULES_PATH...\n", stderr);
		return 2;
	}
	if (settings_read("none", SLICE(""), &settings, found))
		ruleset = ruleset_load(
		    settings, (const char *const *)argv + optind, (size_t)(argc - optind), found);
	loaded = ruleset != NULL;
	if (loaded)
		print_rules(ruleset, &wish);
	else
		diagnostics_print(found, stderr);
	ruleset_unref(&ruleset);
	settings_free(&settings);
	diagnostics_free(&found);
	return loaded ? 0 : 1;
}
