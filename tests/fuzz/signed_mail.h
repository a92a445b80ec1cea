/*
 * signed_mail.h - the input of fuzz_dkim and fuzz_arc: records of the DNS, a blank line, a message
 *
 * A line "!" and a digit is an outcome without records (enum dns_outcome); which line
 * answers a question is a matter of the question alone.
 */
#ifndef STEELYARD_TESTS_FUZZ_SIGNED_MAIL_H
#define STEELYARD_TESTS_FUZZ_SIGNED_MAIL_H

#include "engine/auth/dkim_mail.h"
#include "engine/net/facts.h"
#include "engine/util/budget.h"

#define SIGNED_MAIL_ARENA ((size_t)64 << 20)

struct signed_mail {
	struct slice records;
	struct dkim_mail *mail;
	struct facts *facts;
	struct budget budget;
};

/* The last byte of the input chooses the law. */
struct signed_mail signed_mail_open(struct arena *arena, struct slice input);

/* Answers all that was asked. */
void signed_mail_answer(struct signed_mail *input);

#endif
