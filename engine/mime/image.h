/*
 * image.h - width and height of a GIF, PNG or JPEG from its first bytes
 */
#ifndef STEELYARD_ENGINE_MIME_IMAGE_H
#define STEELYARD_ENGINE_MIME_IMAGE_H

#include <stdint.h>

#include "engine/util/slice.h"

enum image_format { IMAGE_GIF, IMAGE_PNG, IMAGE_JPEG, IMAGE_FORMAT_COUNT };

enum image_answer {
	IMAGE_NONE, /* not an image of that format, or it never says its size */
	IMAGE_SHORT, /* the bytes ended before it said: more of them may tell */
	IMAGE_READ,
};

struct image_size {
	uint32_t width, height; /* one of them may be 0, as the image has it */
};

/* Reads the size that `bytes`, the beginning of an image of that format, tell. */
enum image_answer
image_read(enum image_format format, struct slice bytes, struct image_size *size_r);

#endif
