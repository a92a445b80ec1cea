/*
 * crypto.h - digests and signatures: MD5, SHA-1, SHA-256, RSA (to verify), Ed25519
 *
 * MD5 and SHA-1 serve fingerprints and old signatures; whether they still
 * prove anything is for the caller to say. Nothing here holds memory between
 * calls: a digest is a value (copy it to go two ways from one point), a key
 * points into the bytes that it was read from.
 *
 * SYNOPSIS
 *	struct crypto_digest digest = crypto_digest_begin(CRYPTO_SHA256);
 *	unsigned char bytes[CRYPTO_DIGEST_MAX];
 *	struct crypto_rsa key;
 *
 *	crypto_digest_add(&digest, SLICE("text"));
 *	if (crypto_rsa_read(der, &key) && key.bits >= 1024)
 *		good = crypto_rsa_verify(
 *		    &key, CRYPTO_SHA256, crypto_digest_end(&digest, bytes), sig);
 */
#ifndef STEELYARD_ENGINE_UTIL_CRYPTO_H
#define STEELYARD_ENGINE_UTIL_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/slice.h"

#define CRYPTO_MD5_HEX 32
#define CRYPTO_DIGEST_MAX 32
#define CRYPTO_SHA256_SIZE 32
/* Bytes of a public key, and of a private one. */
#define CRYPTO_ED25519_KEY 32
#define CRYPTO_ED25519_SIGNATURE 64

/* Longer keys are not worked with: a check at 8192 bits takes half a millisecond. */
#define CRYPTO_RSA_BITS_MAX 8192

enum crypto_hash {
	CRYPTO_MD5, /* RFC 1321 */
	CRYPTO_SHA1, /* FIPS 180-4 */
	CRYPTO_SHA256,
};

struct crypto_digest {
	enum crypto_hash hash;
	uint64_t state[16]; /* the library's */
};

struct crypto_rsa {
	struct slice modulus, exponent; /* big-endian, without zeros before */
	unsigned bits; /* of the modulus */
};

struct crypto_digest crypto_digest_begin(enum crypto_hash hash);
void crypto_digest_add(struct crypto_digest *digest, struct slice bytes);

/* Ends the digest; what is returned is in bytes_r, 16, 20 or 32 bytes. */
struct slice
crypto_digest_end(struct crypto_digest *digest, unsigned char bytes_r[CRYPTO_DIGEST_MAX]);

/* The SHA-256 of `bytes`. */
void crypto_sha256(struct slice bytes, unsigned char digest_r[CRYPTO_SHA256_SIZE]);

/* The MD5 of all pieces, one behind the other, as lower-case hex without a NUL. */
void crypto_md5(const struct slice *pieces, size_t count, char hex_r[CRYPTO_MD5_HEX]);

/*
 * Reads a public key in DER: a SubjectPublicKeyInfo (RFC 5280, 4.1) of
 * rsaEncryption, or an RSAPublicKey alone (RFC 8017, A.1.1). Bytes behind it are
 * left aside. False: it is neither.
 */
bool crypto_rsa_read(struct slice der, struct crypto_rsa *key_r);

/*
 * Whether `signature` is the key's over `digest`, by RSASSA-PKCS1-v1_5 (RFC
 * 8017, 8.2) with SHA-1 or SHA-256. False too for keys of more than
 * CRYPTO_RSA_BITS_MAX bits and exponents of more than 64: both cost time without bound.
 */
bool crypto_rsa_verify(const struct crypto_rsa *key, enum crypto_hash hash, struct slice digest,
    struct slice signature);

/* Whether `signature` is the key's over `text` (RFC 8032, 5.1.7); lengths that are none: false. */
bool crypto_ed25519_verify(struct slice key, struct slice text, struct slice signature);

/*
 * The public key of a private one, and its signature over `text` (RFC 8032, 5.1.5 and
 * 5.1.6). A private key is any 32 bytes, random ones that the caller brings.
 */
void crypto_ed25519_public(
    const unsigned char private[CRYPTO_ED25519_KEY], unsigned char public_r[CRYPTO_ED25519_KEY]);
void crypto_ed25519_sign(const unsigned char private[CRYPTO_ED25519_KEY], struct slice text,
    unsigned char signature_r[CRYPTO_ED25519_SIGNATURE]);

#endif
