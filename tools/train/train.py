"""Trains the model that judges generic credentials, and says how well it does on what it did not see.

  train DATA CLEAN     learns the letters and grows the trees; docs/model.md says what the figures mean
  train --keep-letters DATA CLEAN    leaves the table of letters as it is
  train --only-report DATA CLEAN     cross-validates and writes nothing
"""

import argparse
import json
import os
import subprocess
import tempfile

import numpy as np

import letters
import report
import trees
from data import Cases, Excerpts, Set, add_clean

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MODEL = f"{ROOT}/src/scan/judge/model"
FOLDS = 6
CLEAN_WEIGHT = 2.0
CHOSEN_WEIGHT = 0.5


def build():
    """Builds the program that writes candidates; returns its path."""
    done = subprocess.run(
        ["cargo", "build", "--locked", "--release", "--example", "candidates", "--message-format", "json"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "candidates":
            return message["executable"]
    raise SystemExit("cargo built no program")


def gather(binary, data, clean, work, words):
    """Returns all candidates with labels; those with chosen passwords apart, for training only."""
    found, chosen = Set(), Set()
    excerpts, cases = Excerpts(data), Cases(data)
    for part, name in ((excerpts, "excerpts"), (cases, "cases")):
        part.lay_out(f"{work}/{name}")
        part.add_to(found, binary, f"{work}/{name}")
    add_clean(found, binary, clean, CLEAN_WEIGHT)
    for seed in (1, 2):
        folder = f"{work}/chosen-{seed}"
        lines = excerpts.chosen(folder, seed, words)
        every = Set()
        excerpts_of(excerpts, every, binary, folder, lines)
        for at, place in enumerate(every.places):
            chosen.add(place, every.rows[at], 1, CHOSEN_WEIGHT, every.groups[at], "chosen")
    return found, chosen


def excerpts_of(excerpts, out, binary, folder, lines):
    """Adds the candidates on the lines whose values were changed."""
    from data import candidates, usable
    for place, row in zip(*candidates(binary, folder)[:2]):
        if usable(place) and place["line"] in lines[place["path"]]:
            out.add(place, row, 1, 1.0, place["path"].split("/")[0], "chosen")


def fold_of(groups):
    """Deals the groups to folds, the largest first, each to the smallest fold."""
    names, counts = np.unique(groups, return_counts=True)
    sizes, fold = [0] * FOLDS, {}
    for at in np.argsort(-counts, kind="stable"):
        smallest = sizes.index(min(sizes))
        fold[names[at]] = smallest
        sizes[smallest] += counts[at]
    return fold


def even(weights, groups, kinds):
    """Lowers the weights of large groups, so that no repository decides alone."""
    weights = weights.copy()
    for group in np.unique(groups):
        of = (groups == group) & (kinds == "excerpt")
        if of.any():
            weights[of] *= (40 / max(40, of.sum())) ** 0.35
    return weights


def held_out(found, chosen):
    """Returns for each candidate what trees say that saw nothing of its group."""
    rows, labels, weights, groups, kinds = found.arrays()
    more = chosen.arrays()
    fold = fold_of(groups)
    folds = np.array([fold[group] for group in groups])
    more_folds = np.array([fold.get(group, -1) for group in more[3]])
    sums = np.zeros(len(rows))
    of_chosen = np.zeros(len(more[0]))
    weights = even(weights, groups, kinds)
    for at in range(FOLDS):
        use, use_more = folds != at, more_folds != at
        forest = trees.grow(np.concatenate([rows[use], more[0][use_more]]), np.concatenate([labels[use], more[1][use_more]]),
                            np.concatenate([weights[use], more[2][use_more]]))
        sums[~use] = forest.log_odds(rows[~use])
        of_chosen[~use_more] = forest.log_odds(more[0][~use_more])
    return sums / trees.UNITS, of_chosen / trees.UNITS


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("clean")
    parser.add_argument("--keep-letters", action="store_true")
    parser.add_argument("--only-report", action="store_true")
    parser.add_argument("--binary", help="the program that writes candidates, when it is built already")
    parser.add_argument("--details", help="write each candidate and what the trees say that did not see it")
    args = parser.parse_args()
    counts = letters.words_of(args.clean)
    if not (args.keep_letters or args.only_report):
        with open(f"{MODEL}/letters.txt", "w") as file:
            file.write(letters.table(counts))
    binary = args.binary or build()
    with tempfile.TemporaryDirectory() as work:
        found, chosen = gather(binary, args.data, args.clean, work, letters.common(counts))
        names = report.names(binary, f"{work}/excerpts")
        sums, of_chosen = held_out(found, chosen)
        report.tell(found, sums, of_chosen)
        report.by_group(found, sums, 0.5)
        if args.details:
            report.write(found, sums, args.details)
        rows, labels, weights, groups, kinds = found.arrays()
        more = chosen.arrays()
        forest = trees.grow(np.concatenate([rows, more[0]]), np.concatenate([labels, more[1]]),
                            np.concatenate([even(weights, groups, kinds), more[2]]))
        report.importance(forest, names)
        if args.only_report:
            return
        forest.write(f"{MODEL}/trees.txt")
        trees.write_check(forest, rows.shape[1], f"{MODEL}/check.txt")
        if not args.binary:
            compare(build(), forest, args.data, work)


def compare(binary, forest, data, work):
    """Checks that guard and this script say the same of every row."""
    from data import candidates
    places, rows, _ = candidates(binary, f"{work}/excerpts")
    said = np.array([place["log_odds"] for place in places])
    if (said != forest.log_odds(rows)).any():
        raise SystemExit("guard and the training script do not agree")
    print(f"guard says the same as this script of all {len(rows)} rows")


if __name__ == "__main__":
    main()
