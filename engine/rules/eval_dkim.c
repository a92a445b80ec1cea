/*
 * eval_dkim.c - what DKIM and ARC say of a message, what its author's domain says of
 * signing, and authors who are welcome when a signature proves them
 *
 * Source: SpamAssassin 4.0.1's DKIM, by how it behaves. The signer is the
 * domain of i=, which is in d= or below it; the author is the first address
 * of From. With DNS off nothing is signed, as there. Differences: RFC 8301 is
 * the law (rsa-sha1 and RSA keys under 1024 bits never pass), Ed25519 keys
 * are long enough, DomainKeys is none of DKIM, and an error of the DNS that
 * may pass leaves a result unknown that hangs on it.
 *
 * ADSP (RFC 5617) is historic; the lists that override it are what counts.
 * Settings and lists carry the names of SpamAssassin's directives.
 */
#include "engine/auth/arc.h"
#include "engine/auth/dkim.h"
#include "engine/auth/dkim_tags.h"
#include "engine/mime/domain.h"
#include "engine/rules/address_set.h"
#include "engine/rules/auth_facts.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"

/* Authors with the signers that speak for them. */
struct signed_list {
	const struct address_set *addresses;
	const struct slice *signers; /* by the number of the pattern; empty: the author's domain */
};

struct welcome_lists {
	struct signed_list of_dkim;
	const struct address_set *of_any; /* method of authentication: the author's domain */
};

/* What a domain says of its signing, by SpamAssassin's letters; their text is what a map holds. */
static const struct {
	const char *word, *letter;
} practices[] = {
	{ "nxdomain", "N" },
	{ "unknown", "U" },
	{ "all", "A" },
	{ "discardable", "D" },
	{ "custom_low", "1" },
	{ "custom_med", "2" },
	{ "custom_high", "3" },
};

struct dkim_lists {
	struct welcome_lists own, def;
	struct map *overrides; /* domain, or "*." and its end -> letter */
};

static const char *
practice_letter(struct slice word)
{
	for (size_t i = 0; i < sizeof(practices) / sizeof(practices[0]); i++)
		if (slice_ieq(word, slice_of(practices[i].word)))
			return practices[i].letter;
	return NULL;
}

static struct signed_list
signed_list_read(struct ruleset *ruleset, const char *name)
{
	const struct name_list *list = ruleset_list(ruleset, name);
	struct vec patterns = VEC_OF(struct slice, ruleset->arena);
	struct slice *signers;

	if (list == NULL)
		return (struct signed_list){ NULL, NULL };
	signers = arena_array(ruleset->arena, list->entries.n + 1, sizeof(*signers));
	for (size_t i = 0; i < list->entries.n; i++) {
		struct slice entry = *(struct slice *)vec_at(&list->entries, i);
		size_t blank = slice_find_byte(entry, 0, ' ');

		*(struct slice *)vec_push(&patterns) = slice_cut(entry, 0, blank);
		signers[i] = slice_trim(slice_from(entry, blank));
		if (slice_find_byte(signers[i], 0, '@') < signers[i].n)
			signers[i] = eval_domain(signers[i]);
	}
	return (struct signed_list){ address_set_new(ruleset->arena, &patterns), signers };
}

/* "DOMAIN [PRACTICE]": without a word it is discardable. */
static struct map *
overrides_read(struct ruleset *ruleset)
{
	const struct name_list *list = ruleset_list(ruleset, "adsp_override");
	struct map *overrides = map_new(ruleset->arena, MAP_FOLDED, 0);

	for (size_t i = 0; list != NULL && i < list->entries.n; i++) {
		struct slice rest = *(struct slice *)vec_at(&list->entries, i), domain, word;
		const char *letter;

		if (!slice_next_word(&rest, &domain))
			continue;
		if (!slice_next_word(&rest, &word))
			word = SLICE("discardable");
		if (slice_starts(domain, SLICE("@")))
			domain = slice_from(domain, 1);
		letter = practice_letter(word);
		if (letter != NULL)
			map_add(overrides, domain, (void *)letter);
	}
	return overrides;
}

const void *
dkim_prepare_lists(struct ruleset *ruleset)
{
	struct dkim_lists *lists = arena_alloc(ruleset->arena, sizeof(*lists));

	lists->own.of_dkim = signed_list_read(ruleset, "welcomelist_from_dkim");
	lists->own.of_any = ruleset_addresses(ruleset, SLICE("welcomelist_auth"));
	lists->def.of_dkim = signed_list_read(ruleset, "def_welcomelist_from_dkim");
	lists->def.of_any = ruleset_addresses(ruleset, SLICE("def_welcomelist_auth"));
	lists->overrides = overrides_read(ruleset);
	return lists;
}

static const struct dkim_lists *
lists_of(const struct views *views)
{
	return views->ruleset->prepared[PREPARED_DKIM];
}

/* The signatures; NULL: the DNS is off, or the arena is full. */
static const struct dkim *
dkim_of(struct views *views)
{
	return facts_on(views->facts) ? views_dkim(views) : NULL;
}

static struct slice
signer_of(const struct dkim_signature *signature)
{
	struct slice domain = eval_domain(signature->identity);

	return domain.n > 0 ? domain : signature->domain;
}

static struct slice
author_of(struct views *views)
{
	return slice_trim(eval_first_line(eval_field(views, FIXED_FROM_ADDR)));
}

/* Whether the key is as long as dkim_minimum_key_bits wants RSA keys to be. */
static bool
is_long_enough(struct views *views, const struct dkim_signature *signature)
{
	double bits = eval_option(views->ruleset, "dkim_minimum_key_bits", 1024);

	return !slice_starts(signature->algorithm, SLICE("rsa")) || signature->key_bits >= bits;
}

/* Whether `name` lies below `domain`, or is it where `itself` says so. */
static bool
lies_in(struct slice name, struct slice domain, bool itself)
{
	if (!slice_iends(name, domain))
		return false;
	return name.n == domain.n ? itself : name.p[name.n - domain.n - 1] == '.';
}

/* "*." or "." in front of a domain; what follows is left in *domain. */
static bool
take_wildcard(struct slice *domain)
{
	size_t n = slice_starts(*domain, SLICE("*.")) ? 2 : slice_starts(*domain, SLICE("."));

	*domain = slice_from(*domain, n);
	return n > 0;
}

/* Whether an argument from `first` on names the domain, "*.x" x too; without any, all do. */
static bool
is_named(const struct rule *rule, size_t first, struct slice name)
{
	for (size_t i = first; i < rule->call.arg_count; i++) {
		struct slice domain = rule->call.args[i].text;

		if (take_wildcard(&domain) ? lies_in(name, domain, true) : slice_ieq(name, domain))
			return true;
	}
	return rule->call.arg_count <= first;
}

/* What signatures that fit come to: one that passes is a hit, else the best that may still be. */
struct tally {
	bool passed, open, failed; /* failed: by the DNS, for now */
};

static void
tally_add(struct tally *tally, enum auth_result result)
{
	tally->passed |= result == AUTH_PASS;
	tally->open |= result == AUTH_OPEN;
	tally->failed |= result == AUTH_TEMPERROR;
}

static unsigned
tally_hits(const struct tally *tally)
{
	if (tally->passed)
		return 1;
	if (tally->open)
		return EVAL_OPEN;
	return tally->failed ? EVAL_UNKNOWN : 0;
}

/* Adds the signatures by that signer whose keys are long enough. */
static void
tally_signer(struct views *views, const struct dkim *dkim, struct slice signer, struct tally *tally)
{
	for (size_t i = 0; i < dkim->n; i++) {
		const struct dkim_signature *signature = &dkim->v[i];

		if (slice_ieq(signer_of(signature), signer) &&
		    (signature->result != AUTH_PASS || is_long_enough(views, signature)))
			tally_add(tally, signature->result);
	}
}

/* Signatures that nothing could be read of are none. */
static bool
is_signature(const struct dkim_signature *signature)
{
	return signature->domain.p != NULL || signature->selector.p != NULL;
}

unsigned
eval_check_dkim_signed(const struct rule *rule, struct views *views)
{
	const struct dkim *dkim = dkim_of(views);

	for (size_t i = 0; dkim != NULL && i < dkim->n; i++)
		if (is_signature(&dkim->v[i]) && is_named(rule, 0, signer_of(&dkim->v[i])))
			return 1;
	return 0;
}

unsigned
eval_check_dkim_valid(const struct rule *rule, struct views *views)
{
	const struct dkim *dkim = dkim_of(views);
	struct tally tally = { .passed = false };
	bool any = rule->call.arg_count == 0;

	for (size_t i = 0; dkim != NULL && i < dkim->n; i++) {
		const struct dkim_signature *signature = &dkim->v[i];

		if (any ||
		    (is_named(rule, 0, signer_of(signature)) &&
			(signature->result != AUTH_PASS || is_long_enough(views, signature))))
			tally_add(&tally, signature->result);
	}
	return tally_hits(&tally);
}

unsigned
eval_check_dkim_valid_author_sig(const struct rule *rule, struct views *views)
{
	const struct dkim *dkim = dkim_of(views);
	struct slice author = eval_domain(author_of(views));
	struct tally tally = { .passed = false };

	if (dkim == NULL || author.n == 0 || !is_named(rule, 0, author))
		return 0;
	tally_signer(views, dkim, author, &tally);
	return tally_hits(&tally);
}

unsigned
eval_check_dkim_valid_envelopefrom(const struct rule *rule, struct views *views)
{
	const struct dkim *dkim = dkim_of(views);
	struct slice sender = eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM));
	struct tally tally = { .passed = false };

	(void)rule;
	sender = eval_domain(slice_trim(sender));
	if (dkim == NULL || sender.n == 0)
		return 0;
	tally_signer(views, dkim, sender, &tally);
	return tally_hits(&tally);
}

unsigned
eval_check_dkim_dependable(const struct rule *rule, struct views *views)
{
	const struct dkim *dkim = dkim_of(views);

	(void)rule;
	return dkim != NULL && !dkim->mail->header.too_long;
}

/* SpamAssassin has the function and never sets what it looks at. */
unsigned
eval_check_dkim_testing(const struct rule *rule, struct views *views)
{
	const struct dkim *dkim = rule_has_quirks(views->ruleset, rule) ? NULL : dkim_of(views);
	struct tally tally = { .passed = false };

	for (size_t i = 0; dkim != NULL && i < dkim->n; i++) {
		tally_add(&tally, dkim->v[i].result);
		if (dkim->v[i].testing)
			return 1;
	}
	tally.passed = false;
	return tally_hits(&tally);
}

/* Every domain signs some of its mail: it says nothing. */
unsigned
eval_check_dkim_signsome(const struct rule *rule, struct views *views)
{
	(void)rule;
	(void)views;
	return 0;
}

/* The list's letter for a domain: its own entry, else "*." and the longest end; NULL: none. */
static const char *
override_of(const struct views *views, struct slice domain)
{
	const struct map *overrides = lists_of(views)->overrides;
	const char *letter = map_find(overrides, domain);
	size_t dot;

	while (letter == NULL && (dot = slice_find_byte(domain, 0, '.')) < domain.n) {
		char key[DOMAIN_MAX + 2];

		domain = slice_from(domain, dot + 1);
		if (domain.n > DOMAIN_MAX)
			continue;
		key[0] = '*';
		key[1] = '.';
		memcpy(key + 2, domain.p, domain.n);
		letter = map_find(overrides, (struct slice){ key, domain.n + 2 });
	}
	return letter != NULL ? letter : map_find(overrides, SLICE("*"));
}

/* The letter of a record "dkim=all" (RFC 5617, 4.2.1). */
static const char *
record_letter(const struct dns_answer *answer)
{
	struct dkim_tags tags;
	struct slice word = SLICE_ABSENT;

	if (dkim_tags_parse(answer->records[0].data, &tags))
		word = dkim_tags_value(&tags, "dkim");
	if (slice_eq(word, SLICE("all")))
		return "A";
	return slice_eq(word, SLICE("discardable")) || slice_eq(word, SLICE("strict")) ? "D" : "U";
}

/* What the author's domain says: *letter_r, or EVAL_OPEN or EVAL_UNKNOWN; else 0. */
static unsigned
ask_practice(struct views *views, const char **letter_r)
{
	struct slice name = views_first_author(views);
	const struct dns_answer *record, *mail;

	*letter_r = "U";
	if (name.p == NULL)
		return 0;
	record = facts_ask_made(
	    views->facts, FACTS_AUTHOR, DNS_TXT, "_adsp._domainkey.%.*s", SLICE_ARG(name));
	mail = facts_ask_share(views->facts, FACTS_AUTHOR, DNS_MX, name);
	if (record->outcome == DNS_OPEN || mail->outcome == DNS_OPEN)
		return EVAL_OPEN;
	if (record->outcome == DNS_FOUND) {
		*letter_r = record_letter(record);
		return 0;
	}
	if (mail->outcome == DNS_NXDOMAIN)
		*letter_r = "N";
	else if (record->outcome != DNS_NODATA && record->outcome != DNS_NXDOMAIN)
		return EVAL_UNKNOWN;
	else if (dns_may_pass(mail->outcome) || mail->outcome == DNS_UNASKED)
		return EVAL_UNKNOWN;
	return 0;
}

/* A name of two labels and more, whose last is of letters and hyphens. */
static bool
is_qualified(struct slice domain)
{
	size_t last = domain.n;

	while (last > 0 && domain.p[last - 1] != '.')
		last--;
	if (last < 2 || domain.n - last < 2)
		return false;
	for (size_t i = last; i < domain.n; i++)
		if (!ascii_is_alpha(domain.p[i]) && domain.p[i] != '-')
			return false;
	return true;
}

/* A hit if no signature of the author's domain passes, and it practices one of these letters. */
static unsigned
practices_one_of(struct views *views, struct slice letters)
{
	const struct dkim *dkim = dkim_of(views);
	struct slice author = eval_domain(author_of(views));
	struct tally tally = { .passed = false };
	const char *letter;
	unsigned hits;

	if (dkim == NULL || !is_qualified(author))
		return 0;
	tally_signer(views, dkim, author, &tally);
	hits = tally_hits(&tally);
	if (hits != 0)
		return hits == 1 ? 0 : hits;
	letter = override_of(views, author);
	if (letter == NULL) {
		hits = ask_practice(views, &letter);
		if (hits != 0)
			return hits;
	}
	if (slice_eq(letters, SLICE("*")))
		letters = SLICE("NAD123");
	return slice_find_byte(letters, 0, letter[0]) < letters.n;
}

unsigned
eval_check_dkim_adsp(const struct rule *rule, struct views *views)
{
	if (!is_named(rule, 1, eval_domain(author_of(views))))
		return 0;
	return practices_one_of(views, rule->call.args[0].text);
}

unsigned
eval_check_dkim_signall(const struct rule *rule, struct views *views)
{
	(void)rule;
	return practices_one_of(views, SLICE("A"));
}

struct signer_search {
	const struct signed_list *list;
	struct slice signer, author;
};

/* An address_set_fn: whether the signer is one that speaks for the author. */
static bool
signer_found(void *p, size_t pattern)
{
	const struct signer_search *search = p;
	struct slice wanted = search->list->signers[pattern];

	if (wanted.n == 0)
		return slice_ieq(search->signer, search->author);
	return take_wildcard(&wanted) ? lies_in(search->signer, wanted, false)
				      : slice_ieq(search->signer, wanted);
}

/* A hit if a good signature speaks for an author on the lists. */
static unsigned
is_welcome(struct views *views, const struct welcome_lists *lists)
{
	const struct dkim *dkim = dkim_of(views);
	struct slice author = author_of(views), domain = eval_domain(author);
	bool listed = dkim != NULL && address_set_has(lists->of_any, author);
	struct tally tally = { .passed = false };

	for (size_t i = 0; dkim != NULL && i < dkim->n; i++) {
		const struct dkim_signature *signature = &dkim->v[i];
		struct signer_search search = { &lists->of_dkim, signer_of(signature), domain };

		if (signature->result == AUTH_PASS && !is_long_enough(views, signature))
			continue;
		if (signature->result != AUTH_PASS && signature->result != AUTH_OPEN &&
		    signature->result != AUTH_TEMPERROR)
			continue;
		if ((listed && slice_ieq(search.signer, domain)) ||
		    (lists->of_dkim.addresses != NULL &&
			address_set_each(lists->of_dkim.addresses, author, signer_found, &search)))
			tally_add(&tally, signature->result);
	}
	return tally_hits(&tally);
}

unsigned
eval_check_for_dkim_welcomelist_from(const struct rule *rule, struct views *views)
{
	(void)rule;
	return is_welcome(views, &lists_of(views)->own);
}

unsigned
eval_check_for_def_dkim_welcomelist_from(const struct rule *rule, struct views *views)
{
	(void)rule;
	return is_welcome(views, &lists_of(views)->def);
}

unsigned
eval_check_arc_signed(const struct rule *rule, struct views *views)
{
	const struct arc *arc = facts_on(views->facts) ? views_arc(views) : NULL;

	(void)rule;
	for (size_t i = 0; arc != NULL && i < arc->n; i++)
		if (arc->v[i].message_count + arc->v[i].seal_count > 0)
			return 1;
	return 0;
}

/* SpamAssassin's law: any signature of the chain holds, be the chain broken or not. */
unsigned
eval_check_arc_valid(const struct rule *rule, struct views *views)
{
	const struct arc *arc = facts_on(views->facts) ? views_arc(views) : NULL;
	struct tally tally = { .passed = false };

	(void)rule;
	for (size_t i = 0; arc != NULL && i < arc->n; i++) {
		const struct arc_set *set = &arc->v[i];

		if (set->message_count == 0 || set->seal_count == 0)
			continue;
		tally_add(&tally, set->message.result);
		tally_add(&tally, set->seal.result);
	}
	if (arc != NULL && arc->result != AUTH_OPEN)
		tally.open = false;
	return tally_hits(&tally);
}
