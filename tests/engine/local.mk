# Tests of the core share scan_helper.c.
unit_tests += \
	tests/engine/test_example \
	tests/engine/test_judge \
	tests/engine/test_limits \
	tests/engine/test_wrap \
	tests/engine/test_markup_write \
	tests/engine/test_markup_tags \
	tests/engine/test_field_encode \
	tests/engine/test_shortcircuit \
	tests/engine/test_subject \
	tests/engine/test_scan \
	tests/engine/test_scan_sum \
	tests/engine/test_template
tests_engine_test_example_SOURCES = tests/engine/test_example.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_test_example_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_example_LDADD = $(unit_test_libs)
tests_engine_test_judge_SOURCES = tests/engine/test_judge.c
tests_engine_test_judge_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_judge_LDADD = $(unit_test_libs)

tests_engine_test_shortcircuit_SOURCES = tests/engine/test_shortcircuit.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_test_shortcircuit_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_shortcircuit_LDADD = $(unit_test_libs)
tests_engine_test_subject_SOURCES = tests/engine/test_subject.c
tests_engine_test_subject_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_subject_LDADD = $(unit_test_libs)
tests_engine_test_scan_sum_SOURCES = tests/engine/test_scan_sum.c
tests_engine_test_scan_sum_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_scan_sum_LDADD = $(unit_test_libs)
tests_engine_test_scan_SOURCES = tests/engine/test_scan.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_test_scan_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_scan_LDADD = $(unit_test_libs)
tests_engine_test_template_SOURCES = tests/engine/test_template.c
tests_engine_test_template_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_template_LDADD = $(unit_test_libs)
tests_engine_test_limits_SOURCES = tests/engine/test_limits.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_test_limits_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_limits_LDADD = $(unit_test_libs)
tests_engine_test_field_encode_SOURCES = tests/engine/test_field_encode.c
tests_engine_test_field_encode_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_field_encode_LDADD = $(unit_test_libs)
tests_engine_test_markup_tags_SOURCES = tests/engine/test_markup_tags.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_test_markup_tags_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_markup_tags_LDADD = $(unit_test_libs)
tests_engine_test_markup_write_SOURCES = tests/engine/test_markup_write.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_test_markup_write_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_markup_write_LDADD = $(unit_test_libs)
tests_engine_test_wrap_SOURCES = tests/engine/test_wrap.c
tests_engine_test_wrap_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_wrap_LDADD = $(unit_test_libs)

# How messages are marked, against SpamAssassin's own marking.
test_scripts += tests/oracle/test_markup.py
long_scripts += tests/oracle/test_markup.py
EXTRA_DIST += tests/oracle/sa_markup.pl
