# Tests of authentication.
unit_tests += tests/engine/auth/test_dmarc
tests_engine_auth_test_dmarc_SOURCES = tests/engine/auth/test_dmarc.c \
	tests/engine/auth/dmarc_answer.c tests/engine/auth/dmarc_answer.h
tests_engine_auth_test_dmarc_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_auth_test_dmarc_LDADD = $(unit_test_libs)

check_PROGRAMS += tests/engine/auth/dump_dmarc
tests_engine_auth_dump_dmarc_SOURCES = tests/engine/auth/dump_dmarc.c \
	tests/engine/auth/dmarc_answer.c tests/engine/auth/dmarc_answer.h
tests_engine_auth_dump_dmarc_LDADD = $(ENGINE_LIBS)
test_scripts += tests/engine/auth/test_dmarc_suites.py tests/engine/auth/test_auth_suites.py

unit_tests += tests/engine/auth/test_authres_write
tests_engine_auth_test_authres_write_SOURCES = tests/engine/auth/test_authres_write.c
tests_engine_auth_test_authres_write_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_auth_test_authres_write_LDADD = $(unit_test_libs)

# Evaluates SPF for the published suites.
check_PROGRAMS += tests/engine/auth/spf_suite
tests_engine_auth_spf_suite_SOURCES = tests/engine/auth/spf_suite.c
tests_engine_auth_spf_suite_LDADD = $(ENGINE_LIBS)
test_scripts += tests/engine/auth/test_spf_suites.py

unit_tests += tests/engine/auth/test_spf
tests_engine_auth_test_spf_SOURCES = tests/engine/auth/test_spf.c
tests_engine_auth_test_spf_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_auth_test_spf_LDADD = $(unit_test_libs)

# The suites of DKIM and ARC, whole.
check_PROGRAMS += tests/engine/auth/dump_dkim
tests_engine_auth_dump_dkim_SOURCES = tests/engine/auth/dump_dkim.c
tests_engine_auth_dump_dkim_LDADD = $(ENGINE_LIBS)
test_scripts += tests/engine/auth/test_dkim_suites.py
unit_tests += tests/engine/auth/test_dkim
tests_engine_auth_test_dkim_SOURCES = tests/engine/auth/test_dkim.c
tests_engine_auth_test_dkim_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_auth_test_dkim_LDADD = $(unit_test_libs)
