"""sample.py - a seeded sample of messages out of folders, as files that all programs read

What does not begin as a message does is left out, and what is too long for spamc to send on (500 KB): a program that
lets a message pass unread has not weighed it. An mbox's "From " line is dropped.
"""
import pathlib
import random
import re

SEED = 2026
LONGEST = 500 * 1024
# The package of the public corpus has each message as JSON too, which would pass for a field {"id".
FIELD = re.compile(rb"[A-Za-z][!-9;-~]*[ \t]*:")


def message_of(path):
    """The bytes of the message, or None when the file is none or too long."""
    if path.stat().st_size > LONGEST:
        return None
    data = path.read_bytes()
    if data.startswith(b"From "):
        data = data.partition(b"\n")[2]
    return data if FIELD.match(data) else None


def draw(folders, count):
    """So many messages (fewer where there are not as many), the same ones each time."""
    paths = sorted(path for folder in folders for path in pathlib.Path(folder).rglob("*") if path.is_file())
    random.Random(SEED).shuffle(paths)
    messages = []
    for path in paths:
        if len(messages) == count:
            break
        message = message_of(path)
        if message is not None:
            messages.append(message)
    return messages


def write(messages, folder):
    """One file each, numbered; returns their paths."""
    folder.mkdir(parents=True)
    paths = []
    for number, message in enumerate(messages):
        path = folder / ("%05d.eml" % number)
        path.write_bytes(message)
        paths.append(path)
    return paths
