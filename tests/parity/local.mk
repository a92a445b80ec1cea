# Both programs over the same mail: see HACKING.md, "Oracles".
test_scripts += tests/parity/test_stock.py tests/parity/test_cases.py \
	tests/parity/test_import.py tests/parity/test_prefilter.py
live_scripts += tests/parity/test_live.py tests/parity/test_network.py
long_scripts += tests/parity/test_network.py tests/parity/test_stock.py tests/parity/test_prefilter.py
EXTRA_DIST += tests/parity/parity.py tests/parity/sa_stock.pl tests/parity/differences.txt \
	tests/parity/all_hosts.cf tests/parity/zone.py tests/parity/pattern_mail.py

# Texts made of the rules' own patterns, for test_prefilter.py and bench/worst.py.
noinst_PROGRAMS += tests/parity/pattern_texts
tests_parity_pattern_texts_SOURCES = tests/parity/pattern_texts.c
tests_parity_pattern_texts_LDADD = $(CONF_LIBS) $(ENGINE_LIBS)
