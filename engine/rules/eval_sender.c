/*
 * eval_sender.c - senders whom the configuration welcomes, if they prove who they are
 *
 * Ours. The list welcome_senders, which the setting `welcome` fills, has
 * entries "dkim *@example.org" or "dkim *@example.org example.net": what must
 * prove it, a pattern of addresses, and the domain that must have signed.
 *
 *	nothing	From or the envelope sender matches: anybody can write that
 *	spf	the envelope sender matches, and SPF passes for it
 *	dkim	an address of From matches, and a signature by its organisation passes
 *	dmarc	an address of From matches, and DMARC passes
 *	either	spf or dkim
 *
 * The DNS is asked only once an address matches.
 */
#include "engine/auth/author.h"
#include "engine/auth/dkim.h"
#include "engine/auth/dmarc.h"
#include "engine/rules/address_set.h"
#include "engine/rules/auth_facts.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/spf_facts.h"

/* Addresses of From that are looked at. */
#define AUTHORS_MAX 20

/* Bits of what an entry takes for proof; 0: nothing is needed. */
enum proof {
	PROOF_NONE = 0,
	PROOF_DKIM = 1 << 0,
	PROOF_SPF = 1 << 1,
	PROOF_DMARC = 1 << 2,
};

static const struct {
	const char *word;
	unsigned proofs;
} requirements[] = {
	{ "dkim", PROOF_DKIM },
	{ "spf", PROOF_SPF },
	{ "either", PROOF_DKIM | PROOF_SPF },
	{ "dmarc", PROOF_DMARC },
	{ "nothing", PROOF_NONE },
};

struct sender_entry {
	unsigned proofs;
	struct slice signer; /* absent: the address's own organisation */
};

struct sender_list {
	const struct address_set *patterns;
	const struct sender_entry *entries; /* by the number of the pattern */
};

static unsigned
read_requirement(struct slice word)
{
	for (size_t i = 0; i < sizeof(requirements) / sizeof(requirements[0]); i++)
		if (slice_eq(word, slice_of(requirements[i].word)))
			return requirements[i].proofs;
	/* A word that nobody knows asks for the most. */
	return PROOF_DMARC;
}

const void *
sender_prepare(struct ruleset *ruleset)
{
	const struct name_list *list = ruleset_list(ruleset, "welcome_senders");
	struct sender_list *senders = arena_alloc(ruleset->arena, sizeof(*senders));
	struct vec patterns = VEC_OF(struct slice, ruleset->arena);
	size_t count = list == NULL ? 0 : list->entries.n;
	struct sender_entry *entries = arena_array(ruleset->arena, count + 1, sizeof(*entries));

	for (size_t i = 0; i < count; i++) {
		struct slice rest = *(struct slice *)vec_at(&list->entries, i);
		struct slice word = SLICE(""), pattern = SLICE("");

		slice_next_word(&rest, &word);
		slice_next_word(&rest, &pattern);
		*(struct slice *)vec_push(&patterns) = pattern;
		entries[i].proofs = read_requirement(word);
		if (!slice_next_word(&rest, &entries[i].signer))
			entries[i].signer = SLICE_ABSENT;
	}
	senders->patterns = address_set_new(ruleset->arena, &patterns);
	senders->entries = entries;
	return senders;
}

/* The better of two: a hit, then what may still be one. */
static unsigned
better(unsigned a, unsigned b)
{
	if (a == 1 || b == 1)
		return 1;
	if (a == EVAL_OPEN || b == EVAL_OPEN)
		return EVAL_OPEN;
	return a == EVAL_UNKNOWN ? a : b;
}

static unsigned
outcome_of(enum auth_result result)
{
	if (result == AUTH_PASS)
		return 1;
	if (result == AUTH_OPEN)
		return EVAL_OPEN;
	return result == AUTH_TEMPERROR ? EVAL_UNKNOWN : 0;
}

static unsigned
dkim_proves(struct views *views, const struct sender_entry *entry, struct slice address)
{
	struct slice own = entry->signer.p != NULL ? entry->signer : eval_domain(address);
	unsigned proved = 0;
	size_t count;
	const struct dmarc_identity *signers = views_dkim_identities(views, &count);

	own = author_domain(views->arena, own);
	for (size_t i = 0; i < count; i++) {
		unsigned one = outcome_of(signers[i].result);

		if (one != 0 && dmarc_aligned(views->arena, signers[i].domain, own, false))
			proved = better(proved, one);
	}
	return proved;
}

/* One address that may be matched by entries, and what they came to. */
struct sender_search {
	struct views *views;
	const struct sender_list *list;
	struct slice address;
	bool envelope; /* it is the envelope sender, else one of From */
	unsigned found;
};

static unsigned
entry_outcome(const struct sender_search *search, const struct sender_entry *entry)
{
	struct views *views = search->views;
	const struct spf_fact *spf;
	const struct dmarc *dmarc;

	if (entry->proofs == PROOF_NONE)
		return 1;
	if (search->envelope) {
		spf = (entry->proofs & PROOF_SPF) != 0 ? spf_fact(views, SPF_MAIL_FROM) : NULL;
		if (spf == NULL || !slice_ieq(spf_sender(views), search->address))
			return 0;
		return outcome_of(spf->spf.result);
	}
	if (!facts_on(views->facts))
		return 0;
	if ((entry->proofs & PROOF_DKIM) != 0)
		return dkim_proves(views, entry, search->address);
	dmarc = (entry->proofs & PROOF_DMARC) != 0 ? views_dmarc(views) : NULL;
	return dmarc == NULL ? 0 : outcome_of(dmarc->result);
}

/* An address_set_fn. */
static bool
pattern_found(void *p, size_t pattern)
{
	struct sender_search *search = p;

	search->found = better(
	    search->found, entry_outcome(search, &search->list->entries[pattern]));
	return search->found == 1;
}

unsigned
eval_check_welcome_sender(const struct rule *rule, struct views *views)
{
	struct sender_search search = { .views = views,
		.list = views->ruleset->prepared[PREPARED_SENDER] };
	struct slice authors = eval_field(views, FIXED_FROM_ADDR);
	struct slice sender = eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM));

	(void)rule;
	for (size_t i = 0; i < AUTHORS_MAX && slice_next_line(&authors, &search.address); i++)
		if (address_set_each(search.list->patterns, search.address, pattern_found, &search))
			return 1;
	search.address = sender;
	search.envelope = true;
	if (sender.n > 0)
		address_set_each(search.list->patterns, sender, pattern_found, &search);
	return search.found;
}
