/*
 * html_style.c - the stack of looks, and colours
 *
 * No cascade and no style sheets: the attributes color, text, size, bgcolor
 * and style of a dozen elements, inherited by what stands inside, as
 * SpamAssassin follows them. Its reading of colours is kept to the letter
 * (a colour name it does not know, or hexadecimal digits without '#', make text
 * invisible), since what is invisible bears on the rendered text. What it does
 * not look at (bgcolor, opacity, font-size, boxes without size) is told apart.
 *
 * Linear: an end tag looks at the stack only if such an element is open, and
 * then takes off what it passes.
 */
#include "engine/mime/html_style.h"

#include "engine/util/ascii.h"

/* A near-invisible contrast: weighed distances below this (of 191). */
#define CONTRAST_LEAST 12.0
/* Numbers are cut to this many digits: no size or colour has more. */
#define DIGITS_MAX 9
#define FONT_SIZE 3

static const struct {
	struct slice name;
	int32_t value;
} colors[] = {
#define HTML_COLOR(name, value) { { name, sizeof(name) - 1 }, value },
#include "engine/mime/html_colors.def"
#undef HTML_COLOR
};

static int32_t
named_color(struct slice name)
{
	size_t low = 0, high = sizeof(colors) / sizeof(colors[0]);
	char lower[24];

	if (name.n > sizeof(lower))
		return HTML_COLOR_INVALID;
	for (size_t i = 0; i < name.n; i++)
		lower[i] = ascii_lower(name.p[i]);
	name.p = lower;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_compare(name, colors[middle].name);

		if (order == 0)
			return colors[middle].value;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return HTML_COLOR_INVALID;
}

/* The digits at *at, which moves behind them; false: there are none. */
static bool
read_digits(struct slice s, size_t *at, int64_t *value_r)
{
	size_t from = *at;
	int64_t value = 0;

	for (; *at < s.n && ascii_is_digit(s.p[*at]); (*at)++)
		if (*at - from < DIGITS_MAX)
			value = value * 10 + (s.p[*at] - '0');
	*value_r = value;
	return *at > from;
}

static void
skip_blanks(struct slice s, size_t *at)
{
	while (*at < s.n && ascii_is_space(s.p[*at]))
		(*at)++;
}

/* "rgb(R,G,B)" somewhere in `text`, in whole numbers or in percents. */
static bool
read_rgb(struct slice text, int64_t rgb[3], bool percent)
{
	size_t at = slice_ifind(text, 0, SLICE("rgb("));

	if (at == text.n)
		return false;
	at += 4;
	for (int i = 0; i < 3; i++) {
		if (!read_digits(text, &at, &rgb[i]))
			return false;
		if (percent) {
			if (at == text.n || text.p[at++] != '%')
				return false;
			rgb[i] = rgb[i] * 255 / 100;
		}
		if (i == 2)
			break;
		if (at == text.n || text.p[at++] != ',')
			return false;
		skip_blanks(text, &at);
	}
	skip_blanks(text, &at);
	return at < text.n && text.p[at] == ')';
}

/* "#..." of any length: 6 digits count, or 3 of which each counts twice. */
static int32_t
hex_color(struct slice text)
{
	int digits[6] = { 0 };
	size_t n = 0;
	int32_t color = 0;

	for (size_t i = 0; i < text.n && n < 6; i++) {
		int digit = ascii_hex(text.p[i]);

		if (digit >= 0)
			digits[n++] = digit;
	}
	if (n == 0)
		return HTML_COLOR_EMPTY;
	for (size_t i = 0; i < 6; i++)
		color = color << 4 | digits[n == 6 ? i : i / 2];
	return color;
}

static int32_t
rgb_color(const int64_t rgb[3])
{
	int32_t color = 0;

	for (int i = 0; i < 3; i++)
		color = color << 8 | (int32_t)(rgb[i] > 255 ? 255 : rgb[i]);
	return color;
}

int32_t
html_color(struct slice text)
{
	int64_t rgb[3];
	int32_t color;

	text = slice_trim(text);
	color = named_color(text);
	if (color != HTML_COLOR_INVALID)
		return color;
	if (read_rgb(text, rgb, true) || read_rgb(text, rgb, false))
		return rgb_color(rgb);
	if (text.n == 0 || text.p[0] != '#')
		return HTML_COLOR_INVALID;
	for (size_t i = 1; i < text.n; i++)
		if (text.p[i] != '#' && ascii_hex(text.p[i]) < 0)
			return HTML_COLOR_INVALID;
	return hex_color(text);
}

/* In styles any value with "rgb" in it is read by its digits and commas alone. */
static int32_t
style_rgb(struct slice value)
{
	int64_t rgb[3] = { 0 };
	int i = 0;

	for (size_t at = 0; at < value.n && i < 3; at++) {
		char c = value.p[at];

		if (c == ',')
			i++;
		else if (ascii_is_digit(c) && rgb[i] <= 255)
			rgb[i] = rgb[i] * 10 + (c - '0');
	}
	return rgb_color(rgb);
}

/* Whether text of one colour can hardly be read on the other. */
static bool
too_close(int32_t a, int32_t b)
{
	static const double weights[3] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	if (a == b)
		return true;
	if (a < 0 || b < 0)
		return false;
	for (int i = 0; i < 3; i++) {
		int shift = 16 - 8 * i;
		double d = weights[i] * (((a >> shift) & 0xff) - ((b >> shift) & 0xff));

		sum += d * d;
	}
	return sum < CONTRAST_LEAST * CONTRAST_LEAST;
}

/* Why text of that look cannot be seen: found once a tag, not once a text. */
static unsigned
look_hidden(const struct html_look *look)
{
	unsigned hidden = 0;

	if (too_close(look->foreground, look->background))
		hidden |= HTML_HIDDEN_SAME_COLOR;
	else if (look->foreground == HTML_COLOR_INVALID || look->background == HTML_COLOR_INVALID)
		hidden |= HTML_HIDDEN_BAD_COLOR;
	if (look->size <= 1)
		hidden |= HTML_HIDDEN_SIZE;
	if (look->display_none)
		hidden |= HTML_HIDDEN_DISPLAY;
	if (look->visibility_hidden)
		hidden |= HTML_HIDDEN_VISIBILITY;
	if (look->faded || look->tiny)
		hidden |= HTML_HIDDEN_FADED;
	if (too_close(look->foreground, look->ground))
		hidden |= HTML_HIDDEN_GROUND;
	return hidden;
}

bool
html_style_init(struct html_style *style, struct arena *arena)
{
	struct html_look *look;

	*style = (struct html_style){
		.looks = VEC_OF(struct html_look, arena),
		.basefont = FONT_SIZE,
		.min_size = FONT_SIZE,
		.max_size = FONT_SIZE,
	};
	look = vec_push(&style->looks);
	if (look == NULL)
		return false;
	look->background = look->ground = 0xffffff;
	look->size = FONT_SIZE;
	look->hidden = look_hidden(look);
	return true;
}

const struct html_look *
html_style_look(const struct html_style *style)
{
	return vec_at(&style->looks, style->looks.n - 1);
}

static void
pop(struct html_style *style)
{
	style->open[html_style_look(style)->tag]--;
	style->looks.n--;
}

/* A new cell or row ends the one before it, and fonts left open there. */
static void
close_cell(struct html_style *style, enum html_style_tag tag)
{
	if (style->open[tag] == 0)
		return;
	for (;;) {
		enum html_style_tag top = html_style_look(style)->tag;

		if (top != HTML_STYLE_FONT && top != HTML_STYLE_TD &&
		    !(tag == HTML_STYLE_TR && top == HTML_STYLE_TR))
			return;
		pop(style);
	}
}

/* Takes the first of the values that `between` parts off *rest. */
static struct slice
next_piece(struct slice *rest, char between)
{
	size_t at = slice_find_byte(*rest, 0, between);
	struct slice piece = slice_cut(*rest, 0, at);

	*rest = slice_from(*rest, at + 1);
	return piece;
}

/* The end of a value of `background`: quotes and parentheses hold blanks and commas. */
static size_t
value_end(struct slice s)
{
	char until = '\0';
	bool inside = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (until != '\0') {
			if (c == until)
				until = '\0';
		} else if (c == '"' || c == '\'') {
			until = c;
		} else if (inside) {
			if (c == ')')
				return i + 1;
		} else if (c == '(') {
			inside = true;
		} else if (c == ' ' || c == ',') {
			return i;
		}
	}
	return s.n;
}

/* The first colour of the last layer that `background` lists, or invalid. */
static int32_t
background_color(struct slice value)
{
	int32_t color = HTML_COLOR_INVALID;

	while (value.n > 0) {
		size_t n = value_end(value);

		if (n == 0 && value.p[0] == ',')
			color = HTML_COLOR_INVALID;
		else if (n > 0 && color == HTML_COLOR_INVALID)
			color = html_color(slice_cut(value, 0, n));
		value = slice_from(value, n > 0 ? n : 1);
	}
	return color;
}

/* A CSS length of `value` px or pt at most 1, or none at all. */
static bool
is_tiny_length(struct slice value)
{
	size_t at = 0;
	int64_t number;

	if (!read_digits(value, &at, &number) || number > 1)
		return false;
	if (number == 1 && at < value.n && value.p[at] == '.')
		return false;
	while (at < value.n && (value.p[at] == '.' || ascii_is_digit(value.p[at])))
		at++;
	value = slice_trim(slice_from(value, at));
	return value.n == 0 || slice_istarts(value, SLICE("px")) ||
	       slice_istarts(value, SLICE("pt")) || (number == 0 && value.p[0] == '%');
}

static bool
is_zero(struct slice value)
{
	size_t digits = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (ascii_is_digit(value.p[i]) && value.p[i] != '0')
			return false;
		digits += value.p[i] == '0';
	}
	return digits > 0;
}

/* Without "!important". */
static struct slice
without_important(struct slice value)
{
	size_t at = slice_find_byte(value, 0, '!');

	if (at < value.n && slice_ieq(slice_trim(slice_from(value, at + 1)), SLICE("important")))
		return slice_trim(slice_cut(value, 0, at));
	return value;
}

static void
set_color(int32_t *color, struct slice value)
{
	value = without_important(value);
	if (slice_ifind(value, 0, SLICE("rgb")) < value.n)
		*color = style_rgb(value);
	else if (slice_ieq(value, SLICE("transparent")))
		*color = HTML_COLOR_TRANSPARENT;
	else if (!slice_ieq(value, SLICE("inherit")))
		*color = html_color(value);
}

static struct slice
trim_left(struct slice s)
{
	size_t at = 0;

	skip_blanks(s, &at);
	return slice_from(s, at);
}

/* Names of colours end at the colon, in any case; others may have blanks, in lower case only. */
static void
set_property(struct html_look *look, struct slice name, struct slice value)
{
	name = trim_left(name);
	if (slice_ieq(name, SLICE("color"))) {
		set_color(&look->foreground, value);
	} else if (slice_ieq(name, SLICE("background-color"))) {
		set_color(&look->background, value);
		look->ground = look->background;
	} else if (slice_eq(name, SLICE("background"))) {
		int32_t color = background_color(value);

		if (color != HTML_COLOR_INVALID)
			look->background = look->ground = color;
		return;
	}
	name = slice_trim(name);
	if (slice_eq(name, SLICE("display"))) {
		look->display_none = slice_ieq(value, SLICE("none"));
	} else if (slice_eq(name, SLICE("visibility"))) {
		look->visibility_hidden = slice_ieq(value, SLICE("hidden"));
	} else if (slice_ieq(name, SLICE("opacity"))) {
		look->faded = is_zero(without_important(value));
	} else if (slice_ieq(name, SLICE("font-size"))) {
		look->tiny = is_tiny_length(without_important(value));
	} else if (slice_ieq(name, SLICE("max-height")) || slice_ieq(name, SLICE("max-width"))) {
		look->faded |= is_zero(without_important(value));
	}
}

/* "name: value"; nothing but blanks is a colour that is none. */
static void
set_declaration(struct html_look *look, struct slice name, struct slice value)
{
	struct slice trimmed = slice_trim(value);
	size_t lines = 0;

	while (lines < value.n && value.p[lines] == '\n')
		lines++;
	if (trimmed.n > 0 && slice_find_byte(trimmed, 0, '\n') == trimmed.n)
		set_property(look, name, trimmed);
	else if (trimmed.n > 0 || lines == value.n)
		return;
	else if (slice_ieq(trim_left(name), SLICE("color")))
		look->foreground = HTML_COLOR_INVALID;
	else if (slice_ieq(trim_left(name), SLICE("background-color")))
		look->background = HTML_COLOR_INVALID;
}

/* style="name: value; ..." */
static void
set_style(struct html_look *look, const struct html_look *around, struct slice text)
{
	while (text.n > 0) {
		struct slice value = next_piece(&text, ';'), name = next_piece(&value, ':');

		set_declaration(look, name, value);
	}
	if (look->background == HTML_COLOR_TRANSPARENT)
		look->background = around->background;
	if (look->ground == HTML_COLOR_TRANSPARENT)
		look->ground = around->ground;
	if (look->foreground == HTML_COLOR_TRANSPARENT)
		look->foreground = look->background;
}

/* <font size="4">, "+1", "-1" */
static void
set_size(struct html_look *look, int64_t basefont, struct slice text)
{
	size_t at = 0;
	int64_t number;
	char sign;

	skip_blanks(text, &at);
	sign = at < text.n ? text.p[at] : '\0';
	if (sign == '+' || sign == '-')
		at++;
	if (!read_digits(text, &at, &number))
		return;
	if (sign == '+')
		look->size = basefont + number;
	else if (sign == '-')
		look->size = basefont - number;
	else
		look->size = number;
}

static void
note_size(struct html_style *style, int64_t size)
{
	if (size > style->max_size)
		style->max_size = size;
	else if (size < style->min_size)
		style->min_size = size;
}

static void
set_attributes(struct html_style *style, struct html_look *look, const struct html_look *around,
    const struct html_style_attributes *attributes)
{
	bool table = look->tag == HTML_STYLE_TABLE || look->tag == HTML_STYLE_TR ||
		     look->tag == HTML_STYLE_TD;
	bool font = look->tag == HTML_STYLE_FONT || look->tag == HTML_STYLE_BASEFONT;

	if (attributes->bgcolor.p != NULL && (table || look->tag == HTML_STYLE_BODY)) {
		int32_t color = html_color(attributes->bgcolor);

		if (color >= 0)
			look->ground = color;
	}
	if (look->tag == HTML_STYLE_BODY && attributes->text.p != NULL)
		look->foreground = html_color(attributes->text);
	if (font && attributes->color.p != NULL)
		look->foreground = html_color(attributes->color);
	if (font && attributes->size.p != NULL)
		set_size(look, style->basefont, attributes->size);
	if (attributes->face.p != NULL || attributes->size.p != NULL ||
	    attributes->color.p != NULL || attributes->style.p != NULL ||
	    attributes->bgcolor.p != NULL)
		note_size(style, look->size);
	if (attributes->style.p != NULL &&
	    (table || look->tag == HTML_STYLE_SPAN || look->tag == HTML_STYLE_P ||
		look->tag == HTML_STYLE_DIV || look->tag == HTML_STYLE_A))
		set_style(look, around, attributes->style);
}

bool
html_style_open(struct html_style *style, enum html_style_tag tag,
    const struct html_style_attributes *attributes)
{
	struct html_look look, around, *top;
	size_t at = 0;
	int64_t number;

	if (tag == HTML_STYLE_BASEFONT && attributes->size.p != NULL) {
		skip_blanks(attributes->size, &at);
		if (read_digits(attributes->size, &at, &number)) {
			style->basefont = number;
			return true;
		}
	}
	if (tag == HTML_STYLE_TD || tag == HTML_STYLE_TR)
		close_cell(style, tag);
	if (style->looks.n == HTML_STYLE_DEPTH_MAX)
		return true;
	around = look = *html_style_look(style);
	look.tag = tag;
	if (tag == HTML_STYLE_BIG)
		look.size++;
	else if (tag == HTML_STYLE_SMALL)
		look.size--;
	else
		set_attributes(style, &look, &around, attributes);
	top = vec_push(&style->looks);
	if (top == NULL)
		return false;
	*top = look;
	top->hidden = look_hidden(top);
	style->open[tag]++;
	return true;
}

void
html_style_close(struct html_style *style, enum html_style_tag tag)
{
	/* Browsers go on with the look of <body> behind </body>. */
	if (tag == HTML_STYLE_BODY || style->open[tag] == 0)
		return;
	while (html_style_look(style)->tag != tag)
		pop(style);
	pop(style);
}

unsigned
html_style_hidden(const struct html_style *style)
{
	return html_style_look(style)->hidden;
}
