/*
 * eval_help.c - small readings of addresses that several families share
 */
#include "engine/rules/eval_help.h"

#include <math.h>

#include "engine/mime/boundary.h"
#include "engine/mime/word.h"
#include "engine/rules/eval.h"
#include "engine/util/ascii.h"

struct slice
eval_first_line(struct slice value)
{
	return slice_trim(slice_cut(value, 0, slice_find_byte(value, 0, '\n')));
}

struct slice
eval_part_field(struct views *views, const struct part *part, struct slice name)
{
	const struct header *header = header_find_last(&part->headers, name);

	return header == NULL ? SLICE_ABSENT : word_field(views->arena, views->converters, header);
}

/*
 * The value that begins at `at`: up to a quote or semicolon, behind blanks and
 * one quote. A value that would be empty is the blank before it, if any.
 */
static struct slice
disposition_value(struct slice text, size_t at)
{
	size_t start = at, end;

	while (start < text.n && ascii_is_space(text.p[start]))
		start++;
	if (start + 1 < text.n && text.p[start] == '"' && text.p[start + 1] != '"' &&
	    text.p[start + 1] != ';')
		start++;
	for (end = start; end < text.n && text.p[end] != '"' && text.p[end] != ';';)
		end++;
	return slice_cut(text, end == start && start > at ? start - 1 : start, end);
}

/*
 * The value of a parameter whose name ends at `at`: behind "=", blanks and one
 * quote, up to a semicolon and without the quote before it. Absent: no "=".
 */
static struct slice
type_value(struct slice text, size_t at)
{
	size_t end;

	while (at < text.n && ascii_is_space(text.p[at]))
		at++;
	if (at == text.n || text.p[at] != '=')
		return SLICE_ABSENT;
	for (at++; at < text.n && ascii_is_space(text.p[at]);)
		at++;
	if (at < text.n && (text.p[at] == '"' || text.p[at] == '\''))
		at++;
	end = slice_find_byte(text, at, ';');
	if (end > at && (text.p[end - 1] == '"' || text.p[end - 1] == '\''))
		end--;
	return slice_cut(text, at, end);
}

/* The first `name` in text that is a word of its own, behind `prefix` or not, and has a value. */
static struct slice
type_param(struct slice text, struct slice prefix, struct slice name)
{
	for (size_t at = slice_ifind(text, 0, name); at < text.n;
	     at = slice_ifind(text, at + 1, name)) {
		size_t word = slice_iends(slice_cut(text, 0, at), prefix) ? at - prefix.n : at;
		struct slice value;

		if (word > 0 && ascii_is_word(text.p[word - 1]))
			continue;
		value = type_value(text, at + name.n);
		if (value.p != NULL)
			return value;
	}
	return SLICE_ABSENT;
}

struct slice
eval_type_param(struct slice text, struct slice name)
{
	return type_param(text, SLICE(""), name);
}

struct slice
eval_type_name(const struct part *part, struct slice text)
{
	struct slice name = type_param(text, SLICE("file"), SLICE("name"));

	if (name.n == 0 && slice_ifind(text, 0, SLICE("name*0=")) < text.n)
		name = part->type.name;
	return name.n == 0 || slice_eq(name, SLICE("0")) ? SLICE("") : name;
}

struct slice
eval_part_name(struct views *views, const struct part *part)
{
	struct slice text = eval_part_field(views, part, SLICE("Content-Disposition")), name;

	for (size_t at = slice_ifind(text, 0, SLICE("name=")); at < text.n;
	     at = slice_ifind(text, at + 1, SLICE("name="))) {
		name = disposition_value(text, at + 5);
		if (name.n > 0)
			return slice_eq(name, SLICE("0")) ? SLICE("") : name;
	}
	return eval_type_name(part, eval_part_field(views, part, SLICE("Content-Type")));
}

/* The first value behind "charset=" that stands in these quotes ('\0': in none). */
static struct slice
quoted_charset(struct slice text, char quote)
{
	const struct slice key = SLICE("charset=");

	for (size_t at = slice_ifind(text, 0, key); at < text.n;
	     at = slice_ifind(text, at + 1, key)) {
		size_t from = at + key.n, end;

		if (quote != '\0' && (from >= text.n || text.p[from++] != quote))
			continue;
		end = from;
		while (end < text.n &&
		       (quote == '\0' ? !ascii_is_space(text.p[end]) : text.p[end] != quote))
			end++;
		if (end > from && (quote == '\0' || end < text.n))
			return slice_cut(text, from, end);
	}
	return SLICE("");
}

struct slice
eval_line_charset(struct slice text)
{
	struct slice charset = quoted_charset(text, '"');

	if (charset.n == 0)
		charset = quoted_charset(text, '\'');
	return charset.n > 0 ? charset : quoted_charset(text, '\0');
}

double
eval_option(const struct ruleset *ruleset, const char *name, double otherwise)
{
	double number;

	return eval_read_number(ruleset_option(ruleset, name, SLICE("")), &number) ? number
										   : otherwise;
}

bool
eval_is_link(const struct uri *uri)
{
	return !uri->extended && uri->host.n > 0 && !slice_istarts(uri->raw, SLICE("mailto:")) &&
	       (uri->in_text || slice_eq(uri->element, SLICE("a")));
}

double
eval_text_bytes(struct slice_list texts)
{
	double bytes = 0;

	for (size_t i = 0; i < texts.n; i++)
		bytes += (double)texts.v[i].n;
	return bytes;
}

bool
eval_in_range(const struct rule *rule, size_t i, double value)
{
	return value >= eval_number(rule, i, -HUGE_VAL) &&
	       value <= eval_number(rule, i + 1, HUGE_VAL);
}

struct slice
eval_domain(struct slice address)
{
	size_t at = address.n;

	while (at > 0 && address.p[at - 1] != '@')
		at--;
	return at == 0 ? SLICE("") : slice_from(address, at);
}

bool
eval_ends_with_word(struct slice text, struct slice word)
{
	return slice_iends(text, word) &&
	       (text.n == word.n || !ascii_is_word(text.p[text.n - word.n - 1]));
}

struct slice
eval_last_labels(struct slice host, size_t n)
{
	size_t at = host.n;

	while (at > 0 && (host.p[at - 1] != '.' || --n > 0))
		at--;
	return slice_from(host, at);
}

struct slice
eval_organisation(struct views *views, struct slice host)
{
	struct slice domain = eval_domain(host), organisation;

	if (domain.n == 0)
		domain = host;
	organisation = boundary_domain(views->ruleset->boundaries, views->arena, domain);
	return organisation.n > 0 ? organisation : domain;
}

bool
eval_same_organisation(struct views *views, struct slice a, struct slice b)
{
	return slice_ieq(eval_organisation(views, a), eval_organisation(views, b));
}
