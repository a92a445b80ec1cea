/*
 * fault.h - why something that a feed carried was refused: one word for log, status and metrics
 */
#ifndef STEELYARD_SHARED_SYNC_FAULT_H
#define STEELYARD_SHARED_SYNC_FAULT_H

/* FAULT(id, "word", "what happened") */
#define FAULT_TABLE(X)                                                              \
	X(NONE, "none", "nothing is wrong")                                         \
	X(MALFORMED, "malformed", "its header or body is not of the form")          \
	X(OVERSIZED, "oversized", "it is larger than allowed")                      \
	X(TRUNCATED, "truncated", "it ends too early")                              \
	X(BODY_HASH, "body-hash", "its body is not the one that was signed")        \
	X(SIGNATURE, "signature", "its signature does not hold")                    \
	X(NO_KEYSET, "no-keyset", "no keyset that a root key signed has been seen") \
	X(UNKNOWN_KEY, "unknown-key", "its key is not in the keyset")               \
	X(ROLE, "role", "its key may not sign this")                                \
	X(RETIRED, "retired", "its key was retired before it")                      \
	X(CHANNEL, "channel", "it is of another channel")                           \
	X(VERSION, "version", "an older keyset than the one in force")              \
	X(KEYSET_EXPIRED, "keyset-expired", "the keyset has expired")               \
	X(REPLAYED, "replayed", "it was taken before")                              \
	X(ORDER, "order", "entries before it are missing")                          \
	X(CHAIN, "chain", "it does not follow the entry before it")                 \
	X(FORK, "fork", "two entries of one number")                                \
	X(BOMB, "bomb", "it does not inflate to the size that was signed")          \
	X(STALE, "stale", "the head has expired: nobody re-signs it")               \
	X(CLOCK, "clock", "the head was issued in the future: a clock is wrong")    \
	X(ROLLED_BACK, "rolled-back", "the head is older than one seen before")     \
	X(WITHHELD, "withheld", "the head tells of entries that do not come")       \
	X(GAP, "gap", "snapshot and log do not meet")                               \
	X(UNREACHABLE, "unreachable", "no Redis answers")                           \
	X(DENIED, "denied", "Redis refuses us")                                     \
	X(EMPTY, "empty", "the channel holds nothing yet")                          \
	X(DISK, "disk", "the journal cannot be written: rules go on from memory")

enum fault {
#define FAULT_ENUM(id, word, text) FAULT_##id,
	FAULT_TABLE(FAULT_ENUM)
#undef FAULT_ENUM
	    FAULT_COUNT
};

/* "chain"; for people: "it does not follow ...". */
const char *fault_word(enum fault fault);
const char *fault_text(enum fault fault);

#endif
