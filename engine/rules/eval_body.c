/*
 * eval_body.c - eval functions over the text as a whole
 *
 * Source: SpamAssassin 4.0.1's BodyEval and MIMEEval, by how they behave; ours
 * are marked in evalfn.def.
 *
 * Limits: of the words of an alternative at most WORDS_MAX are compared.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"
#include "engine/util/utf8.h"

/* Shorter bodies are not judged by their capitals. */
#define UPPERCASE_BYTES_MIN 200
#define BASE64_LINE_MIN 60
#define BASE64_LINE_MAX 76
/* Shorter paragraphs have no shape. */
#define VERTICAL_BYTES_MIN 6
#define WORDS_MAX 20000

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
	if (n < BASE64_LINE_MIN || n > BASE64_LINE_MAX || n == rest->n ||
	    !ascii_is_space(rest->p[n]))
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

/* What the paragraphs of words are made of; shifted runs of ISO-2022 are left out. */
static void
count_letters(struct slice text, double *upper, double *all)
{
	for (size_t i = 0; i < text.n; i++) {
		if (slice_starts(slice_from(text, i), SLICE("\x1b$B"))) {
			size_t end = slice_find(text, i, SLICE("\x1b(B"));

			i = end < text.n ? end + 2 : i;
			continue;
		}
		*upper += ascii_is_upper(text.p[i]);
		*all += ascii_is_alnum(text.p[i]);
	}
}

/* Whether a part's charset is one of writings whose bytes only look like Latin capitals. */
static bool
has_other_writing(const struct message *message)
{
	static const char *const begins[] = { "koi8", "windows-1251", "cp1251", "iso-2022-jp",
		"shift_jis", "x-sjis", "euc-", "gb2312", "gbk", "gb18030", "big5", "hz-gb-2312",
		"tis-620" };

	for (size_t i = 0; i < message->part_count; i++) {
		for (size_t k = 0; k < sizeof(begins) / sizeof(begins[0]); k++) {
			if (slice_istarts(message->parts[i]->type.charset, slice_of(begins[k])))
				return true;
		}
	}
	return false;
}

/*
 * Percent of capitals among the letters and digits of the body's paragraphs of
 * words, the Subject among them; 0 for short ones and for other writings.
 */
unsigned
eval_check_for_uppercase(const struct rule *rule, struct views *views)
{
	struct slice_list body = views_body(views);
	double upper = 0, all = 0, bytes = 0, percent = 0;

	for (size_t i = 0; i < body.n; i++) {
		if (!has_words(body.v[i]) || is_base64(body.v[i]))
			continue;
		count_letters(body.v[i], &upper, &all);
		bytes += (double)body.v[i].n;
	}
	if (bytes >= UPPERCASE_BYTES_MIN && all > 0 && !has_other_writing(views->message))
		percent = 100 * upper / all;
	return eval_above(percent, &rule->call.args[0], &rule->call.args[1]);
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
	double lines = 0, blank = 0, percent;

	for (size_t i = 0; i < chunks.n; i++) {
		struct slice rest = chunks.v[i], line;

		while (slice_next_line(&rest, &line)) {
			lines++;
			blank += slice_trim(line).n == 0;
		}
	}
	percent = lines > 0 && lines >= args[2].number ? 100 * blank / lines : -1;
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
		double spaces = 0, percent;

		for (size_t k = 0; k < body.v[i].n; k++)
			spaces += body.v[i].p[k] == ' ';
		if (body.v[i].n < VERTICAL_BYTES_MIN || spaces >= (double)body.v[i].n)
			continue;
		percent = (double)(long)(100 * spaces / ((double)body.v[i].n - spaces));
		most = percent > most ? percent : most;
	}
	most = most > 100 ? 100 : most;
	return eval_within(most, &rule->call.args[0], &rule->call.args[1]) ||
	       (most == 100 && max == 100);
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

/* Adds the words of text to the map. False at the arena's cap. */
static bool
add_words(struct map *words, struct slice text)
{
	struct slice word;
	size_t n = 0;

	while (n++ < WORDS_MAX && next_word(&text, &word)) {
		if (!map_add(words, word, words))
			return false;
	}
	return true;
}

/* Percent of the words of the HTML below `parent` that its plain text lacks; below 0: no HTML. */
static double
missing_words(struct views *views, const struct part *parent)
{
	size_t count;
	const struct text_part *parts = views_text_parts(views, &count);
	struct map *known = map_new(views->arena, MAP_EXACT, views->hash_seed);
	double all = 0, missing = 0;

	for (size_t i = 0; i < count && known != NULL; i++) {
		if (parts[i].part->parent == parent && parts[i].html == NULL &&
		    !add_words(known, parts[i].unicode))
			return -1;
	}
	for (size_t i = 0; i < count && known != NULL; i++) {
		struct slice rest = parts[i].rendered, word;

		if (parts[i].part->parent != parent || parts[i].html == NULL)
			continue;
		for (size_t n = 0; n < WORDS_MAX && next_word(&rest, &word); n++) {
			all++;
			missing += map_find(known, word) == NULL;
		}
	}
	return all > 0 ? 100 * missing / all : -1;
}

unsigned
eval_multipart_alternative_difference(const struct rule *rule, struct views *views)
{
	double most = -1;

	for (size_t i = 0; i < views->message->part_count; i++) {
		const struct part *part = views->message->parts[i];
		double percent;

		if (!slice_eq(part->type.full, SLICE("multipart/alternative")))
			continue;
		percent = missing_words(views, part);
		most = percent > most ? percent : most;
	}
	return most >= 0 && eval_above(most, &rule->call.args[0], &rule->call.args[1]);
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
