# Benchmarks and the score fitter: run by hand, see bench/README.md.
EXTRA_DIST += bench/README.md bench/corpus.py bench/hits.py bench/fit_scores.py bench/accuracy.py bench/load.py

# make bench/join
EXTRA_PROGRAMS = bench/join
bench_join_SOURCES = bench/join.c
bench_join_LDADD = $(CONF_LIBS) $(ENGINE_LIBS)
