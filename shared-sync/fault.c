/*
 * fault.c - the words and sentences of FAULT_TABLE
 */
#include "shared-sync/fault.h"

#include <assert.h>

static const char *const words[] = {
#define FAULT_WORD(id, word, text) word,
	FAULT_TABLE(FAULT_WORD)
#undef FAULT_WORD
};

static const char *const texts[] = {
#define FAULT_TEXT(id, word, text) text,
	FAULT_TABLE(FAULT_TEXT)
#undef FAULT_TEXT
};

const char *
fault_word(enum fault fault)
{
	assert(fault < FAULT_COUNT);
	return words[fault];
}

const char *
fault_text(enum fault fault)
{
	assert(fault < FAULT_COUNT);
	return texts[fault];
}
