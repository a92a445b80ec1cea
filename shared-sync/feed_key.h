/*
 * feed_key.h - the Ed25519 keys of feeds, as people write them and as files keep them
 *
 * A public key is written "ed25519:" and 44 characters of base64. A secret key's
 * file, of mode 0600, holds one line, "steelyard-key-1 ROLE " and 44 characters of
 * base64: the 32 bytes of RFC 8032's private key. A key's id is the first 16 hex
 * digits of the SHA-256 of its public bytes.
 */
#ifndef STEELYARD_SHARED_SYNC_FEED_KEY_H
#define STEELYARD_SHARED_SYNC_FEED_KEY_H

#include <stdbool.h>

#include "engine/util/buf.h"
#include "engine/util/crypto.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

#define FEED_KEY_ID 16
/* Longest text of either form. */
#define FEED_KEY_TEXT_MAX 128

/* What a key may sign. A root key signs keysets and nothing else. */
enum feed_role {
	FEED_ROLE_ROOT = 1 << 0,
	FEED_ROLE_ENTRY = 1 << 1, /* entries and snapshots */
	FEED_ROLE_HEAD = 1 << 2, /* heads */
};

struct feed_public {
	unsigned char bytes[CRYPTO_ED25519_KEY];
	char id[FEED_KEY_ID + 1];
};

struct feed_secret {
	unsigned char seed[CRYPTO_ED25519_KEY];
	struct feed_public public;
	unsigned roles; /* what the file's word says; told in messages, the keyset decides */
};

/* The key pair of 32 random bytes, which the caller brings. */
void feed_secret_init(
    struct feed_secret *secret, const unsigned char seed[CRYPTO_ED25519_KEY], unsigned roles);

/* Overwrites the secret bytes. */
void feed_secret_clear(struct feed_secret *secret);

/* Reads "ed25519:..."; false with *err saying what was expected. */
bool feed_public_read(struct slice text, struct feed_public *public_r, struct err *err);

/* Appends "ed25519:...". */
void feed_public_write(const struct feed_public *public, struct buf *out);

/* A key's id as text, FEED_KEY_ID lower-case hex digits, and a NUL; false: it is none. */
bool feed_key_id_read(struct slice text, char id_r[FEED_KEY_ID + 1]);

/* The line of a secret key's file, to and fro. Messages never quote it. */
bool feed_secret_read(struct slice text, struct feed_secret *secret_r, struct err *err);
void feed_secret_write(const struct feed_secret *secret, struct buf *out);

/* "root", "entry", "head", "entry,head". */
const char *feed_roles_text(unsigned roles);
bool feed_roles_read(struct slice text, unsigned *roles_r);

#endif
