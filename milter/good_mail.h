/*
 * good_mail.h - whether a message is surely good, and whose it is
 *
 * What users of this site send, who authenticated; and what senders in `welcome` send, when DMARC
 * proves the author's domain. Subdomains count as the domain that was registered: who has one
 * has as many of them as he likes. By the sums of rules nobody is good here: feeds' rules are
 * measured by it.
 */
#ifndef STEELYARD_MILTER_GOOD_MAIL_H
#define STEELYARD_MILTER_GOOD_MAIL_H

#include <stdbool.h>

#include "engine/envelope.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/verdict.h"

struct good_mail {
	bool good;
	struct slice
	    domain; /* of good mail: its organisational domain, in verdict, envelope or arena */
};

void good_mail_judge(struct arena *arena, const struct verdict *verdict,
    const struct envelope *envelope, struct good_mail *mail_r);

#endif
