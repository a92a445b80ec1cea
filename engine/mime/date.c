/*
 * date.c - dates as mail writes them, read as SpamAssassin 4.0.1 reads them
 *
 * Three searches over the text, each passing over what the one before took:
 * "31 Oct 2005" (or else ctime's "Oct 31 18:44:29 2005", whose time is not
 * read, or else a year of fewer digits),
 * "18:44:29" or "18:44", and the zone, "+0100" or else the first word of two
 * to four capitals. A field stands between blanks, commas or the ends. Where the
 * time or the zone is missing it is 0; values out of range go to the nearest
 * that is in it, a day past its month's end to the next month's first.
 *
 * RFC 5322, 3.3 and 4.3 (years of two and three digits). Linear.
 * Limits: YEAR_FIRST, YEAR_LAST.
 */
#include "engine/mime/date.h"

#include <stddef.h>

#include "engine/util/ascii.h"

#define YEAR_FIRST 1970
#define YEAR_LAST 2037
/* Numbers are cut there: larger ones mean the same. */
#define NUMBER_LARGEST 100000

struct range {
	size_t from, to;
};

struct search {
	struct slice text;
	struct range taken[2];
	size_t taken_count;
};

struct date {
	int year, month, day; /* month from 0 */
	int hour, minute, second;
	int zone; /* minutes east of UTC */
};

static bool
is_edge(struct slice text, size_t at)
{
	return at >= text.n || text.p[at] == ',' || ascii_is_space(text.p[at]);
}

/* Whether a field may begin at `at`. */
static bool
field_begins(struct slice text, size_t at)
{
	return at < text.n && !is_edge(text, at) && (at == 0 || is_edge(text, at - 1));
}

static size_t
skip_edges(struct slice text, size_t at)
{
	while (at < text.n && is_edge(text, at))
		at++;
	return at;
}

/* Reads digits from *at on; returns how many there were. */
static size_t
read_number(struct slice text, size_t *at, int *number_r)
{
	size_t start = *at;

	*number_r = 0;
	for (; *at < text.n && ascii_is_digit(text.p[*at]); (*at)++)
		if (*number_r < NUMBER_LARGEST)
			*number_r = *number_r * 10 + (text.p[*at] - '0');
	return *at - start;
}

static bool
read_month(struct slice text, size_t *at, int *month_r)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	struct slice name = slice_cut(text, *at, *at + 3);

	for (int month = 0; month < 12; month++)
		if (slice_ieq(name, (struct slice){ names + 3 * month, 3 })) {
			*month_r = month;
			*at += 3;
			return is_edge(text, *at);
		}
	return false;
}

/* "31 Oct 2005", or with a `short_year` "31 Oct 05" or "105" */
static bool
read_day_first(struct slice text, size_t *at, struct date *date, bool short_year)
{
	size_t digits;

	if (read_number(text, at, &date->day) == 0 || !is_edge(text, *at))
		return false;
	*at = skip_edges(text, *at);
	if (!read_month(text, at, &date->month))
		return false;
	*at = skip_edges(text, *at);
	digits = read_number(text, at, &date->year);
	if (digits == 2)
		date->year += date->year < 50 ? 2000 : 1900;
	else if (digits == 3)
		date->year += 1900;
	return (short_year ? digits == 2 || digits == 3 : digits == 4) && is_edge(text, *at);
}

/* "18:44:29", with `seconds` optional "18:44". */
static bool
read_time(struct slice text, size_t *at, struct date *date, bool seconds)
{
	size_t digits = read_number(text, at, &date->hour);

	if (digits < 1 || digits > 2 || *at >= text.n || text.p[(*at)++] != ':' ||
	    read_number(text, at, &date->minute) != 2)
		return false;
	date->second = 0;
	if (*at < text.n && text.p[*at] == ':') {
		(*at)++;
		if (read_number(text, at, &date->second) != 2)
			return false;
	} else if (seconds) {
		return false;
	}
	return is_edge(text, *at);
}

/* "Oct 31 18:44:29 2005" */
static bool
read_ctime(struct slice text, size_t *at, struct date *date)
{
	struct date unused = { .hour = 0 };

	if (!read_month(text, at, &date->month))
		return false;
	*at = skip_edges(text, *at);
	if (read_number(text, at, &date->day) == 0 || !is_edge(text, *at))
		return false;
	*at = skip_edges(text, *at);
	if (!read_time(text, at, &unused, true))
		return false;
	*at = skip_edges(text, *at);
	return read_number(text, at, &date->year) == 4 && is_edge(text, *at);
}

/* One of the forms of a calendar date, in the order in which they are looked for. */
static bool
read_form(int form, struct slice text, size_t *at, struct date *date)
{
	return form == 1 ? read_ctime(text, at, date) : read_day_first(text, at, date, form == 2);
}

/* Finds the calendar date and takes it; a form anywhere goes before the next form. */
static bool
find_day(struct search *search, struct date *date)
{
	struct slice text = search->text;

	for (int form = 0; form < 3; form++)
		for (size_t i = 0; i < text.n; i++) {
			size_t at = i;

			if (!field_begins(text, i))
				continue;
			if (read_form(form, text, &at, date)) {
				search->taken[search->taken_count++] = (struct range){ i, at };
				return true;
			}
		}
	return false;
}

/* Whether byte i belongs to what was taken; then *i goes behind it. */
static bool
pass_taken(const struct search *search, size_t *i)
{
	for (size_t k = 0; k < search->taken_count; k++)
		if (*i >= search->taken[k].from && *i < search->taken[k].to) {
			*i = search->taken[k].to;
			return true;
		}
	return false;
}

static void
find_time(struct search *search, struct date *date)
{
	for (size_t i = 0; i < search->text.n; i++) {
		size_t at;

		if (pass_taken(search, &i) || !field_begins(search->text, i))
			continue;
		at = i;
		if (read_time(search->text, &at, date, false)) {
			search->taken[search->taken_count++] = (struct range){ i, at };
			return;
		}
	}
	date->hour = date->minute = date->second = 0;
}

/* "+0100" */
static bool
find_numeric_zone(const struct search *search, struct date *date)
{
	struct slice text = search->text;

	for (size_t i = 0; i < text.n; i++) {
		size_t at;
		int number;

		if (pass_taken(search, &i) || !field_begins(text, i) ||
		    (text.p[i] != '+' && text.p[i] != '-'))
			continue;
		at = i + 1;
		if (read_number(text, &at, &number) == 4 && is_edge(text, at)) {
			date->zone = number / 100 * 60 + number % 100;
			if (text.p[i] == '-')
				date->zone = -date->zone;
			return true;
		}
	}
	return false;
}

static int
zone_minutes(struct slice name)
{
	static const struct {
		struct slice name;
		int minutes;
	} zones[] = {
#define ZONE(zone, east) { { zone, sizeof(zone) - 1 }, east },
#include "engine/mime/date_zones.def"
#undef ZONE
	};

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (slice_eq(zones[i].name, name))
			return zones[i].minutes;
	return 0;
}

static bool
is_capitals(struct slice word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!ascii_is_upper(word.p[i]))
			return false;
	return word.n >= 2 && word.n <= 4;
}

/* The first word of two to four capitals, whatever stands around it; none knows "MET-DST". */
static void
find_named_zone(const struct search *search, struct date *date)
{
	struct slice text = search->text;

	for (size_t i = 0; i < text.n; i++) {
		size_t start;

		if (pass_taken(search, &i) || i >= text.n)
			continue;
		start = i;
		while (i < text.n && ascii_is_word(text.p[i]))
			i++;
		if (is_capitals(slice_cut(text, start, i))) {
			if (slice_starts(slice_from(text, i), SLICE("-DST")) &&
			    (i + 4 == text.n || !ascii_is_word(text.p[i + 4])))
				return;
			date->zone = zone_minutes(slice_cut(text, start, i));
			return;
		}
	}
}

static int
clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month] + (month == 1 && year % 4 == 0);
}

/* Days from 1970-01-01; every fourth year from YEAR_FIRST to YEAR_LAST is a leap year. */
static int64_t
day_number(int year, int month, int day)
{
	int64_t days = (int64_t)(year - 1970) * 365 + (year - 1969) / 4;

	for (int i = 0; i < month; i++)
		days += month_days(year, i);
	return days + day - 1;
}

static int64_t
date_seconds(struct date date)
{
	int year = clamp(date.year, YEAR_FIRST, YEAR_LAST);
	int day = clamp(date.day, 1, month_days(year, date.month) + 1);
	int64_t seconds = day_number(year, date.month, day) * 86400;

	seconds += clamp(date.hour, 0, 23) * 3600 + clamp(date.minute, 0, 59) * 60 +
		   clamp(date.second, 0, 59) - (int64_t)date.zone * 60;
	return seconds < 0 ? 0 : seconds;
}

bool
date_parse(struct slice text, int64_t *epoch_r)
{
	struct search search = { .text = text };
	struct date date = { .zone = 0 };

	if (!find_day(&search, &date) || date.day == 0)
		return false;
	find_time(&search, &date);
	if (!find_numeric_zone(&search, &date))
		find_named_zone(&search, &date);
	*epoch_r = date_seconds(date);
	return true;
}
