/*
 * eval_bounce.c - bounces of mail that our own relays sent
 *
 * Source: SpamAssassin 4.0.1's VBounce, by how it behaves. A bounce quotes
 * the Received fields of what bounced; one that names a host of the list
 * welcomelist_bounce_relays (patterns as in address_set.h) is an answer to
 * mail of ours. They are looked for in the rendered text, where a paragraph
 * begins with one, and in the body as it came, there with its folded lines;
 * "> " may stand before the field.
 *
 * Of two words with one blank between them only the first is taken for a
 * host: SpamAssassin wants a blank of its own on each side.
 */
#include "engine/rules/eval.h"

#include "engine/rules/address_set.h"
#include "engine/util/ascii.h"

static const struct slice field_name = { "Received:", 9 };

const void *
bounce_prepare(struct ruleset *ruleset)
{
	static const struct vec none = { .size = sizeof(struct slice) };
	const struct address_set *hosts = ruleset_addresses(
	    ruleset, SLICE("welcomelist_bounce_relays"));

	return hosts != NULL ? hosts : address_set_new(ruleset->arena, &none);
}

static bool
has_relays(const struct views *views)
{
	const struct name_list *list = ruleset_list(views->ruleset, "welcomelist_bounce_relays");

	return list != NULL && list->entries.n > 0;
}

/* Whether "Received:" stands behind nothing but spaces, ">" and, in a folded field, line ends. */
static bool
is_received(struct slice field)
{
	size_t at = 0;

	while (at < field.n && (field.p[at] == ' ' || field.p[at] == '>' || field.p[at] == '\n'))
		at++;
	return slice_istarts(slice_from(field, at), field_name);
}

/* A dot with something on both sides. */
static bool
looks_like_host(struct slice word)
{
	return word.n > 2 && slice_find_byte(word, 1, '.') < word.n - 1;
}

/* Whether a blank stands at `at`. In a folded field a line end is nothing, the next byte counts. */
static bool
blank_at(struct slice text, size_t at, bool folded)
{
	if (!folded)
		return at < text.n && text.p[at] == ' ';
	if (at < text.n && text.p[at] == '\n')
		at++;
	return at < text.n && ascii_is_space(text.p[at]);
}

/* Whether a word with a blank of its own on both sides is one of the hosts. */
static bool
names_relay(const struct address_set *hosts, struct slice text, bool folded)
{
	bool blank = false; /* one stands before, and no host took it */
	size_t i = 0;

	while (i < text.n) {
		size_t start = i;
		struct slice word;

		if (ascii_is_space(text.p[i])) {
			if (!folded || text.p[i] != '\n')
				blank = folded || text.p[i] == ' ';
			i++;
			continue;
		}
		while (i < text.n && !ascii_is_space(text.p[i]))
			i++;
		word = slice_cut(text, start, i);
		if (blank && looks_like_host(word) && blank_at(text, i, folded)) {
			if (address_set_has(hosts, word))
				return true;
			i += text.p[i] == '\n' ? 2 : 1;
		}
		blank = false;
	}
	return false;
}

static bool
text_names_relay(struct views *views, const struct address_set *hosts)
{
	struct slice_list body = views_body(views);

	for (size_t i = 0; i < body.n; i++) {
		if (is_received(body.v[i]) && names_relay(hosts, body.v[i], false))
			return true;
	}
	return false;
}

static bool
starts_blank(struct slice text)
{
	return text.n > 0 && ascii_is_space(text.p[0]);
}

static struct slice
line_at(struct slice text, size_t at)
{
	return slice_cut(text, at, slice_find_byte(text, at, '\n'));
}

/*
 * A field is a line and those behind it that begin with a blank, an empty one
 * (of CRLF) too; what stands before the first Received does not matter.
 */
static bool
body_names_relay(struct views *views, const struct address_set *hosts)
{
	struct slice body = views->message->body_bytes, field;
	bool begun = false;
	size_t asked = 0;

	for (size_t at = 0; at < body.n; at += field.n + 1) {
		field = line_at(body, at);
		if (!begun && !is_received(field))
			continue;
		begun = true;
		while (at + field.n < body.n && starts_blank(line_at(body, at + field.n + 1)))
			field.n += 1 + line_at(body, at + field.n + 1).n;
		if (is_received(field) && names_relay(hosts, field, true))
			return true;
		if (at - asked >= BUDGET_BYTES) {
			asked = at;
			if (views_spent(views))
				return false;
		}
	}
	return false;
}

unsigned
eval_have_any_bounce_relays(const struct rule *rule, struct views *views)
{
	(void)rule;
	return has_relays(views);
}

unsigned
eval_check_welcomelist_bounce_relays(const struct rule *rule, struct views *views)
{
	const struct address_set *hosts = views->ruleset->prepared[PREPARED_BOUNCE];

	(void)rule;
	return has_relays(views) &&
	       (text_names_relay(views, hosts) || body_names_relay(views, hosts));
}
