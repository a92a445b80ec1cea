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

/* The first of "name=" and "filename=" that is a word of its own; the value may be quoted. */
static struct slice
type_name(struct slice text)
{
	for (size_t at = slice_ifind(text, 0, SLICE("name")); at < text.n;
	     at = slice_ifind(text, at + 1, SLICE("name"))) {
		size_t word = at >= 4 && slice_ieq(slice_cut(text, at - 4, at), SLICE("file"))
				  ? at - 4
				  : at;
		size_t start = at + 4, end;

		while (start < text.n && ascii_is_space(text.p[start]))
			start++;
		if ((word > 0 && ascii_is_word(text.p[word - 1])) || start == text.n ||
		    text.p[start] != '=')
			continue;
		for (start++; start < text.n && ascii_is_space(text.p[start]);)
			start++;
		if (start < text.n && (text.p[start] == '"' || text.p[start] == '\''))
			start++;
		end = slice_find_byte(text, start, ';');
		if (end > start && (text.p[end - 1] == '"' || text.p[end - 1] == '\''))
			end--;
		return slice_cut(text, start, end);
	}
	return SLICE("");
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
	text = eval_part_field(views, part, SLICE("Content-Type"));
	name = type_name(text);
	if (name.n == 0 && slice_ifind(text, 0, SLICE("name*0=")) < text.n)
		name = part->type.name;
	return name.n == 0 || slice_eq(name, SLICE("0")) ? SLICE("") : name;
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
