/*
 * eval_locale.c - eval functions over the charsets of a message and the languages of its reader
 *
 * Source: SpamAssassin 4.0.1's HeaderEval, by how it behaves. Which charsets
 * are near is locales.c's.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_pattern.h"
#include "engine/rules/locales.h"

#include "engine/mime/header.h"

/* Encoded words looked at, of both fields. */
#define WORDS_MAX 1000

/* Where the charset ends in "=?charset?Q?...": before the first "?", one byte and "?". */
static struct slice
word_charset(struct slice word)
{
	size_t at = slice_find_byte(word, 3, '?');

	while (at + 2 < word.n && (word.p[at + 2] != '?' || word.p[at + 1] == '\n'))
		at = slice_find_byte(word, at + 1, '?');
	return slice_cut(word, 2, at);
}

/* Whether an encoded word in one field's value is of a charset that is not welcome. */
static bool
has_faraway(const struct rule *rule, struct views *views, struct slice value)
{
	for (size_t i = 0; i < WORDS_MAX; i++) {
		struct slice word = eval_pattern_find(views, rule, PATTERN_CODED_WORD, value);

		if (word.p == NULL)
			return false;
		if (!locales_allow(views->ruleset, word_charset(word)))
			return true;
		value = slice_from(value, (size_t)(word.p + word.n - value.p));
	}
	return false;
}

unsigned
eval_check_for_faraway_charset_in_headers(const struct rule *rule, struct views *views)
{
	static const struct slice names[] = { { "From", 4 }, { "Subject", 7 } };
	const struct header_list *headers = &views->message->headers;
	const struct header *header;

	if (!locales_limited(views->ruleset))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (size_t k = 0;
		     k < WORDS_MAX && (header = header_find(headers, names[i], k)) != NULL; k++) {
			if (has_faraway(rule, views, header->raw))
				return 1;
		}
	}
	return 0;
}
