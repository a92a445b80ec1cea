/*
 * mail_scan.c - addresses that stand in a text, as lists of their hashes want them
 *
 * Law: what SpamAssassin 4.0.1's HashBL takes for an address: before the @
 * up to 64 atoms' bytes (RFC 5322, 3.2.3) without dots at the ends or side by
 * side, behind it up to four labels and a top-level domain that exists. Each
 * byte of the text is looked at a bounded number of times.
 */
#include "engine/rules/mail_scan.h"

#include "engine/util/ascii.h"

/* Bytes before an @ in which a URI may begin. */
#define URI_MAX 300
/* "wrote:" and its kin: letters of the word, and blanks before it. */
#define QUOTE_WORD_MAX 11
#define QUOTE_BLANKS_MAX 10

static bool
is_atom(char c)
{
	return ascii_is_alnum(c) || (c != '\0' && strchr("!#$%&'*+/=?^_`{|}~-", c) != NULL);
}

/* Where the part before the @ begins; `at` itself: there is none. */
static size_t
local_start(struct slice text, size_t at)
{
	size_t start = at;

	while (start > 0 && at - start <= MAIL_SCAN_LOCAL_MAX &&
	       (is_atom(text.p[start - 1]) ||
		   (text.p[start - 1] == '.' && start < at && is_atom(text.p[start]))))
		start--;
	if (start < at && text.p[start] == '.')
		start++;
	return at - start > MAIL_SCAN_LOCAL_MAX ? at : start;
}

/* Where a label ends that begins at `at`: letters, digits and hyphens inside; `at`: none. */
static size_t
label_end(struct slice text, size_t at)
{
	size_t end = at;

	while (
	    end < text.n && end - at <= 61 && (ascii_is_alnum(text.p[end]) || text.p[end] == '-'))
		end++;
	while (end > at && text.p[end - 1] == '-')
		end--;
	return end > at && text.p[at] == '-' ? at : end;
}

/* Where the host ends that begins at `at`; `at`: there is none. */
static size_t
host_end(const struct boundaries *boundaries, struct slice text, size_t at)
{
	size_t end = at, from = at;

	for (int labels = 1; labels <= MAIL_SCAN_LABELS_MAX; labels++) {
		size_t next = label_end(text, from);

		if (next == from)
			break;
		if (labels > 1 && boundary_has_tld(boundaries, slice_cut(text, at, next)))
			end = next;
		if (next == text.n || text.p[next] != '.')
			break;
		from = next + 1;
	}
	return end;
}

/* Whether the text up to `at` ends in a URI without a blank. */
static bool
in_uri(struct slice text, size_t at)
{
	size_t start = at;

	while (start > 0 && at - start < URI_MAX && !ascii_is_space(text.p[start - 1]))
		start--;
	text = slice_cut(text, start, at);
	return slice_ifind(text, 0, SLICE("http://")) < text.n ||
	       slice_ifind(text, 0, SLICE("https://")) < text.n;
}

/* Whether a word with a colon follows, as "wrote:" does and "phone:" does not. */
static bool
is_quoting(struct slice text, size_t at)
{
	static const struct slice others[] = { { "fax", 3 }, { "facsi", 5 }, { "tel", 3 },
		{ "phone", 5 }, { "mail", 4 }, { "email", 5 }, { "e-mail", 6 } };
	size_t start = at, end;

	while (start < text.n && start - at < QUOTE_BLANKS_MAX && ascii_is_space(text.p[start]))
		start++;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (slice_istarts(slice_from(text, start), others[i]))
			return false;
	}
	for (end = start; end < text.n && ascii_is_alpha(text.p[end]);)
		end++;
	return start > at && end < text.n && text.p[end] == ':' && end - start >= 2 &&
	       end - start <= QUOTE_WORD_MAX;
}

/* Whether the address is of somebody who is only quoted. */
static bool
is_quoted(struct slice text, size_t start, size_t end)
{
	if (slice_iends(slice_cut(text, 0, start), SLICE("mailto:")))
		return false;
	return (end < text.n && text.p[end] == '>') || is_quoting(text, end);
}

bool
mail_scan_next(struct mail_scanner *scanner, struct slice *address_r)
{
	struct slice text = scanner->text;

	for (size_t at = slice_find_byte(text, scanner->at, '@'); at < text.n;
	     at = slice_find_byte(text, at + 1, '@')) {
		size_t start = local_start(text, at);
		size_t end = start == at ? at + 1 : host_end(scanner->boundaries, text, at + 1);

		scanner->at = end > at ? end : at + 1;
		if (end == at + 1 || (scanner->without_uris && in_uri(text, at)) ||
		    (scanner->without_quotes && is_quoted(text, start, end)))
			continue;
		*address_r = slice_cut(text, start, end);
		return true;
	}
	scanner->at = text.n;
	return false;
}
