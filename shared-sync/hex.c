/*
 * hex.c - lower-case hex; capitals are refused, so that one hash has one text
 */
#include "shared-sync/hex.h"

static const char digits[] = "0123456789abcdef";

void
hex_write(const unsigned char *bytes, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		buf_add_byte(out, digits[bytes[i] >> 4]);
		buf_add_byte(out, digits[bytes[i] & 15]);
	}
}

/* The value of a digit, or 16. */
static unsigned
digit_value(char c)
{
	unsigned value = 0;

	while (value < 16 && digits[value] != c)
		value++;
	return value;
}

bool
hex_read(struct slice text, unsigned char *bytes_r, size_t n)
{
	if (text.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned high = digit_value(text.p[2 * i]), low = digit_value(text.p[2 * i + 1]);

		if (high > 15 || low > 15)
			return false;
		bytes_r[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}
