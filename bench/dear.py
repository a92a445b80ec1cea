"""dear.py - messages made to be dear, by name: a table of shapes, each filled up to a size

A shape is a head, what is said over and over, and a tail. What is said may be a function of its number, for what
must not be the same twice.
"""
import base64
import itertools

FIELDS = b"From: Ann <ann@example.org>\nTo: bob@example.net\nSubject: offer\nDate: Mon, 6 Jan 2025 10:00:00 +0000\n" \
    b"Message-ID: <1@example.org>\nMIME-Version: 1.0\n"


def typed(text):
    return FIELDS + b"Content-Type: " + text + b"\n\n"


PLAIN = typed(b"text/plain; charset=utf-8")
LATIN = typed(b"text/plain; charset=iso-8859-1")
HTML = typed(b"text/html; charset=utf-8")
MIXED = typed(b"multipart/mixed; boundary=b")
RECEIVED = b"Received: from mail%d.example.org (mail%d.example.org [192.0.2.%d]) by mx.example.net (Postfix) with ESMTP " \
    b"id ABC%d for <bob@example.net>; Mon, 6 Jan 2025 10:00:00 +0000\n"


def numbered(pattern):
    """Says the pattern, with a new number in each of its places."""
    count = pattern.count(b"%d")
    return lambda n: pattern % ((n,) * count)


def fill(head, said, tail, size):
    if not callable(said):
        return head + said * max(1, (size - len(head) - len(tail)) // len(said)) + tail
    pieces, room = [], size - len(head) - len(tail)
    for n in itertools.count():
        piece = said(n)
        room -= len(piece)
        if room < 0:
            return head + b"".join(pieces) + tail
        pieces.append(piece)


def in_base64(head, said):
    def make(size):
        text = fill(b"", said, b"", size * 3 // 4 * 76 // 77)
        return head + base64.encodebytes(text)
    return make


def nested(depth, inner):
    """A tree of multiparts `depth` deep with `inner` said at the bottom, over and over."""
    def make(size):
        out = [FIELDS]
        for level in range(depth):
            out.append(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level))
        out.append(b"Content-Type: text/plain\n\n")
        return fill(b"".join(out), inner, b"".join(b"\n--b%d--\n" % level for level in reversed(range(depth))), size)
    return make


def open_and_close(opens, closes):
    def make(size):
        count = (size - len(HTML)) // (len(opens) + len(closes))
        return HTML + opens * count + closes * count
    return make


def field(name, head, said, tail=b""):
    return (b"%s: %s" % (name, head), said, tail + b"\n" + PLAIN + b"text\n")


# name: (head, said over and over, tail), or a function of the size
SHAPES = {
    "text: letters": (PLAIN, b"a", b""),
    "text: capitals": (PLAIN, b"A", b""),
    "text: letters and blanks": (PLAIN, b"a ", b""),
    "text: blanks": (PLAIN, b" ", b"x"),
    "text: lines of one letter": (PLAIN, b"a\n", b""),
    "text: paragraphs of one letter": (PLAIN, b"a\n\n", b""),
    "text: empty lines": (PLAIN, b"\n", b"x"),
    "text: digits": (PLAIN, b"1234567890", b""),
    "text: hexadecimal": (PLAIN, b"0a1b2c3d4e5f", b""),
    "text: sums of money": (PLAIN, b"$1,000,000.00 US dollars ", b""),
    "text: marks": (PLAIN, b"!?.,", b""),
    "text: underlines": (PLAIN, b"a_", b""),
    "text: hyphens": (PLAIN, b"a-", b""),
    "text: dots": (PLAIN, b"a.b", b""),
    "text: long words": (PLAIN, b"abcdefghijklmnopqrst ", b""),
    "text: mixed case": (PLAIN, b"aBcD eFgH ", b""),
    "text: quoted lines": (PLAIN, b"> > a\n", b""),
    "text: marks of quoting": (PLAIN, b">", b""),
    "text: at signs": (PLAIN, b"@", b""),
    "text: addresses": (PLAIN, b"a@b.com ", b""),
    "text: addresses, each another": (PLAIN, numbered(b"a%d@b%d.com "), b""),
    "text: one long address": (PLAIN, b"a.", b"@example.com"),
    "text: http": (PLAIN, b"http://", b""),
    "text: links": (PLAIN, b"http://a.example.com/x ", b""),
    "text: links, each another": (PLAIN, numbered(b"http://a%d.example%d.com/x "), b""),
    "text: hosts without a scheme": (PLAIN, numbered(b"www.a%d.com "), b""),
    "text: names that might be hosts": (PLAIN, numbered(b"a%d.com "), b""),
    "text: one long link": (PLAIN + b"http://example.com/", b"a", b""),
    "text: a link of slashes": (PLAIN + b"http://example.com", b"/", b""),
    "text: a link of percents": (PLAIN + b"http://example.com/?", b"%25", b""),
    "text: a link of links": (PLAIN + b"http://example.com/?", b"http://a.com/?", b""),
    "text: links of links": (PLAIN, b"http://g.co/?u=http://h.co/?u=http://i.co/ ", b""),
    "text: a host of labels": (PLAIN + b"http://", b"a.", b"com/"),
    "text: mailto": (PLAIN, b"mailto:", b""),
    "text: brackets": (PLAIN, b"(", b""),
    "text: angle brackets": (PLAIN, b"<", b""),
    "text: 8 bit": (LATIN, bytes(range(0xc0, 0x100)), b""),
    "text: broken UTF-8": (PLAIN, b"\xc3\xff\xe2\x82", b""),
    "text: accents": (PLAIN, "àéîõü ".encode(), b""),
    "text: Cyrillic": (PLAIN, "продвижение сайтов ".encode(), b""),
    "text: Chinese": (typed(b"text/plain; charset=gb2312"), "促销".encode("gb2312"), b""),
    "text: ISO-2022-JP": (typed(b"text/plain; charset=iso-2022-jp"), b"\x1b$B%a\x1b(Ba", b""),
    "text: UTF-7": (typed(b"text/plain; charset=utf-7"), b"+AGE-", b""),
    "text: UTF-16": (typed(b"text/plain; charset=utf-16"), b"a\0", b""),
    "text: NULs": (PLAIN, b"\0", b""),
    "text: zero width": (PLAIN, "a\u200b".encode(), b""),
    "text: soft hyphens": (LATIN, b"a\xad", b""),
    "text: base64 that is none": (PLAIN, base64.b64encode(bytes(range(54))) + b"\n", b""),
    "text: uuencoded": (PLAIN, b"begin 644 a.txt\n" + b"M" + b"A" * 60 + b"\n`\nend\n", b""),
    "text: PGP": (PLAIN, b"-----BEGIN PGP SIGNED MESSAGE-----\n", b""),
    "html: less-than": (HTML, b"<", b""),
    "html: ampersands": (HTML, b"&", b""),
    "html: references": (HTML, b"&amp;&#65;&eacute;", b""),
    "html: references unended": (HTML, b"&am", b""),
    "html: one long reference": (HTML + b"&#", b"1", b""),
    "html: p": (HTML, b"<p>", b""),
    "html: br": (HTML, b"<br>", b""),
    "html: b opened": (HTML, b"<b>", b""),
    "html: b opened, then closed": open_and_close(b"<b>", b"</b>"),
    "html: div opened, then closed": open_and_close(b"<div>", b"</div>"),
    "html: b and i crossed": (HTML, b"<b><i></b></i>", b""),
    "html: font opened": (HTML, b"<font color=red size=1>a", b""),
    "html: font opened, then p": open_and_close(b"<font color=#fefefe>", b"<p>a"),
    "html: span of style": (HTML, b"<span style='color:white;font-size:0px'>a", b""),
    "html: span of style, closed": (HTML, b"<span style='color:white;font-size:0px'>a</span>", b""),
    "html: ends without beginnings": (HTML, b"</b>", b""),
    "html: divs, then other ends": open_and_close(b"<div>", b"</b>"),
    "html: tables": (HTML, b"<table><tr><td>a", b""),
    "html: a tag of attributes": (HTML + b"<a ", b"b=c ", b">"),
    "html: a tag of attributes, each another": (HTML + b"<a ", numbered(b"a%d=c "), b">"),
    "html: attributes without values": (HTML + b"<a ", b"b ", b">"),
    "html: quotes in a tag": (HTML + b"<a ", b"\"'", b">"),
    "html: a tag that never ends": (HTML + b"<a href=\"", b"x", b""),
    "html: tags that never end": (HTML, b"<a b=\"", b""),
    "html: tag in tag": (HTML, b"<a <", b""),
    "html: comments": (HTML, b"<!---->", b""),
    "html: comments that never end": (HTML, b"<!--", b""),
    "html: hyphens in a comment": (HTML + b"<!--", b"-", b""),
    "html: declarations": (HTML, b"<!", b""),
    "html: processing": (HTML, b"<?", b""),
    "html: styles that never end": (HTML, b"<style>", b""),
    "html: scripts": (HTML, b"<script>a</script>", b""),
    "html: a script of ends": (HTML + b"<script>", b"</scrip", b""),
    "html: titles": (HTML, b"<title>a</title>", b""),
    "html: a title of ends": (HTML + b"<title>", b"</titl", b""),
    "html: textareas": (HTML, b"<textarea>", b""),
    "html: a style of declarations": (HTML + b"<p style=\"", b"color:red;", b"\">a"),
    "html: a style of brackets": (HTML + b"<p style=\"", b"rgb(", b"\">a"),
    "html: links": (HTML, b"<a href=http://a.com/>a</a>", b""),
    "html: links, each another": (HTML, numbered(b"<a href=http://a%d.com/>a</a>"), b""),
    "html: links that never end": (HTML, numbered(b"<a href=http://a%d.com/>x"), b""),
    "html: links to nothing": (HTML, b"<a href=x>", b""),
    "html: bases": (HTML, numbered(b"<base href=http://b%d.com/><a href=x>"), b""),
    "html: images": (HTML, b"<img src=http://a.com/x.gif width=1 height=1>", b""),
    "html: forms": (HTML, b"<form action=http://a.com/><input>", b""),
    "html: words in links": (HTML, b"<a href=http://a.com/>http://b.com/</a> ", b""),
    "html: letters in tags": (HTML, b"a<b></b>", b""),
    "html: backslashes and tabs in a link": (HTML + b"<a href=\"http://a.com/", b"\\\t", b"\">x</a>"),
    "html: data": (HTML + b"<img src=\"data:image/gif;base64,", b"AAAA", b"\">"),
    "mime: empty parts": (MIXED, b"--b\n\n", b""),
    "mime: parts": (MIXED, b"--b\nContent-Type: text/plain\n\na\n", b""),
    "mime: HTML parts": (MIXED, b"--b\nContent-Type: text/html\n\n<p>a\n", b""),
    "mime: parts with names": (MIXED, b"--b\nContent-Type: application/zip; name=\"=?utf-8?q?a=2E?=b.zip\"\n\na\n", b""),
    "mime: multiparts in a row": (MIXED, numbered(b"--b\nContent-Type: multipart/mixed; boundary=c%d\n\n--c%d\n\nx\n"), b""),
    "mime: multiparts in multiparts": (
        MIXED, numbered(b"--b\nContent-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"), b""),
    "mime: multiparts, one boundary": (FIELDS, b"Content-Type: multipart/mixed; boundary=b\n\n--b\n", b""),
    "mime: messages in messages": (FIELDS, b"Content-Type: message/rfc822\n\n", b""),
    "mime: 19 deep, lines": nested(19, b"a\n"),
    "mime: 19 deep, hyphens": nested(19, b"--\n"),
    "mime: 19 deep, almost boundaries": nested(19, b"--b1x\n--b\n"),
    "mime: 19 deep, HTML parts": nested(19, b"--b18\nContent-Type: text/html\n\n<p>a</p>\n"),
    "mime: a boundary's beginning": (typed(b"multipart/mixed; boundary=" + b"b" * 60), b"--" + b"b" * 59 + b"\n", b""),
    "mime: parameters": (FIELDS + b"Content-Type: text/plain", b"; a=b", b"\n\ntext\n"),
    "mime: parameters, each another": (FIELDS + b"Content-Type: text/plain", numbered(b"; a%d=b"), b"\n\ntext\n"),
    "mime: a name in pieces": (FIELDS + b"Content-Type: text/plain", numbered(b"; name*%d=b"), b"\n\ntext\n"),
    "mime: a type of quotes": (FIELDS + b"Content-Type: text/plain; name=\"", b"\\\"", b"\"\n\ntext\n"),
    "mime: a type of brackets": (FIELDS + b"Content-Type: text/plain ", b"(", b"\n\ntext\n"),
    "mime: fields of a part": (MIXED + b"--b\n", numbered(b"X-F%d: a\n"), b"\ntext\n--b--\n"),
    "mime: quoted-printable": (FIELDS + b"Content-Transfer-Encoding: quoted-printable\n\n", b"=3D=\n", b""),
    "mime: quoted-printable of equals": (FIELDS + b"Content-Transfer-Encoding: quoted-printable\n\n", b"=", b""),
    "mime: quoted-printable of blanks": (FIELDS + b"Content-Transfer-Encoding: quoted-printable\n\n", b" ", b"\n"),
    "mime: base64 of letters": in_base64(FIELDS + b"Content-Transfer-Encoding: base64\n\n", b"a"),
    "mime: base64 of tags": in_base64(
        FIELDS + b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n", b"<a href=http://a.com/>b"),
    "mime: base64 of nothing": (FIELDS + b"Content-Transfer-Encoding: base64\n\n", b"=", b""),
    "mime: PDF": (typed(b"application/pdf"), b"%PDF-1.4 obj << /Type /Page /URI (http://a.com/) >> endobj\n", b""),
    "mime: GIF": (typed(b"image/gif"), b"GIF89a\1\0\1\0\0\0\0,", b""),
    "mime: PNG": (typed(b"image/png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b""),
    "mime: JPEG": (FIELDS + b"Content-Type: image/jpeg\n\n\xff\xd8", b"\xff\xe0\0\2", b""),
    "mime: reports": (typed(b"multipart/report; boundary=b"), b"--b\nContent-Type: message/delivery-status\n\nStatus: 5.0.0\n", b""),
    "header: fields": (b"", b"a: b\n", b"\n"),
    "header: fields, each another": (b"", numbered(b"X-F%d: b\n"), b"\n"),
    "header: lines that are no fields": (b"", b"a\n", b"\n"),
    "header: folded lines": field(b"X-A", b"", b"\n a"),
    "header: empty folded lines": field(b"Subject", b"", b"\n "),
    "header: Subjects": (b"", b"Subject: offer\n", b"\n"),
    "header: Subject of letters": field(b"Subject", b"", b"a"),
    "header: Subject of blanks": field(b"Subject", b"", b" ", b"x"),
    "header: Subject of capitals": field(b"Subject", b"", b"FREE "),
    "header: Subject of words": field(b"Subject", b"", b"=?utf-8?q?=41?= "),
    "header: Subject of words unended": field(b"Subject", b"", b"=?utf-8?q?"),
    "header: Subject of equals": field(b"Subject", b"", b"=?"),
    "header: Subject of marks": field(b"Subject", b"", b"?"),
    "header: Subject of 8 bit": field(b"Subject", b"", b"\xe9"),
    "header: From of letters": field(b"From", b"", b"a"),
    "header: From of brackets": field(b"From", b"", b"("),
    "header: From of angle brackets": field(b"From", b"", b"<"),
    "header: From of quotes": field(b"From", b"", b"\""),
    "header: From of quoted quotes": field(b"From", b"\"", b"\\\""),
    "header: From of commas": field(b"From", b"", b","),
    "header: From of groups": field(b"From", b"", b"a:;"),
    "header: From of at signs": field(b"From", b"", b"@"),
    "header: From of addresses": field(b"From", b"", numbered(b"a%d@b%d.com, ")),
    "header: From of words": field(b"From", b"", b"=?utf-8?q?a=40b=2Ecom?= "),
    "header: Froms": (b"", numbered(b"From: A <a%d@b%d.com>\n"), b"\n"),
    "header: To of addresses": field(b"To", b"", numbered(b"Bob <a%d@b%d.com>,\n ")),
    "header: To of addresses, alike": field(b"To", b"", b"bob@example.net, "),
    "header: To of letters": field(b"To", b"", b"a"),
    "header: Tos": (b"", numbered(b"To: a%d@b%d.com\n"), b"\n"),
    "header: Ccs": (b"", numbered(b"Cc: a%d@b%d.com\n"), b"\n"),
    "header: Received": (b"", lambda n: RECEIVED % (n, n, n % 256, n), PLAIN + b"text\n"),
    "header: Received of letters": field(b"Received", b"from ", b"a"),
    "header: Received of froms": field(b"Received", b"", b"from a "),
    "header: Received of brackets": field(b"Received", b"from ", b"("),
    "header: Received of addresses": field(b"Received", b"from ", b"[192.0.2.1] "),
    "header: Received of blanks": field(b"Received", b"from a ", b" ", b"by b"),
    "header: Received of hosts": field(b"Received", b"from a.b (", b"a.b ", b") by c"),
    "header: Received of dots": field(b"Received", b"from ", b"a."),
    "header: Received of HELOs": field(b"Received", b"from a (HELO ", b"HELO a ", b") (1.2.3.4) by b"),
    "header: Received without an end": (b"", b"Received: from a (b [1.2.3.4]\n", PLAIN + b"text\n"),
    "header: Dates": (b"", b"Date: Mon, 6 Jan 2025 10:00:00 +0000\n", b"\n"),
    "header: Date of digits": field(b"Date", b"", b"1"),
    "header: Date of brackets": field(b"Date", b"Mon, 6 Jan 2025 10:00:00 +0000 ", b"("),
    "header: Message-IDs": (b"", numbered(b"Message-ID: <%d@a>\n"), b"\n"),
    "header: Message-ID of letters": field(b"Message-ID", b"<", b"a", b"@b>"),
    "header: Message-ID of capitals": field(b"Message-ID", b"<", b"A0", b"@b>"),
    "header: References": field(b"References", b"", numbered(b"<%d@example.org>\n ")),
    "header: DKIM-Signatures": (
        b"", b"DKIM-Signature: v=1; a=rsa-sha256; d=a.com; s=s; h=from; bh=AAAA; b=AAAA\n", PLAIN + b"text\n"),
    "header: DKIM-Signature of tags": field(b"DKIM-Signature", b"v=1", numbered(b"; a%d=b")),
    "header: Authentication-Results": (b"", b"Authentication-Results: a; spf=pass smtp.mailfrom=b\n", PLAIN + b"text\n"),
    "header: Authentication-Results of results": field(b"Authentication-Results", b"a", b"; spf=pass smtp.mailfrom=b"),
    "header: Authentication-Results of brackets": field(b"Authentication-Results", b"a; ", b"("),
    "header: ARC": (b"", numbered(b"ARC-Seal: i=%d; a=rsa-sha256; d=a.com; s=s; b=AAAA\n"), PLAIN + b"text\n"),
    "header: List-Ids": (b"", b"List-Id: <a.example.org>\n", PLAIN + b"text\n"),
    "header: List-Unsubscribe": field(b"List-Unsubscribe", b"", b"<http://a.com/x>, "),
    "header: X-Spam": (b"", b"X-Spam-Status: Yes, score=10 tests=A,B\n", PLAIN + b"text\n"),
    "header: Return-Paths": (b"", b"Return-Path: <a@b.com>\n", PLAIN + b"text\n"),
    "header: X-Mailers": (b"", b"X-Mailer: Microsoft Outlook Express 6.00.2900.2180\n", PLAIN + b"text\n"),
    "header: X-Originating-IPs": (b"", b"X-Originating-IP: [192.0.2.1]\n", PLAIN + b"text\n"),
}


def dear(name, size):
    """The message of that name, of about so many bytes."""
    shape = SHAPES[name]
    return shape(size) if callable(shape) else fill(*shape, size)
