#!/usr/bin/env python3
"""Counts which four bytes are common in source code: count_grams.py FOLDER... > grams.txt

Reads every text file of up to 1 MB below the folders and writes the 24,000 most common grams by how
common they are; bytes are folded as in src/gram.rs. Needs numpy.
"""

import os
import sys

import numpy

MOST = 24_000
EXTENSIONS = (
    ".py .js .ts .jsx .tsx .mjs .cjs .rs .c .h .go .java .rb .php "
    ".json .md .rst .txt .yml .yaml .html .css .toml"
).split()


def texts(folders):
    """Yields what every file of source code holds, minified ones aside."""
    for folder in folders:
        for where, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(where, name)
                if ".min." in name or os.path.splitext(name)[1] not in EXTENSIONS:
                    continue
                if os.path.isfile(path) and os.path.getsize(path) <= 1 << 20:
                    with open(path, "rb") as file:
                        yield file.read()


def grams(text):
    """Returns the folded grams of a text as numbers, first byte lowest."""
    folded = (numpy.frombuffer(text, dtype=numpy.uint8) | 0x20).astype(numpy.uint32)
    if len(folded) < 4:
        return folded[:0]
    return folded[:-3] | folded[1:-2] << 8 | folded[2:-1] << 16 | folded[3:] << 24


def counted(folders, at_once=64 << 20):
    """Returns the grams of all texts and how often each stands there."""
    parts, waiting, size = [], [], 0
    for text in texts(folders):
        waiting.append(text)
        size += len(text)
        if size > at_once:
            parts.append(numpy.unique(grams(b"\n".join(waiting)), return_counts=True))
            waiting, size = [], 0
    parts.append(numpy.unique(grams(b"\n".join(waiting)), return_counts=True))
    every, index = numpy.unique(numpy.concatenate([part[0] for part in parts]), return_inverse=True)
    counts = numpy.zeros(len(every), dtype=numpy.int64)
    numpy.add.at(counts, index, numpy.concatenate([part[1] for part in parts]))
    return every, counts


def main():
    every, counts = counted(sys.argv[1:])
    total = int(counts.sum())
    print(f"# How often four bytes stand in source code, from {total} places; made by count_grams.py.")
    print("# Of a million places the first number have one of the grams behind the colon, each four")
    print("# characters long, their case folded.")
    rows = {}
    for at in numpy.argsort(-counts, kind="stable")[:MOST]:
        gram = int(every[at]).to_bytes(4, "little")
        if all(32 <= byte < 128 for byte in gram):
            # Two digits are enough to choose by.
            common = float(f"{counts[at] * 1e6 / total:.2g}")
            rows.setdefault(common, []).append(gram.decode().replace("\x7f", "_"))
    for common, of_row in sorted(rows.items(), reverse=True):
        print(f"{common:g}:{''.join(sorted(of_row))}")


if __name__ == "__main__":
    main()
