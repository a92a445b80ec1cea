/*
 * rareness.h - how seldom a literal stands in mail, guessed
 */
#ifndef STEELYARD_ENGINE_REGEX_RARENESS_H
#define STEELYARD_ENGINE_REGEX_RARENESS_H

#include "engine/util/slice.h"

/* Bits of surprise, in halves. */
double rareness_bits(struct slice literal);

/* The chance that it begins at a given byte of a message: 2 to the power of less so many bits. */
double rareness_chance(struct slice literal);

#endif
