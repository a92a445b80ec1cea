/*
 * dkim_key.h - the public keys that signers keep in the DNS (RFC 6376, 3.6; RFC 8463, 3)
 */
#ifndef STEELYARD_ENGINE_AUTH_DKIM_KEY_H
#define STEELYARD_ENGINE_AUTH_DKIM_KEY_H

#include <stdbool.h>

#include "engine/auth/auth.h"
#include "engine/net/dns.h"
#include "engine/util/arena.h"
#include "engine/util/crypto.h"
#include "engine/util/slice.h"

/* Longer records are no keys: 8192 bits of RSA are 1,400 characters. */
#define DKIM_KEY_RECORD_MAX 4096
/* Of the records at a name, so many are read: there should be one. */
#define DKIM_KEY_RECORDS_MAX 4

enum dkim_key_type {
	DKIM_KEY_RSA,
	DKIM_KEY_ED25519,
};

struct dkim_key {
	enum dkim_key_type type;
	struct crypto_rsa rsa;
	struct slice ed25519;
	unsigned bits;
	bool sha1, sha256; /* h=: hashes that the key may be used with */
	bool testing; /* t=y */
	struct slice granularity; /* g= of RFC 4871, 3.6.1; absent: none */
	bool same_domain; /* t=s: i= must be in d= itself */
};

/* Reads a record. NULL, and *key_r is set; else a word for what is wrong with it. */
const char *dkim_key_parse(struct arena *arena, struct slice record, struct dkim_key *key_r);

/*
 * Where the key of a selector and domain is (either may have U-labels: RFC 8616): the name
 * whose DNS_TXT is to be asked. Absent at the arena's cap.
 */
struct slice dkim_key_name(struct arena *arena, struct slice selector, struct slice domain);

/*
 * The key in that answer. AUTH_PASS: it is in *key_r; AUTH_OPEN: the answer is still to
 * come; AUTH_TEMPERROR and AUTH_PERMERROR (RFC 6376, 6.1.2), with a word for it in
 * *reason_r. Of several records the first that can be used for `type` counts, else the
 * first one's fault.
 */
enum auth_result dkim_key_find(struct arena *arena, const struct dns_answer *answer,
    enum dkim_key_type type, struct dkim_key *key_r, const char **reason_r);

#endif
