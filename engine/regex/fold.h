/*
 * fold.h - texts as literals are looked for: letters small, a run of blanks one blank
 *
 * What a pattern requires is folded in the same way, so a text that holds a
 * match holds the pattern's folded literals when it is folded too.
 */
#ifndef STEELYARD_ENGINE_REGEX_FOLD_H
#define STEELYARD_ENGINE_REGEX_FOLD_H

#include "engine/util/ascii.h"

static inline unsigned char
fold_byte(unsigned char byte)
{
	return ascii_is_space((char)byte) ? ' ' : (unsigned char)ascii_lower((char)byte);
}

#endif
