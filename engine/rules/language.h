/*
 * language.h - which languages a text may be in, by its n-grams (Cavnar and Trenkle, 1994)
 */
#ifndef STEELYARD_ENGINE_RULES_LANGUAGE_H
#define STEELYARD_ENGINE_RULES_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

struct language_models;

struct language_settings {
	size_t ngrams_max; /* of the text's most frequent so many are compared */
	double frequent; /* n-grams that are not more frequent are left out; 0: none */
	double acceptable; /* languages whose distance is below so many times the least */
	size_t languages_max; /* more than so many: the text is in none that we know */
};

/*
 * Models as SpamAssassin's file `languages` has them, a line each: n-grams of
 * one to five bytes, the most frequent first, then "0 NAME". In the arena of
 * a ruleset, which has no cap.
 */
const struct language_models *language_models_new(struct arena *arena, const struct vec *lines);

/* Whether a language, by its name without what follows a dot, is not looked for. */
typedef bool language_skip_fn(const void *p, struct slice name);

/*
 * Names (struct slice) of the languages that `text` may be in, the likeliest
 * first: "en", "ru.koi8-r". None when there are too many, or at the arena's cap.
 */
struct vec
language_guess(struct arena *arena, const struct language_models *models, struct slice text,
    const struct language_settings *settings, language_skip_fn *skip, const void *p);

#endif
