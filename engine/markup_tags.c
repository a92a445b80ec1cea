/*
 * markup_tags.c - SpamAssassin's template tags: _SCORE_, _TESTS(,)_, _HEADER(From:addr)_ ...
 *
 * A tag is _NAME_ or _NAME(argument)_, its name of capitals and digits with
 * single underscores within; the longest name that an underscore ends is
 * taken, and an argument ends at the first ")_" of its line. One that has no
 * value stays as it is.
 *
 * Numbers print as Perl prints the double nearest to them: 2.25 is "2.2", for
 * a tie goes to the even digit, where 2.35, just above its tie, is "2.4".
 */
#include "config.h"

#include "engine/markup_tags.h"

#include <inttypes.h>

#include "engine/markup_report.h"
#include "engine/mime/domain.h"
#include "engine/mime/ip.h"
#include "engine/rules/capture.h"
#include "engine/rules/ruleset.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"

#define STARS_MAX 50
#define DAY_SECONDS 86400

/* False: it has no value. An argument that was not given is absent. */
typedef bool tag_fn(struct buf *out, struct slice argument, const struct markup_source *source);

/* Perl's `argument || standard`. */
static struct slice
argument_or(struct slice argument, struct slice standard)
{
	return argument.n == 0 || slice_eq(argument, SLICE("0")) ? standard : argument;
}

static void
add_yesno(struct buf *out, struct slice argument, bool spam)
{
	size_t comma = slice_find_byte(argument, 0, ',');

	if (argument.p == NULL || (spam && argument.n == 0))
		buf_add(out, spam ? SLICE("Yes") : SLICE("No"));
	else if (spam)
		buf_add(out, slice_cut(argument, 0, comma));
	else
		buf_add(out, comma < argument.n ? slice_from(argument, comma + 1) : SLICE("No"));
}

static bool
tag_yesno(struct buf *out, struct slice argument, const struct markup_source *source)
{
	add_yesno(out, argument, source->verdict->spam);
	return true;
}

static bool
tag_yesnocaps(struct buf *out, struct slice argument, const struct markup_source *source)
{
	size_t start = out->n;

	add_yesno(out, argument, source->verdict->spam);
	for (size_t i = start; i < out->n; i++)
		out->p[i] = ascii_upper(out->p[i]);
	return true;
}

static double
points(int64_t score)
{
	return (double)score / SCORE_ONE;
}

/*
 * A score of ham that prints no lower than what is required prints a tenth
 * below that, and then, as SpamAssassin subtracts it, without a ".0".
 */
static void
print_score(struct buf *out, const struct verdict *verdict)
{
	struct buf score = { .arena = out->arena }, required = { .arena = out->arena };
	int64_t tenths = 0;

	buf_printf(&score, "%2.1f", points(verdict->score));
	buf_printf(&required, "%2.1f", points(verdict->required));
	if (verdict->spam || !slice_eq(buf_slice(&score), buf_slice(&required))) {
		buf_add(out, buf_slice(&score));
		return;
	}
	for (size_t i = 0; i < required.n; i++) {
		if (ascii_is_digit(required.p[i]))
			tenths = tenths * 10 + (required.p[i] - '0');
	}
	tenths = (verdict->required < 0 ? -tenths : tenths) - 1;
	buf_printf(out, tenths % 10 == 0 ? "%.0f" : "%.1f", (double)tenths / 10);
}

static bool
tag_score(struct buf *out, struct slice pad, const struct markup_source *source)
{
	struct buf score = { .arena = out->arena };
	size_t same = 0;

	print_score(&score, source->verdict);
	while (same < pad.n && pad.p[same] == pad.p[0])
		same++;
	if (pad.n > 0 && same == pad.n && (pad.p[0] == '0' || pad.p[0] == ' '))
		for (size_t n = score.n; n < pad.n + 3 && n - score.n < pad.n; n++)
			buf_add_byte(out, pad.p[0]);
	buf_add(out, buf_slice(&score));
	return true;
}

static bool
tag_reqd(struct buf *out, struct slice argument, const struct markup_source *source)
{
	(void)argument;
	buf_printf(out, "%2.1f", points(source->verdict->required));
	return true;
}

static bool
tag_stars(struct buf *out, struct slice argument, const struct markup_source *source)
{
	int64_t n = source->verdict->score / SCORE_ONE;

	for (int64_t i = 0; i < n && i < STARS_MAX; i++)
		buf_add(out, argument_or(argument, SLICE("*")));
	return true;
}

/* Names, each as often as it hit, between separators; with `scores` what each hit scored. */
static void
list_hits(
    struct buf *out, struct slice separator, const struct hit *hits, size_t count, bool scores)
{
	size_t start = out->n;

	for (size_t i = 0; i < count; i++) {
		for (unsigned k = 0; k < hits[i].count && out->n < MARKUP_TEXT_MAX; k++) {
			if (out->n > start)
				buf_add(out, separator);
			buf_add(out, hits[i].name);
			if (scores)
				buf_printf(out, "=%.15g", points(hits[i].score / hits[i].count));
		}
	}
	if (out->n == start)
		buf_add(out, SLICE("none"));
}

static bool
tag_tests(struct buf *out, struct slice argument, const struct markup_source *source)
{
	list_hits(out, argument_or(argument, SLICE(",")), source->verdict->hits,
	    source->verdict->hit_count, false);
	return true;
}

static bool
tag_testsscores(struct buf *out, struct slice argument, const struct markup_source *source)
{
	list_hits(out, argument_or(argument, SLICE(",")), source->verdict->hits,
	    source->verdict->hit_count, true);
	return true;
}

static bool
tag_subtests(struct buf *out, struct slice argument, const struct markup_source *source)
{
	list_hits(out, argument_or(argument, SLICE(",")), source->verdict->subrule_hits,
	    source->verdict->subrule_hit_count, false);
	return true;
}

/* Each once, with how often. SpamAssassin joins them by commas whatever the argument says. */
static bool
tag_subtestscollapsed(struct buf *out, struct slice argument, const struct markup_source *source)
{
	const struct verdict *verdict = source->verdict;

	(void)argument;
	for (size_t i = 0; i < verdict->subrule_hit_count; i++) {
		const struct hit *hit = &verdict->subrule_hits[i];

		if (i > 0)
			buf_add_byte(out, ',');
		buf_add(out, hit->name);
		if (hit->count > 1)
			buf_printf(out, "(%u)", hit->count);
	}
	if (verdict->subrule_hit_count == 0)
		buf_add(out, SLICE("none"));
	return true;
}

/* There is no learning here: what SpamAssassin says with it switched off, or when time ran out. */
static bool
tag_autolearn(struct buf *out, struct slice argument, const struct markup_source *source)
{
	(void)argument;
	buf_add(out, source->verdict->incomplete ? SLICE("unavailable") : SLICE("disabled"));
	return true;
}

/* The sum without the rules that learning is not to see. */
static bool
tag_autolearnscore(struct buf *out, struct slice argument, const struct markup_source *source)
{
	int64_t sum = 0;

	(void)argument;
	for (size_t i = 0; i < source->verdict->hit_count; i++) {
		const struct hit *hit = &source->verdict->hits[i];

		if ((rule_definition(hit->rule)->tags & RULE_NOAUTOLEARN) == 0)
			sum += hit->score;
	}
	buf_printf(out, "%.15g", points(score_round(sum)));
	return true;
}

static bool
tag_report(struct buf *out, struct slice argument, const struct markup_source *source)
{
	(void)argument;
	buf_add_byte(out, '\n');
	markup_report_terse(out, source);
	return true;
}

static bool
tag_summary(struct buf *out, struct slice argument, const struct markup_source *source)
{
	(void)argument;
	markup_report_summary(out, source);
	return true;
}

static bool
tag_preview(struct buf *out, struct slice argument, const struct markup_source *source)
{
	(void)argument;
	markup_report_preview(out, source->views);
	return true;
}

/* The value of a selector; absent: none, or no selector. */
static struct slice
read_field(struct slice text, const struct markup_source *source)
{
	return source->views == NULL ? SLICE_ABSENT : views_read_text(source->views, text);
}

/* Whether a selector gives one value alone where a template reads it. */
static bool
is_single(struct slice selector)
{
	static const struct slice parts[] = { { ":addr", 5 }, { ":name", 5 }, { ":host", 5 },
		{ ":domain", 7 }, { ":ip", 3 }, { ":revip", 6 } };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t end = slice_find(selector, 0, parts[i]) + parts[i].n;

		if (end == selector.n || (end < selector.n && !ascii_is_word(selector.p[end])))
			return true;
	}
	return slice_eq(selector, SLICE("EnvelopeFrom"));
}

static bool
tag_header(struct buf *out, struct slice argument, const struct markup_source *source)
{
	struct slice value = read_field(argument, source);

	if (is_single(argument))
		value = slice_cut(value, 0, slice_find_byte(value, 0, '\n'));
	buf_add(out, value);
	return true;
}

static bool
tag_senderdomain(struct buf *out, struct slice argument, const struct markup_source *source)
{
	struct slice host = read_field(SLICE("EnvelopeFrom:first:addr:host"), source);

	(void)argument;
	host = slice_trim(host);
	if (host.n == 0)
		return false;
	buf_add(out, argument_or(domain_to_ascii(out->arena, host), host));
	return true;
}

/* The domains of all From addresses, each once. */
static bool
tag_authordomain(struct buf *out, struct slice argument, const struct markup_source *source)
{
	struct slice rest = read_field(SLICE("From:addr:host"), source), line;
	struct map *seen = map_new(out->arena, MAP_EXACT, (uintptr_t)out);
	size_t start = out->n;

	(void)argument;
	while (seen != NULL && out->n < MARKUP_TEXT_MAX && slice_next_line(&rest, &line)) {
		if (line.n == 0 || map_find(seen, line) != NULL)
			continue;
		map_add(seen, line, seen);
		if (out->n > start)
			buf_add_byte(out, ' ');
		buf_add(out, argument_or(domain_to_ascii(out->arena, line), line));
	}
	return out->n > start;
}

static const struct relays *
relays_of(const struct markup_source *source)
{
	return source->views == NULL ? NULL : views_relays(source->views);
}

/* The texts of relays: TEXT_OF(member of struct relays). */
#define RELAYS_TAG(name)                                                                \
	static bool tag_relays##name(                                                   \
	    struct buf *out, struct slice argument, const struct markup_source *source) \
	{                                                                               \
		const struct relays *relays = relays_of(source);                        \
                                                                                        \
		(void)argument;                                                         \
		buf_add(out, relays == NULL ? SLICE_ABSENT : relays->name);             \
		return true;                                                            \
	}
RELAYS_TAG(trusted)
RELAYS_TAG(untrusted)
RELAYS_TAG(internal)
RELAYS_TAG(external)
#undef RELAYS_TAG

static void
add_reversed(struct buf *out, struct slice text)
{
	struct ip ip;

	if (ip_parse(text, &ip))
		buf_add(out, ip_reversed(out->arena, &ip));
}

/* The trusted relay that is farthest away, or NULL. */
static const struct relay *
first_trusted(const struct markup_source *source)
{
	const struct relays *relays = relays_of(source);

	return relays == NULL ? NULL : relays_first_trusted(relays);
}

static const struct relay *
last_external(const struct markup_source *source)
{
	const struct relays *relays = relays_of(source);

	return relays == NULL ? NULL : relays_last_external(relays);
}

/* A fact of one relay: RELAY_TAG(name, which relay, what is done with its text, its member). */
#define RELAY_TAG(name, which, add, member)                                             \
	static bool tag_##name(                                                         \
	    struct buf *out, struct slice argument, const struct markup_source *source) \
	{                                                                               \
		const struct relay *relay = which(source);                              \
                                                                                        \
		(void)argument;                                                         \
		if (relay != NULL)                                                      \
			add(out, relay->member);                                        \
		return true;                                                            \
	}
RELAY_TAG(firsttrustedip, first_trusted, buf_add, ip)
RELAY_TAG(firsttrustedrevip, first_trusted, add_reversed, ip)
RELAY_TAG(lastexternalip, last_external, buf_add, ip)
RELAY_TAG(lastexternalrevip, last_external, add_reversed, ip)
RELAY_TAG(lastexternalrdns, last_external, buf_add, rdns)
RELAY_TAG(lastexternalhelo, last_external, buf_add, helo)
#undef RELAY_TAG

/* Of the Gregorian calendar, from days since 1970-01-01, in years that begin in March. */
static void
print_day(struct buf *out, int64_t days)
{
	static const char *const names[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	static const char *const months[] = { "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
		"Oct", "Nov", "Dec", "Jan", "Feb" };
	int64_t since = days + 719468, era = since / 146097, in_era = since % 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153;

	buf_printf(out, "%s, %02d %s %4" PRId64, names[days % 7],
	    (int)(in_year - (153 * month + 2) / 5 + 1), months[month],
	    year + era * 400 + (month > 9));
}

/* In UTC: the engine knows of no other. */
static bool
tag_date(struct buf *out, struct slice argument, const struct markup_source *source)
{
	int64_t now = source->views == NULL || source->views->now < 0 ? 0 : source->views->now;
	int seconds = (int)(now % DAY_SECONDS);

	(void)argument;
	print_day(out, now / DAY_SECONDS);
	buf_printf(out, " %02d:%02d:%02d +0000", seconds / 3600, seconds / 60 % 60, seconds % 60);
	return true;
}

static bool
tag_timing(struct buf *out, struct slice argument, const struct markup_source *source)
{
	(void)argument;
	buf_printf(out, "total %" PRId64 " ms", source->verdict->us_total / 1000);
	return true;
}

static bool
tag_sc(struct buf *out, struct slice argument, const struct markup_source *source)
{
	const struct verdict *verdict = source->verdict;

	(void)argument;
	if (verdict->ended_by.n > 0)
		buf_printf(out, "%.*s (%s)", SLICE_ARG(verdict->ended_by), verdict->ended_as);
	else
		buf_add(out, SLICE("no"));
	return true;
}

static bool
tag_rulesversion(struct buf *out, struct slice argument, const struct markup_source *source)
{
	const struct name_list *versions = source->views == NULL
					       ? NULL
					       : ruleset_list(
						     source->views->ruleset, "update_version");

	(void)argument;
	for (size_t i = 0; versions != NULL && i < versions->entries.n; i++) {
		if (i > 0)
			buf_add_byte(out, ',');
		buf_add(out, *(struct slice *)vec_at(&versions->entries, i));
	}
	return true;
}

/* Tags that are one text: TEXT_TAG(name, expression over `source`). */
#define TEXT_TAG_TABLE(X)                                                                         \
	X(version, SLICE(MARKUP_SPAMASSASSIN_VERSION "-steelyard-" PACKAGE_VERSION))              \
	X(subversion, SLICE(MARKUP_SPAMASSASSIN_DATE))                                            \
	X(hostname, argument_or(source->policy->markup.hostname, source->policy->hostname))       \
	X(remotehostname, SLICE("localhost"))                                                     \
	X(remotehostaddr, SLICE("127.0.0.1"))                                                     \
	X(contactaddress, source->policy->markup.contact)                                         \
	X(bayes, SLICE("0.5"))                                                                    \
	X(subjprefix, source->verdict->subject_prefix)                                            \
	X(scrule, argument_or(source->verdict->ended_by, SLICE("none")))                          \
	X(sctype, slice_of(source->verdict->ended_as == NULL ? "no" : source->verdict->ended_as)) \
	X(nothing, SLICE(""))

#define TEXT_TAG(name, value)                                                           \
	static bool tag_##name(                                                         \
	    struct buf *out, struct slice argument, const struct markup_source *source) \
	{                                                                               \
		(void)argument;                                                         \
		(void)source;                                                           \
		buf_add(out, value);                                                    \
		return true;                                                            \
	}
TEXT_TAG_TABLE(TEXT_TAG)
#undef TEXT_TAG

static const struct {
	const char *name;
	tag_fn *add;
} tags[] = {
	{ "YESNO", tag_yesno },
	{ "YESNOCAPS", tag_yesnocaps },
	{ "SCORE", tag_score },
	{ "HITS", tag_score },
	{ "REQD", tag_reqd },
	{ "VERSION", tag_version },
	{ "SUBVERSION", tag_subversion },
	{ "RULESVERSION", tag_rulesversion },
	{ "HOSTNAME", tag_hostname },
	{ "REMOTEHOSTNAME", tag_remotehostname },
	{ "REMOTEHOSTADDR", tag_remotehostaddr },
	{ "FIRSTTRUSTEDIP", tag_firsttrustedip },
	{ "FIRSTTRUSTEDREVIP", tag_firsttrustedrevip },
	{ "LASTEXTERNALIP", tag_lastexternalip },
	{ "LASTEXTERNALREVIP", tag_lastexternalrevip },
	{ "LASTEXTERNALRDNS", tag_lastexternalrdns },
	{ "LASTEXTERNALHELO", tag_lastexternalhelo },
	{ "RELAYSTRUSTED", tag_relaystrusted },
	{ "RELAYSUNTRUSTED", tag_relaysuntrusted },
	{ "RELAYSINTERNAL", tag_relaysinternal },
	{ "RELAYSEXTERNAL", tag_relaysexternal },
	{ "CONTACTADDRESS", tag_contactaddress },
	{ "BAYES", tag_bayes },
	{ "DATE", tag_date },
	{ "STARS", tag_stars },
	{ "AUTOLEARN", tag_autolearn },
	{ "AUTOLEARNSCORE", tag_autolearnscore },
	{ "TESTS", tag_tests },
	{ "TESTSSCORES", tag_testsscores },
	{ "SUBTESTS", tag_subtests },
	{ "SUBTESTSCOLLAPSED", tag_subtestscollapsed },
	{ "PREVIEW", tag_preview },
	{ "REPORT", tag_report },
	{ "SUMMARY", tag_summary },
	{ "SUBJPREFIX", tag_subjprefix },
	{ "HEADER", tag_header },
	{ "TIMING", tag_timing },
	{ "SENDERDOMAIN", tag_senderdomain },
	{ "AUTHORDOMAIN", tag_authordomain },
	{ "SC", tag_sc },
	{ "SCRULE", tag_scrule },
	{ "SCTYPE", tag_sctype },
	/* of what is not here */
	{ "RBL", tag_nothing },
	{ "LANGUAGES", tag_nothing },
	{ "ASN", tag_nothing },
	{ "ASNCIDR", tag_nothing },
	{ "AWL", tag_nothing },
	{ "AWLMEAN", tag_nothing },
	{ "AWLCOUNT", tag_nothing },
	{ "AWLPRESCORE", tag_nothing },
	{ "DCCB", tag_nothing },
	{ "DCCR", tag_nothing },
	{ "DCCREP", tag_nothing },
	{ "PYZOR", tag_nothing },
	{ "DKIMIDENTITY", tag_nothing },
	{ "DKIMDOMAIN", tag_nothing },
	{ "DKIMSELECTOR", tag_nothing },
	{ "BAYESTC", tag_nothing },
	{ "BAYESTCLEARNED", tag_nothing },
	{ "BAYESTCSPAMMY", tag_nothing },
	{ "BAYESTCHAMMY", tag_nothing },
	{ "HAMMYTOKENS", tag_nothing },
	{ "SPAMMYTOKENS", tag_nothing },
	{ "TOKENSUMMARY", tag_nothing },
	{ "EXTRACTTEXTCHARS", tag_nothing },
	{ "EXTRACTTEXTWORDS", tag_nothing },
	{ "EXTRACTTEXTTOOLS", tag_nothing },
	{ "EXTRACTTEXTTYPES", tag_nothing },
	{ "EXTRACTTEXTEXTENSIONS", tag_nothing },
	{ "EXTRACTTEXTFLAGS", tag_nothing },
	{ "EXTRACTTEXTURIS", tag_nothing },
};

static tag_fn *
find_tag(struct slice name)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (slice_eq(name, slice_of(tags[i].name)))
			return tags[i].add;
	}
	return NULL;
}

static bool
is_name(char c)
{
	return ascii_is_upper(c) || ascii_is_digit(c);
}

/* A tag at the top of a text. */
struct tag {
	struct slice name, argument; /* argument absent: not given */
	size_t n; /* bytes of the text that it takes; 0: there is none */
};

static struct tag
read_tag(struct slice text)
{
	struct tag tag = { .n = 0 };
	size_t at = 1, end = 0; /* where the last name ended that an underscore follows */
	size_t line, close;

	if (text.n < 3 || text.p[0] != '_' || !ascii_is_upper(text.p[1]))
		return tag;
	for (;;) {
		while (at < text.n && is_name(text.p[at]))
			at++;
		if (at >= text.n || text.p[at] != '_')
			break;
		end = at;
		if (at + 1 >= text.n || !is_name(text.p[at + 1]))
			break;
		at++;
	}
	if (at < text.n && text.p[at] == '(') {
		line = slice_find_byte(text, at, '\n');
		close = slice_find(slice_cut(text, 0, line), at, SLICE(")_"));
		if (close < line) {
			tag.name = slice_cut(text, 1, at);
			tag.argument = slice_cut(text, at + 1, close);
			tag.n = close + 2;
			return tag;
		}
	}
	if (end > 0) {
		tag.name = slice_cut(text, 1, end);
		tag.n = end + 1;
	}
	return tag;
}

/* Appends what rules have set the tag to, its values with a blank between; false: nothing. */
static bool
expand_capture(struct buf *out, const struct tag *tag, const struct markup_source *source)
{
	const struct vec *values = source->views == NULL ? NULL
							 : capture_tag(source->views, tag->name);

	if (values == NULL)
		return false;
	for (size_t i = 0; i < values->n; i++) {
		if (i > 0)
			buf_add_byte(out, ' ');
		buf_add(out, *(struct slice *)vec_at(values, i));
	}
	return true;
}

/* Appends what the tag stands for; false: nothing. */
static bool
expand_tag(struct buf *out, const struct tag *tag, const struct markup_source *source)
{
	tag_fn *add = find_tag(tag->name);

	if ((add == NULL || add == tag_nothing) && expand_capture(out, tag, source))
		return true;
	return add != NULL && add(out, tag->argument, source);
}

void
markup_expand(struct buf *out, struct slice text, const struct markup_source *source)
{
	size_t start = out->n;

	for (size_t at = 0; at < text.n && out->n - start < MARKUP_TEXT_MAX;) {
		struct tag tag = read_tag(slice_from(text, at));

		if (tag.n == 0)
			buf_add_byte(out, text.p[at++]);
		else if (!expand_tag(out, &tag, source))
			buf_add(out, slice_cut(text, at, at + tag.n));
		at += tag.n;
	}
}

struct slice
markup_unknown_tag(struct slice text)
{
	for (size_t at = 0; at < text.n;) {
		struct tag tag = read_tag(slice_from(text, at));

		if (tag.n > 0 && tag.name.n > 1 && find_tag(tag.name) == NULL)
			return slice_cut(text, at, at + tag.n);
		at += tag.n == 0 ? 1 : tag.n;
	}
	return SLICE_ABSENT;
}
