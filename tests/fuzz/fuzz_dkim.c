/*
 * fuzz_dkim.c - any bytes as signatures, the keys they name, and the message they are over
 *
 * Text up to the first blank line is what the DNS answers, a record a line;
 * the message follows. Whatever the bytes: all is decided once the answers
 * are there, what did not pass says why, and no more is verified than may be.
 */
#include <stdint.h>
#include <stdlib.h>

#include "engine/auth/dkim.h"
#include "tests/fuzz/signed_mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be_decided(const struct dkim *dkim)
{
	size_t verified = 0;

	for (size_t i = 0; i < dkim->n; i++) {
		const struct dkim_signature *signature = &dkim->v[i];

		if (signature->result == AUTH_OPEN || signature->result == AUTH_NONE ||
		    (signature->reason == NULL) != (signature->result == AUTH_PASS))
			abort();
		verified += signature->key_bits > 0;
	}
	if (verified > DKIM_VERIFIED_MAX)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(SIGNED_MAIL_ARENA);
	struct signed_mail input = signed_mail_open(
	    arena, (struct slice){ (const char *)data, size });
	struct dkim *dkim = dkim_prepare(input.mail);

	dkim_body_run(input.mail->body, &input.budget);
	if (!dkim_verify(dkim, input.facts, &input.budget)) {
		signed_mail_answer(&input);
		if (!dkim_verify(dkim, input.facts, &input.budget))
			abort();
	}
	must_be_decided(dkim);
	arena_free(&arena);
	return 0;
}
