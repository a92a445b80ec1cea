/*
 * eval_forged.c - eval functions that hold the Received fields against the provider that From names
 *
 * A message from a large provider bears that provider's Received fields, in
 * forms that eval_pattern.def has. Source: SpamAssassin 4.0.1's HeaderEval, by
 * how it behaves, oddities included. Where a list's software removes Received
 * fields nothing can be said.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/eval_pattern.h"

#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* Shorter than this Google's own fields are not, their line ends counted. */
#define GOOGLE_FIELD_MIN 60

static bool
has(struct slice text, struct slice word)
{
	return slice_find(text, 0, word) < text.n;
}

/* Each run of blanks and line ends as one space. Absent at the cap. */
static struct slice
squeeze(struct arena *arena, struct slice text)
{
	struct buf out = { .arena = arena };
	char *to = buf_reserve(&out, text.n);

	if (to == NULL)
		return SLICE_ABSENT;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_space(text.p[i]))
			to[out.n++] = text.p[i];
		else if (i == 0 || !ascii_is_space(text.p[i - 1]))
			to[out.n++] = ' ';
	}
	return buf_slice(&out);
}

/* All Received fields, squeezed. */
static struct slice
received(struct views *views)
{
	struct slice *memo = views->memos[MEMO_RECEIVED];

	if (memo == NULL) {
		memo = arena_alloc(views->arena, sizeof(*memo));
		if (memo == NULL)
			return SLICE("");
		*memo = squeeze(views->arena, eval_field(views, FIXED_RECEIVED));
		views->memos[MEMO_RECEIVED] = memo;
	}
	return *memo;
}

/* ezmlm and the groups of MSN remove Received fields; so did somebody if there are none. */
static bool
gated(const struct rule *rule, struct views *views)
{
	struct slice list = eval_field(views, FIXED_MAILING_LIST);
	struct slice fields = eval_field(views, FIXED_RECEIVED);

	if (fields.p == NULL)
		return true;
	if (list.p != NULL && eval_pattern_in(views, rule, PATTERN_EZMLM, list) &&
	    eval_pattern_in(views, rule, PATTERN_EZMLM_TO, eval_field(views, FIXED_DELIVERED_TO)) &&
	    eval_pattern_in(views, rule, PATTERN_EZMLM_BY, fields))
		return true;
	return eval_pattern_in(views, rule, PATTERN_MSN_GROUPS, fields);
}

unsigned
eval_gated_through_received_hdr_remover(const struct rule *rule, struct views *views)
{
	return gated(rule, views);
}

/* Whether a field that webmail writes has an IP address. */
static bool
has_address(const struct rule *rule, struct views *views, enum fixed_field field)
{
	struct slice value = eval_field(views, field);

	return value.p != NULL && eval_pattern_in(views, rule, PATTERN_ADDRESS, value);
}

/* Whether From is at that domain, or at one that ends in "-" or "." and it. */
static bool
from_is_at(struct views *views, struct slice domain)
{
	return eval_ends_with_word(eval_first_line(eval_field(views, FIXED_FROM_ADDR)), domain);
}

unsigned
eval_check_for_fake_aol_relay_in_rcvd(const struct rule *rule, struct views *views)
{
	struct slice text = received(views);

	return eval_pattern_in(views, rule, PATTERN_AOL_RELAY, text) &&
	       !eval_pattern_in(views, rule, PATTERN_AOL_OWN, text);
}

/* The run of bytes other than blanks that text begins with. */
static struct slice
first_word(struct slice text)
{
	size_t n = 0;

	while (n < text.n && !ascii_is_space(text.p[n]))
		n++;
	return slice_cut(text, 0, n);
}

/* Whether id begins with head, one byte or more, and tail, without a blank. */
static bool
id_is(struct slice id, struct slice head, struct slice tail)
{
	id = first_word(id);
	return head.p != NULL && tail.p != NULL && slice_starts(id, head) && id.n > head.n &&
	       slice_find(id, head.n + 1, tail) < id.n;
}

/* SpamAssassin reads the list's name as a pattern here; we take it as it stands. */
static bool
from_msn_groups(const struct rule *rule, struct views *views)
{
	struct slice id = eval_field(views, FIXED_OWN_MESSAGE_ID), server, bounce;
	struct slice list = eval_pattern_find(
	    views, rule, PATTERN_MSN_LIST, eval_field(views, FIXED_TO));

	if (list.p == NULL)
		return false;
	list = slice_cut(list, 1, list.n - SLICE("@groups.msn.com>").n);
	server = eval_pattern_find(
	    views, rule, PATTERN_MSN_SERVER, eval_field(views, FIXED_RECEIVED));
	if (server.p == NULL)
		return false;
	server = slice_from(server, SLICE("from mail pickup service by ").n);
	if (slice_eq(list, SLICE("notifications")))
		return id_is(
		    id, SLICE("<"), arena_printf(views->arena, "@%.*s>", SLICE_ARG(server)));
	bounce = arena_printf(views->arena, "%.*s-bounce@groups.msn.com", SLICE_ARG(list));
	return id_is(id, arena_printf(views->arena, "<%.*s-", SLICE_ARG(list)),
		   SLICE("@groups.msn.com>")) &&
	       bounce.p != NULL &&
	       has(eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM)), bounce);
}

unsigned
eval_check_for_msn_groups_headers(const struct rule *rule, struct views *views)
{
	return from_msn_groups(rule, views);
}

enum hotmail {
	HOTMAIL_PLAUSIBLE, /* or not Hotmail's at all */
	HOTMAIL_FORGED, /* a host called itself hotmail.com */
	HOTMAIL_NOWHERE, /* From is there, and no Received field is */
};

static enum hotmail
judge_hotmail(const struct rule *rule, struct views *views)
{
	struct slice text = received(views), org = eval_field(views, FIXED_X_ORIGINATOR_ORG);

	if (has(text, SLICE("from mail pickup service by hotmail.com with Microsoft SMTPSVC;")) ||
	    from_msn_groups(rule, views) || gated(rule, views))
		return HOTMAIL_PLAUSIBLE;
	if (has_address(rule, views, FIXED_X_ORIGINATING_IP) &&
	    eval_pattern_in(views, rule, PATTERN_HOTMAIL_WEB, text))
		return HOTMAIL_PLAUSIBLE;
	if ((has(org, SLICE("hotmail.com")) || has(org, SLICE("msonline-outlook"))) &&
	    eval_pattern_in(views, rule, PATTERN_HOTMAIL_OUTLOOK, text))
		return HOTMAIL_PLAUSIBLE;
	if (eval_pattern_in(views, rule, PATTERN_HOTMAIL_CLAIMED, text))
		return HOTMAIL_FORGED;
	return from_is_at(views, SLICE("hotmail.com")) ? HOTMAIL_NOWHERE : HOTMAIL_PLAUSIBLE;
}

unsigned
eval_check_for_forged_hotmail_received_headers(const struct rule *rule, struct views *views)
{
	return judge_hotmail(rule, views) == HOTMAIL_FORGED;
}

unsigned
eval_check_for_no_hotmail_received_headers(const struct rule *rule, struct views *views)
{
	return judge_hotmail(rule, views) == HOTMAIL_NOWHERE;
}

unsigned
eval_check_for_forged_eudoramail_received_headers(const struct rule *rule, struct views *views)
{
	return from_is_at(views, SLICE("eudoramail.com")) && !gated(rule, views) &&
	       !(has_address(rule, views, FIXED_X_SENDER_IP) &&
		   eval_pattern_in(views, rule, PATTERN_EUDORAMAIL, received(views)));
}

/* A relay of Yahoo's by its own name: the trusted ones, and the first after them. */
static bool
came_from_yahoo(struct views *views)
{
	const struct relays *relays = views_relays(views);
	struct slice domain = SLICE(".yahoo.com");

	for (size_t i = 0; relays != NULL && i < relays->n && i <= relays->trusted_count; i++) {
		if (slice_ends(relays->v[i].rdns, domain) && relays->v[i].rdns.n > domain.n)
			return true;
	}
	return false;
}

unsigned
eval_check_for_forged_yahoo_received_headers(const struct rule *rule, struct views *views)
{
	struct slice from = eval_first_line(eval_field(views, FIXED_FROM_ADDR)), text;

	if (!from_is_at(views, SLICE("yahoo.com")) || gated(rule, views) || came_from_yahoo(views))
		return 0;
	text = received(views);
	if (eval_field(views, FIXED_RESENT_FROM).n > 0 &&
	    eval_field(views, FIXED_RESENT_TO).n > 0 && eval_field(views, FIXED_X_RECEIVED).n > 0)
		text = squeeze(views->arena, eval_field(views, FIXED_X_RECEIVED));
	return !eval_pattern_in(views, rule, PATTERN_YAHOO, text) &&
	       !(slice_iends(from, SLICE("@reply.yahoo.com")) &&
		   eval_pattern_in(views, rule, PATTERN_YAHOO_NEWS, text));
}

/*
 * Without X-Originating-IP nothing that SpamAssassin asks further changes its
 * answer: it wants that field's address in the end.
 */
unsigned
eval_check_for_forged_juno_received_headers(const struct rule *rule, struct views *views)
{
	if (!from_is_at(views, SLICE("juno.com")) || gated(rule, views))
		return 0;
	return eval_field(views, FIXED_X_ORIGINATING_IP).n == 0 ||
	       !has(eval_field(views, FIXED_X_MAILER), SLICE("Juno ")) ||
	       !eval_pattern_in(views, rule, PATTERN_JUNO, eval_field(views, FIXED_RECEIVED));
}

unsigned
eval_check_for_forged_gmail_received_headers(const struct rule *rule, struct views *views)
{
	if (!from_is_at(views, SLICE("gmail.com")) ||
	    eval_pattern_in(views, rule, PATTERN_GMAIL, eval_field(views, FIXED_X_RECEIVED)) ||
	    eval_pattern_in(views, rule, PATTERN_GMAIL_OTHER, eval_field(views, FIXED_RECEIVED)))
		return 0;
	return eval_field(views, FIXED_X_GM_STATE).n < GOOGLE_FIELD_MIN ||
	       eval_field(views, FIXED_X_GOOGLE_SOURCE).n < GOOGLE_FIELD_MIN;
}

unsigned
eval_check_for_forged_gw05_received_headers(const struct rule *rule, struct views *views)
{
	return eval_pattern_in(views, rule, PATTERN_GW05, eval_field(views, FIXED_RECEIVED));
}
