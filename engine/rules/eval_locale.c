/*
 * eval_locale.c - eval functions over the charsets of a message and the languages of its reader
 *
 * Source: SpamAssassin 4.0.1's HeaderEval and MIMEEval, by how they behave. Which charsets
 * are near is locales.c's.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/eval_pattern.h"
#include "engine/rules/locales.h"

#include "engine/mime/header.h"
#include "engine/util/ascii.h"

/* Encoded words looked at, of both fields. */
#define WORDS_MAX 1000
/* So many 8-bit bytes may be a slip of the pen. */
#define HIGH_BYTES_SLIP 3

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

/* Whether as many bytes of the body as not have their high bit set, and more than a few. */
static bool
is_mostly_high(struct slice_list body)
{
	size_t high = 0, low = body.n > 0 ? body.n - 1 : 0; /* a line end between paragraphs */

	for (size_t i = 0; i < body.n; i++) {
		for (size_t k = 0; k < body.v[i].n; k++) {
			high += ascii_is_high(body.v[i].p[k]);
			low += !ascii_is_high(body.v[i].p[k]);
		}
	}
	return low <= high && high > HIGH_BYTES_SLIP;
}

unsigned
eval_check_for_faraway_charset(const struct rule *rule, struct views *views)
{
	struct slice charset = eval_line_charset(eval_field(views, FIXED_CONTENT_TYPE));

	(void)rule;
	return locales_limited(views->ruleset) && charset.n > 0 &&
	       !locales_allow(views->ruleset, charset) && is_mostly_high(views_body(views));
}
