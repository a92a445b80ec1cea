/*
 * eval_html.c - eval functions over the facts of HTML parts
 *
 * Facts of several HTML parts are those of the last one, as SpamAssassin's
 * results are. Names of facts are SpamAssassin's where it has them ("length"
 * is that of the source); ours besides: text_length, hidden_runs, tiny_runs,
 * low_contrast_runs, hidden_ratio (share of the text that nobody sees), forms,
 * images, iframes, scripts, links, comments, tags, title_length.
 *
 * Source: SpamAssassin 4.0.1's HTMLEval, by how it behaves.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/util/ascii.h"

/* The last HTML part's facts; NULL: there is none. */
static const struct html *
last_html(struct views *views)
{
	size_t count;
	const struct text_part *parts = views_text_parts(views, &count);

	while (count-- > 0) {
		if (parts[count].html != NULL)
			return parts[count].html;
	}
	return NULL;
}

static double
hidden_ratio(const struct html *html)
{
	if (html->rendered.n == 0 || html->visible.n > html->rendered.n)
		return 0;
	return 1 - (double)html->visible.n / (double)html->rendered.n;
}

/* Facts that are numbers: FACT("name", expression over `html`). */
#define FACT_TABLE(X)                                                                        \
	X(LENGTH, "length", html->source_chars)                                              \
	X(OBFUSCATION_RATIO, "obfuscation_ratio", html_ratio(html->obfuscation, html->tags)) \
	X(BAD_TAG_RATIO, "bad_tag_ratio", html_ratio(html->bad_tags, html->tags))            \
	X(NON_ELEMENT_RATIO, "non_element_ratio",                                            \
	    html_ratio(html->bad_tags_seen, html->tags_seen + html->bad_tags_seen))          \
	X(CLOSED_EXTRA_RATIO, "closed_extra_ratio",                                          \
	    html_ratio(html->closed_extra, html->closing_tags))                              \
	X(BACKHAIR_COUNT, "backhair_count", html->backhair)                                  \
	X(MIN_SIZE, "min_size", html->min_size)                                              \
	X(MAX_SIZE, "max_size", html->max_size)                                              \
	X(IMAGE_AREA, "image_area", html->image_area)                                        \
	X(TITLE_LENGTH, "title_length", html->title.n)                                       \
	X(EMBEDS, "embeds", html->embeds)                                                    \
	X(FONT_LOW_CONTRAST, "font_low_contrast", html->font_low_contrast)                   \
	X(FONT_INVALID_COLOR, "font_invalid_color", html->font_invalid_color)                \
	X(FONT_FACE_BAD, "font_face_bad", html->font_face_bad)                               \
	X(FORM_ACTION_MAILTO, "form_action_mailto", html->form_action_mailto)                \
	X(HTML, "html", html->tags > 0)                                                      \
	X(TEXT_LENGTH, "text_length", html->rendered.n)                                      \
	X(HIDDEN_RUNS, "hidden_runs", html->hidden_runs)                                     \
	X(TINY_RUNS, "tiny_runs", html->tiny_runs)                                           \
	X(LOW_CONTRAST_RUNS, "low_contrast_runs", html->low_contrast_runs)                   \
	X(HIDDEN_RATIO, "hidden_ratio", hidden_ratio(html))                                  \
	X(FORMS, "forms", html->forms)                                                       \
	X(IMAGES, "images", html->images)                                                    \
	X(IFRAMES, "iframes", html->iframes)                                                 \
	X(SCRIPTS, "scripts", html->scripts_count)                                           \
	X(LINKS, "links", html->link_count)                                                  \
	X(COMMENTS, "comments", html->comment_count)                                         \
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

unsigned
eval_html_range(const struct rule *rule, struct views *views)
{
	const struct html *html = last_html(views);
	const struct eval_arg *args = rule->call.args;

	return html != NULL && eval_above(fact_number(html, &args[0]), &args[1], &args[2]);
}

/* "< 512", ">=3": an operator and a number. */
static bool
compare(double value, struct slice test)
{
	static const char *const signs[] = { "<=", ">=", "==", "!=", "<", ">" };
	double number = 0, unit = 1;
	bool fraction = false;
	size_t sign = 0, n = sizeof(signs) / sizeof(signs[0]);

	test = slice_trim(test);
	while (sign < n && !slice_starts(test, slice_of(signs[sign])))
		sign++;
	if (sign == n)
		return false;
	test = slice_trim(slice_from(test, slice_of(signs[sign]).n));
	for (size_t i = 0; i < test.n && i < 15; i++) {
		fraction = fraction || test.p[i] == '.';
		if (!ascii_is_digit(test.p[i]))
			continue;
		number = number * 10 + (test.p[i] - '0');
		unit = fraction ? unit * 10 : 1;
	}
	number /= unit;
	return sign == 0   ? value <= number
	       : sign == 1 ? value >= number
	       : sign == 2 ? value == number
	       : sign == 3 ? value != number
	       : sign == 4 ? value < number
			   : value > number;
}

unsigned
eval_html_eval(const struct rule *rule, struct views *views)
{
	const struct html *html = last_html(views);

	return html != NULL &&
	       compare(fact_number(html, &rule->call.args[0]), rule->call.args[1].text);
}

/* The balance of an element's start and end tags. */
unsigned
eval_html_tag_balance(const struct rule *rule, struct views *views)
{
	const struct html *html = last_html(views);

	for (size_t i = 0; html != NULL && i < html->element_count; i++) {
		if (slice_ieq(html->elements[i], rule->call.args[0].text))
			return compare((double)html->element_open[i], rule->call.args[1].text);
	}
	return 0;
}

unsigned
eval_html_test(const struct rule *rule, struct views *views)
{
	const struct html *html = last_html(views);

	return html != NULL && fact_number(html, &rule->call.args[0]) != 0;
}

unsigned
eval_html_tag_exists(const struct rule *rule, struct views *views)
{
	const struct html *html = last_html(views);

	for (size_t i = 0; html != NULL && i < html->element_count; i++) {
		if (slice_ieq(html->elements[i], rule->call.args[0].text))
			return 1;
	}
	return 0;
}

static unsigned
any_matches(const struct rule *rule, struct views *views, const struct slice *v, size_t n)
{
	for (size_t i = 0; i < n && !views->spent; i++) {
		if (views_test(views, rule, rule->call.args[1].regex, v[i]))
			return 1;
	}
	return 0;
}

unsigned
eval_html_text_match(const struct rule *rule, struct views *views)
{
	const struct html *html = last_html(views);
	struct slice which = rule->call.args[0].text;

	if (html == NULL)
		return 0;
	if (slice_eq(which, SLICE("comment")))
		return any_matches(rule, views, html->comments, html->comment_count);
	if (slice_eq(which, SLICE("title")))
		return any_matches(rule, views, html->titles, html->title_count);
	if (slice_eq(which, SLICE("anchor")))
		return any_matches(rule, views, html->anchors, html->anchor_count);
	if (slice_eq(which, SLICE("script")))
		return any_matches(rule, views, html->script_texts, html->script_text_count);
	return 0;
}

unsigned
eval_html_image_only(const struct rule *rule, struct views *views)
{
	const struct html *html = last_html(views);

	return html != NULL && html->images > 0 &&
	       eval_above((double)html->source_chars, &rule->call.args[0], &rule->call.args[1]);
}

unsigned
eval_html_image_ratio(const struct rule *rule, struct views *views)
{
	const struct html *html = last_html(views);
	double text;

	if (html == NULL || html->image_area <= 0 || html->rendered_chars < html->space_chars)
		return 0;
	text = (double)(html->rendered_chars - html->space_chars);
	return eval_above(
	    text / (double)html->image_area, &rule->call.args[0], &rule->call.args[1]);
}

unsigned
eval_html_title_subject_ratio(const struct rule *rule, struct views *views)
{
	const struct html *html = last_html(views);
	struct slice subject = slice_trim(eval_field(views, FIXED_SUBJECT));

	return html != NULL && subject.n > 0 && html->title.n > 0 &&
	       (double)html->title.n / (double)subject.n > rule->call.args[0].number;
}

unsigned
eval_check_iframe_src(const struct rule *rule, struct views *views)
{
	size_t count;
	const struct text_part *parts = views_text_parts(views, &count);

	(void)rule;
	for (size_t i = 0; i < count; i++) {
		const struct html *html = parts[i].html;

		for (size_t k = 0; html != NULL && k < html->link_count; k++) {
			if (slice_eq(html->links[k].element, SLICE("iframe")))
				return 1;
		}
	}
	return 0;
}
