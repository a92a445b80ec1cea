/*
 * locales.c - which charsets the languages of ok_locales are written in
 *
 * The setting travels as the list "ok_locales": two-letter codes, one or more
 * an entry, what follows a code's two letters ignored. Table and comparison
 * are SpamAssassin's: names count by their letters and digits alone.
 */
#include "engine/rules/locales.h"

#include "engine/util/ascii.h"

/* No charset's name is longer; a longer one is nobody's. */
#define CHARSET_MAX 64

#define CYRILLIC "KOI8R KOI8U KOI8T ISOIR111 CP1251 GEORGIANPS PT154 CP866"

static const struct {
	const char *locale;
	const char *charsets;
} locale_charsets[] = {
	{ "ja", "EUCJP JISX020119760 JISX020819830 JISX020819900 JISX020819970 JISX021219900 "
		"JISX021320001 JISX021320002 SHIFTJIS ISO2022JP SJIS JIS7 JISX0201 JISX0208 "
		"JISX0212" },
	{ "ko", "EUCKR KSC56011987" },
	{ "ru", CYRILLIC },
	{ "ka", CYRILLIC },
	{ "tg", CYRILLIC },
	{ "be", CYRILLIC },
	{ "uk", CYRILLIC },
	{ "bg", CYRILLIC },
	{ "th", "TIS620" },
	{ "zh", "GB1988 GB2312 GB231219800 GB18030 GBK BIG5HKSCS BIG5 EUCTW ISO2022CN" },
};

static bool
has_word(struct slice words, struct slice word)
{
	struct slice next;

	while (slice_next_word(&words, &next)) {
		if (slice_eq(next, word))
			return true;
	}
	return false;
}

/* Letters and digits in capitals, a leading "3D" of broken quoted-printable left out. */
static struct slice
charset_key(struct slice charset, char key[CHARSET_MAX])
{
	struct slice out = { key, 0 };

	for (size_t i = 0; i < charset.n; i++) {
		if (!ascii_is_alnum(charset.p[i]))
			continue;
		if (out.n == CHARSET_MAX)
			return SLICE_ABSENT;
		key[out.n++] = ascii_upper(charset.p[i]);
	}
	return slice_starts(out, SLICE("3D")) ? slice_from(out, 2) : out;
}

/* What the net speaks everywhere. */
static bool
is_common(struct slice key)
{
	static const char *const whole[] = { "USASCII", "ASCII", "IBM852", "XUNKNOWN", "ISO" };
	static const char *const heads[] = { "ISO8859", "ISO10646", "UTF", "UCS", "CP125",
		"WINDOWS", "UNICODE11UTF7", "UNICODE11UTF8" };

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		if (slice_eq(key, slice_of(whole[i])))
			return true;
	}
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (slice_starts(key, slice_of(heads[i])))
			return true;
	}
	return false;
}

static bool
locale_has(struct slice locale, struct slice key)
{
	for (size_t i = 0; i < sizeof(locale_charsets) / sizeof(locale_charsets[0]); i++) {
		if (slice_eq(slice_cut(locale, 0, 2), slice_of(locale_charsets[i].locale)))
			return has_word(slice_of(locale_charsets[i].charsets), key);
	}
	return false;
}

bool
locales_limited(const struct ruleset *ruleset)
{
	const struct name_list *list = ruleset_list(ruleset, "ok_locales");

	for (size_t i = 0; list != NULL && i < list->entries.n; i++) {
		if (has_word(*(struct slice *)vec_at(&list->entries, i), SLICE("all")))
			return false;
	}
	return list != NULL;
}

bool
locales_allow(const struct ruleset *ruleset, struct slice charset)
{
	const struct name_list *list = ruleset_list(ruleset, "ok_locales");
	char bytes[CHARSET_MAX];
	struct slice key = charset_key(charset, bytes);

	if (list == NULL || is_common(key))
		return true;
	for (size_t i = 0; i < list->entries.n; i++) {
		struct slice rest = *(struct slice *)vec_at(&list->entries, i), locale;

		while (slice_next_word(&rest, &locale)) {
			if (locale_has(locale, key))
				return true;
		}
	}
	return false;
}
