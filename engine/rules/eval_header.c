/*
 * eval_header.c - eval functions over header fields and the addresses in them
 *
 * Sources: SpamAssassin 4.0.1's HeaderEval and FromNameSpoof, by how they
 * behave. Comparisons of addresses and domains ignore ASCII case.
 */
#include "engine/rules/eval.h"

#include "engine/mime/header.h"
#include "engine/rules/eval_help.h"
#include "engine/util/ascii.h"
#include "engine/util/utf8.h"

/* A Subject shorter than this is not called shouting. */
#define CAPS_LENGTH_MIN 10

unsigned
eval_check_for_missing_to_header(const struct rule *rule, struct views *views)
{
	const struct header_list *headers = &views->message->headers;

	(void)rule;
	return header_find(headers, SLICE("To"), 0) == NULL &&
	       header_find(headers, SLICE("Apparently-To"), 0) == NULL;
}

/* Fields of that name whose values differ from all before them. */
static size_t
count_distinct(const struct header_list *headers, struct slice name)
{
	size_t n = header_count(headers, name), distinct = 0;

	n = n < EVAL_FIELDS_MAX ? n : EVAL_FIELDS_MAX;
	for (size_t i = 0; i < n; i++) {
		struct slice value = slice_trim(header_find(headers, name, i)->raw);
		size_t k = 0;

		while (k < i && !slice_eq(value, slice_trim(header_find(headers, name, k)->raw)))
			k++;
		distinct += k == i;
	}
	return distinct;
}

unsigned
eval_check_header_count_range(const struct rule *rule, struct views *views)
{
	const struct eval_arg *args = rule->call.args;
	double n = (double)count_distinct(&views->message->headers, args[0].text);

	return n >= args[1].number && n <= args[2].number;
}

static size_t
count_controls(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\v' || text.p[i] == '\f' ||
		     (ascii_is_control(text.p[i]) && !ascii_is_space(text.p[i]));
	return n;
}

static size_t
count_high(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += ascii_is_high(text.p[i]);
	return n;
}

/* Bytes above 0x7f are legal where the whole is UTF-8 (RFC 6532). */
unsigned
eval_check_illegal_chars(const struct rule *rule, struct views *views)
{
	const struct eval_arg *args = rule->call.args;
	const struct header_list *headers = &views->message->headers;
	struct slice text = headers->bytes;
	size_t illegal;

	if (!slice_eq(args[0].text, SLICE("ALL"))) {
		const struct header *header = header_find(headers, args[0].text, 0);

		text = header == NULL ? SLICE("") : slice_trim(header->raw);
	}
	illegal = utf8_valid(text) ? count_controls(text) : count_controls(text) + count_high(text);
	return text.n > 0 && (double)illegal / (double)text.n >= args[1].number &&
	       (double)illegal >= args[2].number;
}

/* The Subject without leading "Re:", "Fwd:" and the like. */
static struct slice
bare_subject(struct views *views)
{
	static const char *const marks[] = { "re:", "fw:", "fwd:", "aw:", "wg:", "sv:" };
	struct slice subject = slice_trim(eval_field(views, FIXED_SUBJECT));

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (slice_istarts(subject, slice_of(marks[i]))) {
			subject = slice_trim(slice_from(subject, slice_of(marks[i]).n));
			i = (size_t)-1;
		}
	}
	return subject;
}

unsigned
eval_subject_is_all_caps(const struct rule *rule, struct views *views)
{
	struct slice subject = bare_subject(views);
	size_t letters = 0;

	(void)rule;
	if (subject.n < CAPS_LENGTH_MIN || slice_find_byte(subject, 0, ' ') == subject.n)
		return 0;
	for (size_t i = 0; i < subject.n; i++) {
		if (ascii_is_lower(subject.p[i]))
			return 0;
		letters += ascii_is_upper(subject.p[i]);
	}
	return letters > 0;
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
		"In-Reply-To", "Message-ID", "X-Message-ID", "Resent-Message-ID", "X-Face",
		"X-UIDL", "X-VMS-To" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (slice_ieq(name, slice_of(names[i])))
			return true;
	}
	return false;
}

unsigned
eval_check_unresolved_template(const struct rule *rule, struct views *views)
{
	const struct header_list *headers = &views->message->headers;

	(void)rule;
	for (size_t i = 0; i < headers->n; i++) {
		if (!may_have_percent(headers->v[i].name) && has_template(headers->v[i].raw))
			return 1;
	}
	return 0;
}

/* Whether word stands in text, case ignored, as a word of its own. */
static bool
has_word(struct slice text, struct slice word)
{
	for (size_t at = slice_ifind(text, 0, word); at < text.n;
	     at = slice_ifind(text, at + 1, word)) {
		size_t end = at + word.n;

		if ((at == 0 || !ascii_is_word(text.p[at - 1])) &&
		    (end == text.n || !ascii_is_word(text.p[end])))
			return true;
	}
	return false;
}

/* Whether text is `user`, or greets him: "user, ...". */
static bool
greets(struct slice text, struct slice user)
{
	struct slice rest;

	if (user.n == 0 || !slice_starts(text, user))
		return false;
	rest = slice_trim(slice_from(text, user.n));
	if (rest.n == 0)
		return true;
	return slice_find_byte(SLICE(",:;!?-"), 0, rest.p[0]) < 6 &&
	       (rest.n == 1 || ascii_is_space(rest.p[1]));
}

unsigned
eval_check_for_to_in_subject(const struct rule *rule, struct views *views)
{
	struct slice subject = slice_trim(eval_field(views, FIXED_SUBJECT));
	struct slice to = eval_first_line(eval_field(views, FIXED_TO_ADDR));

	if (slice_eq(rule->call.args[0].text, SLICE("address")))
		return to.n > 0 && has_word(subject, to);
	return greets(subject, slice_cut(to, 0, slice_find_byte(to, 0, '@')));
}

unsigned
eval_check_for_matching_env_and_hdr_from(const struct rule *rule, struct views *views)
{
	struct slice envelope = eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM));

	(void)rule;
	return slice_ieq(envelope, eval_first_line(eval_field(views, FIXED_FROM_ADDR)));
}

unsigned
eval_check_equal_from_domains(const struct rule *rule, struct views *views)
{
	struct slice from = eval_domain(eval_first_line(eval_field(views, FIXED_FROM_ADDR)));
	struct slice envelope = eval_domain(
	    eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM)));

	(void)rule;
	return from.n > 0 && envelope.n > 0 &&
	       !slice_ieq(eval_last_labels(from, 2), eval_last_labels(envelope, 2));
}

unsigned
eval_gated_through_received_hdr_remover(const struct rule *rule, struct views *views)
{
	const struct header_list *headers = &views->message->headers;
	const struct header *list = header_find(headers, SLICE("Mailing-List"), 0);

	(void)rule;
	if (list != NULL && slice_ifind(list->raw, 0, SLICE("ezmlm")) < list->raw.n)
		return 1;
	return header_find(headers, SLICE("Received"), 0) == NULL && !views->envelope->known;
}

unsigned
eval_check_replyto_other_domain(const struct rule *rule, struct views *views)
{
	struct slice from = eval_first_line(eval_field(views, FIXED_FROM_ADDR));
	struct slice reply = eval_first_line(eval_field(views, FIXED_REPLY_TO_ADDR));

	(void)rule;
	return from.n > 0 && reply.n > 0 && !eval_same_organisation(views, from, reply);
}

/* The first address that stands in a display name; absent: none. */
static struct slice
address_in_name(struct slice name)
{
	for (size_t at = slice_find_byte(name, 0, '@'); at < name.n;
	     at = slice_find_byte(name, at + 1, '@')) {
		size_t start = at, end = at + 1;

		while (start > 0 && (ascii_is_word(name.p[start - 1]) || name.p[start - 1] == '.' ||
					name.p[start - 1] == '-' || name.p[start - 1] == '+'))
			start--;
		while (end < name.n &&
		       (ascii_is_alnum(name.p[end]) || name.p[end] == '.' || name.p[end] == '-'))
			end++;
		while (end > at + 1 && name.p[end - 1] == '.')
			end--;
		if (start < at && slice_find_byte(slice_cut(name, at, end), 0, '.') < end - at)
			return slice_cut(name, start, end);
	}
	return SLICE_ABSENT;
}

unsigned
eval_check_fromname_spoof(const struct rule *rule, struct views *views)
{
	struct slice shown = address_in_name(eval_field(views, FIXED_FROM_NAME));
	struct slice from = eval_first_line(eval_field(views, FIXED_FROM_ADDR));

	(void)rule;
	return shown.n > 0 && from.n > 0 && !eval_same_organisation(views, shown, from);
}

unsigned
eval_check_fromname_equals_to(const struct rule *rule, struct views *views)
{
	struct slice shown = address_in_name(eval_field(views, FIXED_FROM_NAME));

	(void)rule;
	return shown.n > 0 && slice_ieq(shown, eval_first_line(eval_field(views, FIXED_TO_ADDR)));
}

unsigned
eval_check_fromname_equals_replyto(const struct rule *rule, struct views *views)
{
	struct slice shown = address_in_name(eval_field(views, FIXED_FROM_NAME));

	(void)rule;
	return shown.n > 0 &&
	       slice_ieq(shown, eval_first_line(eval_field(views, FIXED_REPLY_TO_ADDR)));
}
