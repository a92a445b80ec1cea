/*
 * eval_header.c - eval functions over header fields and the addresses in them
 *
 * Sources: SpamAssassin 4.0.1's HeaderEval, by how they
 * behave. Comparisons of addresses and domains ignore ASCII case.
 */
#include "engine/rules/eval.h"

#include "engine/mime/header.h"
#include "engine/mime/word.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/eval_pattern.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"
#include "engine/util/utf8.h"

/* A Subject shorter than this is not called shouting. */
#define CAPS_LENGTH_MIN 10
/* Fields of one name are counted no further: rules ask for fewer than 1000. */
#define COUNTED_MAX 1000

unsigned
eval_check_for_missing_to_header(const struct rule *rule, struct views *views)
{
	const struct header_list *headers = &views->message->headers;

	(void)rule;
	return header_find(headers, SLICE("To"), 0) == NULL &&
	       header_find(headers, SLICE("Apparently-To"), 0) == NULL;
}

/* Fields of that name whose values, as rules read them, differ from all before them. */
static size_t
count_distinct(struct views *views, struct slice name)
{
	const struct header_list *headers = &views->message->headers;
	struct map *seen = map_new(views->arena, MAP_EXACT, views->hash_seed);
	const struct header *header;

	for (size_t i = 0; i < COUNTED_MAX && (header = header_find(headers, name, i)) != NULL;
	     i++) {
		struct slice value = word_field(views->arena, views->converters, header);

		if (seen == NULL || value.p == NULL || !map_add(seen, value, views))
			return 0;
	}
	return seen == NULL ? 0 : map_count(seen);
}

unsigned
eval_check_header_count_range(const struct rule *rule, struct views *views)
{
	const struct eval_arg *args = rule->call.args;
	double n = (double)count_distinct(views, args[0].text);

	return n >= args[1].number && n <= args[2].number;
}

/* A control that no field may have: all but tab and line ends. */
static bool
is_illegal_control(char c)
{
	return (unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

/* What a field may not have, counted in one walk. */
struct illegal {
	size_t controls, deletes, high;
};

static struct illegal
count_illegal(struct slice text)
{
	struct illegal count = { 0, 0, 0 };

	for (size_t i = 0; i < text.n; i++) {
		if (ascii_is_print(text.p[i]))
			continue;
		count.controls += is_illegal_control(text.p[i]);
		count.deletes += text.p[i] == 0x7f;
		count.high += ascii_is_high(text.p[i]);
	}
	return count;
}

/* A Subject may have one cent, pound or registered sign of Latin-1. */
static size_t
excused(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\xa2' || text.p[i] == '\xa3' || text.p[i] == '\xae';
	return n == 1 ? 1 : 0;
}

/* Bytes above 0x7f are legal where the whole is UTF-8 without controls (RFC 6532). */
unsigned
eval_check_illegal_chars(const struct rule *rule, struct views *views)
{
	const struct eval_arg *args = rule->call.args;
	struct illegal count;
	struct slice text;
	size_t illegal;

	if (!views_field(views, args[0].selector, &text) || slice_trim(text).n == 0)
		return 0;
	count = count_illegal(text);
	if (count.controls == 0 && count.high > 0 && utf8_valid(text))
		return 0;
	illegal = count.controls + count.deletes + count.high;
	if (illegal > 0 && (slice_ieq(args[0].text, SLICE("Subject")) ||
			       slice_ieq(args[0].text, SLICE("Subject:raw"))))
		illegal -= excused(text);
	return (double)illegal / (double)text.n >= args[1].number &&
	       (double)illegal >= args[2].number;
}

/* The Subject without leading "Re:", "Fwd:" and the like. */
static struct slice
bare_subject(struct slice subject)
{
	static const char *const marks[] = {
		"re:", "fwd:", "fw:", "aw:", "antwort:", "wg:", "sv:", "vb:", "vs:", "vl:"
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (slice_istarts(subject, slice_of(marks[i]))) {
			subject = slice_trim(slice_from(subject, slice_of(marks[i]).n));
			i = (size_t)-1;
		}
	}
	return subject;
}

static bool
has_blank(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (ascii_is_space(text.p[i]))
			return true;
	}
	return false;
}

unsigned
eval_subject_is_all_caps(const struct rule *rule, struct views *views)
{
	struct slice subject = bare_subject(slice_trim(eval_field(views, FIXED_SUBJECT)));
	size_t letters = 0;

	if (subject.n < CAPS_LENGTH_MIN || !has_blank(subject))
		return 0;
	for (size_t i = 0; i < subject.n; i++) {
		if (ascii_is_lower(subject.p[i]))
			return 0;
		letters += ascii_is_upper(subject.p[i]);
	}
	return letters > 0 && !eval_pattern_in(views, rule, PATTERN_CAPS_CHARSET,
				  eval_field(views, FIXED_SUBJECT_RAW));
}

/* "%NAME" that a mailing program should have replaced. */
static bool
has_template(struct slice text)
{
	for (size_t i = 0; i + 2 < text.n; i++) {
		char second = text.p[i + 2];

		if (text.p[i] == '%' && ascii_is_upper(text.p[i + 1]) &&
		    (ascii_is_upper(second) || second == '_' || second == '-'))
			return true;
	}
	return false;
}

/* Fields where such a thing may stand in good faith, as SpamAssassin leaves them out. */
static bool
may_have_percent(struct slice name)
{
	static const char *const names[] = { "To", "Cc", "From", "Subject", "References",
		"In-Reply-To", "Message-ID", "X-Message-ID", "Resent-Message-ID",
		"X-Original-Message-ID", "X-Face", "X-UIDL", "X-VMS-To" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (slice_ieq(name, slice_of(names[i])))
			return true;
	}
	return false;
}

unsigned
eval_check_unresolved_template(const struct rule *rule, struct views *views)
{
	struct slice rest = eval_field(views, FIXED_ALL), line;

	(void)rule;
	while (slice_next_line(&rest, &line)) {
		if (has_template(line) &&
		    !may_have_percent(slice_cut(line, 0, slice_find_byte(line, 0, ':'))))
			return 1;
	}
	return 0;
}

/* Whether a word begins or ends at `at`: Perl's \b. */
static bool
at_edge(struct slice text, size_t at)
{
	bool before = at > 0 && ascii_is_word(text.p[at - 1]);
	bool after = at < text.n && ascii_is_word(text.p[at]);

	return before != after;
}

/* Whether word stands in text, case ignored, with an edge at both its ends. */
static bool
has_word(struct slice text, struct slice word)
{
	for (size_t at = slice_ifind(text, 0, word); at < text.n;
	     at = slice_ifind(text, at + 1, word)) {
		if (at_edge(text, at) && at_edge(text, at + word.n))
			return true;
	}
	return false;
}

static bool
is_mark(char c)
{
	return slice_find_byte(SLICE(",:;!?-"), 0, c) < SLICE(",:;!?-").n;
}

static struct slice
skip_space(struct slice text)
{
	while (text.n > 0 && ascii_is_space(text.p[0]))
		text = slice_from(text, 1);
	return text;
}

/* "user, ..." in user's own case; the mark ends the text or a blank follows. */
static bool
calls_user(struct slice text, struct slice user)
{
	if (!slice_starts(text, user))
		return false;
	text = skip_space(slice_from(text, user.n));
	return text.n > 0 && is_mark(text.p[0]) && (text.n == 1 || ascii_is_space(text.p[1]));
}

/* "re: user" or "fw: word user", and nothing behind it. */
static bool
answers_user(struct slice text, struct slice user)
{
	if ((!slice_istarts(text, SLICE("re:")) && !slice_istarts(text, SLICE("fw:"))) ||
	    text.n < 3 + user.n || !slice_iends(text, user))
		return false;
	text = skip_space(slice_cut(text, 3, text.n - user.n));
	if (text.n == 0)
		return true;
	while (text.n > 0 && ascii_is_word(text.p[0]))
		text = slice_from(text, 1);
	return text.n > 0 && skip_space(text).n == 0;
}

/* ", user!" */
static bool
marks_user(struct slice text, struct slice user)
{
	if (!slice_starts(text, SLICE(",")) || !is_mark(text.p[text.n - 1]))
		return false;
	return slice_ieq(skip_space(slice_cut(text, 1, text.n - 1)), user);
}

/* `address`: the recipient's address is a word of the Subject; `user`: it addresses him by it. */
unsigned
eval_check_for_to_in_subject(const struct rule *rule, struct views *views)
{
	struct slice subject = eval_field(views, FIXED_SUBJECT);
	struct slice to = eval_first_line(eval_field(views, FIXED_TO_ADDR)), user;

	if (to.n == 0)
		return 0;
	if (slice_eq(rule->call.args[0].text, SLICE("address")))
		return has_word(subject, to);
	if (!slice_eq(rule->call.args[0].text, SLICE("user")))
		return 0;
	if (slice_ends(subject, SLICE("\n")))
		subject.n--;
	user = slice_cut(to, 0, slice_find_byte(to, 0, '@'));
	return slice_ieq(subject, user) || calls_user(subject, user) ||
	       answers_user(subject, user) || marks_user(subject, user);
}

unsigned
eval_check_for_matching_env_and_hdr_from(const struct rule *rule, struct views *views)
{
	struct slice envelope = eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM));

	(void)rule;
	return slice_ieq(envelope, eval_first_line(eval_field(views, FIXED_FROM_ADDR)));
}

/* "b.c" of "x.a.b.c"; the whole where one of the last two labels is empty. */
static struct slice
second_level(struct slice domain)
{
	struct slice tail = eval_last_labels(domain, 2);
	size_t dot = slice_find_byte(tail, 0, '.');

	return dot == 0 || dot + 1 >= tail.n || domain.n < tail.n + 2 ? domain : tail;
}

/* Against its name, it hits where they differ. */
unsigned
eval_check_equal_from_domains(const struct rule *rule, struct views *views)
{
	struct slice from = eval_domain(eval_first_line(eval_field(views, FIXED_FROM_ADDR)));
	struct slice envelope = eval_domain(
	    eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM)));

	(void)rule;
	return from.n > 0 && envelope.n > 0 &&
	       !slice_ieq(second_level(from), second_level(envelope));
}

unsigned
eval_check_replyto_other_domain(const struct rule *rule, struct views *views)
{
	struct slice from = eval_first_line(eval_field(views, FIXED_FROM_ADDR));
	struct slice reply = eval_first_line(eval_field(views, FIXED_REPLY_TO_ADDR));

	(void)rule;
	return from.n > 0 && reply.n > 0 && !eval_same_organisation(views, from, reply);
}

/* What SpamAssassin's plugin Test is for: it hits. */
unsigned
eval_check_test_plugin(const struct rule *rule, struct views *views)
{
	(void)rule;
	(void)views;
	return 1;
}
