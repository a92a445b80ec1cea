/*
 * freemail_text.c - the mail addresses that a text invites to write to
 *
 * What SpamAssassin 4.0.1's FreeMail takes for an address: words of atext
 * (RFC 5322, 3.2.3) with single dots between, at most 64 bytes; @; two to five
 * labels, of which the last is a top-level domain that exists and no further
 * label or letter follows. What is in front may be cut off at a dot ("a..b@x"
 * gives b@x), not elsewhere.
 *
 * Each @ is looked at once, in a window of these sizes, so the cost is linear.
 */
#include "engine/rules/freemail_text.h"

#include "engine/util/ascii.h"
#include "engine/util/buf.h"

#define LOCAL_PART_MAX 64
#define LABEL_MAX 61
/* Labels before the top-level domain. */
#define LABELS_MAX 4
/* What belongs to a URL on each side of the address in it. */
#define URL_SIDE_MAX 255

static const struct slice mailto = { "mailto:", 7 };

static bool
is_atext(char c)
{
	return ascii_is_alnum(c) || slice_find_byte(SLICE("!#$%&'*+/=?^_`{|}~-"), 0, c) <
					sizeof("!#$%&'*+/=?^_`{|}~-") - 1;
}

/* Where the domain that begins at `at` ends; `at` itself: it is none. */
static size_t
domain_end(const struct boundaries *boundaries, struct slice text, size_t at)
{
	size_t start = at, end = at;

	for (size_t labels = 0; labels <= LABELS_MAX; labels++) {
		size_t label = end;

		while (end < text.n && (ascii_is_alnum(text.p[end]) || text.p[end] == '-'))
			end++;
		if (end == label || text.p[label] == '-' || text.p[end - 1] == '-')
			return at;
		if (end + 1 < text.n && text.p[end] == '.' && ascii_is_alnum(text.p[end + 1])) {
			if (end - label > LABEL_MAX)
				return at;
			end++;
			continue;
		}
		return labels > 0 && boundary_has_tld(boundaries, slice_cut(text, start, end)) ? end
											       : at;
	}
	return at;
}

/*
 * Where the part before the @ at `at` begins, `from` at the earliest; `at`
 * itself: there is none. Behind "mailto:" none begins if `unlinked`.
 */
static size_t
local_start(struct slice text, size_t from, size_t at, bool unlinked)
{
	size_t start = at, i = at;

	for (;;) {
		size_t end = i;

		while (i > from && at - i <= LOCAL_PART_MAX && is_atext(text.p[i - 1]))
			i--;
		if (i == end || at - i > LOCAL_PART_MAX || (i > 0 && is_atext(text.p[i - 1])))
			return start;
		if (!unlinked || i < mailto.n ||
		    !slice_ieq(slice_cut(text, i - mailto.n, i), mailto))
			start = i;
		if (i == from || text.p[i - 1] != '.')
			return start;
		i--;
	}
}

/* The first address that begins at `from` or later, and whose @ stands at `seek` or later. */
static bool
find_address(const struct boundaries *boundaries, struct slice text, size_t from, size_t seek,
    bool unlinked, size_t *start_r, size_t *end_r)
{
	for (size_t at = slice_find_byte(text, seek, '@'); at < text.n;
	     at = slice_find_byte(text, at + 1, '@')) {
		size_t start = local_start(text, from, at, unlinked);
		size_t end = start < at ? domain_end(boundaries, text, at + 1) : at + 1;

		if (end > at + 1) {
			*start_r = start;
			*end_r = end;
			return true;
		}
	}
	return false;
}

bool
freemail_text_next(
    const struct boundaries *boundaries, struct slice text, size_t *at, struct slice *address_r)
{
	size_t start, end;

	if (!find_address(boundaries, text, *at, *at, false, &start, &end))
		return false;
	*address_r = slice_cut(text, start, end);
	*at = end;
	return true;
}

/* Where the URL ends whose "http" stands at `at`; `at`: it has no address in it, or is none. */
static size_t
url_end(struct slice text, size_t at)
{
	size_t i = at + 4, mark = 0, start, end;

	i += i < text.n && ascii_lower(text.p[i]) == 's' ? 1 : 0;
	if (!slice_starts(slice_from(text, i), SLICE("://")))
		return at;
	start = i + 3;
	for (i = start; i < text.n && i - start <= URL_SIDE_MAX && !ascii_is_space(text.p[i]);
	     i++) {
		if (text.p[i] == '@')
			mark = i + 1;
		else if (slice_starts(slice_from(text, i), SLICE("%40")))
			mark = i + 3;
	}
	if (mark == 0)
		return at;
	for (end = mark; end < text.n && end - mark < URL_SIDE_MAX && !ascii_is_space(text.p[end]);)
		end++;
	return end;
}

/* Takes the bytes up to `start`, less a "<" before it, and a blank for what follows. */
static void
cut_out(struct buf *out, struct slice text, size_t from, size_t start)
{
	if (start > from && text.p[start - 1] == '<')
		start--;
	buf_add(out, slice_cut(text, from, start));
	buf_add_byte(out, ' ');
}

static struct slice
strip_urls(struct arena *arena, struct slice text)
{
	struct buf out = { .arena = arena };
	size_t from = 0, end;

	for (size_t at = slice_ifind(text, 0, SLICE("http")); at < text.n;
	     at = slice_ifind(text, at, SLICE("http"))) {
		end = url_end(text, at);
		if (end == at) {
			at++;
			continue;
		}
		cut_out(&out, text, from, at);
		from = at = end;
	}
	if (from == 0)
		return text;
	buf_add(&out, slice_from(text, from));
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* Where " wrote:" or the like ends that begins at `at`, not " fax:"; `at`: there is none. */
static size_t
attribution_end(struct slice text, size_t at)
{
	static const struct slice kept[] = { { "fax", 3 }, { "facsi", 5 }, { "tel", 3 },
		{ "phone", 5 }, { "mail", 4 }, { "email", 5 }, { "e-mail", 6 } };
	size_t start = at, end;
	struct slice word;

	while (start < text.n && start - at <= 10 && ascii_is_space(text.p[start]))
		start++;
	for (end = start; end < text.n && end - start <= 11 && ascii_is_alpha(text.p[end]);)
		end++;
	if (start == at || start - at > 10 || end - start < 2 || end - start > 11 ||
	    end == text.n || text.p[end] != ':')
		return at;
	word = slice_cut(text, start, end);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (slice_istarts(word, kept[i]))
			return at;
	}
	return end + 1;
}

static struct slice
strip_quoted(struct arena *arena, const struct boundaries *boundaries, struct slice text)
{
	struct buf out = { .arena = arena };
	size_t from = 0, seek = 0, start, end;

	while (find_address(boundaries, text, from, seek, true, &start, &end)) {
		size_t behind = end < text.n && text.p[end] == '>' ? end + 1
								   : attribution_end(text, end);

		seek = end;
		if (behind == end)
			continue;
		cut_out(&out, text, from, start);
		from = seek = behind;
	}
	if (from == 0)
		return text;
	buf_add(&out, slice_from(text, from));
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

struct slice
freemail_text_strip(struct arena *arena, const struct boundaries *boundaries, struct slice text)
{
	if (slice_find_byte(text, 0, '@') == text.n && slice_find(text, 0, SLICE("%40")) == text.n)
		return text;
	return strip_quoted(arena, boundaries, strip_urls(arena, text));
}
