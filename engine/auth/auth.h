/*
 * auth.h - the words for what authentication found (RFC 8601, 2.7): plain data
 */
#ifndef STEELYARD_ENGINE_AUTH_AUTH_H
#define STEELYARD_ENGINE_AUTH_AUTH_H

/* Of every method: AUTH(id, "word"). Not every method uses every word. */
#define AUTH_TABLE(X)                                                                           \
	X(OPEN, "open") /* an answer of the DNS is still to come: run again when it is there */ \
	X(NONE, "none")                                                                         \
	X(PASS, "pass")                                                                         \
	X(FAIL, "fail")                                                                         \
	X(SOFTFAIL, "softfail")                                                                 \
	X(NEUTRAL, "neutral")                                                                   \
	X(POLICY, "policy")                                                                     \
	X(TEMPERROR, "temperror")                                                               \
	X(PERMERROR, "permerror")

enum auth_result {
#define AUTH_ENUM(id, word) AUTH_##id,
	AUTH_TABLE(AUTH_ENUM)
#undef AUTH_ENUM
};

/* The word of RFC 8601. */
const char *auth_word(enum auth_result result);

#endif
