/*
 * word.c - RFC 2047 encoded words to UTF-8, as SpamAssassin 4.0.1 does it
 *
 * Found by running it: raw 8-bit bytes are made UTF-8 first, over the whole
 * value; then each word "=?charset*language?B|Q?text?=" is undone wherever it
 * stands (inside quotes and words too), blanks between two words go, and the
 * bytes of neighbours with the same charset are put together before they are
 * converted, so that a character may be cut in two. A text may hold blanks
 * but no question mark. What is no word stays as it is.
 *
 * One pass: an attempt that fails has read at most to the fourth question
 * mark from where it began. Limits: none but the arena's cap.
 */
#include "engine/mime/word.h"

#include <stddef.h>
#include <string.h>

#include "engine/mime/decode.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

struct word {
	struct slice charset;
	char encoding; /* B or Q */
	struct slice text;
	size_t end; /* where it ends in the value */
};

bool
word_allowed(struct slice name)
{
	static const struct slice exempt[] = {
		{ "Received", 8 },
		{ "Message-ID", 10 },
		{ "Date", 4 },
		{ "MIME-Version", 12 },
		{ "References", 10 },
		{ "In-Reply-To", 11 },
		{ "Resent-Message-ID", 17 },
		{ "Resent-Date", 11 },
	};

	if (name.n == 0 || memchr("DILMRdilmr", name.p[0], 10) == NULL)
		return true;
	if (slice_istarts(name, SLICE("List-")))
		return false;
	for (size_t i = 0; i < sizeof(exempt) / sizeof(exempt[0]); i++)
		if (slice_ieq(name, exempt[i]))
			return false;
	return true;
}

/* Where the characters end that a charset's or, `language`, a language's name may have. */
static size_t
name_end(struct slice value, size_t at, bool language)
{
	for (; at < value.n; at++) {
		char c = value.p[at];

		if (language ? !ascii_is_print(c) || c == ' ' || c == '?'
			     : !ascii_is_word(c) && c != '-')
			break;
	}
	return at;
}

/* Reads the word that begins at `at`, where "=?" stands. */
static bool
word_at(struct slice value, size_t at, struct word *word_r)
{
	size_t start = at + 2, text;

	at = name_end(value, start, false);
	word_r->charset = slice_cut(value, start, at);
	if (at < value.n && value.p[at] == '*')
		at = name_end(value, at + 1, true);
	if (word_r->charset.n == 0 || at + 3 > value.n || value.p[at] != '?' ||
	    value.p[at + 2] != '?')
		return false;
	word_r->encoding = ascii_upper(value.p[at + 1]);
	if (word_r->encoding != 'B' && word_r->encoding != 'Q')
		return false;
	text = at + 3;
	at = slice_find_byte(value, text, '?');
	if (at + 1 >= value.n || value.p[at + 1] != '=')
		return false;
	word_r->text = slice_cut(value, text, at);
	word_r->end = at + 2;
	return true;
}

/* Finds the next word from `at` on; returns where it begins, or value.n. */
static size_t
find_word(struct slice value, size_t at, struct word *word_r)
{
	for (; (at = slice_find(value, at, SLICE("=?"))) < value.n; at++)
		if (word_at(value, at, word_r))
			return at;
	return value.n;
}

/* "_" is a space; the rest is quoted-printable. */
static struct slice
decode_q(struct arena *arena, struct slice text)
{
	struct slice copy = arena_copy(arena, text);

	if (copy.p == NULL)
		return SLICE_ABSENT;
	for (size_t i = 0; i < copy.n; i++)
		if (copy.p[i] == '_')
			((char *)copy.p)[i] = ' ';
	return decode_quoted_printable(arena, copy);
}

static bool
all_blank(struct slice s)
{
	return slice_trim(s).n == 0;
}

/* What one walk over a value carries. */
struct decoder {
	struct arena *arena;
	struct converters *converters;
	struct buf out;
	struct buf bytes; /* of the words of one charset, not converted yet */
	struct slice charset; /* theirs; absent: no word is waiting */
};

/* Converts the bytes that wait. */
static void
flush(struct decoder *decoder)
{
	struct charset_text text;

	if (decoder->charset.p == NULL)
		return;
	text = charset_read(decoder->arena, decoder->converters, decoder->charset,
	    buf_slice(&decoder->bytes), CHARSET_INSIST);
	if (text.utf8.p == NULL || decoder->bytes.failed)
		decoder->out.failed = true;
	buf_add(&decoder->out, text.utf8);
	decoder->bytes.n = 0;
	decoder->charset = SLICE_ABSENT;
}

static void
add_word(struct decoder *decoder, const struct word *word)
{
	struct slice bytes = word->encoding == 'B' ? decode_base64(decoder->arena, word->text)
						   : decode_q(decoder->arena, word->text);

	if (decoder->charset.p == NULL || !slice_ieq(decoder->charset, word->charset))
		flush(decoder);
	decoder->charset = word->charset;
	if (bytes.p == NULL)
		decoder->out.failed = true;
	else
		buf_add(&decoder->bytes, bytes);
}

struct slice
word_decode(struct arena *arena, struct converters *converters, struct slice value)
{
	struct decoder decoder = {
		.arena = arena,
		.converters = converters,
		.out = { .arena = arena },
		.bytes = { .arena = arena },
	};
	struct word word;
	size_t at = 0, begins;

	value = charset_read(arena, converters, SLICE_ABSENT, value, CHARSET_GUESS).utf8;
	if (value.p == NULL || (begins = find_word(value, 0, &word)) == value.n)
		return value;
	for (; begins < value.n; begins = find_word(value, at, &word)) {
		struct slice between = slice_cut(value, at, begins);

		if (between.n > 0 && (at == 0 || !all_blank(between))) {
			flush(&decoder);
			buf_add(&decoder.out, between);
		}
		add_word(&decoder, &word);
		at = word.end;
	}
	flush(&decoder);
	buf_add(&decoder.out, slice_from(value, at));
	return decoder.out.failed ? SLICE_ABSENT : buf_slice(&decoder.out);
}

struct slice
word_field(struct arena *arena, struct converters *converters, const struct header *header)
{
	struct slice value = header_unfold(arena, header);

	if (value.p == NULL)
		return value;
	if (word_allowed(header->name))
		return word_decode(arena, converters, value);
	return charset_read(arena, converters, SLICE_ABSENT, value, CHARSET_GUESS).utf8;
}
