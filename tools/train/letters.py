"""Learns how usual three letters in a row are in the words and names of clean code."""

import collections
import math
import os
import re

SYMBOLS = "abcdefghijklmnopqrstuvwxyz^"  # the last is the border of a word
WORD = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
SMOOTHING = 0.4
MOST_FILES_BYTES = 300_000_000


def words_of(folder):
    """Counts the words of a folder's files; a file counts a word once."""
    counts, size = collections.Counter(), 0
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(top, name)
            if os.path.islink(path) or os.path.getsize(path) > 400_000:
                continue
            with open(path, "rb") as file:
                text = file.read()
            size += len(text)
            counts.update({word.lower() for word in WORD.findall(text) if 1 < len(word) < 24})
        if size > MOST_FILES_BYTES:
            break
    return counts


def table(counts):
    """Returns the table as text: a line for each two symbols, a character for each third."""
    seen = [[[0.0] * 27 for _ in range(27)] for _ in range(27)]
    for word, count in counts.items():
        if count < 3:
            continue
        before = (26, 26)
        for byte in word:
            symbol = byte - 97
            seen[before[0]][before[1]][symbol] += math.log2(1 + count)
            before = (before[1], symbol)
    lines = []
    for first in seen:
        for second in first:
            total = sum(second)
            line = []
            for count in second:
                share = (count + SMOOTHING) / (total + SMOOTHING * 27)
                line.append(chr(ord("A") + min(25, round(-2 * math.log2(share)))))
            lines.append("".join(line))
    return "\n".join(lines) + "\n"


def common(counts, least=40):
    """Returns usual words of five to eight letters, for passwords that people choose."""
    return sorted(word.decode() for word, count in counts.items() if 5 <= len(word) <= 8 and count >= least)
