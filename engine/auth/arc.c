/*
 * arc.c - the chain of those who handled a message and sealed what they saw
 *
 * Everything that needs no key is judged first (RFC 8617, 5.2, steps 1 to 3):
 * how many sets, whether each is whole, and what each seal says of the chain
 * below it. Then the newest message signature must hold, and every seal; the
 * older message signatures only tell since when the message is as it is.
 *
 * A seal covers all sets below it, so a chain of fifty would hash the first
 * set fifty times: one digest runs over the sets, and each seal gets its copy.
 */
#include "engine/auth/arc.h"

#include "engine/auth/dkim_tags.h"

static const struct slice results_name = { "ARC-Authentication-Results", 26 };
static const struct slice message_name = { "ARC-Message-Signature", 21 };
static const struct slice seal_name = { "ARC-Seal", 8 };

static void
conclude(struct arc *arc, enum auth_result result, unsigned instance, const char *reason)
{
	arc->result = result;
	arc->failed = instance;
	arc->reason = reason;
}

/* The set of an instance, from 1 to ARC_SETS_MAX; the chain is as long as its highest. */
static struct arc_set *
set_of(struct arc *arc, unsigned instance)
{
	if (instance > arc->n)
		arc->n = instance;
	return &arc->v[instance - 1];
}

/* "i=N; ..." (RFC 8617, 4.1.1). False: it is not. */
static bool
read_results(struct arc *arc, const struct dkim_field *field)
{
	size_t end = slice_find_byte(field->value, 0, ';');
	struct slice head = slice_cut(field->value, 0, end);
	struct dkim_tags tags;
	struct arc_set *set;
	uint64_t instance;

	if (end == field->value.n || field->value.n > DKIM_FIELD_MAX ||
	    !dkim_tags_parse(head, &tags) ||
	    !dkim_tag_number(dkim_tags_value(&tags, "i"), &instance) || instance < 1 ||
	    instance > ARC_SETS_MAX)
		return false;
	set = set_of(arc, (unsigned)instance);
	set->results_count++;
	set->results_field = field;
	set->results = slice_from(field->value, end + 1);
	return true;
}

/* False: the field names no instance. */
static bool
read_signature(struct arc *arc, enum dkim_kind kind, const struct dkim_field *field)
{
	struct dkim_signature signature;
	struct arc_set *set;

	dkim_signature_read(arc->mail, kind, field, &signature);
	if (signature.instance == 0)
		return false;
	set = set_of(arc, signature.instance);
	if (kind == DKIM_OF_ARC_SEAL) {
		set->seal_count++;
		set->seal = signature;
	} else {
		set->message_count++;
		set->message = signature;
	}
	return true;
}

/* Reads all fields of the three names. False: one is none, or there are too many. */
static bool
read_fields(struct arc *arc)
{
	const struct dkim_header *header = &arc->mail->header;
	const struct dkim_field *field;
	size_t i;

	for (i = 0; (field = dkim_header_find(header, results_name, i)) != NULL; i++)
		if (i == ARC_SETS_MAX || !read_results(arc, field))
			return false;
	for (i = 0; (field = dkim_header_find(header, message_name, i)) != NULL; i++)
		if (i == ARC_SETS_MAX || !read_signature(arc, DKIM_OF_ARC_MESSAGE, field))
			return false;
	for (i = 0; (field = dkim_header_find(header, seal_name, i)) != NULL; i++)
		if (i == ARC_SETS_MAX || !read_signature(arc, DKIM_OF_ARC_SEAL, field))
			return false;
	return true;
}

/* What is wrong with a set before any key is asked for; NULL: nothing. */
static const char *
set_fault(const struct arc_set *set, unsigned instance)
{
	if (set->results_count != 1 || set->message_count != 1 || set->seal_count != 1)
		return "set is not whole";
	if (!slice_eq(set->seal.cv, instance == 1 ? SLICE("none") : SLICE("pass")))
		return "cv= is wrong";
	if (set->seal.result != AUTH_OPEN)
		return set->seal.reason;
	return NULL;
}

/* Steps 1 to 3 of RFC 8617, 5.2. False: the chain has failed. */
static bool
judge_structure(struct arc *arc)
{
	const struct arc_set *newest = &arc->v[arc->n - 1];

	if (slice_eq(newest->seal.cv, SLICE("fail"))) {
		conclude(arc, AUTH_FAIL, (unsigned)arc->n, "chain had failed before");
		return false;
	}
	for (unsigned instance = (unsigned)arc->n; instance > 0; instance--) {
		const char *fault = set_fault(&arc->v[instance - 1], instance);

		if (fault != NULL) {
			conclude(arc, AUTH_FAIL, instance, fault);
			return false;
		}
	}
	if (newest->message.result != AUTH_OPEN) {
		conclude(arc, AUTH_FAIL, (unsigned)arc->n, newest->message.reason);
		return false;
	}
	return true;
}

/* The digests that seals are over (RFC 8617, 5.1.1): all sets below, then its own, itself last. */
static void
digest_sets(struct arc *arc)
{
	struct crypto_digest digest = crypto_digest_begin(CRYPTO_SHA256);

	for (size_t i = 0; i < arc->n; i++) {
		struct arc_set *set = &arc->v[i];

		dkim_field_hash(&digest, set->results_field, DKIM_RELAXED, SLICE_ABSENT, false);
		dkim_field_hash(&digest, set->message.field, DKIM_RELAXED, SLICE_ABSENT, false);
		set->sealed = digest;
		dkim_field_hash(&digest, set->seal.field, DKIM_RELAXED, SLICE_ABSENT, false);
	}
}

struct arc *
arc_prepare(struct dkim_mail *mail)
{
	struct arc *arc = arena_alloc(mail->arena, sizeof(*arc));
	bool good;

	if (arc == NULL)
		return NULL;
	arc->mail = mail;
	arc->result = AUTH_NONE;
	if (dkim_header_find(&mail->header, results_name, 0) == NULL &&
	    dkim_header_find(&mail->header, message_name, 0) == NULL &&
	    dkim_header_find(&mail->header, seal_name, 0) == NULL)
		return arc;
	arc->v = arena_array(mail->arena, ARC_SETS_MAX, sizeof(*arc->v));
	if (arc->v == NULL)
		return NULL;
	good = read_fields(arc);
	if (!good)
		conclude(arc, AUTH_FAIL, 0, "field without an instance, or too many");
	if (!good || !judge_structure(arc))
		return arc;
	arc->result = AUTH_OPEN;
	digest_sets(arc);
	for (size_t i = 0; i < arc->n; i++)
		dkim_signature_want(mail, &arc->v[i].message);
	return arc;
}

/* Whether all is known that the result rests on. */
static bool
verify_sets(struct arc *arc, struct facts *facts, const struct budget *budget)
{
	size_t open = 0;

	for (size_t i = arc->n; i > 0; i--) {
		struct arc_set *set = &arc->v[i - 1];

		if (budget_spent(budget)) {
			conclude(arc, AUTH_TEMPERROR, (unsigned)i, "time limit");
			return false;
		}
		dkim_signature_verify(arc->mail, facts, &set->message, NULL);
		dkim_signature_verify(arc->mail, facts, &set->seal, &set->sealed);
		open += set->message.result == AUTH_OPEN || set->seal.result == AUTH_OPEN;
	}
	return open == 0;
}

/* Takes one needed signature into account. */
static void
judge_signature(struct arc *arc, const struct dkim_signature *signature)
{
	if (signature->result == AUTH_PASS || arc->result == AUTH_FAIL)
		return;
	if (signature->result != AUTH_TEMPERROR)
		conclude(arc, AUTH_FAIL, signature->instance, signature->reason);
	else if (arc->result != AUTH_TEMPERROR)
		conclude(arc, AUTH_TEMPERROR, signature->instance, signature->reason);
}

bool
arc_verify(struct arc *arc, struct facts *facts, const struct budget *budget)
{
	if (arc->result != AUTH_OPEN)
		return true;
	if (!verify_sets(arc, facts, budget))
		return arc->result != AUTH_OPEN;
	conclude(arc, AUTH_PASS, 0, NULL);
	judge_signature(arc, &arc->v[arc->n - 1].message);
	for (size_t i = arc->n; i > 0; i--)
		judge_signature(arc, &arc->v[i - 1].seal);
	arc->oldest_pass = (unsigned)arc->n;
	while (arc->oldest_pass > 0 && arc->v[arc->oldest_pass - 1].message.result == AUTH_PASS)
		arc->oldest_pass--;
	if (arc->oldest_pass > 0)
		arc->oldest_pass++;
	return true;
}
