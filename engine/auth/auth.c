/*
 * auth.c - the words for what authentication found
 */
#include "engine/auth/auth.h"

const char *
auth_word(enum auth_result result)
{
	static const char *const words[] = {
#define AUTH_WORD(id, word) [AUTH_##id] = word,
		AUTH_TABLE(AUTH_WORD)
#undef AUTH_WORD
	};

	return words[result];
}
