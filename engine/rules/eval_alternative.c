/*
 * eval_alternative.c - whether the HTML of a multipart/alternative says what its plain text says
 *
 * By words between white space that have a letter, digit or _ in them, each
 * with how often it stands. A word of the HTML is missing when the plain text
 * has it less often. HTML without words but with an image has one word that no
 * text has. All text anywhere inside a multipart/alternative is its own. The
 * one of nothing but text/html and text/calendar, as Exchange invites, is
 * left out. Of several the worst difference counts, but the numbers of words of the
 * last.
 *
 * Source: SpamAssassin 4.0.1's BodyEval, by how it behaves.
 *
 * Limits: ALTERNATIVE_WORDS_MAX different words of a message; more are not
 * looked at. Work: the text, as often as alternatives are nested.
 */
#include "engine/rules/eval.h"

#include <math.h>

#include "engine/mime/text_space.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"
#include "engine/util/utf8.h"

#define ALTERNATIVE_WORDS_MAX 100000

/* How often a word stands in the HTML and in the plain text. */
struct word_count {
	size_t html, text;
};

/* What is known of a message's alternatives. */
struct alternative {
	double difference; /* percent of the HTML's words that are missing, the most */
	double html_words, text_words; /* different ones */
};

struct comparison {
	struct views *views;
	const struct text_part **texts; /* by part; NULL: it has none */
	struct map *words; /* of struct word_count */
	bool any_html; /* a word of HTML is among them */
	bool image; /* HTML without words showed one */
	size_t room; /* words that may still be kept */
};

/* Whether a word has a letter, digit or _ in it; those above ASCII only where text is wide. */
static bool
has_letter(struct slice word, bool wide)
{
	for (size_t i = 0; i < word.n; i++) {
		if (ascii_is_word(word.p[i]))
			return true;
	}
	while (wide && word.n > 0) {
		uint32_t code = 0;
		size_t n = utf8_read(word, &code);

		if (n > 1 && utf8_is_word(code))
			return true;
		word = slice_from(word, n == 0 ? 1 : n);
	}
	return false;
}

static size_t
space_at(struct slice s, size_t at, bool wide)
{
	return wide ? text_space_at(s, at) : (size_t)ascii_is_space(s.p[at]);
}

/* Takes the next word between white space off *rest. False: there is none. */
static bool
next_word(struct slice *rest, bool wide, struct slice *word_r)
{
	size_t from = 0, to, n;

	while (from < rest->n && (n = space_at(*rest, from, wide)) > 0)
		from += n;
	for (to = from; to < rest->n && space_at(*rest, to, wide) == 0;)
		to++;
	*word_r = slice_cut(*rest, from, to);
	*rest = slice_from(*rest, to);
	return word_r->n > 0;
}

/* The count of a word; NULL: there is no room for it. */
static struct word_count *
count_of(struct comparison *c, struct slice word)
{
	struct word_count *count = map_find(c->words, word);

	if (count != NULL || c->room == 0)
		return count;
	c->room--;
	count = arena_alloc(c->views->arena, sizeof(*count));
	return count != NULL && map_add(c->words, word, count) ? count : NULL;
}

static void
add_words(struct comparison *c, const struct text_part *text, bool html)
{
	struct slice rest = text->rendered, word;
	size_t unasked = 0;

	while (next_word(&rest, text->wide, &word)) {
		struct word_count *count;

		unasked += word.n;
		if (unasked >= BUDGET_BYTES) {
			unasked = 0;
			if (views_spent(c->views))
				return;
		}
		count = has_letter(word, text->wide) ? count_of(c, word) : NULL;
		if (count == NULL)
			continue;
		c->any_html = c->any_html || html;
		count->html += html;
		count->text += !html;
	}
}

static bool
has_image(const struct html *html)
{
	for (size_t i = 0; i < html->element_count; i++) {
		if (slice_eq(html->elements[i], SLICE("img")))
			return true;
	}
	return false;
}

static void
add_part(struct comparison *c, const struct part *part, const struct text_part *text)
{
	bool html = text_kind_of(part) == TEXT_HTML;

	if (!slice_eq(part->type.type, SLICE("text")))
		return;
	add_words(c, text, html);
	if (html && text->html != NULL && !c->any_html && has_image(text->html))
		c->image = true;
}

/* Adds one multipart/alternative, parts[at], to what is known. */
static void
compare(struct comparison *c, size_t at, struct alternative *known)
{
	const struct message *message = c->views->message;
	double html = 0, text = 0, missing = 0;

	c->words = map_new(c->views->arena, MAP_EXACT, c->views->hash_seed);
	c->any_html = c->image = false;
	if (c->words == NULL)
		return;
	for (size_t i = at; i < message->part_count; i++) {
		if (i > at && message->parts[i]->depth <= message->parts[at]->depth)
			break;
		if (c->texts[i] != NULL)
			add_part(c, message->parts[i], c->texts[i]);
	}
	for (size_t i = 0; i < map_count(c->words); i++) {
		const struct word_count *count = map_value(c->words, i);

		html += count->html > 0;
		text += count->text > 0;
		missing += count->html > count->text;
	}
	html += c->image;
	missing += c->image;
	if (html == 0)
		return;
	known->html_words = html;
	known->text_words = text;
	if (100 * missing / html > known->difference)
		known->difference = 100 * missing / html;
}

/* Whether all of the message is text/html and text/calendar, as Exchange invites to meetings. */
static bool
is_invitation(const struct message *message)
{
	const struct part *root = message->root, *first = root->child;

	return message->part_count == 3 && first != NULL && first->next != NULL &&
	       slice_eq(root->type.full, SLICE("multipart/alternative")) &&
	       slice_eq(first->type.full, SLICE("text/html")) &&
	       slice_eq(first->next->type.full, SLICE("text/calendar"));
}

/* The texts by part; NULL at the arena's cap. */
static const struct text_part **
texts_by_part(struct views *views)
{
	const struct message *message = views->message;
	const struct text_part **v = arena_array(views->arena, message->part_count, sizeof(*v));
	size_t count, at = 0;
	const struct text_part *parts = views_text_parts(views, &count);

	for (size_t i = 0; v != NULL && i < message->part_count && at < count; i++) {
		if (parts[at].part == message->parts[i])
			v[i] = &parts[at++];
	}
	return v;
}

/* Worked out once a message; NULL at the arena's cap. */
static const struct alternative *
alternative_of(struct views *views)
{
	const struct message *message = views->message;
	struct comparison c = { .views = views, .room = ALTERNATIVE_WORDS_MAX };
	struct alternative *known;

	if (views->memos[MEMO_ALTERNATIVE] != NULL)
		return views->memos[MEMO_ALTERNATIVE];
	known = arena_alloc(views->arena, sizeof(*known));
	c.texts = known == NULL ? NULL : texts_by_part(views);
	if (c.texts == NULL)
		return NULL;
	for (size_t i = 0; i < message->part_count && !is_invitation(message); i++) {
		if (slice_eq(message->parts[i]->type.full, SLICE("multipart/alternative")))
			compare(&c, i, known);
	}
	views->memos[MEMO_ALTERNATIVE] = known;
	return known;
}

unsigned
eval_multipart_alternative_difference(const struct rule *rule, struct views *views)
{
	const struct alternative *known = alternative_of(views);
	double min = rule->call.args[0].number, max = rule->call.args[1].number;

	return known != NULL && (min == 0 || known->difference > min) &&
	       (isnan(max) || known->difference <= max);
}

unsigned
eval_multipart_alternative_difference_count(const struct rule *rule, struct views *views)
{
	const struct alternative *known = alternative_of(views);

	return known != NULL && known->html_words > rule->call.args[1].number &&
	       known->text_words / known->html_words > rule->call.args[0].number;
}
