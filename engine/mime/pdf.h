/*
 * pdf.h - what the lines of a PDF tell of its images, its makers and its structure
 */
#ifndef STEELYARD_ENGINE_MIME_PDF_H
#define STEELYARD_ENGINE_MIME_PDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/arena.h"
#include "engine/util/crypto.h"
#include "engine/util/map.h"
#include "engine/util/slice.h"

/* Different sizes, and different values of a detail, that are kept of one PDF. */
#define PDF_VALUES_MAX 1000
/* Of a detail's value. */
#define PDF_DETAIL_MAX 256

/* What a PDF says of itself: id, the key, what rules call it. */
#define PDF_DETAIL_TABLE(X)                    \
	X(AUTHOR, "/Author", "author")         \
	X(CREATOR, "/Creator", "creator")      \
	X(CREATED, "/CreationDate", "created") \
	X(MODIFIED, "/ModDate", "modified")    \
	X(PRODUCER, "/Producer", "producer")   \
	X(TITLE, "/Title", "title")

enum pdf_detail {
#define PDF_DETAIL_ENUM(id, key, name) PDF_##id,
	PDF_DETAIL_TABLE(PDF_DETAIL_ENUM)
#undef PDF_DETAIL_ENUM
	    PDF_DETAIL_COUNT
};

struct pdf_size {
	double height, width;
};

struct pdf {
	bool readable; /* it says it is a PDF; else nothing below is filled in */
	bool encrypted;
	double image_count;
	double area; /* of all images, in pixels */
	struct map *sizes; /* "HEIGHTxWIDTH" as written -> struct pdf_size; the sums last */
	struct map *details[PDF_DETAIL_COUNT]; /* each value; NULL: none */
	/* upper-case hex; empty: of nothing */
	struct slice md5; /* of all bytes */
	struct slice fuzzy_md5; /* of the first lines, without sizes */
	struct slice tags_md5; /* of the names that lines begin with */
};

/* Reads a PDF; less of it is kept at the arena's cap. */
void pdf_read(struct arena *arena, uint64_t seed, struct slice bytes, struct pdf *pdf_r);

#endif
