/* lossless.c - PCRE2's matches against syntax.c, factor.c, pattern_set.c and prefix_walk.c */
#include "tests/engine/regex/lossless.h"

#include <stdio.h>

#include "engine/regex/factor.h"
#include "engine/regex/pattern_set.h"
#include "engine/regex/prefix_pattern.h"
#include "engine/regex/prefix_walk.h"
#include "engine/regex/sample.h"
#include "engine/util/buf.h"
#include "tests/engine/regex/tree_match.h"

/* Copies of repeated items: in most texts few, in some very many. */
#define FEW 3
#define MANY 300
/* Steps that a match may take at one place: some patterns are dear, and there are many places. */
#define STEPS 3000

/* A pattern and all that is known of it. */
struct subject {
	struct slice pattern;
	struct regex *regex;
	struct regex_scratch *scratch;
	struct arena *arena;
	const struct syntax_node *tree;
	const struct pattern_set *set; /* NULL: no factor */
	const struct prefix_set *starts; /* NULL: it may begin anywhere */
	struct prefix_walks *walks;
};

static void
lost(struct lossless *lossless, const struct subject *subject, struct slice text, const char *what)
{
	lossless->failed = true;
	fprintf(stderr, "%.*s: %s in \"%.*s\"\n", SLICE_ARG(subject->pattern), what,
	    SLICE_ARG(slice_cut(text, 0, 200)));
}

static void
try_text(struct lossless *lossless, const struct subject *subject, struct slice text)
{
	const struct regex_limits limits = { .match = STEPS };
	struct regex_match match = { 0 };
	size_t at = 0;

	lossless->texts++;
	if (regex_next(subject->regex, subject->scratch, text, &limits, &match) != REGEX_MATCH)
		return;
	lossless->matches++;
	if (!tree_match_ends(subject->tree, text, match.end))
		lost(lossless, subject, text, "the tree does not take it");
	if (subject->set != NULL) {
		struct pattern_hits *hits = pattern_hits_new(subject->set, subject->arena);

		pattern_hits_read(hits, 0, 0, text);
		if (!pattern_hits_next(hits, 0, &at))
			lost(lossless, subject, text, "no literal");
	}
	if (subject->starts != NULL) {
		size_t steps = PREFIX_NEW_STEPS_MAX;
		uint64_t begun = 0;

		prefix_walks_read(subject->walks, subject->starts, text, &steps, &begun);
		if (begun == 0)
			lost(lossless, subject, text, "no beginning");
	}
}

static void
try_samples(
    struct lossless *lossless, const struct subject *subject, unsigned samples, uint64_t seed)
{
	struct sample_source source = { .state = seed };

	for (unsigned i = 0; i < samples; i++) {
		struct buf text = { .arena = NULL };

		source.more = i % 8 == 7 ? MANY : FEW;
		buf_add(&text, i % 2 == 0 ? SLICE("") : SLICE("x "));
		sample_add(&source, subject->tree, &text);
		buf_add(&text, i % 3 == 0 ? SLICE("") : SLICE(" y"));
		try_text(lossless, subject, buf_slice(&text));
		buf_clear(&text);
	}
}

void
lossless_try(struct lossless *lossless, struct slice pattern, struct slice text, unsigned samples,
    uint64_t seed)
{
	struct regex_compiler *compiler = regex_compiler_new();
	struct arena *work = arena_new(SYNTAX_ARENA_MAX), *arena = arena_new(SIZE_MAX);
	struct subject subject = { .pattern = pattern, .arena = arena };
	struct prefix_set *starts = prefix_set_new(arena);
	struct prefix_pattern beginnings;
	struct pattern_set *set = pattern_set_new(arena);
	struct syntax_node *tree;
	struct factor factor;
	struct err err;
	unsigned number;

	lossless->patterns++;
	subject.regex = regex_new(compiler, pattern, &err);
	tree = subject.regex == NULL ? NULL : syntax_parse(work, pattern);
	if (tree != NULL) {
		lossless->understood++;
		subject.tree = tree;
		subject.scratch = regex_scratch_new();
		if (factor_find(work, tree, &factor)) {
			pattern_set_add(set, 0, &factor);
			subject.set = set;
			lossless->with_factor++;
		}
		pattern_set_seal(set);
		subject.walks = prefix_walks_new();
		if (prefix_pattern_find(work, tree, &beginnings) &&
		    prefix_set_add(starts, &beginnings, &number)) {
			subject.starts = starts;
			lossless->with_start++;
		}
		prefix_set_seal(starts);
		try_text(lossless, &subject, text);
		try_samples(lossless, &subject, samples, seed);
		regex_scratch_free(&subject.scratch);
	}
	prefix_walks_free(&subject.walks);
	regex_free(&subject.regex);
	regex_compiler_free(&compiler);
	arena_free(&work);
	arena_free(&arena);
}
