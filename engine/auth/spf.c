/*
 * spf.c - may this client send in that name? (RFC 7208)
 *
 * check_host() of section 4, evaluated from its start each time: terms from
 * left to right, include and redirect by recursion, which the limit on terms
 * bounds. Where an answer is missing the terms behind are evaluated all the
 * same, to ask what they will ask for, and their outcome is thrown away; the
 * limits count there as everywhere, so asking ahead ends where evaluation
 * would.
 *
 * What the RFC leaves open is decided so:
 * - Void look-ups are counted by term (4.6.4: "the number of 'terms'"): a host
 *   of an mx without an address of the client's family is none, nor is a
 *   client without a name, which is not the record's doing.
 * - A name that the DNS cannot have (an empty label, one over 63 bytes) does
 *   not exist (4.8).
 * - A question that could not be asked, and one that nobody answered, are a
 *   temperror.
 */
#include "config.h"

#include "engine/auth/spf.h"

#include "engine/auth/spf_macro.h"
#include "engine/auth/spf_record.h"
#include "engine/mime/domain.h"
#include "engine/util/ascii.h"

/* What a term comes to. */
/* Memory of one check: its names, 120 at most, take a tenth of it. */
#define WORK_MAX ((size_t)512 * 1024)

enum step {
	STEP_MISS,
	STEP_MATCH,
	STEP_OPEN,
	STEP_TEMPERROR,
	STEP_PERMERROR,
};

struct check {
	struct arena *arena;
	struct facts *facts;
	const struct spf_query *query;
	struct spf_macro_values values; /* `domain` is that of the record being evaluated */
	unsigned terms, voids, questions;
	unsigned includes; /* how deep in includes we are */
	struct slice mechanism; /* outside of includes: that which matched */
	struct slice exp, exp_domain; /* of the record that fails, outside of includes */
	const char *problem; /* the first one, and where it is */
	struct slice where;
};

static enum auth_result check_host(struct check *check, struct slice domain);

static enum step
problem(struct check *check, enum step step, const char *what, struct slice where)
{
	if (check->problem == NULL) {
		check->problem = what;
		check->where = where;
	}
	return step;
}

/*
 * Asks. STEP_MATCH: there are records; STEP_MISS: there are none, or no such
 * name; else the answer is missing, or is an error (RFC 7208, 5).
 */
static enum step
ask(struct check *check, enum dns_type type, struct slice name, const struct dns_answer **answer_r)
{
	if (check->questions++ >= SPF_QUESTIONS_MAX)
		return problem(check, STEP_PERMERROR, "too many questions", name);
	*answer_r = facts_ask_share(check->facts, check->query->share, type, name);
	switch ((*answer_r)->outcome) {
	case DNS_OPEN:
		return STEP_OPEN;
	case DNS_FOUND:
		return STEP_MATCH;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		return STEP_MISS;
	case DNS_SERVFAIL:
		return problem(check, STEP_TEMPERROR, "the DNS failed for", name);
	case DNS_TIMEOUT:
		return problem(check, STEP_TEMPERROR, "the DNS did not answer for", name);
	case DNS_UNASKED:
		return problem(check, STEP_TEMPERROR, "the DNS was not asked for", name);
	}
	return STEP_TEMPERROR;
}

/* A term that asks the DNS. */
static enum step
count_term(struct check *check, struct slice term)
{
	if (++check->terms > SPF_TERMS_MAX)
		return problem(check, STEP_PERMERROR, "too many terms ask the DNS", term);
	return STEP_MATCH;
}

/* The look-up of a term that may find nothing twice. */
static enum step
ask_counted(
    struct check *check, enum dns_type type, struct slice name, const struct dns_answer **answer_r)
{
	enum step step = ask(check, type, name, answer_r);

	if (step == STEP_MISS && ++check->voids > SPF_VOIDS_MAX)
		return problem(check, STEP_PERMERROR, "too many answers hold nothing", name);
	return step;
}

/* The type that holds addresses of the client's family. */
static enum dns_type
address_type(const struct check *check)
{
	return ip_is_v4(&check->query->client) ? DNS_A : DNS_AAAA;
}

/* Whether the client's address is in a network round one of an answer's addresses. */
static bool
has_client(const struct check *check, const struct dns_answer *answer, unsigned ip4_bits,
    unsigned ip6_bits)
{
	bool v4 = ip_is_v4(&check->query->client);
	struct network network = { .bits = v4 ? ip4_bits + 96 : ip6_bits };
	size_t n = v4 ? 4 : 16;

	for (size_t i = 0; i < answer->record_count; i++) {
		if (answer->records[i].data.n != n)
			continue;
		memcpy(network.address, check->query->client.v, 16 - n);
		memcpy(network.address + 16 - n, answer->records[i].data.p, n);
		if (network_has(&network, &check->query->client))
			return true;
	}
	return false;
}

/* Whether `name` is `domain` (2), lies below it (1), or does not (0). */
static int
name_rank(struct slice name, struct slice domain)
{
	if (slice_ieq(name, domain))
		return 2;
	return name.n > domain.n && slice_iends(name, domain) &&
	       name.p[name.n - domain.n - 1] == '.';
}

/*
 * The client's name, of those that have its address: the domain itself, else
 * one below it, else any, as far as `rank` goes (RFC 7208, 5.5 and 7.3). An
 * error of the DNS means that a name does not count.
 */
static enum step
client_name(struct check *check, struct slice domain, int rank, struct slice *name_r)
{
	struct slice reversed = ip_reversed(check->arena, &check->query->client);
	const char *zone = ip_is_v4(&check->query->client) ? "in-addr.arpa" : "ip6.arpa";
	const struct dns_answer *names, *addresses;
	const char *before = check->problem;
	enum step step = ask(check, DNS_PTR,
		      arena_printf(check->arena, "%.*s.%s", SLICE_ARG(reversed), zone), &names),
		  found = STEP_MISS;
	bool open = false;

	for (size_t i = 0; step == STEP_MATCH && i < names->record_count && i < SPF_PTR_MAX; i++) {
		struct slice name = names->records[i].data;
		int this_rank = name_rank(name, domain);
		enum step this_step;

		if (this_rank < rank)
			continue;
		this_step = ask(check, address_type(check), name, &addresses);
		open = open || this_step == STEP_OPEN;
		if (this_step != STEP_MATCH || !has_client(check, addresses, 32, 128))
			continue;
		if (found == STEP_MISS || this_rank > name_rank(*name_r, domain))
			*name_r = name;
		found = STEP_MATCH;
	}
	check->problem = before;
	return step == STEP_OPEN || open ? STEP_OPEN : found;
}

/* A domain-spec's name, for the record of values.domain; absent: that domain itself. */
static enum step
target_name(struct check *check, struct slice spec, struct slice *name_r)
{
	*name_r = check->values.domain;
	if (spec.p == NULL)
		return STEP_MATCH;
	if (spf_macro_has_validated(spec)) {
		check->values.validated = SLICE("unknown");
		if (client_name(check, check->values.domain, 0, &check->values.validated) ==
		    STEP_OPEN)
			return STEP_OPEN;
	}
	*name_r = spf_macro_domain(check->arena, spec, &check->values);
	return STEP_MATCH;
}

static enum step
match_a(struct check *check, const struct spf_mechanism *mechanism, struct slice name)
{
	const struct dns_answer *answer;
	enum step step = ask_counted(check, address_type(check), name, &answer);

	if (step == STEP_MATCH &&
	    !has_client(check, answer, mechanism->ip4_bits, mechanism->ip6_bits))
		return STEP_MISS;
	return step;
}

/* An answer's hosts into `sorted`, the preferred first. */
static void
sort_hosts(const struct dns_answer *answer, const struct dns_record *sorted[SPF_MX_MAX])
{
	for (size_t i = 0; i < answer->record_count; i++) {
		size_t place = i;

		for (; place > 0 && sorted[place - 1]->preference > answer->records[i].preference;
		     place--)
			sorted[place] = sorted[place - 1];
		sorted[place] = &answer->records[i];
	}
}

/* All hosts are asked about at once; what counts is the first, by preference, that decides. */
static enum step
match_mx(struct check *check, const struct spf_mechanism *mechanism, struct slice name)
{
	const struct dns_record *hosts[SPF_MX_MAX];
	const struct dns_answer *answer, *addresses;
	const char *before = check->problem;
	enum step step = ask_counted(check, DNS_MX, name, &answer), found = STEP_MISS;

	if (step != STEP_MATCH)
		return step;
	if (answer->record_count > SPF_MX_MAX)
		return problem(check, STEP_PERMERROR, "too many hosts of", name);
	sort_hosts(answer, hosts);
	for (size_t i = 0; i < answer->record_count; i++) {
		step = ask(check, address_type(check), hosts[i]->data, &addresses);
		if (step == STEP_MATCH &&
		    !has_client(check, addresses, mechanism->ip4_bits, mechanism->ip6_bits))
			step = STEP_MISS;
		if (found == STEP_MISS)
			found = step;
	}
	if (found != STEP_TEMPERROR && found != STEP_PERMERROR)
		check->problem = before;
	return found;
}

static enum step
match_ptr(struct check *check, struct slice domain)
{
	struct slice name;

	return client_name(check, domain, 1, &name);
}

/* Any address of IPv4 will do, whatever the client's family (RFC 7208, 5.7). */
static enum step
match_exists(struct check *check, struct slice name)
{
	const struct dns_answer *answer;

	return ask_counted(check, DNS_A, name, &answer);
}

/* RFC 7208, 5.2: what the included record's result means here. */
static enum step
match_include(struct check *check, struct slice domain, struct slice term)
{
	struct slice outer = check->values.domain;
	enum auth_result result;

	check->includes++;
	result = check_host(check, domain);
	check->includes--;
	check->values.domain = outer;
	switch (result) {
	case AUTH_PASS:
		return STEP_MATCH;
	case AUTH_OPEN:
		return STEP_OPEN;
	case AUTH_TEMPERROR:
		return STEP_TEMPERROR;
	case AUTH_PERMERROR:
		return STEP_PERMERROR;
	case AUTH_NONE:
		return problem(check, STEP_PERMERROR, "no record for", term);
	case AUTH_FAIL:
	case AUTH_SOFTFAIL:
	case AUTH_NEUTRAL:
	case AUTH_POLICY:
		return STEP_MISS;
	}
	return STEP_MISS;
}

/* ip4 is for clients of IPv4 alone, and ip6 for those of IPv6 (RFC 7208, 5.6). */
static enum step
match_network(const struct check *check, const struct spf_mechanism *mechanism)
{
	bool v4 = ip_is_v4(&check->query->client);

	return v4 == (mechanism->id == SPF_IP4) &&
		       network_has(&mechanism->network, &check->query->client)
		   ? STEP_MATCH
		   : STEP_MISS;
}

static enum step
match(struct check *check, const struct spf_mechanism *mechanism)
{
	struct slice name;
	enum step step;

	if (mechanism->id == SPF_ALL)
		return STEP_MATCH;
	if (mechanism->id == SPF_IP4 || mechanism->id == SPF_IP6)
		return match_network(check, mechanism);
	if ((step = count_term(check, mechanism->text)) != STEP_MATCH ||
	    (step = target_name(check, mechanism->domain, &name)) != STEP_MATCH)
		return step;
	switch (mechanism->id) {
	case SPF_INCLUDE:
		return match_include(check, name, mechanism->text);
	case SPF_A:
		return match_a(check, mechanism, name);
	case SPF_MX:
		return match_mx(check, mechanism, name);
	case SPF_PTR:
		return match_ptr(check, name);
	case SPF_EXISTS:
		return match_exists(check, name);
	case SPF_ALL:
	case SPF_IP4:
	case SPF_IP6:
		break;
	}
	return STEP_MISS;
}

static enum auth_result
error_result(enum step step)
{
	return step == STEP_OPEN        ? AUTH_OPEN
	       : step == STEP_TEMPERROR ? AUTH_TEMPERROR
					: AUTH_PERMERROR;
}

/* RFC 7208, 6.1: as if the other domain's record had been asked for, but that it must be there. */
static enum auth_result
follow_redirect(struct check *check, struct slice spec)
{
	struct slice name;
	enum step step;
	enum auth_result result;

	if ((step = count_term(check, spec)) != STEP_MATCH ||
	    (step = target_name(check, spec, &name)) != STEP_MATCH)
		return error_result(step);
	result = check_host(check, name);
	if (result == AUTH_NONE)
		return error_result(
		    problem(check, STEP_PERMERROR, "no record for redirect to", name));
	return result;
}

/* Whether what stands behind a term that is open may be asked about already. */
static bool
may_go_ahead(const struct check *check)
{
	return facts_asked(check->facts) < SPF_AHEAD_MAX;
}

static enum auth_result
evaluate(struct check *check, const struct spf_record *record)
{
	struct slice rest = record->terms;
	struct spf_mechanism mechanism;
	enum auth_result result = AUTH_NEUTRAL; /* 4.7 */
	bool open = false;

	while (spf_record_next(&rest, &mechanism)) {
		enum step step = match(check, &mechanism);

		if (step == STEP_OPEN && may_go_ahead(check)) {
			open = true;
			continue;
		}
		if (open && step != STEP_MISS)
			return AUTH_OPEN;
		if (step == STEP_MATCH && check->includes == 0) {
			check->mechanism = mechanism.text;
			check->exp = record->exp;
			check->exp_domain = check->values.domain;
		}
		if (step != STEP_MISS)
			return step == STEP_MATCH ? mechanism.result : error_result(step);
	}
	if (record->redirect.p != NULL)
		result = follow_redirect(check, record->redirect);
	return open ? AUTH_OPEN : result;
}

/* Whether the DNS can be asked about it: two labels or more, and no address (RFC 7208, 4.3). */
static bool
is_domain(struct slice domain)
{
	bool dot = false;
	size_t label = 0;
	struct ip ip;

	if (domain.n == 0 || domain.n > DNS_NAME_MAX || ip_parse(domain, &ip))
		return false;
	for (size_t i = 0; i < domain.n; i++) {
		if (domain.p[i] == '.') {
			if (label == 0)
				return false;
			dot = true;
			label = 0;
		} else if (!ascii_is_print(domain.p[i]) || domain.p[i] == ' ' ||
			   domain.p[i] == '[' || ++label > DNS_LABEL_MAX) {
			return false;
		}
	}
	return dot && label > 0;
}

/* The one SPF record of an answer: 1; 0: none; -1: several (RFC 7208, 4.5). */
static int
select_record(const struct dns_answer *answer, struct slice *text_r)
{
	int n = 0;

	for (size_t i = 0; i < answer->record_count; i++)
		if (spf_record_is(answer->records[i].data)) {
			*text_r = answer->records[i].data;
			n++;
		}
	return n > 1 ? -1 : n;
}

/* check_host() of RFC 7208, 4, for the domain; leaves values.domain at it. */
static enum auth_result
check_host(struct check *check, struct slice domain)
{
	const struct dns_answer *answer;
	struct spf_record record;
	struct slice text;
	enum step step;
	int n;

	if (!is_domain(domain))
		return AUTH_NONE;
	check->values.domain = domain;
	step = ask(check, DNS_TXT, domain, &answer);
	if (step == STEP_MISS)
		return AUTH_NONE;
	if (step != STEP_MATCH)
		return error_result(step);
	n = select_record(answer, &text);
	if (n == 0)
		return AUTH_NONE;
	if (n < 0)
		return error_result(problem(check, STEP_PERMERROR, "several records of", domain));
	if (!spf_record_parse(text, &record))
		return error_result(problem(check, STEP_PERMERROR, "no term:", record.wrong));
	return evaluate(check, &record);
}

/*
 * The explanation of a fail (RFC 7208, 6.2): whatever goes wrong there, there
 * is none. False while it is open.
 */
static bool
explain(struct check *check, struct slice *explanation_r)
{
	const struct dns_answer *answer;
	struct slice name;
	enum step step;

	if (check->exp.p == NULL)
		return true;
	check->values.domain = check->exp_domain;
	step = target_name(check, check->exp, &name);
	if (step == STEP_MATCH)
		step = ask(check, DNS_TXT, name, &answer);
	if (step != STEP_MATCH || answer->record_count != 1)
		return step != STEP_OPEN;
	if (spf_macro_has_validated(answer->records[0].data)) {
		check->values.validated = SLICE("unknown");
		if (client_name(check, check->values.domain, 0, &check->values.validated) ==
		    STEP_OPEN)
			return false;
	}
	*explanation_r = spf_macro_text(check->arena, answer->records[0].data, &check->values);
	return true;
}

/* The problem as one line, foreign bytes as they are; absent when there is none. */
static struct slice
problem_text(const struct check *check, struct arena *arena)
{
	if (check->problem == NULL)
		return SLICE_ABSENT;
	return arena_printf(
	    arena, "%s %.*s", check->problem, SLICE_ARG(slice_cut(check->where, 0, DNS_NAME_MAX)));
}

/* The domain as the DNS has it: without the dot at its end, U-labels as A-labels. */
static struct slice
as_asked(struct arena *arena, struct slice domain)
{
	if (slice_ends(domain, SLICE(".")))
		domain = slice_cut(domain, 0, domain.n - 1);
	for (size_t i = 0; i < domain.n; i++)
		if (ascii_is_high(domain.p[i]))
			return domain_to_ascii(arena, domain);
	return domain;
}

/* No byte NUL, which no name and no mailbox has. */
static bool
is_text(struct slice s)
{
	return slice_find_byte(s, 0, '\0') == s.n;
}

/* The check for local@domain, in the check's own memory; what it found is copied into `arena`. */
static struct spf_result
run_check(struct check *check, struct arena *arena, struct slice local, struct slice domain)
{
	const struct spf_query *query = check->query;
	struct spf_result result = { .result = AUTH_NONE };

	domain = as_asked(check->arena, domain);
	if (local.n + domain.n > SPF_IDENTITY_MAX || !is_text(local) || !is_domain(domain))
		return result;
	check->values = (struct spf_macro_values){ .local = local,
		.sender_domain = domain,
		.client = query->client,
		.helo = is_text(query->helo) ? slice_cut(query->helo, 0, SPF_IDENTITY_MAX)
					     : SLICE_ABSENT,
		.receiver = query->receiver,
		.now = query->now };
	check->values.sender = arena_printf(
	    check->arena, "%.*s@%.*s", SLICE_ARG(local), SLICE_ARG(domain));
	result.result = check_host(check, domain);
	if (result.result == AUTH_FAIL && query->explain && !explain(check, &result.explanation))
		result.result = AUTH_OPEN;
	if (result.result == AUTH_OPEN)
		return result;
	result.domain = arena_copy(arena, domain);
	result.sender = arena_copy(arena, check->values.sender);
	if (result.explanation.p != NULL)
		result.explanation = arena_copy(arena, result.explanation);
	result.terms = check->terms;
	result.voids = check->voids;
	if (result.result == AUTH_TEMPERROR || result.result == AUTH_PERMERROR)
		result.problem = problem_text(check, arena);
	else
		result.mechanism = check->mechanism;
	return result;
}

/* An open check is made anew when more is known: it must leave nothing behind in the arena. */
static struct spf_result
check_identity(struct arena *arena, struct facts *facts, const struct spf_query *query,
    struct slice local, struct slice domain)
{
	struct check check = { .arena = arena_new(WORK_MAX), .facts = facts, .query = query };
	struct spf_result result = run_check(&check, arena, local, domain);

	arena_free(&check.arena);
	return result;
}

struct spf_result
spf_check_mail_from(struct arena *arena, struct facts *facts, const struct spf_query *query)
{
	struct slice sender = query->sender, local;
	size_t at = sender.n;

	if (sender.n == 0)
		return spf_check_helo(arena, facts, query);
	while (at > 0 && sender.p[at - 1] != '@')
		at--;
	if (at == 0)
		return (struct spf_result){ .result = AUTH_NONE };
	local = slice_cut(sender, 0, at - 1);
	if (local.n == 0)
		local = SLICE("postmaster");
	return check_identity(arena, facts, query, local, slice_from(sender, at));
}

struct spf_result
spf_check_helo(struct arena *arena, struct facts *facts, const struct spf_query *query)
{
	return check_identity(arena, facts, query, SLICE("postmaster"), query->helo);
}
