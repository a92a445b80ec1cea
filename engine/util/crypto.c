/*
 * crypto.c - the one file that knows OpenSSL's libcrypto
 *
 * Digests go through its low-level functions, deprecated as they are, and RSA
 * through its big numbers: what is above them looks for providers and engines
 * first, and so reads files, which the engine never does. Ed25519 has nothing
 * below: it gets a library context of its own for each call (0.4 ms; such
 * signatures are few), and OpenSSL is told to read no configuration.
 *
 * Keys are taken out of their DER here: it is two integers, and what is
 * wrong with a key is known before any work is done with it.
 *
 * The error queue of the thread is left empty.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "engine/util/crypto.h"

#include <assert.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

/* A public exponent longer than that makes checking as dear as signing; all in use have 17 bits. */
#define EXPONENT_BYTES_MAX 8

#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_SEQUENCE 0x30

/* The low-level contexts, kept in the bytes of a digest. */
union context {
	MD5_CTX md5;
	SHA_CTX sha1;
	SHA256_CTX sha256;
	uint64_t state[16];
};

_Static_assert(sizeof(union context) == sizeof(((struct crypto_digest *)NULL)->state),
    "a digest holds any context");

static union context
context_load(const struct crypto_digest *digest)
{
	union context context;

	memcpy(context.state, digest->state, sizeof(context.state));
	return context;
}

static void
context_keep(struct crypto_digest *digest, const union context *context)
{
	memcpy(digest->state, context->state, sizeof(digest->state));
}

struct crypto_digest
crypto_digest_begin(enum crypto_hash hash)
{
	struct crypto_digest digest = { .hash = hash };
	union context context = { .state = { 0 } };

	switch (hash) {
	case CRYPTO_MD5:
		MD5_Init(&context.md5);
		break;
	case CRYPTO_SHA1:
		SHA1_Init(&context.sha1);
		break;
	case CRYPTO_SHA256:
		SHA256_Init(&context.sha256);
		break;
	}
	context_keep(&digest, &context);
	return digest;
}

void
crypto_digest_add(struct crypto_digest *digest, struct slice bytes)
{
	union context context = context_load(digest);

	switch (digest->hash) {
	case CRYPTO_MD5:
		MD5_Update(&context.md5, bytes.p, bytes.n);
		break;
	case CRYPTO_SHA1:
		SHA1_Update(&context.sha1, bytes.p, bytes.n);
		break;
	case CRYPTO_SHA256:
		SHA256_Update(&context.sha256, bytes.p, bytes.n);
		break;
	}
	context_keep(digest, &context);
}

struct slice
crypto_digest_end(struct crypto_digest *digest, unsigned char bytes_r[CRYPTO_DIGEST_MAX])
{
	union context context = context_load(digest);
	size_t n = 0;

	switch (digest->hash) {
	case CRYPTO_MD5:
		MD5_Final(bytes_r, &context.md5);
		n = MD5_DIGEST_LENGTH;
		break;
	case CRYPTO_SHA1:
		SHA1_Final(bytes_r, &context.sha1);
		n = SHA_DIGEST_LENGTH;
		break;
	case CRYPTO_SHA256:
		SHA256_Final(bytes_r, &context.sha256);
		n = SHA256_DIGEST_LENGTH;
		break;
	}
	return (struct slice){ (const char *)bytes_r, n };
}

void
crypto_sha256(struct slice bytes, unsigned char digest_r[CRYPTO_SHA256_SIZE])
{
	struct crypto_digest digest = crypto_digest_begin(CRYPTO_SHA256);

	_Static_assert(CRYPTO_SHA256_SIZE == CRYPTO_DIGEST_MAX, "a digest fits");
	crypto_digest_add(&digest, bytes);
	crypto_digest_end(&digest, digest_r);
}

void
crypto_md5(const struct slice *pieces, size_t count, char hex_r[CRYPTO_MD5_HEX])
{
	static const char digits[] = "0123456789abcdef";
	struct crypto_digest digest = crypto_digest_begin(CRYPTO_MD5);
	unsigned char bytes[CRYPTO_DIGEST_MAX];
	size_t n;

	for (size_t i = 0; i < count; i++)
		crypto_digest_add(&digest, pieces[i]);
	n = crypto_digest_end(&digest, bytes).n;
	for (size_t i = 0; i < n; i++) {
		hex_r[2 * i] = digits[bytes[i] >> 4];
		hex_r[2 * i + 1] = digits[bytes[i] & 15];
	}
}

/* The length of DER that stands at `at` (X.690, 8.1.3), at most 64 KB; false: there is none. */
static bool
der_length(struct slice der, size_t *at, size_t *length_r)
{
	size_t bytes, length = 0;

	if (*at >= der.n)
		return false;
	length = (unsigned char)der.p[(*at)++];
	if (length < 0x80) {
		*length_r = length;
		return true;
	}
	bytes = length & 0x7f;
	if (bytes == 0 || bytes > 2 || bytes > der.n - *at)
		return false;
	for (length = 0; bytes > 0; bytes--)
		length = length << 8 | (unsigned char)der.p[(*at)++];
	*length_r = length;
	return true;
}

/* Takes one element with that tag off *der. False: it is another, or does not end. */
static bool
der_take(struct slice *der, unsigned char tag, struct slice *content_r)
{
	size_t at = 1, length;

	if (der->n < 2 || (unsigned char)der->p[0] != tag || !der_length(*der, &at, &length) ||
	    length > der->n - at)
		return false;
	*content_r = slice_cut(*der, at, at + length);
	*der = slice_from(*der, at + length);
	return true;
}

/* Takes a positive integer, its leading zeros left out. */
static bool
der_take_number(struct slice *der, struct slice *number_r)
{
	if (!der_take(der, DER_INTEGER, number_r) || number_r->n == 0 ||
	    ((unsigned char)number_r->p[0] & 0x80) != 0)
		return false;
	while (number_r->n > 0 && number_r->p[0] == 0)
		*number_r = slice_from(*number_r, 1);
	return number_r->n > 0;
}

static unsigned
number_bits(struct slice number)
{
	unsigned bits = (unsigned)(number.n * 8);

	for (unsigned char first = (unsigned char)number.p[0]; (first & 0x80) == 0; first <<= 1)
		bits--;
	return bits;
}

bool
crypto_rsa_read(struct slice der, struct crypto_rsa *key_r)
{
	/* 1.2.840.113549.1.1.1, with its tag and length */
	static const char rsa_encryption[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
	struct slice key, algorithm, bits;

	if (!der_take(&der, DER_SEQUENCE, &key))
		return false;
	if (key.n > 0 && key.p[0] == DER_SEQUENCE) {
		if (!der_take(&key, DER_SEQUENCE, &algorithm) ||
		    !slice_starts(
			algorithm, (struct slice){ rsa_encryption, sizeof(rsa_encryption) - 1 }) ||
		    !der_take(&key, DER_BIT_STRING, &bits) || bits.n == 0 || bits.p[0] != 0)
			return false;
		bits = slice_from(bits, 1);
		if (!der_take(&bits, DER_SEQUENCE, &key))
			return false;
	}
	if (!der_take_number(&key, &key_r->modulus) || !der_take_number(&key, &key_r->exponent))
		return false;
	key_r->bits = number_bits(key_r->modulus);
	return true;
}

static BIGNUM *
bignum_of(struct slice number)
{
	return BN_bin2bn((const unsigned char *)number.p, (int)number.n, NULL);
}

/* signature ^ exponent mod modulus, in as many bytes as the modulus has (RFC 8017, 5.2.2). */
static bool
rsa_open(const struct crypto_rsa *key, struct slice signature, unsigned char *message_r)
{
	BIGNUM *modulus = bignum_of(key->modulus), *exponent = bignum_of(key->exponent);
	BIGNUM *signed_number = bignum_of(signature), *message = BN_new();
	BN_CTX *scratch = BN_CTX_new();
	bool opened = modulus != NULL && exponent != NULL && signed_number != NULL &&
		      message != NULL && scratch != NULL && BN_is_odd(modulus) &&
		      BN_ucmp(signed_number, modulus) < 0 &&
		      BN_mod_exp_mont(message, signed_number, exponent, modulus, scratch, NULL) ==
			  1 &&
		      BN_bn2binpad(message, message_r, (int)key->modulus.n) > 0;

	BN_CTX_free(scratch);
	BN_free(message);
	BN_free(signed_number);
	BN_free(exponent);
	BN_free(modulus);
	return opened;
}

/* The one message that a signature of that digest can hold (RFC 8017, 9.2); false: no room. */
static bool
rsa_encode(enum crypto_hash hash, struct slice digest, unsigned char *message_r, size_t n)
{
	static const struct slice infos[] = {
		[CRYPTO_SHA1] = SLICE("\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00"
				      "\x04\x14"),
		[CRYPTO_SHA256] = SLICE("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03"
					"\x04\x02\x01\x05\x00\x04\x20"),
	};
	struct slice info = infos[hash];
	size_t padding;

	if (n < info.n + digest.n + 11)
		return false;
	padding = n - info.n - digest.n - 3;
	message_r[0] = 0;
	message_r[1] = 1;
	memset(message_r + 2, 0xff, padding);
	message_r[2 + padding] = 0;
	memcpy(message_r + 3 + padding, info.p, info.n);
	memcpy(message_r + 3 + padding + info.n, digest.p, digest.n);
	return true;
}

bool
crypto_rsa_verify(const struct crypto_rsa *key, enum crypto_hash hash, struct slice digest,
    struct slice signature)
{
	unsigned char got[CRYPTO_RSA_BITS_MAX / 8], want[CRYPTO_RSA_BITS_MAX / 8];
	size_t n = key->modulus.n;
	bool good;

	assert(hash != CRYPTO_MD5);
	good = key->bits <= CRYPTO_RSA_BITS_MAX && key->exponent.n <= EXPONENT_BYTES_MAX &&
	       signature.n == n && rsa_encode(hash, digest, want, n) &&
	       rsa_open(key, signature, got) && memcmp(got, want, n) == 0;
	ERR_clear_error();
	return good;
}

static bool
ed25519_verify(OSSL_LIB_CTX *library, struct slice key, struct slice text, struct slice signature)
{
	EVP_PKEY *public = EVP_PKEY_new_raw_public_key_ex(
	    library, "ED25519", NULL, (const unsigned char *)key.p, key.n);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = public != NULL && context != NULL &&
		    EVP_DigestVerifyInit_ex(context, NULL, NULL, library, NULL, public, NULL) ==
			1 &&
		    EVP_DigestVerify(context, (const unsigned char *)signature.p, signature.n,
			(const unsigned char *)text.p, text.n) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(public);
	return good;
}

/* A library of our own that has read no configuration; NULL: no memory. */
static OSSL_LIB_CTX *
ed25519_library(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	return OSSL_LIB_CTX_new();
}

bool
crypto_ed25519_verify(struct slice key, struct slice text, struct slice signature)
{
	OSSL_LIB_CTX *library;
	bool good;

	if (key.n != CRYPTO_ED25519_KEY || signature.n != CRYPTO_ED25519_SIGNATURE)
		return false;
	library = ed25519_library();
	good = library != NULL && ed25519_verify(library, key, text, signature);
	OSSL_LIB_CTX_free(library);
	ERR_clear_error();
	return good;
}

/* What fails below can only be memory. */
static void
demand(bool done)
{
	if (!done)
		abort();
}

static EVP_PKEY *
ed25519_private(OSSL_LIB_CTX *library, const unsigned char private[CRYPTO_ED25519_KEY])
{
	EVP_PKEY *pair = library == NULL ? NULL
					 : EVP_PKEY_new_raw_private_key_ex(library, "ED25519", NULL,
					       private, CRYPTO_ED25519_KEY);

	demand(pair != NULL);
	return pair;
}

void
crypto_ed25519_public(
    const unsigned char private[CRYPTO_ED25519_KEY], unsigned char public_r[CRYPTO_ED25519_KEY])
{
	OSSL_LIB_CTX *library = ed25519_library();
	EVP_PKEY *pair = ed25519_private(library, private);
	size_t n = CRYPTO_ED25519_KEY;

	demand(EVP_PKEY_get_raw_public_key(pair, public_r, &n) == 1 && n == CRYPTO_ED25519_KEY);
	EVP_PKEY_free(pair);
	OSSL_LIB_CTX_free(library);
	ERR_clear_error();
}

void
crypto_ed25519_sign(const unsigned char private[CRYPTO_ED25519_KEY], struct slice text,
    unsigned char signature_r[CRYPTO_ED25519_SIGNATURE])
{
	OSSL_LIB_CTX *library = ed25519_library();
	EVP_PKEY *pair = ed25519_private(library, private);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t n = CRYPTO_ED25519_SIGNATURE;

	demand(
	    context != NULL &&
	    EVP_DigestSignInit_ex(context, NULL, NULL, library, NULL, pair, NULL) == 1 &&
	    EVP_DigestSign(context, signature_r, &n, (const unsigned char *)text.p, text.n) == 1 &&
	    n == CRYPTO_ED25519_SIGNATURE);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pair);
	OSSL_LIB_CTX_free(library);
	ERR_clear_error();
}
