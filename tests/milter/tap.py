"""tap.py - runs a script's test_ functions and prints TAP, and what they compare with

A test's name and the first line of its text are its title; any exception is its failure. Names as arguments of the script
run those alone.
"""
import sys
import traceback


def same(what, got, want):
    """Fails the test that asks, unless both are equal."""
    if got != want:
        raise AssertionError("%s: got %r, want %r" % (what, got, want))


def run(names):
    """Runs what `names`, a script's globals(), has of tests, by name. The exit status."""
    tests = [(name, test) for name, test in sorted(names.items()) if name.startswith("test_")]
    only = sys.argv[1:]
    failed = 0
    print("1..%d" % len(tests))
    for number, (name, test) in enumerate(tests, 1):
        title = "%s: %s" % (name[5:], test.__doc__.splitlines()[0])
        if only and name not in only:
            print("ok %d - %s # SKIP not asked for" % (number, title))
            continue
        try:
            test()
            print("ok %d - %s" % (number, title), flush=True)
        except Exception:  # any fault of a test is its failure
            failed += 1
            print("# " + "\n# ".join(traceback.format_exc().splitlines()))
            print("not ok %d - %s" % (number, title), flush=True)
    return 1 if failed else 0
