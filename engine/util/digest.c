/*
 * digest.c - the one file that knows OpenSSL's libcrypto
 *
 * Its low-level functions are called, deprecated as they are: the others look
 * for providers first, and so read files, which the engine never does.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "engine/util/digest.h"

#include <openssl/md5.h>

void
digest_md5(const struct slice *pieces, size_t count, char hex_r[DIGEST_MD5_HEX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[MD5_DIGEST_LENGTH];
	MD5_CTX context;

	MD5_Init(&context);
	for (size_t i = 0; i < count; i++)
		MD5_Update(&context, pieces[i].p, pieces[i].n);
	MD5_Final(digest, &context);
	for (size_t i = 0; i < sizeof(digest); i++) {
		hex_r[2 * i] = digits[digest[i] >> 4];
		hex_r[2 * i + 1] = digits[digest[i] & 15];
	}
}
