# Benchmarks and the score fitter: run by hand, see bench/README.md.
EXTRA_DIST += bench/README.md bench/corpus.py bench/hits.py bench/fit_scores.py bench/accuracy.py bench/load.py \
	bench/compare.py bench/figures.py bench/milters.py bench/peers.py bench/plot.py bench/process_tree.py bench/program.py \
	bench/rspamd.py bench/sample.py bench/spamd.py bench/steelyard.py \
	bench/growth.py bench/worst.py bench/dear.py

# make bench/join bench/idle_milter bench/smtp_load; the latter two are tested, see tests/bench.
EXTRA_PROGRAMS = bench/join
bench_join_SOURCES = bench/join.c
bench_join_LDADD = $(CONF_LIBS) $(ENGINE_LIBS)
bench_idle_milter_SOURCES = bench/idle_milter.c
bench_idle_milter_LDADD = $(MILTER_LIBS) -lpthread
bench_smtp_load_SOURCES = bench/smtp_load.c
bench_smtp_load_LDADD = -lpthread
