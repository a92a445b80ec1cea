/*
 * list_ask.c - asking a DNS list about one thing of a message, under its health and its budget
 */
#include "engine/rules/list_ask.h"

#include "engine/net/dns_operator.h"
#include "engine/util/buf.h"
#include "engine/util/map.h"

/* Of what a list says in words. */
#define LIST_TEXT_MAX 300

/* Where it cannot be asked the note says why; true: it may. */
static bool
may_ask(struct views *views, const struct dns_list *list, size_t number)
{
	enum dns_list_condition condition = list->keyless ? DNS_LIST_KEYLESS
					    : views->list_states == NULL
						? DNS_LIST_WELL
						: views->list_states[number].condition;

	if (condition != DNS_LIST_WELL)
		views_note(views, "list %.*s is %s: not asked", SLICE_ARG(list->name),
		    dns_list_condition_word(condition));
	return condition == DNS_LIST_WELL;
}

/* One row for each question, however often it is asked. */
static void
keep_use(struct views *views, struct slice name, const struct dns_list_use *use)
{
	struct map *uses = views->memos[MEMO_LIST_USES];
	struct dns_list_use *kept;

	if (uses == NULL)
		uses = views->memos[MEMO_LIST_USES] = map_new(
		    views->arena, MAP_FOLDED, views->hash_seed);
	if (uses == NULL)
		return;
	kept = map_find(uses, name);
	if (kept == NULL) {
		kept = arena_alloc(views->arena, sizeof(*kept));
		if (kept == NULL || !map_add(uses, name, kept))
			return;
	}
	*kept = *use;
}

/* What people should know of an answer. */
static void
note_answer(struct views *views, const struct dns_list *list, const struct dns_answer *answer,
    const struct dns_list_use *use)
{
	char text[DNS_CODE_TEXT_MAX];
	uint32_t stray = use->says == DNS_LIST_SAYS_LISTED && list->declared.n > 0
			     ? dns_list_undeclared(list, answer)
			     : 0;

	if (use->says == DNS_LIST_SAYS_REFUSED)
		views_note(views, "list %.*s refuses to answer (error code %s)",
		    SLICE_ARG(list->name), dns_code_text(use->code, text));
	else if (use->says == DNS_LIST_SAYS_STRANGE)
		views_note(views, "list %.*s: answer %s is no code, no hit", SLICE_ARG(list->name),
		    dns_code_text(use->code, text));
	else if (use->says == DNS_LIST_SAYS_UNASKED)
		views_note(views, "list %.*s was not asked: a limit on questions is reached",
		    SLICE_ARG(list->name));
	else if (stray != 0)
		views_note(views, "list %.*s: answer %s is not declared, no hit",
		    SLICE_ARG(list->name), dns_code_text(stray, text));
}

enum dns_list_says
list_ask(struct views *views, size_t list, struct slice key, struct slice subject,
    const struct dns_answer **answer_r)
{
	const struct dns_list *asked = &views->ruleset->dns_lists.v[list];
	struct dns_list_use use = { .list = list, .subject = subject };
	struct slice name;

	*answer_r = NULL;
	if (!may_ask(views, asked, list))
		return DNS_LIST_SAYS_UNASKED;
	name = dns_list_name(views->arena, asked, key);
	if (name.p == NULL)
		return DNS_LIST_SAYS_CLEAR;
	*answer_r = facts_ask(views->facts, DNS_A, name);
	use.says = dns_list_read(asked, *answer_r, &use.code);
	if (use.says != DNS_LIST_SAYS_OPEN)
		note_answer(views, asked, *answer_r, &use);
	keep_use(views, name, &use);
	return use.says;
}

enum dns_outcome
list_ask_text(struct views *views, size_t list, struct slice key, struct slice *text_r)
{
	const struct dns_list *asked = &views->ruleset->dns_lists.v[list];
	struct slice name = dns_list_name(views->arena, asked, key);
	struct buf text = { .arena = views->arena };
	const struct dns_answer *answer;

	*text_r = SLICE("");
	if (name.p == NULL)
		return DNS_NODATA;
	answer = facts_ask(views->facts, DNS_TXT, name);
	for (size_t i = 0; i < answer->record_count && text.n < LIST_TEXT_MAX; i++) {
		if (i > 0)
			buf_add(&text, SLICE("; "));
		buf_add(&text, slice_cut(answer->records[i].data, 0, LIST_TEXT_MAX));
	}
	*text_r = buf_slice(&text);
	return answer->outcome;
}

bool
list_zone_asks(struct views *views, struct slice zone)
{
	size_t number;

	return !ruleset_dns_zone_known(views->ruleset, zone, &number) ||
	       may_ask(views, &views->ruleset->dns_lists.v[number], number);
}

struct slice
list_zone_shown(const struct views *views, struct slice zone)
{
	const struct dns_list *list;
	size_t number;

	if (!ruleset_dns_zone_known(views->ruleset, zone, &number))
		return zone;
	list = &views->ruleset->dns_lists.v[number];
	return list->secret.n > 0 ? list->name : zone;
}

void
list_zone_told(struct views *views, struct slice zone, struct slice name, struct slice subject,
    const struct dns_answer *answer)
{
	struct dns_list_use use = { .subject = subject };

	if (!ruleset_dns_zone_known(views->ruleset, zone, &use.list))
		return;
	use.says = dns_list_read(&views->ruleset->dns_lists.v[use.list], answer, &use.code);
	keep_use(views, name, &use);
}

/* Whether an error code stands in the answer: its list's, or its operator's where it is of none. */
static bool
is_refusal(struct views *views, struct slice name, const struct dns_answer *answer)
{
	const struct dns_list *list = dns_lists_of_name(&views->ruleset->dns_lists, name);
	struct dns_list_use use = { .says = DNS_LIST_SAYS_REFUSED };
	char text[DNS_CODE_TEXT_MAX];

	if (list != NULL && dns_list_read(list, answer, &use.code) == DNS_LIST_SAYS_REFUSED)
		note_answer(views, list, answer, &use);
	else if (list == NULL && dns_operator_refuses(name, answer, &use.code))
		views_note(views, "%.*s: the answer %s is an error code, no hit", SLICE_ARG(name),
		    dns_code_text(use.code, text));
	else
		return false;
	return true;
}

enum list_answer
list_answer_worth(struct views *views, const struct rule *rule, bool any, struct slice name,
    const struct dns_answer *answer)
{
	bool telling = !any && !rule->subrule && rule->def.score <= LIST_TOLD_SCORE &&
		       rule->def.score >= -LIST_TOLD_SCORE;

	if (!is_refusal(views, name, answer))
		return LIST_ANSWER_COUNTS;
	return telling ? LIST_ANSWER_TOLD : LIST_ANSWER_REFUSED;
}

bool
list_has_name(const struct views *views, struct slice name)
{
	return dns_lists_of_name(&views->ruleset->dns_lists, name) != NULL ||
	       dns_operator_known(name);
}

const struct dns_list_use *
list_uses(struct views *views, size_t *count_r)
{
	const struct map *uses = views->memos[MEMO_LIST_USES];
	size_t count = uses == NULL ? 0 : map_count(uses);
	struct dns_list_use *copy = arena_array(views->arena, count, sizeof(*copy));

	*count_r = copy == NULL ? 0 : count;
	for (size_t i = 0; i < *count_r; i++)
		copy[i] = *(const struct dns_list_use *)map_value(uses, i);
	return copy;
}
