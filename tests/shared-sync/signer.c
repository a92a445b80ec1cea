/*
 * signer.c - what a publisher signs, and what he never would
 */
#include "tests/shared-sync/signer.h"

#include <string.h>

struct feed_secret
signer_key(unsigned char number, unsigned roles)
{
	unsigned char seed[CRYPTO_ED25519_KEY];
	struct feed_secret secret;

	memset(seed, number, sizeof(seed));
	feed_secret_init(&secret, seed, roles);
	return secret;
}

struct keyset_key
signer_line(const struct feed_secret *secret, bool retired, uint64_t last_seq)
{
	return (struct keyset_key){
		.public = secret->public,
		.roles = secret->roles,
		.retired = retired,
		.last_seq = last_seq,
	};
}

void
signer_keyset(struct slice channel, uint64_t version, int64_t issued, int64_t expires,
    const struct keyset_key *keys, size_t count, const struct feed_secret *root, struct buf *out)
{
	struct keyset keyset = { .n = count };
	struct carried from = { .type = CARRIED_KEYSET,
		.channel = channel,
		.seq = version,
		.time = issued,
		.expires = expires };
	struct buf body = { 0 };

	if (count > 0)
		memcpy(keyset.keys, keys, count * sizeof(keys[0]));
	keyset_write(&keyset, &body);
	carried_sign(&from, buf_slice(&body), root, out);
	buf_clear(&body);
}

void
signer_entry(struct slice channel, uint64_t seq, const unsigned char *hash, int64_t time,
    struct slice body, const struct feed_secret *secret, struct buf *out)
{
	struct carried from = {
		.type = CARRIED_ENTRY, .channel = channel, .seq = seq, .time = time
	};

	if (hash != NULL)
		memcpy(from.hash, hash, sizeof(from.hash));
	carried_sign(&from, body, secret, out);
}

void
signer_head(struct slice channel, uint64_t seq, const unsigned char *hash, int64_t issued,
    int64_t expires, const struct feed_secret *secret, struct buf *out)
{
	struct carried from = { .type = CARRIED_HEAD,
		.channel = channel,
		.seq = seq,
		.time = issued,
		.expires = expires };

	memcpy(from.hash, hash, sizeof(from.hash));
	carried_sign(&from, SLICE(""), secret, out);
}
