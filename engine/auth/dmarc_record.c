/*
 * dmarc_record.c - the tags of a DMARC record
 *
 * "v=DMARC1" must come first, letter by letter; p and the others stand in any
 * order behind it ("v and p MUST appear in that order", 6.3). Tags' names and
 * the words of their values have any case, since the grammar has them as plain
 * ABNF strings. A broken p or sp breaks the record, or makes it p=none where
 * it names somebody for reports (6.6.3, 6); every other broken value is left
 * for its default (6.3, end). A tag that stands twice makes the list no list
 * (RFC 6376, 3.2).
 *
 * RFC 7489, 6.3 and 6.4. Linear in the text.
 */
#include "engine/auth/dmarc_record.h"

#include <stddef.h>
#include <stdint.h>

#include "engine/util/ascii.h"

#define PERCENT_ALL 100
#define REPORT_INTERVAL_STANDARD 86400
#define REPORT_INTERVAL_MAX UINT32_MAX

static const struct slice tag_names[DMARC_TAG_COUNT] = {
#define DMARC_TAG_NAME(id, name) { name, sizeof(name) - 1 },
	DMARC_TAG_TABLE(DMARC_TAG_NAME)
#undef DMARC_TAG_NAME
};

static const char *const policy_words[] = {
#define DMARC_POLICY_WORD(id, word) word,
	DMARC_POLICY_TABLE(DMARC_POLICY_WORD)
#undef DMARC_POLICY_WORD
};

#define POLICY_COUNT (sizeof(policy_words) / sizeof(policy_words[0]))

const char *
dmarc_policy_word(enum dmarc_policy policy)
{
	return policy_words[policy];
}

static bool
read_policy(struct slice value, enum dmarc_policy *policy_r)
{
	for (size_t i = 0; i < POLICY_COUNT; i++) {
		if (slice_ieq(value, slice_of(policy_words[i]))) {
			*policy_r = (enum dmarc_policy)i;
			return true;
		}
	}
	return false;
}

static bool
read_mode(struct slice value, bool *strict_r)
{
	*strict_r = slice_ieq(value, SLICE("s"));
	return *strict_r || slice_ieq(value, SLICE("r"));
}

/* A decimal number up to `most`. */
static bool
read_number(struct slice value, unsigned long most, unsigned long *number_r)
{
	unsigned long number = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (!ascii_is_digit(value.p[i]) || number > most)
			return false;
		number = number * 10 + (unsigned long)(value.p[i] - '0');
	}
	if (value.n == 0 || number > most)
		return false;
	*number_r = number;
	return true;
}

/* Takes the next of a list's entries off *rest, without blanks around it. */
static bool
next_entry(struct slice *rest, char separator, struct slice *entry_r)
{
	size_t end = slice_find_byte(*rest, 0, separator);

	if (rest->p == NULL)
		return false;
	*entry_r = slice_trim(slice_cut(*rest, 0, end));
	*rest = end == rest->n ? SLICE_ABSENT : slice_from(*rest, end + 1);
	return true;
}

/* "0:1:d:s" */
static bool
read_options(struct slice value)
{
	struct slice entry;

	while (next_entry(&value, ':', &entry))
		if (entry.n != 1 || slice_find_byte(SLICE("01dsDS"), 0, entry.p[0]) == 6)
			return false;
	return true;
}

/* "afrf"; iodef was a format of the drafts that stands in records still. */
static bool
read_formats(struct slice value)
{
	struct slice entry;

	while (next_entry(&value, ':', &entry))
		if (!slice_ieq(entry, SLICE("afrf")) && !slice_ieq(entry, SLICE("iodef")))
			return false;
	return true;
}

/* "10m", the largest report that somebody takes; nothing is fine. */
static bool
is_size(struct slice size)
{
	size_t n = size.n;

	if (n > 0 && slice_find_byte(SLICE("kmgtKMGT"), 0, size.p[n - 1]) < 8)
		n--;
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_digit(size.p[i]))
			return false;
	return n > 0;
}

/* A scheme, a colon and something that holds no blanks (RFC 3986, 3), with a size or not. */
static bool
is_report_uri(struct slice uri)
{
	size_t bang = slice_find_byte(uri, 0, '!'), colon;

	if (bang < uri.n && !is_size(slice_from(uri, bang + 1)))
		return false;
	uri = slice_cut(uri, 0, bang);
	colon = slice_find_byte(uri, 0, ':');
	if (colon == 0 || colon + 1 >= uri.n || !ascii_is_alpha(uri.p[0]))
		return false;
	for (size_t i = 0; i < uri.n; i++) {
		char c = uri.p[i];

		if (!ascii_is_print(c) || c == ' ')
			return false;
		if (i < colon && !ascii_is_alnum(c) && c != '+' && c != '-' && c != '.')
			return false;
	}
	return true;
}

/* Whether one of the list can be used: the others are passed over. */
static bool
read_uris(struct slice value)
{
	struct slice entry;
	bool good = false;

	while (next_entry(&value, ',', &entry))
		good |= is_report_uri(entry);
	return good;
}

/* Takes a tag's value in; false: it cannot be read. */
static bool
take_value(enum dmarc_tag tag, struct slice value, struct dmarc_record *record)
{
	unsigned long number;

	switch (tag) {
	case DMARC_TAG_P:
		return read_policy(value, &record->policy);
	case DMARC_TAG_SP:
		return read_policy(value, &record->subdomain_policy);
	case DMARC_TAG_ADKIM:
		return read_mode(value, &record->strict_dkim);
	case DMARC_TAG_ASPF:
		return read_mode(value, &record->strict_spf);
	case DMARC_TAG_PCT:
		if (value.n > 3 || !read_number(value, PERCENT_ALL, &number))
			return false;
		record->percent = (unsigned)number;
		return true;
	case DMARC_TAG_RUA:
		record->rua = value;
		return read_uris(value);
	case DMARC_TAG_RUF:
		record->ruf = value;
		return read_uris(value);
	case DMARC_TAG_FO:
		record->fo = value;
		return read_options(value);
	case DMARC_TAG_RI:
		return read_number(value, REPORT_INTERVAL_MAX, &record->report_interval);
	case DMARC_TAG_RF:
		record->rf = value;
		return read_formats(value);
	case DMARC_TAG_V:
	case DMARC_TAG_COUNT:
		break;
	}
	return false;
}

static enum dmarc_tag
find_tag(struct slice name)
{
	size_t tag = 0;

	while (tag < DMARC_TAG_COUNT && !slice_ieq(name, tag_names[tag]))
		tag++;
	return (enum dmarc_tag)tag;
}

/* Takes "v=DMARC1" and the semicolon behind it off *text; false: it does not begin so. */
static bool
take_version(struct slice *text)
{
	size_t end = slice_find_byte(*text, 0, ';');
	struct slice version = slice_cut(*text, 0, end), value;
	size_t equals = slice_find_byte(version, 0, '=');

	value = slice_trim(slice_from(version, equals + 1));
	if (!slice_ieq(slice_trim(slice_cut(version, 0, equals)), tag_names[DMARC_TAG_V]) ||
	    ascii_is_space(version.p[0]) || !slice_eq(value, SLICE("DMARC1")))
		return false;
	*text = slice_from(*text, end + 1);
	return true;
}

/* What the record is once its tags are read. */
static enum dmarc_record_state
judge_tags(struct dmarc_record *record, bool repeated)
{
	const unsigned policies = 1U << DMARC_TAG_P | 1U << DMARC_TAG_SP;
	const unsigned rua = 1U << DMARC_TAG_RUA;

	if (repeated)
		return DMARC_RECORD_BROKEN;
	if ((record->tags & 1U << DMARC_TAG_P) != 0 && (record->faults & policies) == 0) {
		if ((record->tags & 1U << DMARC_TAG_SP) == 0)
			record->subdomain_policy = record->policy;
		return DMARC_RECORD_GOOD;
	}
	record->policy = record->subdomain_policy = DMARC_POLICY_NONE;
	if ((record->tags & rua) != 0 && (record->faults & rua) == 0)
		return DMARC_RECORD_REPORTS;
	return DMARC_RECORD_BROKEN;
}

void
dmarc_record_parse(struct slice text, struct dmarc_record *record_r)
{
	struct slice tag_text;
	bool repeated = false;

	*record_r = (struct dmarc_record){
		.state = DMARC_RECORD_OTHER,
		.percent = PERCENT_ALL,
		.report_interval = REPORT_INTERVAL_STANDARD,
		.tags = 1U << DMARC_TAG_V,
	};
	if (!take_version(&text))
		return;
	while (next_entry(&text, ';', &tag_text)) {
		size_t equals = slice_find_byte(tag_text, 0, '=');
		enum dmarc_tag tag = find_tag(slice_trim(slice_cut(tag_text, 0, equals)));

		if (equals == tag_text.n || tag == DMARC_TAG_COUNT)
			continue;
		repeated |= (record_r->tags & 1U << tag) != 0;
		record_r->tags |= 1U << tag;
		if (!take_value(tag, slice_trim(slice_from(tag_text, equals + 1)), record_r))
			record_r->faults |= 1U << tag;
	}
	record_r->state = judge_tags(record_r, repeated);
}
