
unit_tests += tests/engine/mime/test_ip
tests_engine_mime_test_ip_SOURCES = tests/engine/mime/test_ip.c
tests_engine_mime_test_ip_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_ip_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_boundary
tests_engine_mime_test_boundary_SOURCES = tests/engine/mime/test_boundary.c
tests_engine_mime_test_boundary_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_boundary_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_domain
tests_engine_mime_test_domain_SOURCES = tests/engine/mime/test_domain.c tests/shared_data.h
tests_engine_mime_test_domain_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_domain_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_image
tests_engine_mime_test_image_SOURCES = tests/engine/mime/test_image.c
tests_engine_mime_test_image_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_image_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_charset
tests_engine_mime_test_charset_SOURCES = tests/engine/mime/test_charset.c milter/converters.c
tests_engine_mime_test_charset_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_charset_LDADD = $(unit_test_libs)

# Prints body and rawbody, for tests/oracle/texts.sh to compare with SpamAssassin's.
noinst_PROGRAMS += tests/engine/mime/dump_texts
tests_engine_mime_dump_texts_SOURCES = tests/engine/mime/dump_texts.c milter/converters.c
tests_engine_mime_dump_texts_LDADD = $(ENGINE_LIBS)

unit_tests += tests/engine/mime/test_selector
tests_engine_mime_test_selector_SOURCES = tests/engine/mime/test_selector.c
tests_engine_mime_test_selector_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_selector_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_html tests/engine/mime/test_text
tests_engine_mime_test_html_SOURCES = tests/engine/mime/test_html.c
tests_engine_mime_test_html_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_html_LDADD = $(unit_test_libs)
tests_engine_mime_test_text_SOURCES = tests/engine/mime/test_text.c milter/converters.c
tests_engine_mime_test_text_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_text_LDADD = $(unit_test_libs)

# With --enable-fuzzers libFuzzer drives it: tests/fuzz/fuzz_html -dict=tests/fuzz/html.dict CORPUS
noinst_PROGRAMS += tests/fuzz/fuzz_html
tests_fuzz_fuzz_html_LDADD = $(ENGINE_LIBS)
if FUZZERS
tests_fuzz_fuzz_html_SOURCES = tests/fuzz/fuzz_html.c milter/converters.c
tests_fuzz_fuzz_html_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_html_SOURCES = tests/fuzz/fuzz_html.c milter/converters.c tests/fuzz/replay.c
endif
EXTRA_DIST += \
	tests/fuzz/html.dict \
	tests/fuzz/corpus/html/links.html \
	tests/fuzz/corpus/html/odd.html \
	tests/fuzz/corpus/html/page.html \
	tests/fuzz/corpus/html/references.html \
	tests/fuzz/corpus/html/styles.html \
	tests/fuzz/corpus/html/unclosed.html

# Against SpamAssassin, where it is installed: a sample in `make check`, all in `make check-long`.
test_scripts += tests/oracle/test_texts.py
long_scripts += tests/oracle/test_texts.py
EXTRA_DIST += tests/oracle/sa_texts.pl

unit_tests += tests/engine/mime/test_header
tests_engine_mime_test_header_SOURCES = tests/engine/mime/test_header.c
tests_engine_mime_test_header_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_header_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_ctype
tests_engine_mime_test_ctype_SOURCES = tests/engine/mime/test_ctype.c
tests_engine_mime_test_ctype_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_ctype_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_decode
tests_engine_mime_test_decode_SOURCES = tests/engine/mime/test_decode.c
tests_engine_mime_test_decode_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_decode_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_word
tests_engine_mime_test_word_SOURCES = tests/engine/mime/test_word.c milter/converters.c
tests_engine_mime_test_word_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_word_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_address
tests_engine_mime_test_address_SOURCES = tests/engine/mime/test_address.c
tests_engine_mime_test_address_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_address_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_date
tests_engine_mime_test_date_SOURCES = tests/engine/mime/test_date.c tests/shared_data.h
tests_engine_mime_test_date_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_date_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_message
tests_engine_mime_test_message_SOURCES = tests/engine/mime/test_message.c \
	tests/engine/mime/message_cases.def
tests_engine_mime_test_message_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_message_LDADD = $(unit_test_libs)

# Prints the parts of messages, for message_oracle.pl to compare with SpamAssassin's.
noinst_PROGRAMS += tests/engine/mime/message_dump
tests_engine_mime_message_dump_SOURCES = tests/engine/mime/message_dump.c
tests_engine_mime_message_dump_LDADD = $(ENGINE_LIBS)
EXTRA_DIST += tests/engine/mime/message_oracle.pl
test_scripts += tests/engine/mime/test_oracle.sh tests/engine/mime/test_torture.py


# Prints relays, selectors and URIs, for tests/oracle/test_headers.py to compare with SpamAssassin's.
check_PROGRAMS += tests/engine/mime/dump_headers tests/engine/mime/dump_tables
tests_engine_mime_dump_headers_SOURCES = tests/engine/mime/dump_headers.c milter/converters.c \
	tests/engine/mime/argument_ruleset.c tests/engine/mime/argument_ruleset.h
tests_engine_mime_dump_headers_LDADD = $(ENGINE_LIBS)
tests_engine_mime_dump_tables_SOURCES = tests/engine/mime/dump_tables.c milter/converters.c \
	tests/engine/mime/argument_ruleset.c tests/engine/mime/argument_ruleset.h
tests_engine_mime_dump_tables_LDADD = $(ENGINE_LIBS)
test_scripts += tests/oracle/test_headers.py tests/oracle/test_tables.py
long_scripts += tests/oracle/test_headers.py
EXTRA_DIST += tests/oracle/sa_headers.pl

unit_tests += tests/engine/mime/test_lines
tests_engine_mime_test_lines_SOURCES = tests/engine/mime/test_lines.c
tests_engine_mime_test_lines_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_lines_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_received
tests_engine_mime_test_received_SOURCES = tests/engine/mime/test_received.c
tests_engine_mime_test_received_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_received_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_relays
tests_engine_mime_test_relays_SOURCES = tests/engine/mime/test_relays.c
tests_engine_mime_test_relays_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_relays_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_uri
tests_engine_mime_test_uri_SOURCES = tests/engine/mime/test_uri.c milter/converters.c
tests_engine_mime_test_uri_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_uri_LDADD = $(unit_test_libs)

unit_tests += tests/engine/mime/test_authserv
tests_engine_mime_test_authserv_SOURCES = tests/engine/mime/test_authserv.c
tests_engine_mime_test_authserv_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_authserv_LDADD = $(unit_test_libs)
