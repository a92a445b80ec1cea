/* test_crypto.c - crypto.c against RFC 1321, FIPS 180-4 and RFC 8032, and keys of odd sizes */
#include "engine/util/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/util/ascii.h"

/* A key of 1024 bits made for this test, and its signatures over "the text". */
static const char rsa_info[] =
    "30819f300d06092a864886f70d010101050003818d0030818902818100bc013f4800d9af75089521"
    "91b64029a5a8b3b76bb60c30f8fbf2443ac622f9d890785d52bbcf3c42c80612c659fd7abac34a05"
    "039e80c34d7dcd15b7814763f31f4bdd593a6e19e9cc9f739119cd7d7eeb7c74d6987a6113035f18"
    "e53482ed32ecb45d3965d54a1d6f68c813e62adcc73af347585e91306e0f079ca41c96fa6d020301"
    "0001";
static const char rsa_bare[] =
    "30818902818100bc013f4800d9af7508952191b64029a5a8b3b76bb60c30f8fbf2443ac622f9d890"
    "785d52bbcf3c42c80612c659fd7abac34a05039e80c34d7dcd15b7814763f31f4bdd593a6e19e9cc"
    "9f739119cd7d7eeb7c74d6987a6113035f18e53482ed32ecb45d3965d54a1d6f68c813e62adcc73a"
    "f347585e91306e0f079ca41c96fa6d0203010001";
static const char signed_sha256[] =
    "962efd7de0a44bb9c742f174e8092432f40fba54a98d4d9a21b67b67597822db0cee21b4652543c1"
    "339212c33bd0d33c9b85f9f8def649e11780dad5881b596cdabce4d74662bd4171b2b3edb9020edd"
    "0a29704fb95dd259fe75fcd4d2819ce0a9217e2426464aa8868a456cba75c7fbe773e96f35b57481"
    "7976cb1b16d86795";
static const char signed_sha1[] =
    "4b4005d0d2090ca507dcc8f8b9e485cc7a8a218985a3435ef11b0b70ba41aafd0c4787c98fc065a3"
    "32c8d6789aeb9a7775b4d6bf80318da3e676f4a2d36a584b71d6df8f2c298e7fe05b4711fc7babc0"
    "9afdd86146f8076aa94cdceca5d96835b7e33eb5b10f92a2597fd44869e342f290311eacb4bf7f69"
    "0b7405dc35348641";

static struct slice
unhex(const char *hex, unsigned char *out)
{
	size_t n = 0;

	for (; hex[2 * n] != '\0'; n++)
		out[n] = (unsigned char)(ascii_hex(hex[2 * n]) << 4 | ascii_hex(hex[2 * n + 1]));
	return (struct slice){ (const char *)out, n };
}

static void
check_hex(const char *name, struct slice got, const char *want)
{
	unsigned char bytes[CRYPTO_DIGEST_MAX];
	char hex[2 * CRYPTO_DIGEST_MAX + 1] = "";

	for (size_t i = 0; i < got.n; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)got.p[i]);
	if (!slice_eq(got, unhex(want, bytes)))
		fail_msg("%s: got %s, want %s", name, hex, want);
}

static const struct {
	enum crypto_hash hash;
	const char *pieces[3];
	const char *want;
} rows[] = {
	{ CRYPTO_MD5, { "", "", "" }, "d41d8cd98f00b204e9800998ecf8427e" },
	{ CRYPTO_MD5, { "a", "", "" }, "0cc175b9c0f1b6a831c399e269772661" },
	{ CRYPTO_MD5, { "", "ab", "c" }, "900150983cd24fb0d6963f7d28e17f72" },
	{ CRYPTO_MD5, { "message ", "dig", "est" }, "f96b697d7cb7938d525a2f31aaf161d0" },
	{ CRYPTO_MD5,
	    { "1234567890123456789012345678901234567890",
		"1234567890123456789012345678901234567890", "" },
	    "57edf4a22be3c955ac49da2e2107b67a" },
	{ CRYPTO_SHA1, { "abc", "", "" }, "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ CRYPTO_SHA1, { "", "", "" }, "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	{ CRYPTO_SHA256, { "a", "b", "c" },
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ CRYPTO_SHA256, { "abcdbcdecdefdefgefghfghighijhi", "jkijkljklmklmnlmnomnopnopq", "" },
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void
test_digests(void **state)
{
	unsigned char bytes[CRYPTO_DIGEST_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct crypto_digest digest = crypto_digest_begin(rows[i].hash);

		for (size_t k = 0; k < 3; k++)
			crypto_digest_add(&digest, slice_of(rows[i].pieces[k]));
		check_hex(rows[i].want, crypto_digest_end(&digest, bytes), rows[i].want);
	}
}

/* A copy goes its own way. */
static void
test_copy(void **state)
{
	unsigned char bytes[CRYPTO_DIGEST_MAX];
	struct crypto_digest digest = crypto_digest_begin(CRYPTO_SHA256), copy;

	(void)state;
	crypto_digest_add(&digest, SLICE("ab"));
	copy = digest;
	crypto_digest_add(&copy, SLICE("x"));
	crypto_digest_add(&digest, SLICE("c"));
	check_hex("the first", crypto_digest_end(&digest, bytes), rows[7].want);
}

static void
test_md5_hex(void **state)
{
	char hex[CRYPTO_MD5_HEX];

	(void)state;
	crypto_md5((struct slice[]){ SLICE("message "), SLICE("digest") }, 2, hex);
	assert_memory_equal(hex, rows[3].want, sizeof(hex));
}

static const struct {
	const char *name, *key;
	enum crypto_hash hash;
	const char *signature, *text;
	bool want;
} rsa_rows[] = {
	{ "info, sha256", rsa_info, CRYPTO_SHA256, signed_sha256, "the text", true },
	{ "bare, sha256", rsa_bare, CRYPTO_SHA256, signed_sha256, "the text", true },
	{ "info, sha1", rsa_info, CRYPTO_SHA1, signed_sha1, "the text", true },
	{ "another text", rsa_info, CRYPTO_SHA256, signed_sha256, "the test", false },
	{ "another hash", rsa_info, CRYPTO_SHA256, signed_sha1, "the text", false },
	{ "no signature", rsa_info, CRYPTO_SHA256, "", "the text", false },
	{ "a short signature", rsa_info, CRYPTO_SHA256, "00ff", "the text", false },
};

static void
test_rsa(void **state)
{
	unsigned char der[1024], signature[256], bytes[CRYPTO_DIGEST_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rsa_rows) / sizeof(rsa_rows[0]); i++) {
		struct crypto_digest digest = crypto_digest_begin(rsa_rows[i].hash);
		struct crypto_rsa key;
		bool got;

		crypto_digest_add(&digest, slice_of(rsa_rows[i].text));
		assert_true(crypto_rsa_read(unhex(rsa_rows[i].key, der), &key));
		assert_int_equal(key.bits, 1024);
		got = crypto_rsa_verify(&key, rsa_rows[i].hash, crypto_digest_end(&digest, bytes),
		    unhex(rsa_rows[i].signature, signature));
		if (got != rsa_rows[i].want)
			fail_msg("%s: got %d, want %d", rsa_rows[i].name, got, rsa_rows[i].want);
	}
}

/* A key cut short, or with one byte changed, is read or refused, and never says yes. */
static void
test_broken_keys(void **state)
{
	unsigned char der[1024], signature[256], digest[CRYPTO_DIGEST_MAX] = { 0 };
	struct slice whole = unhex(rsa_info, der);
	struct slice sig = unhex(signed_sha256, signature);
	struct crypto_rsa key;

	(void)state;
	for (size_t n = 0; n < whole.n; n++) {
		char *copy = malloc(n + 1);

		memcpy(copy, whole.p, n);
		assert_false(crypto_rsa_read((struct slice){ copy, n }, &key));
		free(copy);
	}
	for (size_t i = 0; i < whole.n; i++) {
		der[i] ^= 0x81;
		if (crypto_rsa_read(whole, &key))
			assert_false(crypto_rsa_verify(
			    &key, CRYPTO_SHA256, (struct slice){ (char *)digest, 32 }, sig));
		der[i] ^= 0x81;
	}
}

/* A modulus of 16384 bits, and an exponent of 72, are read but never worked with. */
static void
test_large_keys(void **state)
{
	static char modulus[2048], exponent[9], digest[32], signature[2048];
	struct crypto_rsa key = { { modulus, sizeof(modulus) }, SLICE("\x01\x00\x01"), 16384 };
	struct slice hashed = { digest, 32 }, sig = { signature, sizeof(signature) };

	(void)state;
	memset(modulus, 0xff, sizeof(modulus));
	memset(exponent, 0xff, sizeof(exponent));
	assert_false(crypto_rsa_verify(&key, CRYPTO_SHA256, hashed, sig));
	key = (struct crypto_rsa){ { modulus, 128 }, { exponent, 9 }, 1024 };
	assert_false(crypto_rsa_verify(&key, CRYPTO_SHA256, hashed, slice_cut(sig, 0, 128)));
}

/* RFC 8032, 7.1 */
static const struct {
	const char *key, *text, *signature;
	bool want;
} ed25519_rows[] = {
	{ "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
	    "1cf9b46bd25bf5f0595bbe24655141438e7a100b",
	    true },
	{ "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
	    "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	    true },
	{ "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "73",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
	    "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	    false },
	{ "3d4017c3", "72", "92a009", false },
};

static void
test_ed25519(void **state)
{
	unsigned char key[64], text[64], signature[128];

	(void)state;
	for (size_t i = 0; i < sizeof(ed25519_rows) / sizeof(ed25519_rows[0]); i++) {
		bool got = crypto_ed25519_verify(unhex(ed25519_rows[i].key, key),
		    unhex(ed25519_rows[i].text, text), unhex(ed25519_rows[i].signature, signature));

		if (got != ed25519_rows[i].want)
			fail_msg("%zu: got %d, want %d", i, got, ed25519_rows[i].want);
	}
}

/* RFC 8032, 7.1, TEST 1 and 2: the private keys of ed25519_rows[0] and [1]. */
static void
test_ed25519_sign(void **state)
{
	static const char *const privates[] = {
		"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(privates) / sizeof(privates[0]); i++) {
		unsigned char want[128], text[64], private[CRYPTO_ED25519_KEY];
		unsigned char public[CRYPTO_ED25519_KEY], signature[CRYPTO_ED25519_SIGNATURE];

		unhex(privates[i], private);
		crypto_ed25519_public(private, public);
		unhex(ed25519_rows[i].key, want);
		assert_memory_equal(public, want, sizeof(public));
		crypto_ed25519_sign(private, unhex(ed25519_rows[i].text, text), signature);
		unhex(ed25519_rows[i].signature, want);
		assert_memory_equal(signature, want, sizeof(signature));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_md5_hex),
		cmocka_unit_test(test_rsa),
		cmocka_unit_test(test_broken_keys),
		cmocka_unit_test(test_large_keys),
		cmocka_unit_test(test_ed25519),
		cmocka_unit_test(test_ed25519_sign),
	};

	return cmocka_run_group_tests_name("crypto", tests, NULL, NULL);
}
