/*
 * image.c - where GIF, PNG and JPEG say how large they are
 *
 * Nothing is decompressed, and nothing but the size is looked at: the screen
 * descriptor of a GIF, the IHDR chunk of a PNG, the first start of frame of a
 * JPEG. The images are read as SpamAssassin 4.0.1's ImageInfo reads them: it
 * looks for a PNG's IHDR at every eighth byte instead of going from chunk to
 * chunk, leaves the last four bytes of what it has of that chunk out (they
 * should be its checksum), and ends a JPEG at the first marker that is no
 * segment.
 *
 * Sources: GIF89a, 18; PNG (ISO/IEC 15948), 11.2.2; JPEG (ITU-T T.81), B.2.
 * Linear in the bytes given.
 */
#include "engine/mime/image.h"

#include <stdbool.h>
#include <stddef.h>

#define GIF_BYTES 13
#define PNG_STEP 8
#define PNG_IHDR_BYTES 13
#define PNG_CRC_BYTES 4

static uint32_t
byte_at(struct slice bytes, size_t at)
{
	return (unsigned char)bytes.p[at];
}

static uint32_t
big_endian_16(struct slice bytes, size_t at)
{
	return byte_at(bytes, at) << 8 | byte_at(bytes, at + 1);
}

static uint32_t
big_endian_32(struct slice bytes, size_t at)
{
	return big_endian_16(bytes, at) << 16 | big_endian_16(bytes, at + 2);
}

static enum image_answer
read_gif(struct slice bytes, struct image_size *size_r)
{
	if (!slice_starts(bytes, SLICE("GIF87a")) && !slice_starts(bytes, SLICE("GIF89a")))
		return bytes.n < 6 ? IMAGE_SHORT : IMAGE_NONE;
	if (bytes.n < 10)
		return IMAGE_SHORT;
	size_r->width = byte_at(bytes, 7) << 8 | byte_at(bytes, 6);
	size_r->height = byte_at(bytes, 9) << 8 | byte_at(bytes, 8);
	return IMAGE_READ;
}

static enum image_answer
read_png(struct slice bytes, struct image_size *size_r)
{
	static const struct slice signature = { "\x89PNG\r\n\x1a\n", 8 };
	size_t have;

	if (!slice_starts(bytes, signature))
		return bytes.n < signature.n ? IMAGE_SHORT : IMAGE_NONE;
	for (size_t at = signature.n; at + PNG_STEP <= bytes.n; at += PNG_STEP) {
		struct slice type = slice_cut(bytes, at + 4, at + PNG_STEP);

		if (slice_eq(type, SLICE("IEND")))
			return IMAGE_NONE;
		if (!slice_eq(type, SLICE("IHDR")) || big_endian_32(bytes, at) != PNG_IHDR_BYTES)
			continue;
		at += PNG_STEP;
		have = bytes.n - at;
		if (have < 8 + PNG_CRC_BYTES)
			return IMAGE_SHORT;
		size_r->width = big_endian_32(bytes, at);
		size_r->height = big_endian_32(bytes, at + 4);
		return IMAGE_READ;
	}
	return IMAGE_SHORT;
}

/* SOF0 to SOF15 without DHT, JPG and DAC, which have their numbers in between. */
static bool
is_frame(uint32_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
	       marker != 0xcc;
}

static enum image_answer
read_jpeg(struct slice bytes, struct image_size *size_r)
{
	if (!slice_starts(bytes, SLICE("\xff\xd8")))
		return bytes.n < 2 ? IMAGE_SHORT : IMAGE_NONE;
	for (size_t at = 2; at < bytes.n && bytes.n - at >= 4;) {
		uint32_t marker = byte_at(bytes, at + 1), length = big_endian_16(bytes, at + 2);

		/* start of scan, end of image */
		if (byte_at(bytes, at) != 0xff || marker == 0xda || marker == 0xd9 || length < 2)
			return IMAGE_NONE;
		if (is_frame(marker) && length < 2 + 5)
			return IMAGE_NONE;
		if (is_frame(marker) && bytes.n - at < 4 + 5)
			return IMAGE_SHORT;
		if (is_frame(marker)) {
			size_r->height = big_endian_16(bytes, at + 5);
			size_r->width = big_endian_16(bytes, at + 7);
			return IMAGE_READ;
		}
		at += 2 + length;
	}
	return IMAGE_SHORT;
}

enum image_answer
image_read(enum image_format format, struct slice bytes, struct image_size *size_r)
{
	*size_r = (struct image_size){ 0, 0 };
	switch (format) {
	case IMAGE_GIF:
		return read_gif(slice_cut(bytes, 0, GIF_BYTES), size_r);
	case IMAGE_PNG:
		return read_png(bytes, size_r);
	case IMAGE_JPEG:
		return read_jpeg(bytes, size_r);
	case IMAGE_FORMAT_COUNT:
		break;
	}
	return IMAGE_NONE;
}
