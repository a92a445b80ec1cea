/*
 * eval_fromname.c - eval functions over an address that the author's name shows
 *
 * Source: SpamAssassin 4.0.1's FromNameSpoof, by how it behaves. The name must
 * be little more than the address (fns_extrachars). Two addresses are compared
 * as they are, by domain, and by owner: what stands before the first dot of
 * the domain, or the name that a list of addresses has (fns_add_addrlist). A
 * field that fns_ignore_headers names spares a message all of it.
 * fns_ignore_dkim waits for DKIM, as it does without SpamAssassin's plugin DKIM.
 */
#include "engine/mime/boundary.h"
#include "engine/mime/domain.h"
#include "engine/mime/ip.h"
#include "engine/rules/capture.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/senders.h"
#include "engine/util/ascii.h"

struct author {
	struct slice address, domain, owner;
};

struct fromname {
	bool contains_email;
	bool address_differs, domain_differs, owner_differs;
	bool equals_to, equals_replyto;
};

static const struct fromname no_fromname;

/* Characters of an address before the @, beside letters, digits and _. */
static bool
is_local(char c)
{
	return ascii_is_word(c) || slice_find_byte(SLICE(".!#$%&'*+/=?^`{|}~-"), 0, c) < 19;
}

/* The end of "host.domain" from `at` on, which must end in a letter or digit; 0: there is none. */
static size_t
host_end(struct slice name, size_t at)
{
	size_t end = at, second;

	if (end == name.n || !ascii_is_word(name.p[end]))
		return 0;
	while (end < name.n && (ascii_is_word(name.p[end]) || name.p[end] == '-'))
		end++;
	second = end + 1;
	if (second >= name.n || name.p[end] != '.' || !ascii_is_word(name.p[second]))
		return 0;
	for (end = second; end < name.n && (ascii_is_word(name.p[end]) || name.p[end] == '.' ||
					       name.p[end] == '-');)
		end++;
	return end > second + 1 && ascii_is_word(name.p[end - 1]) ? end : 0;
}

/* The first address that stands in a display name; absent: none. */
static struct slice
address_in_name(struct slice name)
{
	for (size_t at = slice_find_byte(name, 0, '@'); at < name.n;
	     at = slice_find_byte(name, at + 1, '@')) {
		size_t start = at, end = host_end(name, at + 1);

		if (end == 0)
			continue;
		while (start > 0 && is_local(name.p[start - 1]))
			start--;
		while (start < at && !ascii_is_word(name.p[start]))
			start++;
		if (start < at)
			return slice_cut(name, start, end);
	}
	return SLICE_ABSENT;
}

/* Whether it has a percent-encoded character that needs no such thing. */
static bool
has_escape(struct slice text)
{
	for (size_t i = 0; i + 2 < text.n; i++) {
		int high = ascii_hex(text.p[i + 1]), low = ascii_hex(text.p[i + 2]);
		int code = high * 16 + low;

		if (text.p[i] == '%' && high >= 0 && low >= 0 && code > 0x20 && code < 0x7f)
			return true;
	}
	return false;
}

/* The registrable domain of an address in lower case, or its IP address; absent: none can be. */
static struct slice
address_domain(struct views *views, struct slice address)
{
	const struct boundaries *boundaries = views->ruleset->boundaries;
	struct slice host, domain;
	struct ip ip;
	size_t at;

	address = slice_cut(address, 0, slice_find_byte(address, 0, '?'));
	at = slice_find_byte(address, 0, '@');
	if (at == address.n || slice_find_byte(address, at + 1, '@') < address.n)
		return SLICE_ABSENT;
	host = domain_to_ascii(views->arena, slice_from(address, at + 1));
	if (host.n == 0 || has_escape(slice_from(address, at + 1)))
		return SLICE_ABSENT;
	if (ip_parse(host, &ip))
		return host;
	if (!domain_is_host_name(host) || !boundary_has_tld(boundaries, host))
		return SLICE_ABSENT;
	domain = boundary_domain(boundaries, views->arena, host);
	return domain.n > 0 ? domain : host;
}

/* The owner that a list names for the address, in entries "OWNER PATTERN"; absent: none. */
static struct slice
listed_owner(const struct ruleset *ruleset, struct slice address)
{
	const struct name_list *list = ruleset_list(ruleset, "fns_add_addrlist");

	for (size_t i = 0; list != NULL && i < list->entries.n; i++) {
		struct slice rest = *(struct slice *)vec_at(&list->entries, i), owner, pattern;

		if (slice_next_word(&rest, &owner) && slice_next_word(&rest, &pattern) &&
		    glob_matches(pattern, address, true))
			return owner;
	}
	return SLICE_ABSENT;
}

/* Fills in the owner of an address whose domain is known. */
static void
find_owner(struct views *views, struct author *author)
{
	size_t at = slice_find_byte(author->address, 0, '@');

	author->owner = listed_owner(views->ruleset, author->address);
	if (author->owner.p == NULL &&
	    !slice_eq(slice_from(author->address, at + 1), author->domain))
		author->owner = listed_owner(views->ruleset,
		    arena_printf(views->arena, "%.*s@%.*s",
			SLICE_ARG(slice_cut(author->address, 0, at)), SLICE_ARG(author->domain)));
	if (author->owner.p == NULL) {
		size_t dot = slice_find_byte(author->domain, 0, '.');

		author->owner = slice_cut(author->domain, 0, dot == 0 ? author->domain.n : dot);
	}
}

/* Bytes of text, those that are no lower-case letter or digit counted twice. */
static double
weight(struct slice text)
{
	size_t others = 0;

	for (size_t i = 0; i < text.n; i++)
		others += !ascii_is_lower(text.p[i]) && !ascii_is_digit(text.p[i]);
	return (double)(text.n + others);
}

/* Whether the message has a field that spares it. */
static bool
is_spared(const struct views *views)
{
	const struct name_list *names = ruleset_list(views->ruleset, "fns_ignore_headers");

	for (size_t i = 0; names != NULL && i < names->entries.n; i++) {
		struct slice rest = *(struct slice *)vec_at(&names->entries, i), name;

		while (slice_next_word(&rest, &name)) {
			if (header_find(&views->message->headers, name, 0) != NULL)
				return true;
		}
	}
	return false;
}

static bool
is_recipient(struct views *views, struct slice address)
{
	const struct senders *senders = senders_find(views);

	for (size_t i = 0; senders != NULL && i < senders->to_count; i++) {
		if (slice_eq(senders->to[i], address))
			return true;
	}
	return false;
}

static void
compare(struct views *views, struct fromname *fromname)
{
	struct slice name = arena_lower(
	    views->arena, eval_first_line(eval_field(views, FIXED_FROM_NAME)));
	struct author from = { .address = arena_lower(views->arena,
				   eval_first_line(eval_field(views, FIXED_FROM_ADDR))) };
	struct author shown = { .address = address_in_name(name) };

	from.domain = address_domain(views, from.address);
	if (from.domain.p == NULL || is_spared(views))
		return;
	shown.domain = address_domain(views, shown.address);
	if (shown.domain.p == NULL)
		return;
	fromname->contains_email = true;
	if (weight(name) - weight(shown.address) >
	    eval_option(views->ruleset, "fns_extrachars", 50))
		return;
	find_owner(views, &shown);
	find_owner(views, &from);
	fromname->address_differs = !slice_eq(shown.address, from.address);
	fromname->domain_differs = !slice_eq(shown.domain, from.domain);
	fromname->owner_differs = !slice_ieq(shown.owner, from.owner);
	fromname->equals_replyto = slice_ieq(
	    shown.address, eval_first_line(eval_field(views, FIXED_REPLY_TO_ADDR)));
	fromname->equals_to = is_recipient(views, shown.address);
	if (fromname->address_differs || fromname->owner_differs) {
		capture_set(views, "FNSFNAMEADDR", shown.address);
		capture_set(views, "FNSFNAMEDOMAIN", shown.domain);
		capture_set(views, "FNSFNAMEOWNER", shown.owner);
		capture_set(views, "FNSFADDRADDR", from.address);
		capture_set(views, "FNSFADDRDOMAIN", from.domain);
		capture_set(views, "FNSFADDROWNER", from.owner);
	}
}

/* Of the message; nothing at the arena's cap. */
static const struct fromname *
fromname_of(struct views *views)
{
	struct fromname *fromname = views->memos[MEMO_FROMNAME];

	if (fromname != NULL)
		return fromname;
	fromname = arena_alloc(views->arena, sizeof(*fromname));
	if (fromname == NULL)
		return &no_fromname;
	views->memos[MEMO_FROMNAME] = fromname;
	compare(views, fromname);
	return fromname;
}

/* What must differ, by the argument or fns_check: 0 the address, 1 the owner, 2 the domain. */
unsigned
eval_check_fromname_spoof(const struct rule *rule, struct views *views)
{
	const struct fromname *fromname = fromname_of(views);
	struct slice level = rule->call.arg_count > 0 ? rule->call.args[0].text : SLICE("");

	if (level.n != 1 || level.p[0] < '0' || level.p[0] > '2')
		level = ruleset_option(views->ruleset, "fns_check", SLICE("1"));
	if (slice_eq(level, SLICE("0")))
		return fromname->address_differs;
	if (slice_eq(level, SLICE("2")))
		return fromname->address_differs && fromname->domain_differs;
	return fromname->address_differs && fromname->owner_differs;
}

unsigned
eval_check_fromname_different(const struct rule *rule, struct views *views)
{
	(void)rule;
	return fromname_of(views)->address_differs;
}

unsigned
eval_check_fromname_domain_differ(const struct rule *rule, struct views *views)
{
	(void)rule;
	return fromname_of(views)->domain_differs;
}

unsigned
eval_check_fromname_owners_differ(const struct rule *rule, struct views *views)
{
	(void)rule;
	return fromname_of(views)->owner_differs;
}

unsigned
eval_check_fromname_contains_email(const struct rule *rule, struct views *views)
{
	(void)rule;
	return fromname_of(views)->contains_email;
}

unsigned
eval_check_fromname_equals_to(const struct rule *rule, struct views *views)
{
	(void)rule;
	return fromname_of(views)->equals_to;
}

unsigned
eval_check_fromname_equals_replyto(const struct rule *rule, struct views *views)
{
	(void)rule;
	return fromname_of(views)->equals_replyto;
}
