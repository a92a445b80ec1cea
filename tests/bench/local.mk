# The pieces of bench/compare.py that need none of the programs that it compares.
check_PROGRAMS += bench/idle_milter bench/smtp_load
test_scripts += tests/bench/test_compare.py tests/bench/test_fit_scores.py tests/bench/test_program.py
