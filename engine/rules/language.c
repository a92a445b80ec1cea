/*
 * language.c - n-grams of a text against models of languages, as SpamAssassin 4.0.1's TextCat
 *
 * A word is what has no ASCII digit, blank or punctuation but the apostrophe
 * in it. With a NUL before and behind, its substrings of one to five bytes are
 * counted. A language's distance is the sum of the differences between the
 * places of the text's n-grams in the text's own order and in the model's; one
 * that the model lacks costs the most. Bytes are bytes, whatever the charset:
 * models of one language for several charsets stand side by side, and those
 * for UTF-8 (".utf8") go under the language's bare name.
 *
 * An n-gram is one number: its bytes from the top down, then its length, so
 * that numbers are in the order of the strings. Languages of one distance
 * come in the order of the models (SpamAssassin's has no order for them).
 *
 * The caller bounds the text; all is O(n log n) in it.
 */
#include "engine/rules/language.h"

#include <stdint.h>
#include <stdlib.h>

#include "engine/util/ascii.h"

#define NGRAM_BYTES 5
/* A word with so many letters in a row, one of them a capital, is made lower case. */
#define LETTERS_IN_ROW 4

struct ngram {
	uint64_t key;
	uint32_t rank; /* in a model from 1; in a text how often it stands there */
};

struct language_model {
	struct slice name;
	struct ngram *ngrams; /* sorted by key, each once */
	size_t ngram_count;
};

struct language_models {
	struct vec v; /* struct language_model */
};

struct distance {
	struct slice language;
	uint64_t value;
};

static uint64_t
pack(const char *bytes, size_t n)
{
	uint64_t key = n;

	for (size_t i = 0; i < n; i++)
		key |= (uint64_t)(unsigned char)bytes[i] << (56 - 8 * i);
	return key;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct ngram *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* The more frequent first, then in the order of the strings. */
static int
compare_counts(const void *a, const void *b)
{
	const struct ngram *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* Of equal keys in a sorted array only the last stays; the number of those left. */
static size_t
keep_last(struct ngram *ngrams, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		if (i + 1 == n || ngrams[i].key != ngrams[i + 1].key)
			ngrams[out++] = ngrams[i];
	}
	return out;
}

const struct language_models *
language_models_new(struct arena *arena, const struct vec *lines)
{
	struct language_models *models = arena_alloc(arena, sizeof(*models));
	struct vec ngrams = VEC_OF(struct ngram, arena);
	uint32_t rank = 0;

	models->v = VEC_OF(struct language_model, arena);
	for (size_t i = 0; i < lines->n; i++) {
		struct slice line = *(struct slice *)vec_at(lines, i);

		if (slice_starts(line, SLICE("0 ")) && line.n > 2) {
			struct language_model *model = vec_push(&models->v);

			if (ngrams.n > 0)
				qsort(ngrams.p, ngrams.n, sizeof(struct ngram), compare_keys);
			*model = (struct language_model){ slice_from(line, 2), ngrams.p,
				keep_last(ngrams.p, ngrams.n) };
			ngrams = VEC_OF(struct ngram, arena);
			rank = 0;
			continue;
		}
		rank++;
		if (line.n > 0 && line.n <= NGRAM_BYTES)
			*(struct ngram *)vec_push(
			    &ngrams) = (struct ngram){ pack(line.p, line.n), rank };
	}
	return models;
}

static bool
in_word(char c)
{
	return !ascii_is_space(c) && (!ascii_is_print(c) || ascii_is_alpha(c) || c == '\'');
}

/* A letter of ISO 8859-1. */
static bool
is_letter(unsigned char c)
{
	return ascii_is_alpha((char)c) ||
	       (c >= 0xc0 && c != 0xd7 && c != 0xdf && c != 0xf7 && c != 0xff);
}

/* Makes a word lower case, its bytes read as ISO 8859-1, if it looks like a word with capitals. */
static void
lower_word(char *word, size_t n)
{
	bool capital = false, letters = false;
	size_t row = 0;

	for (size_t i = 0; i < n; i++) {
		row = is_letter((unsigned char)word[i]) ? row + 1 : 0;
		letters = letters || row >= LETTERS_IN_ROW;
		capital = capital || ascii_is_upper(word[i]);
	}
	for (size_t i = 0; capital && letters && i < n; i++) {
		unsigned char c = (unsigned char)word[i];

		if (ascii_is_upper(word[i]) || (c >= 0xc0 && c <= 0xde && c != 0xd7))
			word[i] = (char)(c + 0x20);
	}
}

/* Adds the n-grams of a word that stands between NULs; `ngrams` has room for NGRAM_BYTES * n. */
static void
add_word(struct ngram *ngrams, size_t *count, const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t length = 1; length <= NGRAM_BYTES && i + length <= n; length++)
			ngrams[(*count)++] = (struct ngram){ pack(word + i, length), 1 };
	}
}

/* All n-grams of the text, as often as they stand there; NULL at the arena's cap. */
static struct ngram *
collect(struct arena *arena, struct slice text, size_t *count_r)
{
	/* a word of one byte becomes three, and one behind it ends it */
	size_t room = text.n + text.n / 2 + 3;
	struct ngram *ngrams = arena_array(arena, room * NGRAM_BYTES, sizeof(*ngrams));
	char *word = arena_alloc(arena, text.n + 2);

	*count_r = 0;
	if (ngrams == NULL || word == NULL)
		return NULL;
	for (size_t at = 0; at < text.n;) {
		size_t n = 0;

		while (at < text.n && !in_word(text.p[at]))
			at++;
		for (; at < text.n && in_word(text.p[at]); at++)
			word[1 + n++] = text.p[at];
		if (n == 0)
			continue;
		lower_word(word + 1, n);
		word[0] = word[n + 1] = '\0';
		add_word(ngrams, count_r, word, n + 2);
	}
	return ngrams;
}

/* Counts what is equal, drops what is rare, sorts by number; how many are left. */
static size_t
count_ngrams(struct ngram *ngrams, size_t n, const struct language_settings *settings)
{
	size_t out = 0;

	qsort(ngrams, n, sizeof(*ngrams), compare_keys);
	for (size_t i = 0, next; i < n; i = next) {
		for (next = i + 1; next < n && ngrams[next].key == ngrams[i].key;)
			next++;
		if ((double)(next - i) > settings->frequent)
			ngrams[out++] = (struct ngram){ ngrams[i].key, (uint32_t)(next - i) };
	}
	qsort(ngrams, out, sizeof(*ngrams), compare_counts);
	return out < settings->ngrams_max ? out : settings->ngrams_max;
}

/* The n-gram's place in the model, from 1; 0: it is not there. */
static size_t
model_rank(const struct language_model *model, uint64_t key)
{
	size_t low = 0, high = model->ngram_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (model->ngrams[middle].key == key)
			return model->ngrams[middle].rank;
		if (model->ngrams[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

static uint64_t
model_distance(
    const struct language_model *model, const struct ngram *ngrams, size_t n, size_t most)
{
	uint64_t distance = 0;

	for (size_t i = 0; i < n; i++) {
		size_t rank = model_rank(model, ngrams[i].key);

		distance += rank == 0 ? most : rank > i ? rank - i : i - rank;
	}
	return distance;
}

/* Sorts the distance in, behind those as large; of one language the least stays. */
static void
add_distance(struct vec *distances, struct slice language, uint64_t value)
{
	struct distance *v;
	size_t at = 0;

	while (at < distances->n &&
	       !slice_eq(((struct distance *)vec_at(distances, at))->language, language))
		at++;
	if (at == distances->n && vec_push(distances) == NULL)
		return;
	v = distances->p;
	if (v[at].language.p != NULL && v[at].value <= value)
		return;
	for (; at > 0 && v[at - 1].value > value; at--)
		v[at] = v[at - 1];
	v[at] = (struct distance){ language, value };
}

struct vec
language_guess(struct arena *arena, const struct language_models *models, struct slice text,
    const struct language_settings *settings, language_skip_fn *skip, const void *p)
{
	struct vec distances = VEC_OF(struct distance, arena), names = VEC_OF(struct slice, arena);
	size_t n;
	struct ngram *ngrams = collect(arena, text, &n);

	if (ngrams == NULL)
		return names;
	n = count_ngrams(ngrams, n, settings);
	for (size_t i = 0; i < models->v.n; i++) {
		const struct language_model *model = vec_at(&models->v, i);
		struct slice bare = slice_cut(model->name, 0, slice_find_byte(model->name, 0, '.'));
		bool utf8 = slice_find(model->name, 0, SLICE(".utf8")) < model->name.n;

		if (!skip(p, bare))
			add_distance(&distances, utf8 ? bare : model->name,
			    model_distance(model, ngrams, n, settings->ngrams_max));
	}
	for (size_t i = 0; i < distances.n; i++) {
		const struct distance *v = distances.p;
		struct slice *name;

		if (i > 0 && (double)v[i].value >= settings->acceptable * (double)v[0].value)
			break;
		name = vec_push(&names);
		if (name != NULL)
			*name = v[i].language;
	}
	if (names.n > settings->languages_max)
		vec_clear(&names);
	return names;
}
