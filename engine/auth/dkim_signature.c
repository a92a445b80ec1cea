/*
 * dkim_signature.c - one signature, read and verified
 *
 * In the order of RFC 6376, 6.1: the field's own faults first, for which no
 * question is asked; then the key's; then the body's hash, then the signature.
 * rsa-sha1 is read and refused (RFC 8301, 3.1), short keys too (3.2). z= is for
 * people; t= in the future is not judged (a clock may be wrong).
 */
#include "engine/auth/dkim_signature.h"

#include "engine/auth/dkim_tags.h"
#include "engine/net/dns.h"
#include "engine/util/ascii.h"

#define ARC_INSTANCE_MAX 50 /* RFC 8617, 4.2.1 */
#define MARK_LENGTH 8

static const struct {
	struct slice name;
	enum dkim_key_type key_type;
	enum crypto_hash hash;
} algorithms[] = {
	{ { "rsa-sha256", 10 }, DKIM_KEY_RSA, CRYPTO_SHA256 },
	{ { "ed25519-sha256", 14 }, DKIM_KEY_ED25519, CRYPTO_SHA256 },
	{ { "rsa-sha1", 8 }, DKIM_KEY_RSA, CRYPTO_SHA1 },
};

static void
conclude(struct dkim_signature *signature, enum auth_result result, const char *reason)
{
	signature->result = result;
	signature->reason = reason;
}

/* Labels of letters, digits, '-' and '_', or of UTF-8 (RFC 8616); at least `labels` of them. */
static bool
is_domain(struct slice name, size_t labels)
{
	size_t count = 1, length = 0;

	if (name.n > DNS_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '.') {
			if (length == 0)
				return false;
			length = 0;
			count++;
			continue;
		}
		if (!ascii_is_word(c) && c != '-' && !ascii_is_high(c))
			return false;
		length++;
	}
	return length > 0 && count >= labels;
}

static const char *
read_algorithm(struct dkim_mail *mail, const struct dkim_tags *tags, struct dkim_signature *sig)
{
	sig->algorithm = dkim_tags_value(tags, "a");
	if (sig->algorithm.p == NULL)
		return "no a=";
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (!slice_eq(sig->algorithm, algorithms[i].name))
			continue;
		sig->key_type = algorithms[i].key_type;
		sig->hash = algorithms[i].hash;
		if (sig->hash == CRYPTO_SHA1 && !mail->law.old)
			return "rsa-sha1 is obsolete";
		return NULL;
	}
	return "unknown algorithm";
}

/* d=, s= and b=: what each of the three fields has. */
static const char *
read_signer(struct dkim_mail *mail, const struct dkim_tags *tags, struct dkim_signature *sig)
{
	const struct dkim_tag *b = dkim_tags_find(tags, "b");

	sig->domain = dkim_tags_value(tags, "d");
	sig->selector = dkim_tags_value(tags, "s");
	if (b == NULL || b->value.n == 0)
		return "no b=";
	sig->cut = b->region;
	sig->mark = slice_cut(dkim_tag_unquote(mail->arena, b->value), 0, MARK_LENGTH);
	sig->signature = dkim_tag_base64(mail->arena, b->value);
	if (sig->signature.p == NULL)
		return "b= is no base64";
	if (!is_domain(sig->domain, 2))
		return "no domain in d=";
	if (!is_domain(sig->selector, 1))
		return "no selector in s=";
	return NULL;
}

static const char *
read_times(struct dkim_mail *mail, const struct dkim_tags *tags, struct dkim_signature *sig)
{
	struct slice created = dkim_tags_value(tags, "t"), expiry = dkim_tags_value(tags, "x");

	if (created.p != NULL && !dkim_tag_number(created, &sig->created))
		return "t= is no time";
	if (expiry.p != NULL && !dkim_tag_number(expiry, &sig->expiry))
		return "x= is no time";
	sig->has_created = created.p != NULL;
	sig->has_expiry = expiry.p != NULL;
	if (sig->has_expiry && sig->has_created && sig->expiry < sig->created)
		return "x= before t=";
	if (sig->has_expiry && mail->now > 0 && sig->expiry < (uint64_t)mail->now)
		return "expired";
	return NULL;
}

static bool
canon_of(struct slice word, enum dkim_canon *canon_r)
{
	*canon_r = slice_eq(word, SLICE("relaxed")) ? DKIM_RELAXED : DKIM_SIMPLE;
	return *canon_r == DKIM_RELAXED || slice_eq(word, SLICE("simple"));
}

static const char *
read_canon(const struct dkim_tags *tags, struct dkim_signature *sig)
{
	struct slice c = dkim_tags_value(tags, "c");
	size_t slash = slice_find_byte(c, 0, '/');

	sig->header_canon = sig->body_canon = DKIM_SIMPLE;
	if (c.p == NULL)
		return NULL;
	if (!canon_of(slice_cut(c, 0, slash), &sig->header_canon) ||
	    (slash < c.n && !canon_of(slice_from(c, slash + 1), &sig->body_canon)))
		return "unknown c=";
	return NULL;
}

/* h=, c=, bh= and l=: what a signature says of the message. */
static const char *
read_coverage(struct dkim_mail *mail, const struct dkim_tags *tags, struct dkim_signature *sig)
{
	struct slice length = dkim_tags_value(tags, "l");
	const char *fault = read_canon(tags, sig);

	if (fault != NULL)
		return fault;
	sig->names = dkim_tags_value(tags, "h");
	if (sig->names.p == NULL)
		return "no h=";
	sig->body_digest = dkim_tags_value(tags, "bh");
	if (sig->body_digest.n == 0)
		return "no bh=";
	sig->body_digest = dkim_tag_base64(mail->arena, sig->body_digest);
	if (sig->body_digest.p == NULL)
		return "bh= is no base64";
	sig->length = DKIM_WHOLE_BODY;
	if (length.p != NULL && !dkim_tag_number(length, &sig->length))
		return "l= is no number";
	sig->partial = length.p != NULL;
	return NULL;
}

static bool
names_have(struct slice names, struct slice name)
{
	struct slice one;

	while (dkim_tag_next_item(&names, &one))
		if (slice_ieq(one, name))
			return true;
	return false;
}

/* The domain of an identity; absent: it has none. */
static struct slice
domain_of(struct slice identity)
{
	for (size_t i = identity.n; i > 0; i--)
		if (identity.p[i - 1] == '@')
			return slice_from(identity, i);
	return SLICE_ABSENT;
}

/* i= must be in d= or below it. */
static const char *
read_identity(struct dkim_mail *mail, const struct dkim_tags *tags, struct dkim_signature *sig)
{
	struct slice identity = dkim_tags_value(tags, "i"), domain;
	size_t n;

	if (identity.p == NULL) {
		sig->identity = arena_printf(mail->arena, "@%.*s", SLICE_ARG(sig->domain));
		return NULL;
	}
	sig->identity = dkim_tag_unquote(mail->arena, identity);
	domain = domain_of(sig->identity);
	if (domain.p == NULL || !slice_iends(domain, sig->domain))
		return "i= outside d=";
	n = domain.n - sig->domain.n;
	return n == 0 || domain.p[n - 1] == '.' ? NULL : "i= outside d=";
}

/* What only a DKIM-Signature has. */
static const char *
read_of_message(struct dkim_mail *mail, const struct dkim_tags *tags, struct dkim_signature *sig)
{
	struct slice version = dkim_tags_value(tags, "v"), query = dkim_tags_value(tags, "q");

	bool old = mail->law.old && (version.p == NULL || slice_eq(version, SLICE("0.5")));

	if (!slice_eq(version, SLICE("1")) && !old)
		return version.p == NULL ? "no v=" : "unknown v=";
	if (query.p != NULL && !dkim_tag_has_item(query, "dns/txt") &&
	    !dkim_tag_has_item(query, "dns"))
		return "unknown q=";
	if (!names_have(sig->names, SLICE("from")))
		return "From not signed";
	return read_identity(mail, tags, sig);
}

/* i= of ARC's fields: 1 to 50. */
static const char *
read_instance(const struct dkim_tags *tags, struct dkim_signature *sig)
{
	uint64_t number;

	if (!dkim_tag_number(dkim_tags_value(tags, "i"), &number) || number < 1 ||
	    number > ARC_INSTANCE_MAX)
		return "i= is no instance";
	sig->instance = (unsigned)number;
	return NULL;
}

static const char *
read_tags(struct dkim_mail *mail, const struct dkim_tags *tags, struct dkim_signature *sig)
{
	const char *fault = NULL;

	if (sig->kind != DKIM_OF_MESSAGE)
		fault = read_instance(tags, sig);
	if (fault == NULL)
		fault = read_signer(mail, tags, sig);
	if (fault == NULL && sig->kind != DKIM_OF_ARC_SEAL)
		fault = read_coverage(mail, tags, sig);
	if (fault == NULL && sig->kind == DKIM_OF_MESSAGE)
		fault = read_of_message(mail, tags, sig);
	if (fault == NULL && sig->kind == DKIM_OF_ARC_MESSAGE &&
	    names_have(sig->names, SLICE("arc-seal")))
		fault = "ARC-Seal in h=";
	if (fault == NULL && sig->kind == DKIM_OF_ARC_SEAL && dkim_tags_find(tags, "h") != NULL)
		fault = "h= in ARC-Seal";
	if (fault == NULL)
		fault = read_algorithm(mail, tags, sig);
	if (fault == NULL)
		fault = read_times(mail, tags, sig);
	return fault;
}

void
dkim_signature_read(struct dkim_mail *mail, enum dkim_kind kind, const struct dkim_field *field,
    struct dkim_signature *signature_r)
{
	struct dkim_tags tags;
	const char *fault = "tag list syntax";

	*signature_r = (struct dkim_signature){ .kind = kind, .field = field };
	if (field->value.n > DKIM_FIELD_MAX)
		fault = "field too long";
	else if (dkim_tags_parse(field->value, &tags)) {
		fault = read_tags(mail, &tags, signature_r);
		signature_r->cv = dkim_tags_value(&tags, "cv");
	}
	if (fault != NULL)
		conclude(signature_r, AUTH_PERMERROR, fault);
	else
		conclude(signature_r, AUTH_OPEN, NULL);
}

void
dkim_signature_want(struct dkim_mail *mail, struct dkim_signature *signature)
{
	if (signature->result != AUTH_OPEN || signature->kind == DKIM_OF_ARC_SEAL)
		return;
	signature->body_hash = dkim_body_want(
	    mail->body, signature->body_canon, signature->hash, signature->length);
	if (signature->body_hash == NULL)
		conclude(signature, AUTH_TEMPERROR, "no memory");
}

/* RFC 4871, 3.6.1, g=: the local part of i=, or its beginning and end around one '*'. */
static bool
granularity_fits(struct slice pattern, struct slice identity)
{
	struct slice local = slice_cut(identity, 0, identity.n - domain_of(identity).n - 1);
	size_t star = slice_find_byte(pattern, 0, '*');

	if (star == pattern.n)
		return pattern.n > 0 && slice_eq(pattern, local);
	return local.n + 1 >= pattern.n && slice_starts(local, slice_cut(pattern, 0, star)) &&
	       slice_ends(local, slice_from(pattern, star + 1));
}

/* Whether a key may be used for the signature; else the signature is concluded. */
static bool
key_fits(struct dkim_mail *mail, struct dkim_signature *signature, const struct dkim_key *key)
{
	bool allowed = signature->hash == CRYPTO_SHA1 ? key->sha1 : key->sha256;

	if (!allowed)
		conclude(signature, AUTH_PERMERROR, "key not for this hash");
	else if (key->same_domain && signature->kind == DKIM_OF_MESSAGE &&
		 !slice_ieq(domain_of(signature->identity), signature->domain))
		conclude(signature, AUTH_PERMERROR, "key not for subdomains");
	else if (mail->law.old && key->granularity.p != NULL &&
		 signature->kind == DKIM_OF_MESSAGE &&
		 !granularity_fits(key->granularity, signature->identity))
		conclude(signature, AUTH_PERMERROR, "key not for this user");
	else if (key->type == DKIM_KEY_RSA && key->bits < mail->law.rsa_bits)
		conclude(signature, AUTH_POLICY, "key too short");
	else if (key->type == DKIM_KEY_RSA && key->bits > CRYPTO_RSA_BITS_MAX)
		conclude(signature, AUTH_POLICY, "key too long");
	return signature->result == AUTH_OPEN;
}

/* Whether the body is what was signed; else the signature is concluded. */
static bool
body_fits(const struct dkim_mail *mail, struct dkim_signature *signature)
{
	const struct dkim_body_hash *hash = signature->body_hash;

	if (signature->kind == DKIM_OF_ARC_SEAL)
		return true;
	if (!hash->made)
		conclude(signature, AUTH_TEMPERROR, mail->cut ? "message cut" : "time limit");
	else if (hash->too_short)
		conclude(signature, AUTH_FAIL, "body shorter than l=");
	else if (!slice_eq(
		     (struct slice){ (const char *)hash->bytes, hash->n }, signature->body_digest))
		conclude(signature, AUTH_FAIL, "body changed");
	return signature->result == AUTH_OPEN;
}

static bool
verified(const struct dkim_signature *signature, const struct dkim_key *key,
    struct crypto_digest *digest)
{
	unsigned char bytes[CRYPTO_DIGEST_MAX];
	struct slice hashed = crypto_digest_end(digest, bytes);

	switch (key->type) {
	case DKIM_KEY_RSA:
		return crypto_rsa_verify(&key->rsa, signature->hash, hashed, signature->signature);
	case DKIM_KEY_ED25519:
		return crypto_ed25519_verify(key->ed25519, hashed, signature->signature);
	}
	return false;
}

/* The answer that has the key; NULL at the arena's cap. */
static const struct dns_answer *
ask_key(struct dkim_mail *mail, struct facts *facts, struct dkim_signature *signature)
{
	bool of_chain = signature->kind != DKIM_OF_MESSAGE;

	if (signature->key_name.p == NULL)
		signature->key_name = dkim_key_name(
		    mail->arena, signature->selector, signature->domain);
	if (signature->key_name.p == NULL)
		return NULL;
	return facts_ask_share(
	    facts, of_chain ? FACTS_ARC : FACTS_AUTHOR, DNS_TXT, signature->key_name);
}

void
dkim_signature_verify(struct dkim_mail *mail, struct facts *facts, struct dkim_signature *signature,
    const struct crypto_digest *sealed)
{
	struct crypto_digest digest;
	struct dkim_key key;
	const struct dns_answer *answer;
	enum auth_result found;
	const char *reason;

	if (signature->result != AUTH_OPEN)
		return;
	answer = ask_key(mail, facts, signature);
	if (answer == NULL) {
		conclude(signature, AUTH_TEMPERROR, "no memory");
		return;
	}
	found = dkim_key_find(mail->arena, answer, signature->key_type, &key, &reason);
	if (found == AUTH_OPEN)
		return;
	signature->key_bits = key.bits;
	signature->testing = key.testing;
	if (found != AUTH_PASS) {
		conclude(signature, found, reason);
		return;
	}
	if (!key_fits(mail, signature, &key) || !body_fits(mail, signature))
		return;
	digest = sealed != NULL ? *sealed : crypto_digest_begin(signature->hash);
	if (signature->kind != DKIM_OF_ARC_SEAL)
		dkim_header_hash(&digest, &mail->header, signature->names, signature->header_canon,
		    signature->field);
	dkim_field_hash(&digest, signature->field,
	    signature->kind == DKIM_OF_ARC_SEAL ? DKIM_RELAXED : signature->header_canon,
	    signature->cut, true);
	if (verified(signature, &key, &digest))
		conclude(signature, AUTH_PASS, NULL);
	else
		conclude(signature, AUTH_FAIL, "signature is wrong");
}
