/*
 * list_ask.h - asking a DNS list about one thing of a message, under its health and its budget
 *
 * The one way to a list: it looks whether the list may be asked at all, keeps
 * error codes and answers that mean nothing from counting, notes them for
 * people, and keeps what was asked about for the shell (verdict.list_uses).
 */
#ifndef STEELYARD_ENGINE_RULES_LIST_ASK_H
#define STEELYARD_ENGINE_RULES_LIST_ASK_H

#include "engine/net/dns_list.h"
#include "engine/rules/views.h"

/* What a rule that tells of an error code may score, either way, in millionths: a tenth. */
#define LIST_TOLD_SCORE (SCORE_ONE / 10)

/*
 * Asks the list (its number in the ruleset) about `key`, as it stands before
 * the zone: octets reversed, a domain, hex. `subject` is the same for people.
 * LISTED: *answer_r has a record inside 127/8 and no error code among them.
 * REFUSED, FAILED and UNASKED: nothing is known (EVAL_UNKNOWN); STRANGE is
 * no listing. The same question asked again costs a look-up.
 */
enum dns_list_says list_ask(struct views *views, size_t list, struct slice key,
    struct slice subject, const struct dns_answer **answer_r);

/* What the list says in words of that key, joined; DNS_OPEN while that is not there. */
enum dns_outcome
list_ask_text(struct views *views, size_t list, struct slice key, struct slice *text_r);

/*
 * For rules that name a zone themselves: whether its list may be asked; takes
 * in what it said of `subject` by the answer of type A to `name`.
 */
bool list_zone_asks(struct views *views, struct slice zone);
void list_zone_told(struct views *views, struct slice zone, struct slice name, struct slice subject,
    const struct dns_answer *answer);

/* The zone as people may see it: without a key. */
struct slice list_zone_shown(const struct views *views, struct slice zone);

/* What an answer is worth to a rule that made its question itself. */
enum list_answer {
	LIST_ANSWER_COUNTS,
	LIST_ANSWER_REFUSED, /* an error code is in it: nothing is known */
	LIST_ANSWER_TOLD, /* so it is, and the rule tells of such: it may hit, for people alone */
};

/*
 * By the error codes of the list in whose zone the name lies, or of its
 * operator (dns_operator.h), and by the rule: one of more than LIST_TOLD_SCORE,
 * or that takes any answer, does not tell of them; nor does a sub-rule, which
 * only metas would hear. The answer is one of type A. People get a note.
 */
enum list_answer list_answer_worth(struct views *views, const struct rule *rule, bool any,
    struct slice name, const struct dns_answer *answer);

/* Whether the name lies in a list's zone, of one that is asked or of an operator that is known. */
bool list_has_name(const struct views *views, struct slice name);

/* All that was asked so far, for the verdict; *count_r 0 at the arena's cap. */
const struct dns_list_use *list_uses(struct views *views, size_t *count_r);

#endif
