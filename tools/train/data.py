"""Reads the labelled texts, lays them out as files, and runs their candidates through guard."""

import collections
import gzip
import hashlib
import json
import os
import random
import re
import subprocess

import numpy as np

# Categories of things that are no secrets; their lines are neither right nor wrong.
SOFT = {"UUID", "Nonce", "Salt", "AWS S3 Bucket", "Firebase Domain", "Tencent WeChat API App ID", "Other", "Info"}
# Categories whose label covers lines beside the secret.
MULTI = {"AWS Multi", "Google Multi", "JWK"}
PLACE = ["path", "line", "end", "from", "to", "rule", "excepted", "dropped", "sample", "log_odds"]


def read(path):
    with gzip.open(path, "rt", encoding="utf8", errors="surrogatepass") as file:
        return [json.loads(line) for line in file]


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf8", errors="surrogatepass", newline="") as file:
        file.write(text)


def candidates(binary, folder):
    """Returns the candidates in a folder: their places, and a matrix of their features."""
    done = subprocess.run([binary, folder], capture_output=True, check=True)
    lines = done.stdout.decode("utf8", "replace").split("\n")
    names = lines[0].split("\t")
    places, rows = [], []
    for line in lines[1:]:
        cells = line.split("\t")
        if len(cells) != len(names):
            continue
        place = dict(zip(PLACE, cells))
        for key in ("line", "end", "from", "to", "excepted", "sample", "log_odds"):
            place[key] = int(place[key])
        places.append(place)
        rows.append([int(cell) for cell in cells[len(PLACE):]])
    return places, np.array(rows, dtype=np.int16).reshape(-1, len(names) - len(PLACE)), names[len(PLACE):]


class Set:
    """Candidates with labels: 1 a credential, 0 none, weights, and the group each is held out with."""

    def __init__(self):
        self.places, self.rows, self.labels, self.weights, self.groups, self.kinds = [], [], [], [], [], []

    def add(self, place, row, label, weight, group, kind):
        self.places.append(place)
        self.rows.append(row)
        self.labels.append(label)
        self.weights.append(weight)
        self.groups.append(group)
        self.kinds.append(kind)

    def arrays(self):
        return (np.array(self.rows, dtype=np.int16), np.array(self.labels), np.array(self.weights, dtype=float),
                np.array(self.groups), np.array(self.kinds))


def usable(place):
    return place["excepted"] == 0 and place["dropped"] == "-"


class Excerpts:
    """Excerpts of real files with reviewed lines."""

    def __init__(self, data):
        self.texts = {row["file"]: row["text"] for row in read(f"{data}/creddata_files.jsonl.gz")}
        self.labels = collections.defaultdict(list)
        for row in read(f"{data}/creddata_labels.jsonl.gz"):
            row["cats"] = set(row["cat"].split(":"))
            row["soft"] = row["pre"].lower() == "info" or not row["cats"] - SOFT
            self.labels[row["file"]].append(row)

    def lay_out(self, folder):
        for path, text in self.texts.items():
            put(f"{folder}/{path}", text)

    def add_to(self, out, binary, folder):
        for place, row in zip(*candidates(binary, folder)[:2]):
            if not usable(place):
                continue
            label, weight = self.label(place)
            if weight:
                out.add(place, row, label, weight, place["path"].split("/")[0], "excerpt")

    def label(self, place):
        """Returns a candidate's label and weight by the lines it stands on; weight 0: leave it out."""
        text = self.texts[place["path"]]
        column = len(text.encode("utf8", "surrogatepass")[: place["from"]].rsplit(b"\n", 1)[-1])
        label, weight = 0, 0.25  # a line that nobody labelled is most often no credential
        for row in self.labels[place["path"]]:
            if not (row["line"] <= place["line"] <= row["end"] or place["line"] <= row["line"] <= row["end"] <= place["end"]):
                continue
            if row["gt"] == "T":
                if row["soft"] or row["cats"] & MULTI:
                    return 1, 0
                apart = row["ve"] > 0 and (column >= row["ve"] or column + place["to"] - place["from"] <= row["vs"])
                return (1, 0) if apart and row["line"] == place["line"] else (1, 1.0)
            weight = 1.0
        return label, weight

    def chosen(self, folder, seed, words):
        """Lays out the excerpts again with passwords that people choose in place of credentials.

        The data's own values were replaced by random text of like shape, so that a word a person
        chose stands there as random letters: without this the model would learn that no credential
        is ever made of words.
        """
        rng = random.Random(seed)
        lines_of = collections.defaultdict(list)
        for path, labels in self.labels.items():
            lines = self.texts[path].split("\n")
            changed = False
            for row in labels:
                if row["gt"] != "T" or row["soft"] or row["line"] != row["end"] or row["ve"] <= row["vs"] or row["vs"] < 0:
                    continue
                line = lines[row["line"] - 1]
                value = line[row["vs"]: row["ve"]]
                if not re.fullmatch(r"[A-Za-z]{4,12}[0-9!@#_.\-]{0,4}", value) or not row["cats"] & {"Password", "Secret", "Credential", "SQL Password", "CMD Password"}:
                    continue
                if sum(other["line"] == row["line"] for other in labels) > 1:
                    continue
                lines[row["line"] - 1] = line[: row["vs"]] + made_up(rng, words) + line[row["ve"]:]
                lines_of[path].append(row["line"])
                changed = True
            if changed:
                put(f"{folder}/{path}", "\n".join(lines))
        return lines_of


def made_up(rng, words):
    """Returns a password as people choose them."""
    word = rng.choice(words)
    if rng.random() < 0.12:
        word = rng.choice(["my", "the", "admin", "db", "", word]) + rng.choice(["pass", "passwd", "password", "secret", "s3cret", "passw0rd"])
        return rng.choice([word, word.capitalize()]) + str(rng.randrange(1, 9999)) + rng.choice(["", "", "!", "#", "@", "$"])
    form = rng.random()
    if form < 0.15:
        return word
    if form < 0.55:
        return word + str(rng.choice([1, 12, 123, 99, 2019, 2024, 42, 7, rng.randrange(10, 9999)]))
    if form < 0.8:
        return word.capitalize() + str(rng.randrange(1, 2030)) + rng.choice("!@#$!")
    return word + rng.choice(["", "-", "_", "."]) + rng.choice(words)


class Cases:
    """Single strings, credentials and not."""

    def __init__(self, data):
        self.rows = read(f"{data}/cases.jsonl.gz")

    def path(self, row):
        return f"{row['id'][:2]}/{row['id']}/{row.get('path') or 'input.txt'}"

    def lay_out(self, folder):
        for row in self.rows:
            put(f"{folder}/{self.path(row)}", row["text"])

    def add_to(self, out, binary, folder):
        by_path = {self.path(row): row for row in self.rows}
        for place, row in zip(*candidates(binary, folder)[:2]):
            case = by_path[place["path"]]
            if not usable(place) or case["kind"] in ("near_miss", "weak_token"):
                continue
            fold = int(hashlib.sha256(case["id"].encode()).hexdigest(), 16) % 12
            label = int(bool(case["should_detect"]))
            out.add(place, row, label, 1.0, f"case-{fold}", "case")


def add_clean(out, binary, folder, weight):
    """Adds the candidates in clean code: none of them is a credential that matters."""
    for place, row in zip(*candidates(binary, folder)[:2]):
        if usable(place):
            parts = place["path"].split("/")
            out.add(place, row, 0, weight, "/".join(parts[: 2 if "crates" in parts[0] else 1]), "clean")
