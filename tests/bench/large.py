#!/usr/bin/env python3
"""Measures guard on what is large, deep or numerous, at full size.

    tests/bench/large.py [CASE...]        CASE: part of a case's name; left out: all of them

GUARD names the binary (default target/release/guard). Each case is built in a temporary folder
(TMPDIR says where; the largest takes about 3 GB) and deleted again. Prints a Markdown table, and
ends in 1 when a case did not end as it must: with the right exit status, the right findings, and
a repository in which nothing was changed. Needs git and python3.

Times are those of the whole process, memory the most it had resident at once, git's own where
guard calls it.
"""

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

GUARD = os.path.realpath(os.environ.get("GUARD", "target/release/guard"))
PATIENCE = 600
MEGABYTE = 1_000_000
WORDS = (
    "value index result count name path item node text line total first last next previous width "
    "height color state"
).split()
CASES = {}


def case(function):
    """Registers a case under its name."""
    CASES[function.__name__.replace("_", "-")] = function
    return function


# --- material


def key(seed):
    """Makes a GitHub token that is valid by its checksum and belongs to nobody."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    body = "".join(random.Random(seed).choices(digits, k=30))
    rest, tail = zlib.crc32(body.encode()), ""
    while rest or len(tail) < 6:
        rest, digit = divmod(rest, 62)
        tail = digits[digit] + tail
    return f"ghp_{body}{tail}"


def key_line(seed):
    return f'TOKEN = "{key(seed)}"\n'


def code(size, seed=1):
    """Makes text that looks like code: short lines, `size` bytes in all."""
    pick = random.Random(seed)
    block = []
    length = 0
    while length < min(size, 4 * MEGABYTE):
        row = " ".join(pick.choices(WORDS, k=pick.randint(3, 9))) + f" = {pick.randint(0, 9999)};\n"
        block.append(row)
        length += len(row)
    block = "".join(block).encode()
    return (block * (size // len(block) + 1))[:size]


class Repo:
    """A repository that is thrown away."""

    def __init__(self, around):
        self.top = Path(around) / "repo"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("GIT_")
        } | {
            "HOME": str(around),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CEILING_DIRECTORIES": str(around),
            "GIT_AUTHOR_NAME": "bench",
            "GIT_AUTHOR_EMAIL": "bench@example.com",
            "GIT_COMMITTER_NAME": "bench",
            "GIT_COMMITTER_EMAIL": "bench@example.com",
        }
        self.begin()

    def begin(self, *options):
        """Makes the repository anew, with these options of `git init`."""
        shutil.rmtree(self.top, ignore_errors=True)
        self.top.mkdir()
        self.git("init", "--quiet", "--initial-branch=main", *options)
        self.git("config", "gc.auto", "0")
        # `git add` of a large file is to be quick: it is guard that is measured.
        self.git("config", "core.compression", "1")

    def git(self, *arguments, input=None):
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.top,
            env=self.environment,
            input=input,
            stdout=subprocess.PIPE,
            check=True,
        )
        return done.stdout.decode().strip()

    def write(self, path, content):
        path = self.top / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def stage(self):
        self.git("add", "--all")

    def commit(self):
        self.stage()
        self.git("commit", "--quiet", "--allow-empty", "--message", "old")


# --- cases: build a repository, and yield what to run in it:
#     title, arguments, exit status, what the report must hold


STAGED = ["check", "--staged"]


@case
def line(repo):
    """One line of 100 MB, of several kinds that are hard on one part each."""
    size = 100 * MEGABYTE
    row = code(size - 200).replace(b"\n", b" ")
    token = f' var TOKEN = "{key(1)}";'.encode()
    letters = "".join(random.Random(2).choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop012345", k=1 << 20))
    noise = (letters.encode() * 100)[:size]
    kinds = {
        "code": row,
        "one letter": b"a" * size,
        "base64": noise,
        "`password=` over and over": b"password=" * (size // 9),
        "quotes": b'key="' * (size // 5),
    }
    for kind, text in kinds.items():
        repo.write("app.js", text + token)
        repo.stage()
        yield f"line of 100 MB: {kind}, then a key", STAGED, 1, "app.js:1:"
    repo.write("app.js", row)
    repo.stage()
    yield "line of 100 MB: code, clean", STAGED, 0, "0 findings"
    repo.git("rm", "--quiet", "--force", "app.js")
    call = b"Client.new(url, verify_ssl: false) "
    repo.write("app.rb", call * (10 * MEGABYTE // len(call)))
    repo.stage()
    title = "line of 10 MB: 285,714 calls whose rule looks to the end of the line"
    yield title, STAGED, 1, "285,714 findings"
    repo.git("rm", "--quiet", "--force", "app.rb")
    repo.write("app.js", (row + token).decode().encode("utf-16"))
    repo.stage()
    yield "the same with a key, as UTF-16 (200 MB)", STAGED, 1, "app.js:1:"


@case
def reordered(repo):
    """Millions of lines in another order: a diff of the usual kind takes minutes."""
    pick = random.Random(3)
    for millions in (3, 5):
        lines = [b"%d %d\n" % (n, n * 2654435761 % 4294967296) for n in range(millions * MEGABYTE)]
        repo.write("data.txt", b"".join(lines))
        repo.commit()
        pick.shuffle(lines)
        repo.write("data.txt", b"".join(lines))
        repo.stage()
        yield f"{millions} million lines, reordered", STAGED, 0, "1 file, 0 added lines, 0 findings"
        lines.insert(len(lines) // 2, key_line(1).encode())
        repo.write("data.txt", b"".join(lines))
        repo.stage()
        place = f"data.txt:{len(lines) // 2 + 1}:"
        yield f"{millions} million lines, reordered, and a key", STAGED, 1, place
    # Deleted in one place and added in another: every line may come from there.
    repo.git("mv", "data.txt", "moved.txt")
    yield "5 million lines, reordered and moved to another file, and a key", STAGED, 1, "moved.txt:"


@case
def blob(repo):
    """Files near and above what libgit2 itself reads as text."""
    size = 630 * MEGABYTE
    text = code(size)
    repo.write("old.txt", text)
    repo.commit()
    repo.write("old.txt", key_line(1).encode() + text + key_line(2).encode())
    repo.stage()
    yield "630 MB of text, modified: a key before and one behind", STAGED, 1, "2 findings"
    repo.git("reset", "--quiet", "--hard")
    repo.write("new.txt", text)
    repo.stage()
    yield "630 MB of text, new, clean", STAGED, 0, "1 file, "
    repo.git("rm", "--quiet", "--cached", "new.txt")
    noise = random.Random(4).randbytes(16 << 20)
    noise = noise * (size // len(noise) + 1)
    repo.write("new.txt", noise + key_line(1).encode())
    repo.stage()
    yield "630 MB of random bytes and a key, new", STAGED, 1, "new.txt:"
    repo.write("new.txt", b"\n" * size)
    repo.stage()
    yield "630 million empty lines, new", STAGED, 0, "630,000,000 added lines"


@case
def gigabyte(repo):
    """Above 1,023 MiB libgit2 gives no lines at all, and says nothing."""
    text = code(1100 * MEGABYTE)
    repo.write("big.txt", text + key_line(1).encode())
    repo.stage()
    yield "1.1 GB of text and a key, new", STAGED, 1, "big.txt:"


@case
def files(repo):
    """100,000 staged files, in a new repository and in one that has them."""
    stream = []
    entries = []
    for number in range(100_000):
        text = f"def f{number}(value):\n    return value * {number}\n".encode()
        stream.append(b"blob\nmark :%d\ndata %d\n%s\n" % (number + 1, len(text), text))
    marks = repo.top / ".git" / "marks"
    repo.git("fast-import", "--quiet", f"--export-marks={marks}", input=b"".join(stream))
    ids = dict(row.split() for row in marks.read_text().splitlines())
    marks.unlink()
    for number in range(100_000):
        path = f"d{number % 66}/e{number // 66 % 100}/f{number}.py"
        entries.append(f"100644 {ids[f':{number + 1}']}\t{path}\n")
    index = lambda rows: repo.git("update-index", "--index-info", input="".join(rows).encode())
    index(entries)
    yield "100,000 files, new, clean", STAGED, 0, "100,000 files"
    blob_id = repo.git("hash-object", "-w", "--stdin", input=key_line(1).encode())
    with_key = f"100644 {blob_id}\td33/key.py\n"
    index([with_key])
    yield "100,000 files, new, one with a key", STAGED, 1, "d33/key.py:1:"
    index([f"0 {'0' * 40}\td33/key.py\n"])
    repo.git("commit", "--quiet", "--message", "old")
    index([with_key])
    yield "one file with a key, beside 100,000", STAGED, 1, "d33/key.py:1:"
    yield "the same, and the commit of 100,000 files", ["check"], 1, "d33/key.py:1:"


@case
def findings(repo):
    """As many findings as a hostile file can hold."""
    text = "".join(key_line(number) for number in range(100_000))
    repo.write("keys.py", text)
    repo.stage()
    for form in ("terminal", "json", "sarif"):
        yield f"100,000 keys in one file, `--format {form}`", [*STAGED, "--format", form], 1, "keys.py"
    text = text.replace("\n", " ")
    repo.write("keys.py", text)
    repo.stage()
    yield "100,000 keys on one line", STAGED, 1, "keys.py:1:"


@case
def deep(repo):
    """Folders in one another, as deep as git allows (2,048) and deeper."""
    blob_id = repo.git("hash-object", "-w", "--stdin", input=key_line(1).encode())
    for depth in (2_000, 20_000):
        path = "a/" * depth + "key.py"
        repo.git("update-index", "--index-info", input=f"100644 {blob_id}\t{path}\n".encode())
        expected = (1, "a/key.py:1:") if depth < 2_048 else (2, "nested too deeply")
        yield f"{depth:,} folders in one another", STAGED, *expected
        repo.git("read-tree", "--empty")


@case
def history(repo):
    """20,000 commits that no remote has, one of which brings a key that the next takes out."""
    stream = []
    for number in range(20_000):
        text = key_line(1) if number == 12_345 else f"value = {number}\n"
        stream.append(
            f"commit refs/heads/main\nmark :{number + 1}\n"
            f"committer bench <bench@example.com> {1700000000 + number} +0000\n"
            f"data 2\nx\nM 100644 inline src/d{number % 50}/app.py\ndata {len(text)}\n{text}\n"
        )
    repo.git("fast-import", "--quiet", input="".join(stream).encode())
    repo.git("reset", "--quiet", "--hard")
    yield "20,000 commits that no remote has", ["check"], 1, "src/d45/app.py:1:"


@case
def reftable(repo):
    """A form that git has to read for guard."""
    repo.begin("--ref-format=reftable")
    for title, *rest in history(repo):
        yield f"reftable: {title}", *rest
    repo.begin("--ref-format=reftable")
    for title, *rest in files(repo):
        yield f"reftable: {title}", *rest
    repo.begin("--ref-format=reftable")
    repo.write("app.js", code(100 * MEGABYTE).replace(b"\n", b" ") + key_line(1).encode())
    repo.stage()
    yield "reftable: line of 100 MB: code, then a key", STAGED, 1, "app.js:1:"


@case
def bomb(repo):
    """An object of a few megabytes that says it holds 9 bytes and holds 4 GB."""
    repo.write("a.py", "a = 1234\n")
    repo.stage()
    blob_id = repo.git("rev-parse", ":a.py")
    path = repo.top / ".git/objects" / blob_id[:2] / blob_id[2:]
    path.chmod(0o644)
    packer = zlib.compressobj(1)
    with open(path, "wb") as out:
        out.write(packer.compress(b"blob 9\0"))
        for _ in range(4_000):
            out.write(packer.compress(bytes(MEGABYTE)))
        out.write(packer.flush())
    yield "4 GB in an object that says it holds 9 bytes", STAGED, 2, "cannot be read"


# --- measuring


def listing(folder):
    """Everything below a folder: kind, mode, times, and a hash of what is not huge."""
    found = {}
    for root, folders, names in os.walk(folder):
        for name in [".", *folders, *names]:
            path = os.path.join(root, name)
            state = os.lstat(path)
            digest = None
            if os.path.isfile(path) and state.st_size < MEGABYTE:
                digest = hashlib.sha256(Path(path).read_bytes()).digest()
            found[path] = (state.st_mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns, digest)
    return found


# Runs a program and prints its exit status, seconds, and most resident kilobytes. A process of its
# own, and a small one: what this one holds when it forks would count as the program's.
METER = """
import os, subprocess, sys, time
start = time.perf_counter()
child = subprocess.Popen(sys.argv[2:], stdout=open(sys.argv[1], "wb"), stderr=subprocess.STDOUT)
_, status, used = os.wait4(child.pid, 0)
print(os.waitstatus_to_exitcode(status), time.perf_counter() - start, used.ru_maxrss)
"""


def measure(repo, arguments, around):
    """Runs guard; returns its exit status, what it said, seconds and megabytes."""
    out = Path(around) / "out"
    meter = [sys.executable, "-I", "-S", "-c", METER, out]
    # What hangs is ended, and then has no exit status that a case asks for.
    limit = ["timeout", "--kill-after=5", str(PATIENCE)]
    done = subprocess.run(
        [*meter, *limit, GUARD, *arguments],
        cwd=repo.top,
        env=repo.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
    )
    status, seconds, kilobytes = done.stdout.split()
    text = out.read_text(errors="replace")
    out.unlink()
    return int(status), text, float(seconds), int(kilobytes) * 1024 / MEGABYTE


def verdict(ended, status, text, expected):
    """Says in a few words whether a run did what it must."""
    if ended != status:
        return f"WRONG: not {status}: {text.strip()[-120:]}"
    if expected not in text:
        return f"WRONG: no `{expected}`: {text.strip()[-120:]}"
    if "panicked" in text:
        return "WRONG: a panic"
    return {0: "pass", 1: "found", 2: "refused"}[status]


def run(name, build):
    """Runs all parts of a case; returns whether all were right."""
    right = True
    around = tempfile.mkdtemp(prefix="guard-large-")
    try:
        repo = Repo(around)
        for title, arguments, status, expected in build(repo):
            before = listing(repo.top)
            ended, text, seconds, megabytes = measure(repo, arguments, around)
            said = verdict(ended, status, text, expected)
            if listing(repo.top) != before:
                said = "WRONG: something was written"
            right = right and not said.startswith("WRONG")
            print(f"| {title} | {said} | {ended} | {seconds:.2f} | {megabytes:.0f} |", flush=True)
    finally:
        shutil.rmtree(around)
    return right


def main():
    chosen = [
        (name, build)
        for name, build in CASES.items()
        if not sys.argv[1:] or any(part in name for part in sys.argv[1:])
    ]
    if not chosen:
        sys.exit(f"no such case; there are: {', '.join(CASES)}")
    print("| case | result | exit status | wall s | peak MB |")
    print("|---|---|---|---|---|")
    results = [run(name, build) for name, build in chosen]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
