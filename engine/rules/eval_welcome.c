/*
 * eval_welcome.c - senders, recipients and subjects that are welcome or not
 *
 * Sources: SpamAssassin 4.0.1's WLBLEval and WelcomeListSubject, by how they
 * behave. The lists carry the names of its directives. Entries of
 * welcomelist_from_rcvd and def_welcomelist_from_rcvd are an address pattern,
 * a blank, and what the relay that handed the message to our trusted ones must
 * be: a domain that its name lies in, or an address or network in brackets. A
 * sender whom such a list names and who came over another relay is forged,
 * unless welcomelist_allows_relays has him.
 */
#include "engine/rules/eval.h"

#include "engine/mime/ip.h"
#include "engine/rules/address_set.h"
#include "engine/rules/senders.h"
#include "engine/util/ascii.h"

enum relay_form {
	RELAY_NAME, /* the name is `text` or ends in ".text" */
	RELAY_ADDRESS, /* the address is `text` letter by letter */
	RELAY_PREFIX, /* it begins with `text`, which ends in a dot */
	RELAY_NETWORK, /* it lies in `network` */
	RELAY_NONE, /* nobody can read it: it holds for none */
};

/* What a relay must be. */
struct relay_test {
	enum relay_form form;
	struct slice text;
	struct network network;
};

/* A list of senders with their relays. */
struct rcvd_list {
	const struct address_set *addresses;
	const struct relay_test *relays; /* by the number of the pattern */
};

struct welcome {
	const struct address_set *from, *block_from, *allows_relays;
	const struct address_set *to, *block_to, *more_spam_to, *all_spam_to;
	struct rcvd_list from_rcvd, def_from_rcvd;
	struct vec subjects, block_subjects; /* struct slice: globs that stand for a whole line */
};

enum sender_state {
	SENDER_FORGED = -1,
	SENDER_UNKNOWN = 0,
	SENDER_WELCOME = 1,
};

/* What was found of one message. */
struct welcome_state {
	enum sender_state from, def_from;
};

static bool
is_made_of(struct slice text, bool (*of)(char c))
{
	for (size_t i = 0; i < text.n; i++) {
		if (!of(text.p[i]))
			return false;
	}
	return text.n > 0;
}

static bool
is_digit_or_dot(char c)
{
	return ascii_is_digit(c) || c == '.';
}

static bool
is_dotted_quad(struct slice text)
{
	size_t dots = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '.')
			continue;
		if (i == 0 || i + 1 == text.n || text.p[i + 1] == '.')
			return false;
		dots++;
	}
	return dots == 3 && is_made_of(text, is_digit_or_dot);
}

/* "[192.0.2.1]" or "[192.0.2.0]/24": what stands inside, and the rest; false: no such thing. */
static bool
in_brackets(struct slice text, struct slice *inside_r, struct slice *prefix_r)
{
	size_t close = text.n;

	while (close > 0 && text.p[close - 1] != ']')
		close--;
	if (close < 2 || text.p[0] != '[')
		return false;
	*inside_r = slice_cut(text, 1, close - 1);
	*prefix_r = slice_from(text, close);
	return prefix_r->n == 0 || (prefix_r->n > 1 && prefix_r->n < 5 && prefix_r->p[0] == '/' &&
				       is_made_of(slice_from(*prefix_r, 1), ascii_is_digit));
}

static struct relay_test
relay_test_read(struct arena *arena, struct slice text)
{
	struct relay_test test = { .form = RELAY_NAME, .text = text };
	struct slice inside, prefix;
	struct err err;

	if (!in_brackets(text, &inside, &prefix))
		return test;
	test.text = inside;
	if (prefix.n == 0 && is_dotted_quad(inside)) {
		test.form = RELAY_ADDRESS;
	} else if (prefix.n == 0 && is_made_of(inside, is_digit_or_dot)) {
		while (inside.n > 0 && inside.p[inside.n - 1] == '.')
			inside.n--;
		test.form = RELAY_PREFIX;
		test.text = arena_printf(arena, "%.*s.", SLICE_ARG(inside));
	} else {
		test.text = arena_printf(arena, "%.*s%.*s", SLICE_ARG(inside), SLICE_ARG(prefix));
		test.form = network_parse(test.text, &test.network, &err) ? RELAY_NETWORK
									  : RELAY_NONE;
	}
	return test;
}

static struct rcvd_list
rcvd_list_read(struct ruleset *ruleset, const char *name)
{
	const struct name_list *list = ruleset_list(ruleset, name);
	struct rcvd_list rcvd = { NULL, NULL };
	struct vec patterns = VEC_OF(struct slice, ruleset->arena);
	struct relay_test *relays;

	if (list == NULL)
		return rcvd;
	relays = arena_array(ruleset->arena, list->entries.n + 1, sizeof(*relays));
	for (size_t i = 0; i < list->entries.n; i++) {
		struct slice entry = *(struct slice *)vec_at(&list->entries, i);
		size_t blank = slice_find_byte(entry, 0, ' ');

		*(struct slice *)vec_push(&patterns) = slice_cut(entry, 0, blank);
		relays[i] = relay_test_read(ruleset->arena, slice_trim(slice_from(entry, blank)));
	}
	rcvd.addresses = address_set_new(ruleset->arena, &patterns);
	rcvd.relays = relays;
	return rcvd;
}

/* Patterns of Subjects hold anywhere in the line. */
static struct vec
subjects_read(struct ruleset *ruleset, const char *name)
{
	const struct name_list *list = ruleset_list(ruleset, name);
	struct vec globs = VEC_OF(struct slice, ruleset->arena);

	for (size_t i = 0; list != NULL && i < list->entries.n; i++) {
		struct slice entry = *(struct slice *)vec_at(&list->entries, i);

		*(struct slice *)vec_push(&globs) = arena_printf(
		    ruleset->arena, "*%.*s*", SLICE_ARG(entry));
	}
	return globs;
}

const void *
welcome_prepare(struct ruleset *ruleset)
{
	struct welcome *welcome = arena_alloc(ruleset->arena, sizeof(*welcome));

	welcome->from = ruleset_addresses(ruleset, SLICE("welcomelist_from"));
	welcome->block_from = ruleset_addresses(ruleset, SLICE("blocklist_from"));
	welcome->allows_relays = ruleset_addresses(ruleset, SLICE("welcomelist_allows_relays"));
	welcome->to = ruleset_addresses(ruleset, SLICE("welcomelist_to"));
	welcome->block_to = ruleset_addresses(ruleset, SLICE("blocklist_to"));
	welcome->more_spam_to = ruleset_addresses(ruleset, SLICE("more_spam_to"));
	welcome->all_spam_to = ruleset_addresses(ruleset, SLICE("all_spam_to"));
	welcome->from_rcvd = rcvd_list_read(ruleset, "welcomelist_from_rcvd");
	welcome->def_from_rcvd = rcvd_list_read(ruleset, "def_welcomelist_from_rcvd");
	welcome->subjects = subjects_read(ruleset, "welcomelist_subject");
	welcome->block_subjects = subjects_read(ruleset, "blocklist_subject");
	return welcome;
}

static const struct welcome *
welcome_of(const struct views *views)
{
	return views->ruleset->prepared[PREPARED_WELCOME];
}

static bool
name_lies_in(struct slice name, struct slice domain)
{
	return slice_iends(name, domain) &&
	       (name.n == domain.n || name.p[name.n - domain.n - 1] == '.');
}

static bool
relay_passes(const struct relay_test *test, const struct relay *relay)
{
	struct ip ip;

	switch (test->form) {
	case RELAY_NAME:
		return name_lies_in(relay->rdns, test->text);
	case RELAY_ADDRESS:
		return slice_eq(relay->ip, test->text);
	case RELAY_PREFIX:
		return slice_starts(relay->ip, test->text);
	case RELAY_NETWORK:
		return ip_parse(relay->ip, &ip) && network_has(&test->network, &ip);
	case RELAY_NONE:
		break;
	}
	return false;
}

struct rcvd_search {
	const struct rcvd_list *list;
	const struct relay *relays;
	size_t relay_count;
	bool named; /* the list has the sender */
	bool passed; /* and one of the relays is what it must be */
};

/* An address_set_fn. */
static bool
rcvd_found(void *p, size_t pattern)
{
	struct rcvd_search *search = p;

	search->named = true;
	for (size_t i = 0; i < search->relay_count && !search->passed; i++)
		search->passed = relay_passes(&search->list->relays[pattern], &search->relays[i]);
	return search->passed;
}

/*
 * What a list with relays says of one sender. The relay that counts is the
 * first that we do not trust; only where there is none, all trusted ones are.
 */
static enum sender_state
rcvd_state(const struct welcome *welcome, const struct rcvd_list *list, const struct relays *relays,
    struct slice sender)
{
	struct rcvd_search search = { .list = list };

	if (relays == NULL || relays->n == 0 || list->addresses == NULL)
		return SENDER_UNKNOWN;
	if (relays->n > relays->trusted_count) {
		search.relays = &relays->v[relays->trusted_count];
		search.relay_count = 1;
	} else {
		search.relays = relays->v;
		search.relay_count = relays->n;
	}
	address_set_each(list->addresses, sender, rcvd_found, &search);
	if (search.passed)
		return SENDER_WELCOME;
	return search.named && !address_set_has(welcome->allows_relays, sender) ? SENDER_FORGED
										: SENDER_UNKNOWN;
}

/* The best of all senders: one who is welcome outweighs one who is forged. */
static enum sender_state
senders_state(struct views *views, const struct rcvd_list *list)
{
	const struct senders *senders = senders_find(views);
	const struct relays *relays = views_relays(views);
	enum sender_state state = SENDER_UNKNOWN;

	for (size_t i = 0; senders != NULL && i < senders->from_count; i++) {
		enum sender_state one = rcvd_state(
		    welcome_of(views), list, relays, senders->from[i]);

		if (one == SENDER_WELCOME || views->spent)
			return one;
		if (one == SENDER_FORGED)
			state = one;
	}
	return state;
}

/* NULL at the arena's cap. */
static const struct welcome_state *
state_of(struct views *views)
{
	const struct welcome *welcome = welcome_of(views);
	struct welcome_state *state = views->memos[MEMO_WELCOME];

	if (state != NULL)
		return state;
	state = arena_alloc(views->arena, sizeof(*state));
	if (state == NULL)
		return NULL;
	views->memos[MEMO_WELCOME] = state;
	state->from = senders_from_in(views, welcome->from)
			  ? SENDER_WELCOME
			  : senders_state(views, &welcome->from_rcvd);
	state->def_from = senders_state(views, &welcome->def_from_rcvd);
	return state;
}

unsigned
eval_check_from_in_welcomelist(const struct rule *rule, struct views *views)
{
	const struct welcome_state *state = state_of(views);

	(void)rule;
	return state != NULL && state->from == SENDER_WELCOME;
}

unsigned
eval_check_from_in_default_welcomelist(const struct rule *rule, struct views *views)
{
	const struct welcome_state *state = state_of(views);

	(void)rule;
	return state != NULL && state->def_from == SENDER_WELCOME;
}

unsigned
eval_check_forged_in_welcomelist(const struct rule *rule, struct views *views)
{
	const struct welcome_state *state = state_of(views);

	(void)rule;
	return state != NULL && state->from == SENDER_FORGED && state->def_from == SENDER_UNKNOWN;
}

unsigned
eval_check_forged_in_default_welcomelist(const struct rule *rule, struct views *views)
{
	const struct welcome_state *state = state_of(views);

	(void)rule;
	return state != NULL && state->def_from == SENDER_FORGED && state->from == SENDER_UNKNOWN;
}

unsigned
eval_check_from_in_blocklist(const struct rule *rule, struct views *views)
{
	(void)rule;
	return senders_from_in(views, welcome_of(views)->block_from);
}

unsigned
eval_check_to_in_welcomelist(const struct rule *rule, struct views *views)
{
	(void)rule;
	return senders_to_in(views, welcome_of(views)->to);
}

unsigned
eval_check_to_in_blocklist(const struct rule *rule, struct views *views)
{
	(void)rule;
	return senders_to_in(views, welcome_of(views)->block_to);
}

unsigned
eval_check_to_in_more_spam(const struct rule *rule, struct views *views)
{
	(void)rule;
	return senders_to_in(views, welcome_of(views)->more_spam_to);
}

unsigned
eval_check_to_in_all_spam(const struct rule *rule, struct views *views)
{
	(void)rule;
	return senders_to_in(views, welcome_of(views)->all_spam_to);
}

/* Whether a pattern stands in a line of the Subject. */
static bool
subject_matches(struct views *views, const struct vec *globs)
{
	struct slice subject = globs->n == 0 ? SLICE("") : eval_field(views, FIXED_SUBJECT), line;

	while (slice_next_line(&subject, &line)) {
		for (size_t i = 0; i < globs->n; i++) {
			if (glob_matches(*(struct slice *)vec_at(globs, i), line, true))
				return true;
		}
	}
	return false;
}

unsigned
eval_check_subject_in_welcomelist(const struct rule *rule, struct views *views)
{
	(void)rule;
	return subject_matches(views, &welcome_of(views)->subjects);
}

unsigned
eval_check_subject_in_blocklist(const struct rule *rule, struct views *views)
{
	(void)rule;
	return subject_matches(views, &welcome_of(views)->block_subjects);
}
