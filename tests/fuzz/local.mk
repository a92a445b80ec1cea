# Broken mail: a program that makes and scans it, 500 mutations in `make check` and 100,000 in `make check-long`
# (configure with --enable-sanitizers for that).
check_PROGRAMS += tests/fuzz/mutate
tests_fuzz_mutate_SOURCES = tests/fuzz/mutate.c tests/fuzz/mutation.c tests/fuzz/mutation.h
tests_fuzz_mutate_LDADD = $(CLI_LIBS)
test_scripts += tests/fuzz/test_mutations.sh
long_scripts += tests/fuzz/test_mutations.sh
EXTRA_DIST += \
	tests/fuzz/every_view.yaml \
	tests/fuzz/seeds/attached.eml \
	tests/fuzz/seeds/japanese.eml \
	tests/fuzz/seeds/nested.eml \
	tests/fuzz/seeds/plain.eml

check_PROGRAMS += tests/fuzz/caps
tests_fuzz_caps_SOURCES = tests/fuzz/caps.c
tests_fuzz_caps_LDADD = $(CLI_LIBS)
test_scripts += tests/fuzz/test_caps.sh

# With --enable-fuzzers libFuzzer drives it: tests/fuzz/fuzz_message -dict=tests/fuzz/message.dict CORPUS
noinst_PROGRAMS += tests/fuzz/fuzz_message
tests_fuzz_fuzz_message_LDADD = $(ENGINE_LIBS)
if FUZZERS
tests_fuzz_fuzz_message_SOURCES = tests/fuzz/fuzz_message.c
tests_fuzz_fuzz_message_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_message_SOURCES = tests/fuzz/fuzz_message.c tests/fuzz/replay.c
endif
EXTRA_DIST += \
	tests/fuzz/message.dict \
	tests/fuzz/corpus/message/blank_lines.eml \
	tests/fuzz/corpus/message/broken.eml \
	tests/fuzz/corpus/message/crlf.eml \
	tests/fuzz/corpus/message/digest.eml \
	tests/fuzz/corpus/message/empty.eml \
	tests/fuzz/corpus/message/empty_parts.eml \
	tests/fuzz/corpus/message/nested.eml \
	tests/fuzz/corpus/message/no_boundary.eml \
	tests/fuzz/corpus/message/plain.eml \
	tests/fuzz/corpus/message/raw_bytes.eml \
	tests/fuzz/corpus/message/rfc822.eml \
	tests/fuzz/corpus/message/uuencode.eml

# URIs and Received fields
noinst_PROGRAMS += tests/fuzz/fuzz_uri tests/fuzz/fuzz_received
tests_fuzz_fuzz_uri_LDADD = $(ENGINE_LIBS)
tests_fuzz_fuzz_received_LDADD = $(ENGINE_LIBS)
if FUZZERS
tests_fuzz_fuzz_uri_SOURCES = tests/fuzz/fuzz_uri.c
tests_fuzz_fuzz_uri_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_received_SOURCES = tests/fuzz/fuzz_received.c
tests_fuzz_fuzz_received_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_uri_SOURCES = tests/fuzz/fuzz_uri.c tests/fuzz/replay.c
tests_fuzz_fuzz_received_SOURCES = tests/fuzz/fuzz_received.c tests/fuzz/replay.c
endif
EXTRA_DIST += \
	tests/fuzz/uri.dict \
	tests/fuzz/corpus/uri/delimiters \
	tests/fuzz/corpus/uri/forms \
	tests/fuzz/corpus/uri/slashes \
	tests/fuzz/corpus/uri/text \
	tests/fuzz/received.dict \
	tests/fuzz/corpus/received/exim \
	tests/fuzz/corpus/received/names \
	tests/fuzz/corpus/received/postfix \
	tests/fuzz/corpus/received/qmail

# SpamAssassin's configuration files
noinst_PROGRAMS += tests/fuzz/fuzz_sa
tests_fuzz_fuzz_sa_LDADD = $(CONF_LIBS) $(ENGINE_LIBS)
if FUZZERS
tests_fuzz_fuzz_sa_SOURCES = tests/fuzz/fuzz_sa.c
tests_fuzz_fuzz_sa_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_sa_SOURCES = tests/fuzz/fuzz_sa.c tests/fuzz/replay.c
endif
test_scripts += tests/fuzz/test_sa_mutations.py
long_scripts += tests/fuzz/test_sa_mutations.py
EXTRA_DIST += \
	tests/fuzz/sa.dict \
	tests/fuzz/corpus/sa/broken.cf \
	tests/fuzz/corpus/sa/conditions.cf \
	tests/fuzz/corpus/sa/replace.cf \
	tests/fuzz/corpus/sa/rules.cf \
	tests/fuzz/corpus/sa/settings.cf

# SPF records, macros and the answers they lead to
noinst_PROGRAMS += tests/fuzz/fuzz_spf
tests_fuzz_fuzz_spf_LDADD = $(ENGINE_LIBS)
if FUZZERS
tests_fuzz_fuzz_spf_SOURCES = tests/fuzz/fuzz_spf.c
tests_fuzz_fuzz_spf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_spf_SOURCES = tests/fuzz/fuzz_spf.c tests/fuzz/replay.c
endif
EXTRA_DIST += \
	tests/fuzz/spf.dict \
	tests/fuzz/corpus/spf/broken \
	tests/fuzz/corpus/spf/helo \
	tests/fuzz/corpus/spf/limits \
	tests/fuzz/corpus/spf/loop \
	tests/fuzz/corpus/spf/macros \
	tests/fuzz/corpus/spf/plain

# DMARC records, authors and Authentication-Results fields
noinst_PROGRAMS += tests/fuzz/fuzz_dmarc
tests_fuzz_fuzz_dmarc_LDADD = $(ENGINE_LIBS)
if FUZZERS
tests_fuzz_fuzz_dmarc_SOURCES = tests/fuzz/fuzz_dmarc.c
tests_fuzz_fuzz_dmarc_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_dmarc_SOURCES = tests/fuzz/fuzz_dmarc.c tests/fuzz/replay.c
endif
EXTRA_DIST += \
	tests/fuzz/dmarc.dict \
	tests/fuzz/corpus/dmarc/authors \
	tests/fuzz/corpus/dmarc/broken \
	tests/fuzz/corpus/dmarc/many \
	tests/fuzz/corpus/dmarc/plain

# Responses of the DNS, and tables of its answers
noinst_PROGRAMS += tests/fuzz/fuzz_dns_answer
tests_fuzz_fuzz_dns_answer_LDADD = $(ENGINE_LIBS)
if FUZZERS
tests_fuzz_fuzz_dns_answer_SOURCES = tests/fuzz/fuzz_dns_answer.c
tests_fuzz_fuzz_dns_answer_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_dns_answer_SOURCES = tests/fuzz/fuzz_dns_answer.c tests/fuzz/replay.c
endif
EXTRA_DIST += \
	tests/fuzz/dns_answer.dict \
	tests/fuzz/corpus/dns_answer/a \
	tests/fuzz/corpus/dns_answer/aaaa \
	tests/fuzz/corpus/dns_answer/cname \
	tests/fuzz/corpus/dns_answer/cname_loop \
	tests/fuzz/corpus/dns_answer/mx \
	tests/fuzz/corpus/dns_answer/ns \
	tests/fuzz/corpus/dns_answer/nxdomain \
	tests/fuzz/corpus/dns_answer/pointers \
	tests/fuzz/corpus/dns_answer/ptr \
	tests/fuzz/corpus/dns_answer/table \
	tests/fuzz/corpus/dns_answer/txt

# Signatures of DKIM and chains of ARC, with the keys that they name
noinst_PROGRAMS += tests/fuzz/fuzz_dkim tests/fuzz/fuzz_arc
tests_fuzz_fuzz_dkim_LDADD = $(ENGINE_LIBS)
tests_fuzz_fuzz_arc_LDADD = $(ENGINE_LIBS)
tests_fuzz_fuzz_dkim_SOURCES = tests/fuzz/fuzz_dkim.c tests/fuzz/signed_mail.c tests/fuzz/signed_mail.h
tests_fuzz_fuzz_arc_SOURCES = tests/fuzz/fuzz_arc.c tests/fuzz/signed_mail.c tests/fuzz/signed_mail.h
if FUZZERS
tests_fuzz_fuzz_dkim_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_arc_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_dkim_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_arc_SOURCES += tests/fuzz/replay.c
endif
EXTRA_DIST += \
	tests/fuzz/dkim.dict \
	tests/fuzz/corpus/dkim/ed25519 \
	tests/fuzz/corpus/dkim/faults \
	tests/fuzz/corpus/dkim/partial \
	tests/fuzz/corpus/dkim/relaxed \
	tests/fuzz/corpus/dkim/simple \
	tests/fuzz/corpus/arc/broken \
	tests/fuzz/corpus/arc/one_set \
	tests/fuzz/corpus/arc/two_sets

# Patterns and texts: what stands before PCRE2 against PCRE2 alone
noinst_PROGRAMS += tests/fuzz/fuzz_prefilter
tests_fuzz_fuzz_prefilter_LDADD = $(ENGINE_LIBS)
tests_fuzz_fuzz_prefilter_SOURCES = tests/fuzz/fuzz_prefilter.c \
	tests/engine/regex/lossless.c tests/engine/regex/lossless.h \
	tests/engine/regex/grammar.c tests/engine/regex/grammar.h \
	tests/engine/regex/tree_match.c tests/engine/regex/tree_match.h
if FUZZERS
tests_fuzz_fuzz_prefilter_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_prefilter_SOURCES += tests/fuzz/replay.c
endif
EXTRA_DIST += \
	tests/fuzz/corpus/prefilter/asides \
	tests/fuzz/corpus/prefilter/gaps \
	tests/fuzz/corpus/prefilter/grammar \
	tests/fuzz/corpus/prefilter/latin1 \
	tests/fuzz/corpus/prefilter/odd \
	tests/fuzz/corpus/prefilter/utf \
	tests/fuzz/corpus/prefilter/words

# What a Redis sends
noinst_PROGRAMS += tests/fuzz/fuzz_resp
tests_fuzz_fuzz_resp_LDADD = $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(ENGINE_LIBS)
if FUZZERS
tests_fuzz_fuzz_resp_SOURCES = tests/fuzz/fuzz_resp.c
tests_fuzz_fuzz_resp_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_resp_SOURCES = tests/fuzz/fuzz_resp.c tests/fuzz/replay.c
endif
EXTRA_DIST += \
	tests/fuzz/resp.dict \
	tests/fuzz/corpus/resp/bulk \
	tests/fuzz/corpus/resp/deep \
	tests/fuzz/corpus/resp/integer \
	tests/fuzz/corpus/resp/nested \
	tests/fuzz/corpus/resp/resp3 \
	tests/fuzz/corpus/resp/sequence \
	tests/fuzz/corpus/resp/unfinished \
	tests/fuzz/corpus/resp/xread \
	tests/fuzz/corpus/resp/zero

# What a feed carries, and the texts of its folds and channels
noinst_PROGRAMS += tests/fuzz/fuzz_entry tests/fuzz/fuzz_snapshot
feed_fuzz_signer = tests/shared-sync/signer.c tests/shared-sync/signer.h
tests_fuzz_fuzz_entry_LDADD = $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(ENGINE_LIBS)
tests_fuzz_fuzz_snapshot_LDADD = $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(ENGINE_LIBS)
if FUZZERS
tests_fuzz_fuzz_entry_SOURCES = tests/fuzz/fuzz_entry.c $(feed_fuzz_signer)
tests_fuzz_fuzz_entry_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_snapshot_SOURCES = tests/fuzz/fuzz_snapshot.c $(feed_fuzz_signer)
tests_fuzz_fuzz_snapshot_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_entry_SOURCES = tests/fuzz/fuzz_entry.c $(feed_fuzz_signer) tests/fuzz/replay.c
tests_fuzz_fuzz_snapshot_SOURCES = tests/fuzz/fuzz_snapshot.c $(feed_fuzz_signer) tests/fuzz/replay.c
endif
EXTRA_DIST += \
	tests/fuzz/entry.dict \
	tests/fuzz/corpus/entry/block \
	tests/fuzz/corpus/entry/broken \
	tests/fuzz/corpus/entry/escapes \
	tests/fuzz/corpus/entry/fold \
	tests/fuzz/corpus/entry/keyset \
	tests/fuzz/corpus/entry/keyset_root \
	tests/fuzz/corpus/entry/odd \
	tests/fuzz/corpus/entry/raw_head \
	tests/fuzz/corpus/entry/raw_snapshot \
	tests/fuzz/corpus/entry/signed_entry \
	tests/fuzz/corpus/entry/wise_entry \
	tests/fuzz/corpus/entry/wise_head \
	tests/fuzz/corpus/entry/wise_keyset \
	tests/fuzz/corpus/snapshot/bomb \
	tests/fuzz/corpus/snapshot/checkpoint \
	tests/fuzz/corpus/snapshot/checkpoint_bare \
	tests/fuzz/corpus/snapshot/fields \
	tests/fuzz/corpus/snapshot/no_order \
	tests/fuzz/corpus/snapshot/packed \
	tests/fuzz/corpus/snapshot/short \
	tests/fuzz/corpus/snapshot/signed \
	tests/fuzz/corpus/snapshot/text
