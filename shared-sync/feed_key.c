/*
 * feed_key.c - Ed25519 keys as text
 *
 * Base64 is read strictly (RFC 4648, 4): exactly 44 characters with one "=" and no stray
 * bits, so that one key has one text. Every buffer that held secret bytes is overwritten.
 */
#include "config.h"

#include "shared-sync/feed_key.h"

#include <assert.h>
#include <string.h>

#include "shared-sync/hex.h"

#define BASE64_KEY 44 /* characters of 32 bytes */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const struct slice public_prefix = { "ed25519:", 8 };
static const struct slice secret_prefix = { "steelyard-key-1 ", 16 };

static const struct {
	unsigned roles;
	struct slice text;
} role_texts[] = {
	{ FEED_ROLE_ROOT, { "root", 4 } },
	{ FEED_ROLE_ENTRY, { "entry", 5 } },
	{ FEED_ROLE_HEAD, { "head", 4 } },
	{ FEED_ROLE_ENTRY | FEED_ROLE_HEAD, { "entry,head", 10 } },
};

static void
base64_write(const unsigned char bytes[CRYPTO_ED25519_KEY], char text_r[BASE64_KEY])
{
	for (size_t i = 0; i < BASE64_KEY / 4; i++) {
		const unsigned char *from = bytes + 3 * i;
		unsigned last = 3 * i + 2 < CRYPTO_ED25519_KEY ? from[2] : 0;
		unsigned bits = (unsigned)from[0] << 16 | (unsigned)from[1] << 8 | last;

		for (size_t k = 0; k < 4; k++)
			text_r[4 * i + k] = alphabet[bits >> (18 - 6 * k) & 63];
	}
	text_r[BASE64_KEY - 1] = '=';
}

/* The value of a character, or 64. */
static unsigned
base64_value(char c)
{
	unsigned value = 0;

	while (value < 64 && alphabet[value] != c)
		value++;
	return value;
}

static bool
base64_read(struct slice text, unsigned char bytes_r[CRYPTO_ED25519_KEY])
{
	char again[BASE64_KEY];
	bool same;

	if (text.n != BASE64_KEY)
		return false;
	for (size_t i = 0; i < BASE64_KEY / 4; i++) {
		unsigned bits = 0;

		for (size_t k = 0; k < 4; k++)
			bits = bits << 6 | (base64_value(text.p[4 * i + k]) & 63);
		for (size_t k = 0; k < 3 && 3 * i + k < CRYPTO_ED25519_KEY; k++)
			bytes_r[3 * i + k] = (unsigned char)(bits >> (16 - 8 * k));
	}
	base64_write(bytes_r, again);
	same = memcmp(again, text.p, BASE64_KEY) == 0;
	explicit_bzero(again, sizeof(again));
	return same;
}

/* A key's id: the first half of 16 bytes of its hash, in hex. */
static void
public_name(struct feed_public *public)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct buf id = { 0 };

	crypto_sha256((struct slice){ (const char *)public->bytes, CRYPTO_ED25519_KEY }, digest);
	hex_write(digest, FEED_KEY_ID / 2, &id);
	memcpy(public->id, buf_text(&id), sizeof(public->id));
	buf_clear(&id);
}

bool
feed_key_id_read(struct slice text, char id_r[FEED_KEY_ID + 1])
{
	unsigned char id[FEED_KEY_ID / 2];

	if (!hex_read(text, id, sizeof(id)))
		return false;
	memcpy(id_r, text.p, FEED_KEY_ID);
	id_r[FEED_KEY_ID] = '\0';
	return true;
}

void
feed_secret_init(
    struct feed_secret *secret, const unsigned char seed[CRYPTO_ED25519_KEY], unsigned roles)
{
	memmove(secret->seed, seed, sizeof(secret->seed));
	secret->roles = roles;
	crypto_ed25519_public(secret->seed, secret->public.bytes);
	public_name(&secret->public);
}

void
feed_secret_clear(struct feed_secret *secret)
{
	explicit_bzero(secret->seed, sizeof(secret->seed));
}

bool
feed_public_read(struct slice text, struct feed_public *public_r, struct err *err)
{
	if (!slice_starts(text, public_prefix) ||
	    !base64_read(slice_from(text, public_prefix.n), public_r->bytes)) {
		err_set(err,
		    "not a public key: expected ed25519: and 44 characters of base64, as keygen "
		    "prints it");
		return false;
	}
	public_name(public_r);
	return true;
}

void
feed_public_write(const struct feed_public *public, struct buf *out)
{
	char text[BASE64_KEY];

	base64_write(public->bytes, text);
	buf_add(out, public_prefix);
	buf_add(out, (struct slice){ text, sizeof(text) });
}

bool
feed_secret_read(struct slice text, struct feed_secret *secret_r, struct err *err)
{
	struct slice rest = slice_trim(text), role, seed_text;
	unsigned char seed[CRYPTO_ED25519_KEY];
	bool good = slice_starts(rest, secret_prefix);
	unsigned roles = 0;

	rest = slice_from(rest, secret_prefix.n);
	good = good && slice_next_word(&rest, &role) && feed_roles_read(role, &roles) &&
	       slice_next_word(&rest, &seed_text) && rest.n == 0 && base64_read(seed_text, seed);
	if (good)
		feed_secret_init(secret_r, seed, roles);
	else
		err_set(err,
		    "not a secret key: expected one line, steelyard-key-1 ROLE and 44 characters of "
		    "base64, as keygen writes it");
	explicit_bzero(seed, sizeof(seed));
	return good;
}

void
feed_secret_write(const struct feed_secret *secret, struct buf *out)
{
	char text[BASE64_KEY];

	base64_write(secret->seed, text);
	buf_add(out, secret_prefix);
	buf_printf(out, "%s ", feed_roles_text(secret->roles));
	buf_add(out, (struct slice){ text, sizeof(text) });
	buf_add_byte(out, '\n');
	explicit_bzero(text, sizeof(text));
}

const char *
feed_roles_text(unsigned roles)
{
	for (size_t i = 0; i < sizeof(role_texts) / sizeof(role_texts[0]); i++)
		if (role_texts[i].roles == roles)
			return role_texts[i].text.p;
	assert(!"roles that go together");
	return "";
}

bool
feed_roles_read(struct slice text, unsigned *roles_r)
{
	for (size_t i = 0; i < sizeof(role_texts) / sizeof(role_texts[0]); i++)
		if (slice_eq(role_texts[i].text, text)) {
			*roles_r = role_texts[i].roles;
			return true;
		}
	return false;
}
