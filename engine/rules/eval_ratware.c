/*
 * eval_ratware.c - eval functions over what mailing programs leave in Message-ID and the envelope
 *
 * Source: SpamAssassin 4.0.1's HeaderEval, by how it behaves, oddities
 * included. Outlook's Message-ID has a clock in it: 4 hex digits, then 8 that
 * count units of 2^32 * 100 ns from 1601 on.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/eval_pattern.h"

#include "engine/mime/boundary.h"
#include "engine/mime/date.h"
#include "engine/util/ascii.h"

/* Where the address begins in PATTERN_NAME_ID's match: behind "<", 28 capitals and ".". */
#define ID_ADDRESS 30
/* How far Outlook's clock may be from a date: 30 hours. */
#define OUTLOOK_FUDGE 250
#define OUTLOOK_UNITS_PER_SECOND 0.0023283064365387
#define OUTLOOK_UNITS_BEFORE_1970 27111902.8329849

static int64_t
hex_value(struct slice digits)
{
	int64_t value = 0;

	for (size_t i = 0; i < digits.n; i++)
		value = value * 16 + ascii_hex(digits.p[i]);
	return value;
}

/* Whether the clock is near the first date in text, or near 1970 if nobody can read one. */
static bool
outlook_near(int64_t clock, struct slice text)
{
	int64_t seconds, difference;

	if (text.p == NULL || !date_parse(text, &seconds))
		seconds = 0;
	difference = clock - (int64_t)((double)seconds * OUTLOOK_UNITS_PER_SECOND +
				       OUTLOOK_UNITS_BEFORE_1970);
	return difference > -OUTLOOK_FUDGE && difference < OUTLOOK_FUDGE;
}

/* SpamAssassin means the topmost Received field's date and reads the first date of them all. */
unsigned
eval_check_outlook_message_id(const struct rule *rule, struct views *views)
{
	struct slice id = eval_field(views, FIXED_MESSAGE_ID);
	int64_t clock;

	if (!eval_pattern_in(views, rule, PATTERN_OUTLOOK_ID, id))
		return 0;
	clock = hex_value(slice_cut(id, 5, 13));
	return !outlook_near(clock, eval_field(views, FIXED_DATE)) &&
	       !outlook_near(clock, eval_field(views, FIXED_RECEIVED));
}

/* Software of lists and gateways that gives messages Message-IDs of its own. */
unsigned
eval_check_messageid_not_usable(const struct rule *rule, struct views *views)
{
	struct slice received = eval_field(views, FIXED_RECEIVED);

	return eval_pattern_in(
		   views, rule, PATTERN_LEAVE_LIST, eval_field(views, FIXED_LIST_UNSUBSCRIBE)) ||
	       eval_gated_through_received_hdr_remover(rule, views) ||
	       slice_find(received, 0, SLICE("/CWT/DCE)")) < received.n ||
	       slice_find(received, 0, SLICE("iPlanet Messaging Server")) < received.n;
}

/* Whether text that ends at `end` ends in a quoted name and blanks. */
static bool
quoted_name_before(struct slice text, size_t end)
{
	size_t start;

	while (end > 0 && ascii_is_space(text.p[end - 1]))
		end--;
	if (end == 0 || text.p[--end] != '"')
		return false;
	start = end;
	while (start > 0 && text.p[start - 1] != '"')
		start--;
	return start > 0 && start < end;
}

/* "<28 capitals.ADDRESS>" as Message-ID of a message whose From is "name" <ADDRESS>. */
unsigned
eval_check_ratware_name_id(const struct rule *rule, struct views *views)
{
	struct slice from = eval_field(views, FIXED_FROM), address;
	struct slice id = eval_pattern_find(
	    views, rule, PATTERN_NAME_ID, eval_field(views, FIXED_MESSAGE_ID));

	if (id.p == NULL)
		return 0;
	address = arena_printf(views->arena, "<%.*s", SLICE_ARG(slice_from(id, ID_ADDRESS)));
	if (address.p == NULL)
		return 0;
	for (size_t at = slice_find(from, 0, address); at < from.n;
	     at = slice_find(from, at + 1, address)) {
		if (quoted_name_before(from, at))
			return 1;
	}
	return 0;
}

/* Whether `text` from `at` on is any byte, user and "@", after the domain that ends there. */
static bool
user_follows(struct slice text, size_t at, struct slice user)
{
	return at < text.n && text.p[at] != '\n' && slice_istarts(slice_from(text, at + 1), user) &&
	       at + 1 + user.n < text.n && text.p[at + 1 + user.n] == '@';
}

/* "SRS0=", "SRS1-" and the like: the envelope of mail that was forwarded. */
static bool
is_rewritten(struct slice address)
{
	return slice_istarts(address, SLICE("SRS")) && address.n > 4 &&
	       ascii_is_digit(address.p[3]) &&
	       slice_find_byte(SLICE("=+-"), 0, address.p[4]) < SLICE("=+-").n;
}

/* MAIL FROM that has the recipient turned round: "domain.user@" for user@domain. */
unsigned
eval_check_ratware_envelope_from(const struct rule *rule, struct views *views)
{
	struct slice to = eval_first_line(eval_field(views, FIXED_TO_ADDR));
	struct slice from = eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM));
	size_t at = slice_find_byte(to, 0, '@');
	struct slice user = slice_cut(to, 0, at), domain;

	(void)rule;
	if (user.n == 0 || at + 1 >= to.n || is_rewritten(from))
		return 0;
	domain = eval_organisation(views, slice_from(to, at + 1));
	if (domain.n == 0 || slice_find_byte(domain, 0, '.') == domain.n ||
	    !boundary_has_tld(views->ruleset->boundaries, domain))
		return 0;
	for (size_t i = slice_ifind(from, 0, domain); i < from.n;
	     i = slice_ifind(from, i + 1, domain)) {
		bool bound = (i > 0 && ascii_is_word(from.p[i - 1])) != ascii_is_word(from.p[i]);

		if (bound && user_follows(from, i + domain.n, user))
			return 1;
	}
	return 0;
}

/* SpamAssassin keeps the name for old rules; it says nothing any more. */
unsigned
eval_check_for_unique_subject_id(const struct rule *rule, struct views *views)
{
	(void)rule;
	(void)views;
	return 0;
}
