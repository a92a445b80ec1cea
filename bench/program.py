"""program.py - the program under test and the mail it gets, as options of the benches"""
import os
import pathlib

TOP = pathlib.Path(__file__).resolve().parent.parent


def add_option(parser):
    parser.add_argument("--steelyard", default=str(TOP / "build" / "steelyard"), metavar="PATH",
                        help="the program (default: build/steelyard of this source)")


def check(parser, options, *others):
    """Ends with a complaint when it is not there; `others`: programs that must lie beside it."""
    folder = os.path.dirname(options.steelyard)
    for path in (options.steelyard, *(os.path.join(folder, name) for name in others)):
        if not os.access(path, os.X_OK) or os.path.isdir(path):
            parser.error("%s: no program; build it, or name it with --steelyard" % path)


def mail_files(parser, places):
    """The files at these places, in the order of their names. Complains of a place without any."""
    found = []
    for place in map(pathlib.Path, places):
        files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
        # the package of the public corpus has each message as JSON too
        files = [str(path) for path in files if path.suffix != ".json"]
        if not files:
            parser.error("%s: no mail there" % place)
        found += files
    return found
