/*
 * eval_freemail.c - addresses at providers that anybody gets one from
 *
 * Source: SpamAssassin 4.0.1's FreeMail, by how it behaves. freemail_domains
 * lists the providers' domains; in them * stands for any characters but a dot
 * and ? for any one. freemail_welcomelist has addresses and domains that are
 * none after all; with freemail_import_welcomelist_auth and its like so has
 * welcomelist_auth. Without freemail_domains nothing hits.
 *
 * A body that shows freemail_max_body_emails different addresses or
 * freemail_max_body_freemails of freemail is a list of some kind, and not
 * judged, unless freemail_skip_when_over_max is 0.
 *
 * SpamAssassin keeps the first regular expression that it ever sees for all
 * rules of a function; here each rule has its own.
 */
#include "engine/rules/eval.h"

#include "engine/rules/address_set.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/eval_pattern.h"
#include "engine/rules/freemail_text.h"
#include "engine/rules/senders.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/map.h"

/* Links and addresses in all that are read, whatever the settings. */
#define LINKED_MAX 20
#define FOUND_MAX 40
/* Bytes of one regular expression of wildcards, of the domains that have some. */
#define WILD_BYTES ((size_t)32 * 1024)

struct freemail {
	bool available; /* there is a domain */
	struct map *domains; /* exact ones -> anything */
	struct vec wild; /* const struct regex * */
	struct map *welcome; /* addresses and domains -> anything */
	const struct address_set *auth, *def_auth; /* NULL: not asked for */
	size_t max_emails, max_freemails; /* 0: no limit */
	bool skip_bulk;
};

/* What the body shows. */
struct freemail_body {
	struct vec freemails; /* struct slice, lower case */
	bool skipped; /* too many of them */
};

/* While the body is read. */
struct collector {
	struct views *views;
	struct vec found; /* struct slice, lower case */
	struct map *seen;
};

static size_t
option_number(const struct ruleset *ruleset, const char *name, size_t otherwise)
{
	struct slice text = ruleset_option(ruleset, name, SLICE_ABSENT);
	size_t number = 0;

	if (text.p == NULL)
		return otherwise;
	for (size_t i = 0; i < text.n && ascii_is_digit(text.p[i]) && number < 1000000; i++)
		number = number * 10 + (size_t)(text.p[i] - '0');
	return number;
}

static bool
is_domain_pattern(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_alnum(text.p[i]) && slice_find_byte(SLICE(".*?-"), 0, text.p[i]) == 4)
			return false;
	}
	return text.n > 0;
}

static void
flush_wild(struct ruleset *ruleset, struct vec *wild, struct buf *pattern)
{
	const struct regex *regex;
	struct err err;

	if (pattern->n == 0)
		return;
	buf_add(pattern, SLICE(")$/i"));
	regex = ruleset_regex(ruleset, buf_slice(pattern), &err);
	if (regex != NULL)
		*(const struct regex **)vec_push(wild) = regex;
	buf_clear(pattern);
}

static void
add_wild(struct ruleset *ruleset, struct vec *wild, struct buf *pattern, struct slice domain)
{
	if (pattern->n > WILD_BYTES)
		flush_wild(ruleset, wild, pattern);
	buf_add(pattern, pattern->n == 0 ? SLICE("/@(?:") : SLICE("|"));
	for (size_t i = 0; i < domain.n; i++) {
		if (domain.p[i] == '*')
			buf_add(pattern, SLICE("[^.]*"));
		else if (domain.p[i] == '?')
			buf_add(pattern, SLICE("."));
		else if (domain.p[i] == '.')
			buf_add(pattern, SLICE("\\."));
		else
			buf_add_byte(pattern, domain.p[i]);
	}
}

static void
prepare_domains(struct ruleset *ruleset, struct freemail *freemail)
{
	const struct name_list *list = ruleset_list(ruleset, "freemail_domains");
	struct buf pattern = { 0 };

	for (size_t i = 0; list != NULL && i < list->entries.n; i++) {
		struct slice domain = *(struct slice *)vec_at(&list->entries, i);

		if (!is_domain_pattern(domain))
			continue;
		freemail->available = true;
		if (slice_find_byte(domain, 0, '*') < domain.n ||
		    slice_find_byte(domain, 0, '?') < domain.n)
			add_wild(ruleset, &freemail->wild, &pattern, domain);
		else
			map_add(freemail->domains, domain, freemail);
	}
	flush_wild(ruleset, &freemail->wild, &pattern);
	buf_clear(&pattern);
}

static const struct address_set *
imported(struct ruleset *ruleset, const char *option, struct slice list)
{
	return option_number(ruleset, option, 0) != 0 ? ruleset_addresses(ruleset, list) : NULL;
}

const void *
freemail_prepare(struct ruleset *ruleset)
{
	struct freemail *freemail = arena_alloc(ruleset->arena, sizeof(*freemail));
	const struct name_list *welcome = ruleset_list(ruleset, "freemail_welcomelist");

	freemail->domains = map_new(ruleset->arena, MAP_FOLDED, 0);
	freemail->welcome = map_new(ruleset->arena, MAP_FOLDED, 0);
	freemail->wild = VEC_OF(const struct regex *, ruleset->arena);
	prepare_domains(ruleset, freemail);
	for (size_t i = 0; welcome != NULL && i < welcome->entries.n; i++)
		map_add(freemail->welcome, *(struct slice *)vec_at(&welcome->entries, i), freemail);
	freemail->auth = imported(
	    ruleset, "freemail_import_welcomelist_auth", SLICE("welcomelist_auth"));
	freemail->def_auth = imported(
	    ruleset, "freemail_import_def_welcomelist_auth", SLICE("def_welcomelist_auth"));
	if (option_number(ruleset, "freemail_skip_when_over_max", 1) != 0) {
		freemail->max_emails = option_number(ruleset, "freemail_max_body_emails", 5);
		freemail->max_freemails = option_number(ruleset, "freemail_max_body_freemails", 3);
	}
	freemail->skip_bulk = option_number(ruleset, "freemail_skip_bulk_envfrom", 1) != 0;
	return freemail;
}

static const struct freemail *
freemail_of(const struct views *views)
{
	return views->ruleset->prepared[PREPARED_FREEMAIL];
}

static bool
is_welcome(const struct freemail *freemail, struct slice email, struct slice domain)
{
	return map_find(freemail->welcome, email) != NULL ||
	       map_find(freemail->welcome, domain) != NULL ||
	       address_set_has(freemail->auth, email) || address_set_has(freemail->def_auth, email);
}

/* Whether an address in lower case is one at such a provider, of a person. */
static bool
is_freemail(struct views *views, const struct rule *rule, struct slice email)
{
	const struct freemail *freemail = freemail_of(views);
	struct slice domain = slice_find_byte(email, 0, '@') < email.n ? eval_domain(email) : email;
	bool at_provider = map_find(freemail->domains, domain) != NULL;

	for (size_t i = 0; i < freemail->wild.n && !at_provider; i++)
		at_provider = views_test(
		    views, rule, *(const struct regex **)vec_at(&freemail->wild, i), email);
	return at_provider && !is_welcome(freemail, email, domain) &&
	       !eval_pattern_in(views, rule, PATTERN_FREEMAIL_ROLE, email);
}

/* Whether the call has no regular expression in argument i, or the address matches it. */
static bool
passes(struct views *views, const struct rule *rule, size_t i, struct slice email)
{
	return i >= rule->call.arg_count ||
	       views_test(views, rule, rule->call.args[i].regex, email);
}

static bool
add_found(struct collector *c, struct slice address)
{
	struct slice email, *added;

	if (map_find(c->seen, address) != NULL)
		return true;
	email = arena_lower(c->views->arena, address);
	added = email.n > 0 && map_add(c->seen, email, c) ? vec_push(&c->found) : NULL;
	if (added != NULL)
		*added = email;
	return added != NULL;
}

/* Links to addresses that the text does not show: the address must begin the link. */
static void
collect_links(struct collector *c)
{
	const struct boundaries *boundaries = c->views->ruleset->boundaries;
	struct uri_list uris = views_uris(c->views);
	struct slice mailto = SLICE("mailto:"), address;

	for (size_t i = 0; i < uris.n && c->found.n < LINKED_MAX; i++) {
		struct slice raw = uris.v[i].raw;
		size_t at = mailto.n;

		if (!uris.v[i].in_text && !uris.v[i].extended &&
		    slice_eq(uris.v[i].element, SLICE("a")) && slice_istarts(raw, mailto) &&
		    freemail_text_next(boundaries, raw, &at, &address) &&
		    address.p == raw.p + mailto.n)
			add_found(c, address);
	}
}

/*
 * What the body shows. Under its quirks SpamAssassin looks in a text that it
 * strips for good: body rules that run later see it so.
 */
static void
collect_text(struct collector *c, bool strip_for_good)
{
	const struct boundaries *boundaries = c->views->ruleset->boundaries;
	struct slice_list body = views_body(c->views);
	size_t bytes = 0;

	for (size_t i = 0; i < body.n && c->found.n < FOUND_MAX; i++) {
		struct slice text = freemail_text_strip(c->views->arena, boundaries, body.v[i]);
		struct slice address;
		size_t at = 0;

		if (strip_for_good && text.p != NULL)
			views_replace_body(c->views, i, text);
		while (
		    c->found.n < FOUND_MAX && freemail_text_next(boundaries, text, &at, &address)) {
			if (!add_found(c, address))
				return;
		}
		bytes += body.v[i].n;
		if (bytes >= BUDGET_BYTES) {
			bytes = 0;
			if (views_spent(c->views))
				return;
		}
	}
}

/* The freemail addresses of what was found, as far as the limits let us look. */
static void
keep_freemails(const struct rule *rule, const struct collector *c, struct freemail_body *body)
{
	const struct freemail *freemail = freemail_of(c->views);

	for (size_t i = 0; i < c->found.n && !body->skipped; i++) {
		struct slice email = *(struct slice *)vec_at(&c->found, i), *kept;

		if (i + 1 == freemail->max_emails) {
			body->skipped = true;
		} else if (is_freemail(c->views, rule, email)) {
			kept = vec_push(&body->freemails);
			if (kept != NULL)
				*kept = email;
			body->skipped = body->freemails.n == freemail->max_freemails;
		}
	}
}

/* The body's freemail addresses; NULL: it is not judged, or the arena is full. */
static const struct vec *
body_freemails(struct views *views, const struct rule *rule)
{
	struct freemail_body *body = views->memos[MEMO_FREEMAIL];
	struct collector c = { .views = views };

	if (body != NULL)
		return body->skipped ? NULL : &body->freemails;
	body = arena_alloc(views->arena, sizeof(*body));
	c.seen = map_new(views->arena, MAP_FOLDED, views->hash_seed);
	if (body == NULL || c.seen == NULL)
		return NULL;
	views->memos[MEMO_FREEMAIL] = body;
	body->freemails = VEC_OF(struct slice, views->arena);
	c.found = VEC_OF(struct slice, views->arena);
	collect_links(&c);
	collect_text(&c, rule_has_quirks(views->ruleset, rule));
	keep_freemails(rule, &c, body);
	return body->skipped ? NULL : &body->freemails;
}

unsigned
eval_check_freemail_from(const struct rule *rule, struct views *views)
{
	const struct senders *senders = freemail_of(views)->available ? senders_find(views) : NULL;

	for (size_t i = 0; senders != NULL && i < senders->from_count; i++) {
		if (is_freemail(views, rule, senders->from[i]) &&
		    passes(views, rule, 0, senders->from[i]))
			return 1;
	}
	return 0;
}

unsigned
eval_check_freemail_header(const struct rule *rule, struct views *views)
{
	struct slice value, line;

	if (!freemail_of(views)->available ||
	    !views_field(views, rule->call.args[0].selector, &value))
		return 0;
	while (slice_next_line(&value, &line)) {
		struct slice email = arena_lower(views->arena, line);

		if (is_freemail(views, rule, email) && passes(views, rule, 1, email))
			return 1;
	}
	return 0;
}

unsigned
eval_check_freemail_body(const struct rule *rule, struct views *views)
{
	const struct vec *emails = freemail_of(views)->available ? body_freemails(views, rule)
								 : NULL;

	for (size_t i = 0; emails != NULL && i < emails->n; i++) {
		if (passes(views, rule, 0, *(struct slice *)vec_at(emails, i)))
			return 1;
	}
	return 0;
}

/* The addresses of a field in lower case, and whether one is freemail. */
struct field_emails {
	struct vec emails; /* struct slice */
	bool freemail;
};

static struct field_emails
read_emails(struct views *views, const struct rule *rule, enum fixed_field field)
{
	struct field_emails read = { .emails = VEC_OF(struct slice, views->arena) };
	struct slice value = eval_field(views, field), line, *added;

	while (read.emails.n < EVAL_FIELDS_MAX && slice_next_line(&value, &line)) {
		added = vec_push(&read.emails);
		if (added == NULL)
			break;
		*added = arena_lower(views->arena, line);
		read.freemail = read.freemail || is_freemail(views, rule, *added);
	}
	return read;
}

static bool
has_email(const struct vec *emails, struct slice email)
{
	for (size_t i = 0; i < emails->n; i++) {
		if (slice_eq(*(struct slice *)vec_at(emails, i), email))
			return true;
	}
	return false;
}

static bool
share_email(const struct vec *a, const struct vec *b)
{
	for (size_t i = 0; i < a->n; i++) {
		if (has_email(b, *(struct slice *)vec_at(a, i)))
			return true;
	}
	return false;
}

/* Whether an address of a is another than one of b. */
static bool
some_differ(const struct vec *a, const struct vec *b)
{
	for (size_t i = 0; i < a->n; i++) {
		for (size_t k = 0; k < b->n; k++) {
			if (!slice_eq(*(struct slice *)vec_at(a, i), *(struct slice *)vec_at(b, k)))
				return true;
		}
	}
	return false;
}

/*
 * From and Reply-To are different freemail addresses; or Reply-To is one and
 * the body shows another. 'reply': without freemail in Reply-To, From stands
 * for it, if there is no other Reply-To.
 */
unsigned
eval_check_freemail_replyto(const struct rule *rule, struct views *views)
{
	struct slice what = rule->call.arg_count > 0 ? rule->call.args[0].text : SLICE("replyto");
	bool reply = slice_eq(what, SLICE("reply"));
	struct field_emails from, reply_to;
	const struct vec *body;

	if (!freemail_of(views)->available || (!reply && !slice_eq(what, SLICE("replyto"))))
		return 0;
	if (freemail_of(views)->skip_bulk &&
	    eval_pattern_in(views, rule, PATTERN_FREEMAIL_BULK,
		eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM_TEXT))))
		return 0;
	from = read_emails(views, rule, FIXED_FROM_ADDR);
	reply_to = read_emails(views, rule, FIXED_REPLY_TO_ADDR);
	if (from.freemail && reply_to.freemail && !share_email(&from.emails, &reply_to.emails))
		return 1;
	if (!reply_to.freemail && (!reply || reply_to.emails.n > 0 || !from.freemail))
		return 0;
	if (reply && !from.freemail)
		return 0;
	body = body_freemails(views, rule);
	return body != NULL &&
	       some_differ(body, reply_to.freemail ? &reply_to.emails : &from.emails);
}
