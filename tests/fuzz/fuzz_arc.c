/*
 * fuzz_arc.c - any bytes as a chain of ARC sets, the keys they name, and the message they are over
 *
 * The input is as fuzz_dkim.c has it. Whatever the bytes: the chain is decided
 * once the answers are there, a failed one says why and where, and one that
 * passed is whole.
 */
#include <stdint.h>
#include <stdlib.h>

#include "engine/auth/arc.h"
#include "tests/fuzz/signed_mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be_decided(const struct arc *arc)
{
	bool failed = arc->result == AUTH_FAIL || arc->result == AUTH_TEMPERROR;

	if (!failed && arc->result != AUTH_NONE && arc->result != AUTH_PASS)
		abort();
	if (failed != (arc->reason != NULL) || arc->n > ARC_SETS_MAX || arc->failed > arc->n)
		abort();
	if (arc->result == AUTH_NONE && arc->n > 0)
		abort();
	for (size_t i = 0; arc->result == AUTH_PASS && i < arc->n; i++)
		if (arc->v[i].seal.result != AUTH_PASS || arc->v[i].results.p == NULL)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(SIGNED_MAIL_ARENA);
	struct signed_mail input = signed_mail_open(
	    arena, (struct slice){ (const char *)data, size });
	struct arc *arc = arc_prepare(input.mail);

	dkim_body_run(input.mail->body, &input.budget);
	if (!arc_verify(arc, input.facts, &input.budget)) {
		signed_mail_answer(&input);
		if (!arc_verify(arc, input.facts, &input.budget))
			abort();
	}
	must_be_decided(arc);
	arena_free(&arena);
	return 0;
}
