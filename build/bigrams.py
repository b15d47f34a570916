#!/usr/bin/env python3
"""Measures how often two bytes stand side by side in source code: build/bigrams.py DIR > build/bigrams.txt

The build picks, of each keyword, the four bytes that are rarest by this table, so that the prefilter
stops as seldom as possible. Any large body of source code gives nearly the same table.
"""
import math
import os
import sys

LIMIT = 60_000_000
ENDINGS = (".py", ".js", ".ts", ".rs", ".md", ".json", ".yml", ".toml", ".html", ".c", ".h", ".txt")

counts = [0] * 65536
total = 0
for folder, folders, names in os.walk(sys.argv[1]):
    folders.sort()
    for name in sorted(names):
        path = os.path.join(folder, name)
        # Every eighth file: a sample of all packages rather than the whole of the first.
        if os.path.islink(path) or not name.endswith(ENDINGS) or hash(len(path) * 31 + len(name)) % 8 or total > LIMIT:
            continue
        with open(path, "rb") as file:
            text = bytes(byte | 0x20 for byte in file.read(400_000))
        total += len(text)
        for first, second in zip(text, text[1:]):
            counts[first << 8 | second] += 1

# The 64 printable bytes that are left when the case bit is set, in the order of `symbol`.
symbols = [*range(0x20, 0x40), *range(0x60, 0x80)]
print(f"# How often two bytes stand side by side in source code, from {total} bytes; made by bigrams.py.")
print("# A row a first byte, a column a second; the letter is log2 of the pairs in 2^25, from `a` for 0 or none.")
for first in symbols:
    row = (counts[first << 8 | second] * 2**25 / max(total, 1) for second in symbols)
    print("".join(chr(ord("a") + min(25, max(0, round(math.log2(count))) if count >= 1 else 0)) for count in row))
