/*
 * eval_body.c - eval functions over the text as a whole
 *
 * Source: SpamAssassin 4.0.1's BodyEval and MIMEEval, by how they behave; ours
 * are marked in evalfn.def. What they say of plain text is about the first
 * text/plain part.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/eval_pattern.h"
#include "engine/rules/mime_facts.h"

#include <math.h>

#include "engine/util/ascii.h"
#include "engine/util/utf8.h"

/* Shorter bodies are not judged by their capitals. */
#define UPPERCASE_BYTES_MIN 200
#define BASE64_LINE_MIN 60
#define BASE64_LINE_MAX 76
/* Shorter paragraphs have no shape. */
#define VERTICAL_BYTES_MIN 6
/* No more kinds of lines in the manner of stock reports are told apart; there are some 30. */
#define STOCK_KINDS_MAX 64
/* A label has at most this many letters. */
#define STOCK_LABEL_MAX 30
/* What follows the mark of a signature is one if it has more bytes. */
#define SIGNATURE_MIN 4
/* The ratio of text to signature where there is no signature. */
#define SIGNATURE_NONE 1e6

/* Whether a paragraph has words: a blank with something behind it. */
static bool
has_words(struct slice text)
{
	text = slice_trim(text);
	for (size_t i = 0; i < text.n; i++) {
		if (ascii_is_space(text.p[i]))
			return true;
	}
	return false;
}

/* Takes a word of BASE64_LINE_MIN to _MAX base64 characters and the blank behind it off *rest. */
static bool
take_base64(struct slice *rest)
{
	size_t n = 0;

	while (n < rest->n && (ascii_is_alnum(rest->p[n]) || rest->p[n] == '+' ||
				  rest->p[n] == '/' || rest->p[n] == '='))
		n++;
	if (n < BASE64_LINE_MIN || n > BASE64_LINE_MAX || n == rest->n || rest->p[n] != ' ')
		return false;
	*rest = slice_from(*rest, n + 1);
	return true;
}

/* Whether a paragraph begins with two lines of base64, as signatures and stray attachments do. */
static bool
is_base64(struct slice text)
{
	return take_base64(&text) && take_base64(&text);
}

/* Cuts what ISO-2022 shifts off *text, from the first shift to the last one back, into *tail_r. */
static void
cut_shifted(struct slice *text, struct slice *tail_r)
{
	const struct slice back = SLICE("\x1b(B");
	size_t from = slice_find(*text, 0, SLICE("\x1b$B")), to = text->n;

	*tail_r = SLICE("");
	for (size_t at = slice_find(*text, from, back); at < text->n;
	     at = slice_find(*text, at + 1, back))
		to = at + back.n;
	if (from == text->n || to == text->n)
		return;
	*tail_r = slice_from(*text, to);
	*text = slice_cut(*text, 0, from);
}

static void
count_letters(struct slice text, double *upper, double *all)
{
	size_t capitals = 0, others = 0;

	for (size_t i = 0; i < text.n; i++) {
		capitals += ascii_is_upper(text.p[i]);
		others += ascii_is_lower(text.p[i]) || ascii_is_digit(text.p[i]);
	}
	*upper += (double)capitals;
	*all += (double)(capitals + others);
}

/* Whether a charset is one of writings whose bytes only look like Latin capitals. */
static bool
has_other_writing(const struct rule *rule, struct views *views)
{
	const struct mime_facts *facts = mime_facts_of(rule, views);
	struct slice label = eval_line_charset(eval_field(views, FIXED_CONTENT_TYPE));

	return facts == NULL || facts->caps_charset ||
	       (label.n > 0 && eval_pattern_in(views, rule, PATTERN_CAPS_LABEL, label));
}

/*
 * Percent of capitals among the letters and digits of the body's paragraphs of
 * words, the Subject among them; 0 for short ones and for other writings.
 */
static double
percent_upper(const struct rule *rule, struct views *views)
{
	struct slice_list body = views_body(views);
	double upper = 0, all = 0, bytes = 0;

	for (size_t i = 0; i < body.n; i++) {
		struct slice text = body.v[i], tail;

		if (!has_words(text) || is_base64(text))
			continue;
		cut_shifted(&text, &tail);
		count_letters(text, &upper, &all);
		count_letters(tail, &upper, &all);
		bytes += (double)(text.n + tail.n);
	}
	if (bytes < UPPERCASE_BYTES_MIN || all == 0 || has_other_writing(rule, views))
		return 0;
	return 100 * upper / all;
}

unsigned
eval_check_for_uppercase(const struct rule *rule, struct views *views)
{
	double *percent = views->memos[MEMO_CAPITALS];

	if (percent == NULL) {
		percent = arena_alloc(views->arena, sizeof(*percent));
		if (percent == NULL)
			return 0;
		*percent = percent_upper(rule, views);
		views->memos[MEMO_CAPITALS] = percent;
	}
	return eval_above(*percent, &rule->call.args[0], &rule->call.args[1]);
}

unsigned
eval_check_body_length(const struct rule *rule, struct views *views)
{
	return (double)views->message->body_bytes.n <= rule->call.args[0].number;
}

/*
 * Percent of blank lines in the text's source; -1 where lines are few. A least
 * of 0 bounds nothing.
 */
unsigned
eval_check_blank_line_ratio(const struct rule *rule, struct views *views)
{
	const struct eval_arg *args = rule->call.args;
	struct slice_list chunks = views_rawbody(views);
	double lines = 0, blank = 0, percent, least = eval_number(rule, 2, 1);

	for (size_t i = 0; i < chunks.n; i++) {
		struct slice rest = chunks.v[i], line;

		while (slice_next_line(&rest, &line)) {
			lines++;
			blank += slice_trim(line).n == 0;
		}
	}
	percent = lines > 0 && lines >= least ? 100 * blank / lines : -1;
	return args[0].number == 0 ? percent <= args[1].number
				   : eval_above(percent, &args[0], &args[1]);
}

/*
 * Spaces in percent of all other bytes, the highest of all paragraphs; at most
 * 100, -1 without any.
 */
unsigned
eval_tvd_vertical_words(const struct rule *rule, struct views *views)
{
	struct slice_list body = views_body(views);
	double most = -1, max = rule->call.args[1].number;

	for (size_t i = 0; i < body.n; i++) {
		double spaces, others, percent = 100;
		size_t count = 0;

		for (size_t k = 0; k < body.v[i].n; k++)
			count += body.v[i].p[k] == ' ';
		spaces = (double)count;
		others = (double)body.v[i].n - spaces;
		if (body.v[i].n < VERTICAL_BYTES_MIN)
			continue;
		if (spaces <= others)
			percent = floor(100 * spaces / others);
		most = percent > most ? percent : most;
	}
	return most >= rule->call.args[0].number && (max >= 100 || most < max);
}

/* The first text/plain part that can be read; NULL: none. */
static const struct text_part *
first_plain(struct views *views)
{
	size_t count;
	const struct text_part *parts = views_text_parts(views, &count);

	for (size_t i = 0; i < count; i++) {
		if (slice_eq(parts[i].part->type.full, SLICE("text/plain")))
			return &parts[i];
	}
	return NULL;
}

/* The letters of a line's label, before its colon, in lower case. */
static struct slice
label_letters(struct slice line, char letters[STOCK_LABEL_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < line.n && line.p[i] != ':' && n < STOCK_LABEL_MAX; i++) {
		if (ascii_is_alpha(line.p[i]))
			letters[n++] = ascii_lower(line.p[i]);
	}
	return (struct slice){ letters, n };
}

/* The kinds of lines of stock reports ("Ticker: X") seen so far, each by how its label ends. */
struct stock_kinds {
	struct slice v[STOCK_KINDS_MAX];
	size_t n;
};

static void
add_kind(struct stock_kinds *kinds, struct arena *arena, struct slice kind)
{
	size_t i = 0;

	while (i < kinds->n && !slice_eq(kinds->v[i], kind))
		i++;
	if (kind.p != NULL && i == kinds->n && i < STOCK_KINDS_MAX)
		kinds->v[kinds->n++] = arena_copy(arena, kind);
}

/* Adds the kinds that stand in a chunk of text. */
static void
read_kinds(
    const struct rule *rule, struct views *views, struct slice text, struct stock_kinds *kinds)
{
	struct slice line;

	while (!views->spent &&
	       (line = eval_pattern_find(views, rule, PATTERN_STOCK_LABEL, text)).p != NULL) {
		char letters[STOCK_LABEL_MAX];
		size_t end = (size_t)(line.p + line.n - text.p);

		add_kind(kinds, views->arena,
		    eval_pattern_find(
			views, rule, PATTERN_STOCK_WORD, label_letters(line, letters)));
		text = slice_from(text, slice_find_byte(text, end, '\n') + 1);
	}
}

unsigned
eval_check_stock_info(const struct rule *rule, struct views *views)
{
	const struct text_part *part = first_plain(views);
	struct slice rest = part == NULL ? SLICE("") : part->rendered;
	struct stock_kinds kinds = { .n = 0 };

	for (size_t n; rest.n > 0 && !views->spent; rest = slice_from(rest, n)) {
		n = text_chunk_length(rest);
		read_kinds(rule, views, slice_cut(rest, 0, n), &kinds);
	}
	return (double)kinds.n >= rule->call.args[0].number;
}

/* Whether a line is the mark before a signature: "-- " or "--". */
static bool
is_signature_mark(struct slice line)
{
	if (slice_ends(line, SLICE("\r")))
		line.n--;
	return slice_eq(line, SLICE("-- ")) || slice_eq(line, SLICE("--"));
}

/*
 * Bytes of plain text before the last mark of a signature, and behind it. All
 * is text without a mark; one right before the end does not count.
 */
static bool
measure_signature(struct views *views, double *text_r, double *signature_r)
{
	const struct text_part *part = first_plain(views);
	struct slice rest, line;

	if (part == NULL)
		return false;
	*text_r = (double)part->decoded.n;
	*signature_r = 0;
	for (rest = part->decoded; mime_next_line(&rest, &line);) {
		size_t behind = rest.n;

		if (slice_ends(line, SLICE("\n"))) {
			line.n--;
			behind++;
		}
		if (behind <= SIGNATURE_MIN || !is_signature_mark(line))
			continue;
		*text_r = (double)(line.p - part->decoded.p);
		*signature_r = (double)behind;
	}
	return true;
}

unsigned
eval_plaintext_body_length(const struct rule *rule, struct views *views)
{
	double text, signature;

	return measure_signature(views, &text, &signature) && eval_in_range(rule, 0, text);
}

unsigned
eval_plaintext_sig_length(const struct rule *rule, struct views *views)
{
	double text, signature;

	return measure_signature(views, &text, &signature) && eval_in_range(rule, 0, signature);
}

unsigned
eval_plaintext_body_sig_ratio(const struct rule *rule, struct views *views)
{
	double text, signature;

	return measure_signature(views, &text, &signature) &&
	       eval_in_range(rule, 0, signature > 0 ? text / signature : SIGNATURE_NONE);
}

/* Takes the next word (letters, digits, bytes above 0x7f) off *rest. */
static bool
next_word(struct slice *rest, struct slice *word_r)
{
	size_t start = 0, end;

	while (start < rest->n && !ascii_is_alnum(rest->p[start]) && !ascii_is_high(rest->p[start]))
		start++;
	end = start;
	while (end < rest->n && (ascii_is_alnum(rest->p[end]) || ascii_is_high(rest->p[end])))
		end++;
	*word_r = slice_cut(*rest, start, end);
	*rest = slice_from(*rest, end);
	return word_r->n > 0;
}

unsigned
eval_check_body_words(const struct rule *rule, struct views *views)
{
	struct slice_list body = views_body(views);
	double words = 0;

	for (size_t i = 1; i < body.n; i++) {
		struct slice rest = body.v[i], word;

		while (next_word(&rest, &word))
			words++;
	}
	return eval_within(words, &rule->call.args[0], &rule->call.args[1]);
}

/* Whether a word has ASCII letters and Greek or Cyrillic ones (U+0370-U+052F). */
static bool
mixes_scripts(struct slice word)
{
	bool latin = false, other = false;
	uint32_t code;

	while (word.n > 0) {
		size_t n = utf8_read(word, &code);

		latin = latin || ascii_is_alpha(word.p[0]);
		other = other || (n > 1 && code >= 0x370 && code <= 0x52f);
		word = slice_from(word, n == 0 ? 1 : n);
	}
	return latin && other;
}

unsigned
eval_check_mixed_scripts(const struct rule *rule, struct views *views)
{
	struct slice_list body = views_body(views);
	double mixed = 0;

	for (size_t i = 0; i < body.n; i++) {
		struct slice rest = body.v[i], word;

		while (next_word(&rest, &word))
			mixed += mixes_scripts(word);
	}
	return eval_within(mixed, &rule->call.args[0], &rule->call.args[1]);
}
