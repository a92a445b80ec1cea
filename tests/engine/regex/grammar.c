/* grammar.c - classes, repeats, groups, asides, back references, anchors and flags, at random */
#include "tests/engine/regex/grammar.h"

#define DEPTH 3
#define ITEMS 5
#define WORDS 40
#define COPIES 300

static const char *const atoms[] = { "a", "b", "free", "money", "ab", " ", "k", "\\s", "\\s+",
	"\\W", "\\w", "\\d", ".", "[ab]", "[^a]", "[a-f0-9]", "[\\w.]", "[^\\S\\n]", "\\b", "^",
	"$", "\\x41", "\\.", "\\R", "(?i)", "(?-i)", "(?s:.)", "(?=a)", "(?!b)", "(?<=a)", "(?<!b)",
	"\\1", "\xe9", "\xc3\xa9", "[\xe0-\xff]", "\\Qa.b\\E", "(?&t)", "[[:alpha:]]",
	"[^[:space:]]", "\\K", "viagra", "[]x]", "\\pL", "\\n", "\\B", "\\A", "\\z", "\\Z", "\\h",
	"[_\\W]{0,3}", ".{0,40}", "[a-z]{5,20}", "\\S{8,}", "\\2", "(?1)", "\\N", "[^\\n]*",
	"\\x{e9}", "(*SKIP)", "(?#x)", "\\g{-1}", "(?s)", "(?m)", "(?x)", "#", "a{0}", "\\D", "-",
	"[\\x80-\\xff]", "v[i1!|]", "\\G", "[^\\pL]", "[^\\P{Lu}\\d]", "[a\\E-x]", "\x85",
	"\xe2\x80\xa8", "[^[:lower:]]", "[[:^upper:]k]", "[^\\x{17f}s]" };
static const char *const literals[] = { "free", "money", "viagra", "dead", "a\\.b", "x", "12", "ab",
	" ", "V" };
static const char *const opens[] = { "(", "(?:", "(?>", "(?i:", "(?|", "(?=", "(?!", "(?<=", "(?<!",
	"(?-i:", "(?s-m:", "(?(1)" };
static const char *const quantifiers[] = { "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "+?",
	"*+", "??", "{12}", "{0,60}", "{3,}?", "{,2}", "?+" };
static const char *const flags[] = { "", "i", "s", "m", "x", "is", "il", "u", "iu", "ix", "l", "im",
	"ism" };
static const char *const words[] = { "a", "b", "Free", "MONEY", "ab", " ", "k", "K", "a.b",
	"viagra", "V1AGRA", "v", "1", "12", "s", "\xe9", "\xc9", "\xc3\xa9", "\xe2\x84\xaa", "\n",
	"\n\n", "x", "_", "-", ".", "A", "deadbeef", "\t", "\r\n", "]", "\xff", "#", ",", "\xa0" };

#define PICK(dice, list) (list)[throw(dice, sizeof(list) / sizeof((list)[0]))]

static unsigned throw(const struct grammar_dice *dice, unsigned below)
{
	return dice->number(dice->p, below);
}

static void
add_items(const struct grammar_dice *dice, unsigned depth, struct buf *out)
{
	unsigned items = 1 + throw(dice, ITEMS);

	for (unsigned i = 0; i < items; i++) {
		if (depth > 0 && throw(dice, 3) == 1) {
			buf_add(out, slice_of(PICK(dice, opens)));
			add_items(dice, depth - 1, out);
			buf_add_byte(out, ')');
		} else if (throw(dice, 2) == 1) {
			buf_add(out, slice_of(PICK(dice, literals)));
		} else {
			buf_add(out, slice_of(PICK(dice, atoms)));
		}
		if (throw(dice, 4) == 1)
			buf_add(out, slice_of(PICK(dice, quantifiers)));
		if (throw(dice, 8) == 1)
			buf_add_byte(out, '|');
	}
}

void
grammar_add_pattern(const struct grammar_dice *dice, struct buf *out)
{
	buf_add_byte(out, '/');
	if (throw(dice, 3) == 1)
		buf_add(out, SLICE("(?(DEFINE)(?<t>[a4]+|ab))"));
	add_items(dice, DEPTH, out);
	buf_add_byte(out, '/');
	buf_add(out, slice_of(PICK(dice, flags)));
}

void
grammar_add_text(const struct grammar_dice *dice, struct buf *out)
{
	unsigned count = throw(dice, WORDS);

	for (unsigned i = 0; i < count; i++) {
		struct slice word = slice_of(PICK(dice, words));
		unsigned copies = throw(dice, 16) == 1 ? throw(dice, COPIES) : 1;

		while (copies-- > 0)
			buf_add(out, word);
	}
}
