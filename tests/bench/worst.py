#!/usr/bin/env python3
"""Texts made to be slow, beside ordinary code: tests/bench/worst.py GUARD [SOURCE]

Prints how many times the rate of ordinary code each text takes; SOURCE is a folder of ordinary code
(left out: guard's own). Needs nothing but the binary.
"""

import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

BYTES = 4 << 20
RUNS = 3
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def keywords():
    """Returns every keyword that the packs name."""
    words = set()
    for folder, _, names in os.walk(os.path.join(ROOT, "patterns")):
        for name in names:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                for row in re.findall(r"^keywords = \[(.*?)\]", file.read(), re.M | re.S):
                    words.update(re.findall(r'"((?:[^"\\]|\\.)+)"', row))
    return sorted(word for word in words if word.isascii() and "\\" not in word)


def ordinary(source):
    """Returns so many bytes of source code as the other texts have, and its extension."""
    out, size = [], 0
    for folder, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".py") and ".min." not in name and size < BYTES:
                with open(os.path.join(folder, name), "rb") as file:
                    out.append(file.read())
                size += len(out[-1])
    text = b"".join(out) or b"value = compute(1)\n"
    return (text * (BYTES // len(text) + 1))[:BYTES]


def texts():
    """Yields names and texts."""
    pick = random.Random(3)
    words = keywords()
    base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    long = "".join(pick.choices(base64, k=BYTES))
    rows = [long[at : at + 76] for at in range(0, BYTES, 77)]

    def repeat(text):
        return text * (BYTES // len(text) + 1)

    yield "one byte, one line", "a" * BYTES
    yield "base64, one line", long
    yield "base64, lines of 76", "\n".join(rows)
    yield "hex, one line", "".join(pick.choices("0123456789abcdef", k=BYTES))
    yield "brackets, nested", "(" * (BYTES // 2) + ")" * (BYTES // 2)
    yield "braces on lines", repeat("{\n")
    yield "blanks", " " * BYTES
    yield "empty lines", "\n" * BYTES
    yield "quotes", repeat("'\"`")
    yield "equals signs", repeat("=")
    yield "every keyword, a line each", repeat("\n".join(words) + "\n")
    yield "every keyword, one line", repeat(" ".join(words) + " ")
    yield "every keyword, each 50 times on a line", repeat("\n".join((word + " ") * 50 for word in words) + "\n")
    yield "names and quotes", repeat('password = "" token: \'\' secret="x" ')
    yield "names and quotes, on lines", repeat('password = "" \n token: \'\' \n secret="x"\n')
    yield "SQL without an end", repeat('"SELECT * FROM t WHERE a = " + ')


def seconds(guard, text, extension):
    """Returns how long a scan of a text takes, in the median, without the start."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "text" + extension)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        taken = []
        for _ in range(RUNS):
            start = time.perf_counter()
            done = subprocess.run([guard, "check", "--no-ignore", path], cwd=folder, capture_output=True, timeout=600)
            taken.append(time.perf_counter() - start)
            if done.returncode not in (0, 1):
                sys.exit(f"guard could not do its work: {done.stderr.decode()}")
        return statistics.median(taken)


def main():
    guard = os.path.abspath(sys.argv[1])
    source = sys.argv[2] if len(sys.argv) > 2 else ROOT
    base = seconds(guard, ordinary(source), ".py")
    print(f"{'4 MiB of':<42}{'MB/s':>8}{'times ordinary code':>22}")
    print(f"{'ordinary Python':<42}{BYTES / base / 1e6:>8.0f}{1.0:>22.1f}")
    for name, text in texts():
        for extension in (".py", ".js"):
            taken = seconds(guard, text, extension)
            print(f"{name + ' (' + extension + ')':<42}{BYTES / taken / 1e6:>8.0f}{taken / base:>22.1f}", flush=True)


if __name__ == "__main__":
    main()
