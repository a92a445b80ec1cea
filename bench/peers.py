"""peers.py - the programs that ours is compared with, from Debian's packages

rspamd's libhyperscan and a libvectorscan keep each other out, spamd's package starts a service, and an MTA's removes
another MTA: so these are downloaded and unpacked into a folder of their own, and run from there. What is harmless is
wanted installed.
"""
import pathlib
import shutil
import subprocess

TOP = pathlib.Path(__file__).resolve().parent.parent
UNPACKED = {
    "spamd": ["spamd"],
    "spamass-milter": ["spamass-milter"],
    "rspamd": ["rspamd", "libhyperscan5", "libluajit-5.1-2", "libsodium23", "libunwind8"],
}
# The package and what of it must be there.
INSTALLED = {
    "spamassassin": "/usr/share/perl5/Mail/SpamAssassin.pm",
    "spamc": "/usr/bin/spamc",		# spamass-milter knows it by this name only
    "iproute2": "/usr/sbin/ip",
    "util-linux": "/usr/bin/unshare",
}
PROGRAMS = {
    "spamd": "usr/sbin/spamd",
    "spamass-milter": "usr/sbin/spamass-milter",
    "rspamd": "usr/bin/rspamd",
    "postfix": "usr/sbin/postconf",
}


def program(cache, name):
    return pathlib.Path(cache) / name / PROGRAMS[name]


def rspamd_libraries(cache):
    root = pathlib.Path(cache) / "rspamd" / "usr" / "lib"
    return "%s:%s" % (root / "rspamd", next(root.glob("*-linux-gnu*"), root))


def unpack(cache):
    """Downloads and unpacks all of them; what is there already stays."""
    subprocess.run([str(TOP / "tests/mta/postfix.sh"), "unpack", str(cache)], check=True)
    for name, packages in UNPACKED.items():
        subprocess.run(["bash", "-c", '. "$1"; shift; unpack_packages "$@"', "bash", str(TOP / "tests/mta/packages.sh"),
                        str(pathlib.Path(cache) / name), *packages], check=True)


def lacking_libraries(path, library_path=""):
    run = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False,
                         env={"LD_LIBRARY_PATH": library_path, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    return [line.split()[0] for line in run.stdout.splitlines() if line.endswith("not found")]


def missing(cache, wanted):
    """What is not there yet of the wanted ones of PROGRAMS, a line each, with how to get it."""
    lines = []
    packages = [name for name, path in INSTALLED.items() if not pathlib.Path(path).exists()]
    if packages:
        lines.append("not installed: apt-get install --no-install-recommends " + " ".join(packages))
    absent = [name for name in wanted if not program(cache, name).exists()]
    if absent:
        lines.append("not unpacked in %s: %s; bench/compare.py --unpack" % (cache, ", ".join(absent)))
    for name in ("rspamd", "spamass-milter"):
        if name in wanted and name not in absent:
            library_path = rspamd_libraries(cache) if name == "rspamd" else ""
            lacking = lacking_libraries(program(cache, name), library_path)
            if lacking:
                lines.append("%s wants libraries: %s" % (name, " ".join(lacking)))
    if shutil.which("perl") is None:
        lines.append("not installed: perl")
    return lines
