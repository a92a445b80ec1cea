/*
 * dkim_key.c - the public keys that signers keep in the DNS
 *
 * A record is judged on its own here: its syntax, its version, what it may be
 * used for, and that its p= is a key of the kind that k= says. Whether it is long
 * enough, and fits a signature, is for the one who checks that signature.
 *
 * n= is for people. g= is told, but is no more (RFC 6376, C.1).
 */
#include "engine/auth/dkim_key.h"

#include "engine/auth/dkim_tags.h"
#include "engine/mime/domain.h"
#include "engine/util/ascii.h"

/* Whether the record lets that be: a list that is not there lets anything. */
static bool
allows(const struct dkim_tags *tags, const char *name, const char *item)
{
	struct slice list = dkim_tags_value(tags, name);

	return list.p == NULL || dkim_tag_has_item(list, item);
}

static const char *
read_ed25519(struct slice bytes, struct dkim_key *key)
{
	if (bytes.n != CRYPTO_ED25519_KEY)
		return "key is broken";
	key->type = DKIM_KEY_ED25519;
	key->ed25519 = bytes;
	key->bits = CRYPTO_ED25519_KEY * 8;
	return NULL;
}

static const char *
read_rsa(struct slice bytes, struct dkim_key *key)
{
	if (!crypto_rsa_read(bytes, &key->rsa))
		return "key is broken";
	key->type = DKIM_KEY_RSA;
	key->bits = key->rsa.bits;
	return NULL;
}

static const char *
read_public(struct arena *arena, const struct dkim_tags *tags, struct dkim_key *key)
{
	struct slice public = dkim_tags_value(tags, "p"), type = dkim_tags_value(tags, "k");
	struct slice bytes;

	if (public.p == NULL)
		return "no key in record";
	if (public.n == 0)
		return "key revoked";
	bytes = dkim_tag_base64(arena, public);
	if (bytes.p == NULL)
		return "key is broken";
	if (type.p == NULL || slice_eq(type, SLICE("rsa")))
		return read_rsa(bytes, key);
	if (slice_eq(type, SLICE("ed25519")))
		return read_ed25519(bytes, key);
	return "unknown key type";
}

const char *
dkim_key_parse(struct arena *arena, struct slice record, struct dkim_key *key_r)
{
	struct dkim_tags tags;
	struct slice flags;
	const struct dkim_tag *version;

	*key_r = (struct dkim_key){ .bits = 0 };
	if (record.n > DKIM_KEY_RECORD_MAX)
		return "key record too long";
	if (!dkim_tags_parse(record, &tags))
		return "key record syntax";
	version = dkim_tags_find(&tags, "v");
	if (version != NULL && (version != tags.v || !slice_eq(version->value, SLICE("DKIM1"))))
		return "key record version";
	if (!allows(&tags, "s", "*") && !allows(&tags, "s", "email"))
		return "key not for email";
	flags = dkim_tags_value(&tags, "t");
	key_r->granularity = dkim_tags_value(&tags, "g");
	key_r->sha1 = allows(&tags, "h", "sha1");
	key_r->sha256 = allows(&tags, "h", "sha256");
	key_r->testing = dkim_tag_has_item(flags, "y");
	key_r->same_domain = dkim_tag_has_item(flags, "s");
	return read_public(arena, &tags, key_r);
}

static struct slice
to_ascii(struct arena *arena, struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (ascii_is_high(name.p[i]))
			return domain_to_ascii(arena, name);
	return name;
}

struct slice
dkim_key_name(struct arena *arena, struct slice selector, struct slice domain)
{
	return arena_printf(arena, "%.*s._domainkey.%.*s", SLICE_ARG(to_ascii(arena, selector)),
	    SLICE_ARG(to_ascii(arena, domain)));
}

static enum auth_result
choose(struct arena *arena, const struct dns_answer *answer, enum dkim_key_type type,
    struct dkim_key *key_r, const char **reason_r)
{
	struct dkim_key key;

	for (size_t i = 0; i < answer->record_count && i < DKIM_KEY_RECORDS_MAX; i++) {
		const char *fault = dkim_key_parse(arena, answer->records[i].data, &key);

		if (fault == NULL && key.type != type)
			fault = "key of another type";
		if (fault == NULL) {
			*key_r = key;
			return AUTH_PASS;
		}
		if (i == 0) {
			*key_r = key;
			*reason_r = fault;
		}
	}
	return AUTH_PERMERROR;
}

enum auth_result
dkim_key_find(struct arena *arena, const struct dns_answer *answer, enum dkim_key_type type,
    struct dkim_key *key_r, const char **reason_r)
{
	*key_r = (struct dkim_key){ .bits = 0 };
	*reason_r = NULL;
	switch (answer->outcome) {
	case DNS_OPEN:
		*reason_r = "key awaited";
		return AUTH_OPEN;
	case DNS_FOUND:
		return choose(arena, answer, type, key_r, reason_r);
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		*reason_r = "no key";
		return AUTH_PERMERROR;
	case DNS_SERVFAIL:
		*reason_r = "DNS error";
		return AUTH_TEMPERROR;
	case DNS_TIMEOUT:
		*reason_r = "DNS timeout";
		return AUTH_TEMPERROR;
	case DNS_UNASKED:
		*reason_r = "DNS not asked";
		return AUTH_TEMPERROR;
	}
	return AUTH_TEMPERROR;
}
