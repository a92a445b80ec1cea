/*
 * eval_html.c - eval functions over the facts of HTML parts
 *
 * A function hits when it hits for any HTML part. A fact that SpamAssassin
 * leaves undefined (a ratio of no tags, a flag that is not set) hits in no
 * comparison. Names of facts are SpamAssassin's where it has them ("length"
 * is that of the source, in characters); ours besides: text_length, hidden_runs,
 * tiny_runs, low_contrast_runs, hidden_ratio (share of the text that nobody
 * sees), forms, images, iframes, scripts, links, comments, tags, title_length.
 *
 * Source: SpamAssassin 4.0.1's HTMLEval, by how it behaves. Kept oddities: an
 * element's name must be written in lower case; comparisons know no fractions;
 * html_charset_faraway never hits, since its charsets are not handed on.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"

#include <math.h>

#include "engine/util/ascii.h"
#include "engine/util/utf8.h"

/* What is asked of one HTML part. */
typedef bool html_holds(const struct rule *rule, struct views *views, const struct html *html);

static unsigned
any_html(const struct rule *rule, struct views *views, html_holds *holds)
{
	size_t count;
	const struct text_part *parts = views_text_parts(views, &count);

	for (size_t i = 0; i < count; i++) {
		if (parts[i].html != NULL && holds(rule, views, parts[i].html))
			return 1;
	}
	return 0;
}

static double
hidden_ratio(const struct html *html)
{
	if (html->rendered.n == 0 || html->visible.n > html->rendered.n)
		return 0;
	return 1 - (double)html->visible.n / (double)html->rendered.n;
}

/* A share that is undefined as long as nothing was counted. */
static double
share(unsigned n, unsigned of, bool defined)
{
	return defined && of > 0 ? (double)n / of : (double)NAN;
}

static double
flag(bool set)
{
	return set ? 1 : (double)NAN;
}

/* Facts that are numbers: X(id, name, expression over `html`). */
#define FACT_TABLE(X)                                                                            \
	X(LENGTH, "length", html->source_chars)                                                  \
	X(OBFUSCATION_RATIO, "obfuscation_ratio",                                                \
	    share(html->obfuscation, html->tags, html->obfuscation > 0))                         \
	X(BAD_TAG_RATIO, "bad_tag_ratio",                                                        \
	    share(html->bad_tags, html->tags, html->tags > html->bad_tags))                      \
	X(NON_ELEMENT_RATIO, "non_element_ratio",                                                \
	    share(html->bad_tags_seen, html->tags_seen, html->tags_seen > html->bad_tags_seen))  \
	X(CLOSED_EXTRA_RATIO, "closed_extra_ratio", share(html->closed_extra, html->tags, true)) \
	X(BACKHAIR_COUNT, "backhair_count", html->backhair > 0 ? html->backhair : NAN)           \
	X(MIN_SIZE, "min_size", html->min_size)                                                  \
	X(MAX_SIZE, "max_size", html->max_size)                                                  \
	X(IMAGE_AREA, "image_area", html->image_area)                                            \
	X(HTML_LENGTH, "html_length", html->rendered_chars)                                      \
	X(NON_SPACE_LEN, "non_space_len", html->rendered_chars - html->space_chars)              \
	X(EMBEDS, "embeds", flag(html->embeds))                                                  \
	X(FONT_LOW_CONTRAST, "font_low_contrast", flag(html->font_low_contrast))                 \
	X(FONT_INVALID_COLOR, "font_invalid_color", flag(html->font_invalid_color))              \
	X(FONT_FACE_BAD, "font_face_bad", flag(html->font_face_bad))                             \
	X(FORM_ACTION_MAILTO, "form_action_mailto", flag(html->form_action_mailto))              \
	X(HTML, "html", 1)                                                                       \
	X(COMMENT, "comment", flag(html->comment_count > 0))                                     \
	X(TITLE, "title", flag(html->title_count > 0))                                           \
	X(SCRIPT, "script", flag(html->script_text_count > 0))                                   \
	X(ANCHOR, "anchor", flag(html->anchor_count > 0))                                        \
	X(TITLE_LENGTH, "title_length", html->title.n)                                           \
	X(TEXT_LENGTH, "text_length", html->rendered.n)                                          \
	X(HIDDEN_RUNS, "hidden_runs", html->hidden_runs)                                         \
	X(TINY_RUNS, "tiny_runs", html->tiny_runs)                                               \
	X(LOW_CONTRAST_RUNS, "low_contrast_runs", html->low_contrast_runs)                       \
	X(HIDDEN_RATIO, "hidden_ratio", hidden_ratio(html))                                      \
	X(FORMS, "forms", html->forms)                                                           \
	X(IMAGES, "images", html->images)                                                        \
	X(IFRAMES, "iframes", html->iframes)                                                     \
	X(SCRIPTS, "scripts", html->scripts_count)                                               \
	X(LINKS, "links", html->link_count)                                                      \
	X(COMMENTS, "comments", html->comment_count)                                             \
	X(TAGS, "tags", html->tags)

enum fact {
#define FACT_ENUM(id, name, value) FACT_##id,
	FACT_TABLE(FACT_ENUM)
#undef FACT_ENUM
	    FACT_COUNT
};

static const char *const fact_names[] = {
#define FACT_NAME(id, name, value) name,
	FACT_TABLE(FACT_NAME)
#undef FACT_NAME
};

int
eval_html_fact(struct slice word)
{
	for (int i = 0; i < FACT_COUNT; i++) {
		if (slice_eq(word, slice_of(fact_names[i])))
			return i;
	}
	return -1;
}

static double
fact_number(const struct html *html, const struct eval_arg *arg)
{
	switch ((enum fact)arg->number) {
#define FACT_CASE(id, name, value) \
	case FACT_##id:            \
		return (double)(value);
		FACT_TABLE(FACT_CASE)
#undef FACT_CASE
	case FACT_COUNT:
		break;
	}
	return 0;
}

static bool
in_range(const struct rule *rule, struct views *views, const struct html *html)
{
	double value = fact_number(html, &rule->call.args[0]);

	(void)views;
	return value > eval_number(rule, 1, 0) && value <= eval_number(rule, 2, HUGE_VAL);
}

unsigned
eval_html_range(const struct rule *rule, struct views *views)
{
	return any_html(rule, views, in_range);
}

/* Takes a whole number off *test, blanks before and behind it too. */
static bool
take_number(struct slice *test, double *number_r)
{
	struct slice s = slice_trim(*test);
	size_t digits = 0;

	*number_r = 0;
	for (; digits < s.n && digits < 15 && ascii_is_digit(s.p[digits]); digits++)
		*number_r = *number_r * 10 + (s.p[digits] - '0');
	*test = slice_trim(slice_from(s, digits));
	return digits > 0;
}

/* "384", "-1", "3 + 4": numbers, their signs before them, to the end of the text. */
static bool
read_sum(struct slice test, double *sum_r)
{
	double number;

	*sum_r = 0;
	test = slice_trim(test);
	do {
		bool negative = slice_starts(test, SLICE("-"));

		if (negative || slice_starts(test, SLICE("+")))
			test = slice_from(test, 1);
		if (!take_number(&test, &number))
			return false;
		*sum_r += negative ? -number : number;
	} while (slice_starts(test, SLICE("-")) || slice_starts(test, SLICE("+")));
	return test.n == 0;
}

/* "< 512", "!=0": an operator and whole numbers. What cannot be read is not so. */
static bool
compare(double value, struct slice test)
{
	static const char *const signs[] = { "<=>", "<=", ">=", "==", "!=", "<", ">" };
	double number;
	size_t sign = 0, n = sizeof(signs) / sizeof(signs[0]);

	test = slice_trim(test);
	while (sign < n && !slice_starts(test, slice_of(signs[sign])))
		sign++;
	if (sign == n || isnan(value) ||
	    !read_sum(slice_from(test, slice_of(signs[sign]).n), &number))
		return false;
	return sign == 1   ? value <= number
	       : sign == 2 ? value >= number
	       : sign == 3 ? value == number
	       : sign == 5 ? value < number
	       : sign == 6 ? value > number
			   : value != number;
}

static bool
compares(const struct rule *rule, struct views *views, const struct html *html)
{
	(void)views;
	return compare(fact_number(html, &rule->call.args[0]), rule->call.args[1].text);
}

unsigned
eval_html_eval(const struct rule *rule, struct views *views)
{
	return any_html(rule, views, compares);
}

/* Where an element stands in html->elements; element_count: nowhere. */
static size_t
element_of(const struct html *html, struct slice name)
{
	size_t i = 0;

	while (i < html->element_count && !slice_eq(html->elements[i], name))
		i++;
	return i;
}

static bool
is_plain_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (!ascii_is_alnum(name.p[i]))
			return false;
	}
	return true;
}

/* The balance of an element's start and end tags. */
static bool
balances(const struct rule *rule, struct views *views, const struct html *html)
{
	struct slice name = rule->call.args[0].text;
	size_t i = element_of(html, name);

	(void)views;
	return i < html->element_count && is_plain_name(name) &&
	       compare((double)html->element_open[i], rule->call.args[1].text);
}

unsigned
eval_html_tag_balance(const struct rule *rule, struct views *views)
{
	return any_html(rule, views, balances);
}

static bool
is_set(const struct rule *rule, struct views *views, const struct html *html)
{
	double value = fact_number(html, &rule->call.args[0]);

	(void)views;
	return !isnan(value) && value != 0;
}

unsigned
eval_html_test(const struct rule *rule, struct views *views)
{
	return any_html(rule, views, is_set);
}

static bool
has_element(const struct rule *rule, struct views *views, const struct html *html)
{
	(void)views;
	return element_of(html, rule->call.args[0].text) < html->element_count;
}

unsigned
eval_html_tag_exists(const struct rule *rule, struct views *views)
{
	return any_html(rule, views, has_element);
}

/* The texts of a part's comments, titles, anchors or scripts. */
static struct slice_list
texts_named(const struct html *html, struct slice which)
{
	if (slice_eq(which, SLICE("comment")))
		return (struct slice_list){ html->comments, html->comment_count };
	if (slice_eq(which, SLICE("title")))
		return (struct slice_list){ html->titles, html->title_count };
	if (slice_eq(which, SLICE("anchor")))
		return (struct slice_list){ html->anchors, html->anchor_count };
	if (slice_eq(which, SLICE("script")))
		return (struct slice_list){ html->script_texts, html->script_text_count };
	return (struct slice_list){ NULL, 0 };
}

/* Whether one of the texts matches, or does not match. */
static bool
any_text(const struct rule *rule, struct views *views, const struct html *html, bool matching)
{
	struct slice_list texts = texts_named(html, rule->call.args[0].text);

	for (size_t i = 0; i < texts.n && !views->spent; i++) {
		if (views_test(views, rule, rule->call.args[1].regex, texts.v[i]) == matching)
			return !views->spent || matching;
	}
	return false;
}

static bool
any_matches(const struct rule *rule, struct views *views, const struct html *html)
{
	return any_text(rule, views, html, true);
}

static bool
any_differs(const struct rule *rule, struct views *views, const struct html *html)
{
	return any_text(rule, views, html, false);
}

unsigned
eval_html_text_match(const struct rule *rule, struct views *views)
{
	return any_html(rule, views, any_matches);
}

unsigned
eval_html_text_not_match(const struct rule *rule, struct views *views)
{
	return any_html(rule, views, any_differs);
}

static bool
has_image(const struct rule *rule, struct views *views, const struct html *html)
{
	(void)views;
	return element_of(html, SLICE("img")) < html->element_count &&
	       eval_above((double)html->source_chars, &rule->call.args[0], &rule->call.args[1]);
}

unsigned
eval_html_image_only(const struct rule *rule, struct views *views)
{
	return any_html(rule, views, has_image);
}

static bool
image_ratio_within(const struct rule *rule, struct views *views, const struct html *html)
{
	double text;

	(void)views;
	if (html->image_area <= 0 || html->rendered_chars < html->space_chars)
		return false;
	text = (double)(html->rendered_chars - html->space_chars);
	return eval_above(
	    text / (double)html->image_area, &rule->call.args[0], &rule->call.args[1]);
}

unsigned
eval_html_image_ratio(const struct rule *rule, struct views *views)
{
	return any_html(rule, views, image_ratio_within);
}

/* Characters of a title to bytes of the Subject, its line end counted. */
static bool
title_is_longer(const struct rule *rule, struct views *views, const struct html *html)
{
	struct slice subject = eval_field(views, FIXED_SUBJECT);

	for (size_t i = 0; subject.n > 0 && i < html->title_count; i++) {
		if ((double)utf8_length(html->titles[i]) / (double)subject.n >
		    rule->call.args[0].number)
			return true;
	}
	return false;
}

unsigned
eval_html_title_subject_ratio(const struct rule *rule, struct views *views)
{
	return any_html(rule, views, title_is_longer);
}

unsigned
eval_html_charset_faraway(const struct rule *rule, struct views *views)
{
	(void)rule;
	(void)views;
	return 0;
}

static bool
has_iframe_link(const struct rule *rule, struct views *views, const struct html *html)
{
	(void)rule;
	(void)views;
	for (size_t i = 0; i < html->link_count; i++) {
		const struct html_link *link = &html->links[i];

		if (slice_eq(link->element, SLICE("iframe")) && !link->extended &&
		    link->resolved.n > 0)
			return true;
	}
	return false;
}

unsigned
eval_check_iframe_src(const struct rule *rule, struct views *views)
{
	return any_html(rule, views, has_iframe_link);
}
