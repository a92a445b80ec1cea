/*
 * byte_set.h - a set of byte values, as classes of patterns are
 */
#ifndef STEELYARD_ENGINE_REGEX_BYTE_SET_H
#define STEELYARD_ENGINE_REGEX_BYTE_SET_H

#include <stdbool.h>
#include <stdint.h>

struct byte_set {
	uint64_t words[4];
};

static inline void
byte_set_add(struct byte_set *set, unsigned byte)
{
	set->words[byte >> 6] |= UINT64_C(1) << (byte & 63);
}

static inline bool
byte_set_has(const struct byte_set *set, unsigned byte)
{
	return (set->words[byte >> 6] >> (byte & 63) & 1) != 0;
}

static inline void
byte_set_add_range(struct byte_set *set, unsigned from, unsigned to)
{
	for (unsigned byte = from; byte <= to; byte++)
		byte_set_add(set, byte);
}

static inline void
byte_set_join(struct byte_set *set, const struct byte_set *other)
{
	for (unsigned i = 0; i < 4; i++)
		set->words[i] |= other->words[i];
}

static inline void
byte_set_invert(struct byte_set *set)
{
	for (unsigned i = 0; i < 4; i++)
		set->words[i] = ~set->words[i];
}

static inline unsigned
byte_set_count(const struct byte_set *set)
{
	unsigned count = 0;

	for (unsigned i = 0; i < 4; i++) {
		for (uint64_t left = set->words[i]; left != 0; left &= left - 1)
			count++;
	}
	return count;
}

/* The least byte of the set that is `from` or above; -1: none. */
static inline int
byte_set_next(const struct byte_set *set, int from)
{
	for (unsigned i = (unsigned)from / 64; i < 4; i++, from = 0) {
		uint64_t left = set->words[i] >> ((unsigned)from % 64);

		if (left != 0)
			return (int)(i * 64) + from % 64 + __builtin_ctzll(left);
	}
	return -1;
}

#endif
