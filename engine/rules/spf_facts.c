/*
 * spf_facts.c - SPF of a message, worked out once for all rules
 *
 * Whose SPF is checked, and which fields of our own hosts save the check, is
 * SpamAssassin 4.0.1's law (its plugin SPF): the last relay outside
 * internal_networks, and of the fields that internal hosts wrote the oldest,
 * or the newest if use_newest_received_spf_header has 1. Where the MTA told
 * the envelope, it is taken as it is. Nothing is checked for private
 * addresses.
 *
 * An evaluation that is open is made again only when an answer has come
 * since; one that is final stays.
 */
#include "engine/rules/spf_facts.h"

#include "engine/auth/author.h"
#include "engine/rules/auth_facts.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/util/ascii.h"

struct spf_memo {
	bool fields_read; /* those of internal hosts */
	struct slice sender; /* see spf_sender */
	struct slice domains[2]; /* of MAIL FROM, of HELO: see spf_fact; absent: not made yet */
	struct spf_entry {
		struct spf_fact fact;
		bool found; /* evaluated, or told by a field */
		size_t answered; /* answers that there were then */
	} entries[2]; /* of MAIL FROM, of HELO */
};

/* A field's word: which result, and of which identity. */
struct field_result {
	enum auth_result result;
	enum spf_identity identity;
	bool known; /* it is an identity that we know */
};

static bool
option_on(const struct views *views, const char *name)
{
	return slice_eq(ruleset_option(views->ruleset, name, SLICE("0")), SLICE("1"));
}

/* The relay that handed the message to our networks, or NULL. */
static const struct relay *
client_of(struct views *views)
{
	const struct relays *relays = views_relays(views);

	return relays == NULL ? NULL : relays_last_external(relays);
}

/* Whether that relay is the MTA's client, whose envelope is known at first hand. */
static bool
is_known_client(const struct views *views, const struct relay *client)
{
	return client != NULL && client->field == RELAY_CLIENT && views->envelope->known;
}

static struct slice
find_sender(struct views *views)
{
	const struct relay *client = client_of(views);
	const struct relays *relays = views_relays(views);
	struct slice sender = SLICE_ABSENT;

	if (is_known_client(views, client) && views->envelope->mail_from.p != NULL)
		return arena_lower(views->arena, views->envelope->mail_from);
	if (client != NULL)
		sender = client->envfrom;
	if (sender.n == 0 && relays != NULL &&
	    (relays->trusted_count == 0 || option_on(views, "always_trust_envelope_sender")))
		sender = eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM));
	return sender.n == 0 ? SLICE_ABSENT : arena_lower(views->arena, sender);
}

/* The longest word of those that the text begins with; how long it is, 0: none. */
static size_t
take_result(struct slice text, bool hard, enum auth_result *result_r)
{
	static const enum auth_result results[] = { AUTH_PASS, AUTH_NEUTRAL, AUTH_SOFTFAIL,
		AUTH_FAIL, AUTH_TEMPERROR, AUTH_PERMERROR, AUTH_NONE };

	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		struct slice word = slice_of(auth_word(results[i]));

		*result_r = results[i];
		if (slice_istarts(text, word))
			return word.n;
	}
	*result_r = AUTH_FAIL;
	return hard && slice_istarts(text, SLICE("hardfail")) ? 8 : 0;
}

static void
set_identity(struct field_result *found, struct slice word)
{
	bool helo = slice_ieq(word, SLICE("helo"));

	found->identity = helo ? SPF_HELO : SPF_MAIL_FROM;
	found->known = helo || slice_ieq(word, SLICE("mfrom")) ||
		       slice_ieq(word, SLICE("mailfrom"));
}

static bool
is_word_at(struct slice text, size_t i)
{
	return i < text.n && ascii_is_word(text.p[i]);
}

/* Where `mark` last stands behind no letter, digit or _, from `from` on; text.n: nowhere. */
static size_t
find_last(struct slice text, struct slice mark)
{
	for (size_t i = text.n + 1 - mark.n; mark.n <= text.n && i-- > 0;)
		if (slice_istarts(slice_from(text, i), mark) &&
		    (i == 0 || !is_word_at(text, i - 1)))
			return i;
	return text.n;
}

static struct slice
skip_blanks(struct slice s)
{
	size_t n = 0;

	while (n < s.n && ascii_is_space(s.p[n]))
		n++;
	return slice_from(s, n);
}

/* "pass (...) ... identity=helo; ..."; what names no identity is of MAIL FROM. */
static bool
read_received_spf(struct slice value, struct field_result *found_r)
{
	struct slice rest;
	size_t n, at;

	value = skip_blanks(value);
	n = take_result(value, false, &found_r->result);
	if (n == 0 || is_word_at(value, n))
		return false;
	rest = slice_from(value, n);
	at = find_last(rest, SLICE("identity="));
	set_identity(found_r, SLICE("mfrom"));
	rest = slice_from(rest, at + 9);
	if (rest.n == 0 || ascii_is_space(rest.p[0]))
		return true;
	for (n = 0; is_word_at(rest, n);)
		n++;
	set_identity(found_r, slice_cut(rest, 0, n));
	return true;
}

/* The last "; spf = " of a field: what stands behind it, up to the next ";". */
static bool
find_spf_result(struct slice value, struct slice *text_r)
{
	for (size_t i = value.n; i-- > 0;) {
		struct slice rest = slice_from(value, i + 1);

		if (value.p[i] != ';' || !slice_istarts(rest = skip_blanks(rest), SLICE("spf")))
			continue;
		rest = skip_blanks(slice_from(rest, 3));
		if (!slice_starts(rest, SLICE("=")))
			continue;
		rest = skip_blanks(slice_from(rest, 1));
		*text_r = slice_cut(rest, 0, slice_find_byte(rest, 0, ';'));
		return true;
	}
	return false;
}

/*
 * The name in "smtp.NAME = value": up to the last "=" of the run that begins
 * there which has something behind it. SpamAssassin's pattern reads it so, and
 * then does not know an address with "=" in it.
 */
static bool
read_property(struct slice text, struct slice *name_r)
{
	size_t n = 0, after;

	while (n < text.n && !ascii_is_space(text.p[n]))
		n++;
	for (after = n; after < text.n && ascii_is_space(text.p[after]);)
		after++;
	*name_r = slice_cut(text, 0, n);
	if (n > 0 && after + 1 < text.n && text.p[after] == '=')
		return true;
	for (size_t i = n; i-- > 1;)
		if (text.p[i] == '=' && i + 1 < text.n) {
			*name_r = slice_cut(text, 0, i);
			return true;
		}
	return false;
}

/* "mx.example; spf=pass smtp.mailfrom=example.org; ...". */
static bool
read_authres(struct slice value, struct field_result *found_r)
{
	struct slice text, name, mark = SLICE("smtp.");
	size_t n;

	if (!find_spf_result(value, &text) || (n = take_result(text, true, &found_r->result)) == 0)
		return false;
	set_identity(found_r, SLICE("mfrom"));
	text = slice_from(text, n);
	for (size_t i = 0; (i = slice_ifind(text, i, mark)) < text.n; i++)
		if (i > 0 && !is_word_at(text, i - 1) &&
		    read_property(slice_from(text, i + mark.n), &name)) {
			set_identity(found_r, name);
			break;
		}
	return true;
}

/* A line of the header's internal part: false: it says nothing of SPF that can be read. */
static bool
read_line(struct slice line, struct field_result *found_r)
{
	struct slice spf = SLICE("received-spf:"), authres = SLICE("authentication-results:");

	if (slice_istarts(line, spf))
		return read_received_spf(slice_from(line, spf.n), found_r);
	if (slice_istarts(line, SLICE("arc-")))
		line = slice_from(line, 4);
	return slice_istarts(line, authres) && read_authres(slice_from(line, authres.n), found_r);
}

/* The domain of an identity, made once. */
static struct slice
domain_of(struct views *views, struct spf_memo *memo, enum spf_identity which, struct slice host)
{
	struct slice *domain = &memo->domains[which];

	if (domain->p == NULL && host.n > 0)
		*domain = author_domain(views->arena, host);
	return *domain;
}

/* What fields of internal hosts say; of several the oldest counts, unless the newest is to. */
static void
read_fields(struct views *views, struct spf_memo *memo)
{
	bool newest = option_on(views, "use_newest_received_spf_header");
	struct slice header, line;

	memo->fields_read = true;
	if (option_on(views, "ignore_received_spf_header"))
		return;
	header = eval_field(views, FIXED_ALL_INTERNAL);
	while (slice_next_line(&header, &line)) {
		struct field_result found;
		struct spf_entry *entry;

		if (!read_line(line, &found) || !found.known)
			continue;
		entry = &memo->entries[found.identity == SPF_HELO];
		if (entry->found && newest)
			continue;
		entry->found = true;
		entry->fact = (struct spf_fact){ .checked = true, .from_field = true };
		entry->fact.spf.result = found.result;
		if (found.identity == SPF_MAIL_FROM) {
			entry->fact.spf.sender = memo->sender;
			entry->fact.spf.domain = eval_domain(memo->sender);
			entry->fact.domain = domain_of(
			    views, memo, SPF_MAIL_FROM, entry->fact.spf.domain);
		}
	}
}

/* NULL at the arena's cap. */
static struct spf_memo *
memo_of(struct views *views)
{
	struct spf_memo *memo = views->memos[MEMO_SPF];

	if (memo == NULL) {
		memo = arena_alloc(views->arena, sizeof(*memo));
		if (memo == NULL)
			return NULL;
		views->memos[MEMO_SPF] = memo;
		memo->sender = find_sender(views);
	}
	return memo;
}

/* What is asked of SPF; false: there is nothing to check. */
static bool
query_of(struct views *views, const struct spf_memo *memo, struct spf_query *query_r)
{
	const struct relay *client = client_of(views);

	*query_r = (struct spf_query){ .sender = memo->sender,
		.receiver = views->envelope->my_name,
		.now = views->now < 0 ? 0 : (uint64_t)views->now,
		.explain = true };
	if (!facts_on(views->facts) || client == NULL || !ip_parse(client->ip, &query_r->client) ||
	    ip_is_private(&query_r->client))
		return false;
	query_r->helo = is_known_client(views, client) ? views->envelope->helo : client->helo;
	return true;
}

/* An address where the name should be; in a Received field its brackets were made "!". */
static bool
is_literal(struct slice helo)
{
	return helo.n > 0 && (helo.p[0] == '[' || helo.p[0] == '!');
}

static void
evaluate(struct views *views, struct spf_memo *memo, enum spf_identity which, struct spf_fact *fact)
{
	struct spf_query query;

	*fact = (struct spf_fact){ .spf = { .result = AUTH_NONE } };
	if (!query_of(views, memo, &query) ||
	    (which == SPF_HELO ? query.helo.n == 0 || is_literal(query.helo)
			       : query.sender.p == NULL))
		return;
	fact->domain = domain_of(views, memo, which,
	    which == SPF_HELO || query.sender.n == 0 ? query.helo : eval_domain(query.sender));
	query.share = which == SPF_HELO ? FACTS_HELO : FACTS_MAIL_FROM;
	fact->checked = true;
	fact->null_sender = which == SPF_MAIL_FROM && query.sender.n == 0;
	fact->spf = which == SPF_HELO ? spf_check_helo(views->arena, views->facts, &query)
				      : spf_check_mail_from(views->arena, views->facts, &query);
}

const struct spf_fact *
spf_fact(struct views *views, enum spf_identity which)
{
	size_t answered = facts_asked(views->facts) - facts_open(views->facts);
	struct spf_memo *memo = memo_of(views);
	struct spf_entry *entry;

	if (memo == NULL)
		return NULL;
	entry = &memo->entries[which == SPF_HELO];
	if (!memo->fields_read)
		read_fields(views, memo);
	if (entry->found && (entry->fact.spf.result != AUTH_OPEN || entry->answered == answered))
		return &entry->fact;
	entry->found = true;
	entry->answered = answered;
	evaluate(views, memo, which, &entry->fact);
	return &entry->fact;
}

struct slice
spf_sender(struct views *views)
{
	const struct spf_memo *memo = memo_of(views);

	return memo == NULL ? SLICE_ABSENT : memo->sender;
}

const struct spf_result *
views_spf(struct views *views, bool helo)
{
	const struct spf_fact *fact = spf_fact(views, helo ? SPF_HELO : SPF_MAIL_FROM);

	return fact == NULL || !fact->checked ? NULL : &fact->spf;
}
