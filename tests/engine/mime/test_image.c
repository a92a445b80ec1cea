/* test_image.c - image.c: sizes, and what is told of bytes that end too early */
#include "engine/mime/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* A slice of a literal with NULs in it. */
#define BYTES(text)                      \
	{                                \
		(text), sizeof(text) - 1 \
	}

#define PNG "\x89PNG\r\n\x1a\n"
#define IHDR "\0\0\0\rIHDR"
#define SOI "\xff\xd8"
#define APP0 "\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
#define SOF(marker) "\xff" marker "\0\x11\x08\0\xc8\x01\x40\x03"

static const struct {
	const char *name;
	enum image_format format;
	struct slice bytes;
	enum image_answer want;
	unsigned width, height;
} rows[] = {
	{ "gif", IMAGE_GIF, BYTES("GIF89a\xf4\x01\x90\x01\x80\0\0"), IMAGE_READ, 500, 400 },
	{ "gif 87", IMAGE_GIF, BYTES("GIF87a\x01\0\x02\0"), IMAGE_READ, 1, 2 },
	{ "gif of nothing", IMAGE_GIF, BYTES("GIF89a\0\0\x02\0"), IMAGE_READ, 0, 2 },
	{ "gif cut", IMAGE_GIF, BYTES("GIF89a\xf4\x01\x90"), IMAGE_SHORT, 0, 0 },
	{ "no gif", IMAGE_GIF, BYTES("GIF88a\xf4\x01\x90\x01"), IMAGE_NONE, 0, 0 },
	{ "png", IMAGE_PNG, BYTES(PNG IHDR "\0\0\0\x96\0\0\0x\x08\x02\0\0\0crc."), IMAGE_READ, 150,
	    120 },
	{ "png, IHDR later", IMAGE_PNG,
	    BYTES(PNG "xxxxxxxx" IHDR "\0\0\0\x96\0\0\0x\x08\x02\0\0\0crc."), IMAGE_READ, 150,
	    120 },
	{ "png, IHDR between two steps", IMAGE_PNG,
	    BYTES(PNG "xxxx" IHDR "\0\0\0\x96\0\0\0x\x08\x02\0\0\0crc."), IMAGE_SHORT, 0, 0 },
	{ "png, IHDR of another length", IMAGE_PNG,
	    BYTES(PNG "\0\0\0\x0eIHDR\0\0\0\x96\0\0\0x\x08\x02\0\0\0crc."), IMAGE_SHORT, 0, 0 },
	{ "png ends", IMAGE_PNG,
	    BYTES(PNG "\0\0\0\0IEND" IHDR "\0\0\0\x96\0\0\0x\x08\x02\0\0\0crc."), IMAGE_NONE, 0,
	    0 },
	{ "png, eleven bytes of IHDR", IMAGE_PNG, BYTES(PNG IHDR "\0\0\0\x96\0\0\0x\x08\x02\0"),
	    IMAGE_SHORT, 0, 0 },
	{ "png, twelve bytes of IHDR", IMAGE_PNG, BYTES(PNG IHDR "\0\0\0\x96\0\0\0x\x08\x02\0\0"),
	    IMAGE_READ, 150, 120 },
	{ "no png", IMAGE_PNG, BYTES("GIF89a\xf4\x01\x90\x01"), IMAGE_NONE, 0, 0 },
	{ "jpeg", IMAGE_JPEG, BYTES(SOI APP0 SOF("\xc0")), IMAGE_READ, 320, 200 },
	{ "jpeg, progressive", IMAGE_JPEG, BYTES(SOI SOF("\xc2")), IMAGE_READ, 320, 200 },
	{ "jpeg, Huffman table first", IMAGE_JPEG, BYTES(SOI "\xff\xc4\0\3x" SOF("\xc0")),
	    IMAGE_READ, 320, 200 },
	{ "jpeg, frame after scan", IMAGE_JPEG, BYTES(SOI "\xff\xda\0\3x" SOF("\xc0")), IMAGE_NONE,
	    0, 0 },
	{ "jpeg, fill bytes", IMAGE_JPEG, BYTES(SOI "\xff\xff\xff" SOF("\xc0")), IMAGE_SHORT, 0,
	    0 },
	{ "jpeg, length 1", IMAGE_JPEG, BYTES(SOI "\xff\xe0\0\1" SOF("\xc0")), IMAGE_NONE, 0, 0 },
	{ "jpeg, frame without width", IMAGE_JPEG, BYTES(SOI "\xff\xc0\0\6\x08\0\xc8\x01\x40"),
	    IMAGE_NONE, 0, 0 },
	{ "jpeg cut in the frame", IMAGE_JPEG, BYTES(SOI "\xff\xc0\0\x11\x08\0\xc8\x01"),
	    IMAGE_SHORT, 0, 0 },
	{ "jpeg cut in a segment", IMAGE_JPEG,
	    BYTES(SOI "\xff\xe0\xff\xff"
		      "abc"),
	    IMAGE_SHORT, 0, 0 },
	{ "no bytes", IMAGE_JPEG, BYTES(""), IMAGE_SHORT, 0, 0 },
};

static void
test_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct image_size size;
		enum image_answer got = image_read(rows[i].format, rows[i].bytes, &size);

		if (got != rows[i].want || size.width != rows[i].width ||
		    size.height != rows[i].height)
			fail_msg("%s: got %d, %u x %u, want %d, %u x %u", rows[i].name, (int)got,
			    size.width, size.height, (int)rows[i].want, rows[i].width,
			    rows[i].height);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sizes) };

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
