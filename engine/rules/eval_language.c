/*
 * eval_language.c - eval functions over the language that the text is in
 *
 * Source: SpamAssassin 4.0.1's TextCat, by how it behaves. The list
 * textcat_languages has the models, a line an entry, the others the settings
 * of their names. Guessed is over the body and Subject without what begins a
 * reply, URLs and addresses: the first TEXT_BYTES, if there are TEXT_BYTES_MIN.
 */
#include <math.h>
#include <string.h>

#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/language.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* No more of the text is looked at; nor is a shorter one. */
#define TEXT_BYTES ((size_t)10000)
#define TEXT_BYTES_MIN 256
/* In a text of fewer bytes for each language found, Scots is no surer than English. */
#define SURE_BYTES 1024
/* Bytes above 0x7f in a row that make 8-bit text. */
#define HIGH_BYTES 8

/* What a ruleset wants to know of languages. */
struct family {
	const struct language_models *models; /* NULL: there are none */
	struct language_settings settings;
	struct vec accepted; /* struct slice: ok_languages */
	struct vec inactive; /* struct slice */
};

/* What a message's text is in. */
struct guess {
	struct vec names; /* struct slice */
	size_t bytes; /* that were looked at */
};

static const struct guess no_guess;

/* The words of all entries of a list, or of `otherwise` if there is none. */
static struct vec
list_words(const struct ruleset *ruleset, const char *name, struct slice otherwise)
{
	const struct name_list *list = ruleset_list(ruleset, name);
	struct vec words = VEC_OF(struct slice, ruleset->arena);

	for (size_t i = 0; i < (list == NULL ? 1 : list->entries.n); i++) {
		struct slice rest = list == NULL ? otherwise
						 : *(struct slice *)vec_at(&list->entries, i);
		struct slice word;

		while (slice_next_word(&rest, &word))
			*(struct slice *)vec_push(&words) = word;
	}
	return words;
}

static bool
has_word(const struct vec *words, struct slice word)
{
	for (size_t i = 0; i < words->n; i++) {
		if (slice_eq(*(struct slice *)vec_at(words, i), word))
			return true;
	}
	return false;
}

const void *
language_prepare(struct ruleset *ruleset)
{
	struct family *family = arena_alloc(ruleset->arena, sizeof(*family));
	const struct name_list *lines = ruleset_list(ruleset, "textcat_languages");

	if (lines != NULL)
		family->models = language_models_new(ruleset->arena, &lines->entries);
	family->settings = (struct language_settings){
		.ngrams_max = (size_t)eval_option(ruleset, "textcat_max_ngrams", 400),
		.frequent = eval_option(ruleset, "textcat_optimal_ngrams", 0),
		.acceptable = eval_option(ruleset, "textcat_acceptable_score", 1.02),
		.languages_max = (size_t)eval_option(ruleset, "textcat_max_languages", 3),
	};
	family->accepted = list_words(ruleset, "ok_languages", SLICE("all"));
	family->inactive = list_words(ruleset, "inactive_languages",
	    SLICE("bs cy eo et eu fy ga gd is la lt lv rm sa sco sl yi"));
	return family;
}

static const struct family *
family_of(const struct views *views)
{
	return views->ruleset->prepared[PREPARED_LANGUAGE];
}

/* The bytes from `at` on that are no blanks, at most `most`. */
static size_t
run_of(struct slice text, size_t at, size_t most)
{
	size_t n = 0;

	while (n < most && at + n < text.n && !ascii_is_space(text.p[at + n]))
		n++;
	return n;
}

/* Finds the next thing to be taken out at `from` or later: *start_r to *end_r. */
typedef bool find_fn(struct slice text, size_t from, size_t *start_r, size_t *end_r);

static bool
find_url(struct slice text, size_t from, size_t *start_r, size_t *end_r)
{
	static const struct slice marks[] = { { "://", 3 }, { ":&#x2F;&#x2F;", 13 },
		{ "%3A%2F%2F", 9 } };

	for (size_t at = slice_find(text, from, SLICE("http")); at < text.n;
	     at = slice_find(text, at + 1, SLICE("http"))) {
		size_t behind = at + 4 + slice_starts(slice_from(text, at + 4), SLICE("s"));

		for (size_t i = 0; i < 3; i++) {
			size_t n = run_of(text, behind + marks[i].n, 1024);

			if (n == 0 || !slice_starts(slice_from(text, behind), marks[i]))
				continue;
			*start_r = at;
			*end_r = behind + marks[i].n + n;
			return true;
		}
	}
	return false;
}

static bool
find_address(struct slice text, size_t from, size_t *start_r, size_t *end_r)
{
	for (size_t at = slice_find_byte(text, from, '@'); at < text.n;
	     at = slice_find_byte(text, at + 1, '@')) {
		size_t start = at, n = run_of(text, at + 2, 128);

		if (n == 0 || !ascii_is_alpha(text.p[at + 1]))
			continue;
		while (start > from && at - start < 64 && !ascii_is_space(text.p[start - 1]))
			start--;
		if (start == at)
			continue;
		*start_r = start;
		*end_r = at + 2 + n;
		return true;
	}
	return false;
}

static bool
find_www(struct slice text, size_t from, size_t *start_r, size_t *end_r)
{
	for (size_t at = slice_find(text, from, SLICE("www.")); at < text.n;
	     at = slice_find(text, at + 1, SLICE("www."))) {
		size_t n = run_of(text, at + 4, 128);

		if (n == 0 || (at > 0 && ascii_is_word(text.p[at - 1])))
			continue;
		*start_r = at;
		*end_r = at + 4 + n;
		return true;
	}
	return false;
}

/* Puts a blank in the place of each; text only becomes shorter, and stays where it is. */
static size_t
take_out(char *p, size_t n, find_fn *find)
{
	size_t from = 0, out = 0, start, end;

	while (find((struct slice){ p, n }, from, &start, &end)) {
		memmove(p + out, p + from, start - from);
		out += start - from;
		p[out++] = ' ';
		from = end;
	}
	memmove(p + out, p + from, n - from);
	return out + n - from;
}

/* "Re: Fwd: " and the like: the text behind up to ten of them. */
static struct slice
without_prefixes(struct slice text)
{
	for (unsigned i = 0; i < 10; i++) {
		size_t n = 0;

		while (n < text.n && n < 13 && ascii_is_alpha(text.p[n]))
			n++;
		if (n < 2 || n > 12 || n == text.n || text.p[n] != ':')
			break;
		for (n++; n < text.n && ascii_is_space(text.p[n]);)
			n++;
		text = slice_from(text, n);
	}
	return text;
}

/* The text that is looked at, in the arena; absent at its cap. */
static struct slice
text_of(struct views *views)
{
	struct slice_list body = views_body(views);
	struct buf buf = { .arena = views->arena };
	struct slice text;
	size_t n;

	for (size_t i = 0; i < body.n; i++) {
		if (i > 0)
			buf_add_byte(&buf, '\n');
		buf_add(&buf, body.v[i]);
	}
	if (buf.failed || buf.n == 0)
		return SLICE_ABSENT;
	text = without_prefixes(buf_slice(&buf));
	n = take_out((char *)text.p, text.n, find_url);
	n = take_out((char *)text.p, n, find_address);
	n = take_out((char *)text.p, n, find_www);
	return slice_cut(text, 0, n < TEXT_BYTES ? n : TEXT_BYTES);
}

static bool
is_skipped(const void *p, struct slice name)
{
	const struct family *family = p;

	return has_word(&family->inactive, name) && !has_word(&family->accepted, name);
}

static const struct guess *
guess_of(struct views *views)
{
	const struct family *family = family_of(views);
	struct guess *guess = views->memos[MEMO_LANGUAGES];
	struct slice text;

	if (guess != NULL)
		return guess;
	guess = arena_alloc(views->arena, sizeof(*guess));
	if (guess == NULL)
		return &no_guess;
	views->memos[MEMO_LANGUAGES] = guess;
	text = text_of(views);
	guess->bytes = text.n;
	if (text.n >= TEXT_BYTES_MIN && family->models != NULL)
		guess->names = language_guess(
		    views->arena, family->models, text, &family->settings, is_skipped, family);
	return guess;
}

/* The text is in languages that we know, and none of them is one of ok_languages. */
unsigned
eval_check_language(const struct rule *rule, struct views *views)
{
	const struct family *family = family_of(views);
	const struct guess *guess;
	bool sure;

	(void)rule;
	if (has_word(&family->accepted, SLICE("all")))
		return 0;
	guess = guess_of(views);
	sure = guess->bytes >= SURE_BYTES * guess->names.n;
	for (size_t i = 0; i < guess->names.n; i++) {
		struct slice name = *(struct slice *)vec_at(&guess->names, i);

		name = slice_cut(name, 0, slice_find_byte(name, 0, '.'));
		if (has_word(&family->accepted, name))
			return 0;
		/* taken for each other, on either side */
		if (!sure &&
		    ((slice_eq(name, SLICE("sco")) && has_word(&family->accepted, SLICE("en"))) ||
			(slice_eq(name, SLICE("en")) && has_word(&family->accepted, SLICE("sco")))))
			return 0;
	}
	return guess->names.n > 0;
}

/* Eight bytes above 0x7f in a row, and no language in ok_languages that is written so. */
unsigned
eval_check_body_8bits(const struct rule *rule, struct views *views)
{
	static const char *const high[] = { "all", "am", "ar", "be", "bg", "cs", "el", "et", "fa",
		"fi", "he", "hi", "hy", "is", "ja", "ka", "ko", "mr", "pt", "ru", "ta", "th", "tr",
		"uk", "vi", "yi", "zh" };
	const struct family *family = family_of(views);
	struct slice_list text;

	for (size_t i = 0; i < sizeof(high) / sizeof(high[0]); i++) {
		if (has_word(&family->accepted, slice_of(high[i])))
			return 0;
	}
	text = rule->def.of_rawbody ? views_rawbody(views) : views_body(views);
	for (size_t i = 0; i < text.n; i++) {
		size_t row = 0;

		for (size_t k = 0; k < text.v[i].n; k++) {
			row = ascii_is_high(text.v[i].p[k]) ? row + 1 : 0;
			if (row >= HIGH_BYTES)
				return 1;
		}
	}
	return 0;
}
