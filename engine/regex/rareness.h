/*
 * rareness.h - how seldom a literal stands in mail, guessed
 */
#ifndef STEELYARD_ENGINE_REGEX_RARENESS_H
#define STEELYARD_ENGINE_REGEX_RARENESS_H

#include "engine/util/slice.h"

/* Bytes are told apart by their kinds: the blank, a to z, digits, '.', '-', '/', and the rest. */
#define RARENESS_KINDS 32

unsigned rareness_kind(char c);

/* The chance that bytes of three kinds stand at a given byte of a message. */
double rareness_kinds_chance(unsigned first, unsigned second, unsigned third);

/* Bits of surprise, in halves. */
double rareness_bits(struct slice literal);

/* The chance that it begins at a given byte of a message: 2 to the power of less so many bits. */
double rareness_chance(struct slice literal);

#endif
