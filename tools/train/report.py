"""Figures on what the trees did not see."""

import numpy as np

from data import candidates


def names(binary, folder):
    return candidates(binary, folder)[2]


def chance(sums):
    return 1 / (1 + np.exp(-np.asarray(sums)))


def lines(found, chosen):
    """Returns the lines that some candidates stand on."""
    return {(found.places[at]["path"], found.places[at]["line"]) for at in chosen}


def tell(found, sums, of_chosen):
    rows, labels, weights, groups, kinds = found.arrays()
    excerpt = np.flatnonzero((kinds == "excerpt") & (weights == 1.0))
    good = lines(found, excerpt[labels[excerpt] == 1])
    bad = lines(found, excerpt[labels[excerpt] == 0])
    print(f"{len(rows)} candidates; lines with a credential {len(good)}, with none {len(bad)}")
    print("threshold  recall precision F1     cases: recall alarms   clean  chosen words kept   outside samples: found precision clean")
    of_case = kinds == "case"
    outside = np.array([place["sample"] == 0 for place in found.places])
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95):
        kept = chance(sums) >= threshold
        hit = lines(found, excerpt[kept[excerpt] & (labels[excerpt] == 1)])
        alarm = lines(found, excerpt[kept[excerpt] & (labels[excerpt] == 0)]) - good
        recall, precision = len(hit) / len(good), len(hit) / max(1, len(hit) + len(alarm))
        f1 = 2 * recall * precision / max(1e-9, recall + precision)
        cases = [kept[of_case & (labels == label)].mean() for label in (1, 0)]
        print(f"{threshold:8.2f} {recall:8.3f} {precision:8.3f} {f1:7.3f} {cases[0]:13.3f} {cases[1]:7.3f}"
              f" {int(kept[kinds == 'clean'].sum()):7} {(chance(of_chosen) >= threshold).mean():7.3f}"
              f" {blocking(found, excerpt, kept & outside, labels, good)} {int((kept & outside)[kinds == 'clean'].sum())}")


def blocking(found, excerpt, kept, labels, good):
    hit = lines(found, excerpt[kept[excerpt] & (labels[excerpt] == 1)])
    alarm = lines(found, excerpt[kept[excerpt] & (labels[excerpt] == 0)]) - good
    return f"{len(hit):10} {len(hit) / max(1, len(hit) + len(alarm)):8.3f}"


def by_group(found, sums, threshold):
    """Prints recall and precision of each repository at a threshold."""
    rows, labels, weights, groups, kinds = found.arrays()
    kept = chance(sums) >= threshold
    for group in np.unique(groups[kinds == "excerpt"]):
        of = (groups == group) & (kinds == "excerpt") & (weights == 1.0)
        right, wrong = kept & of & (labels == 1), kept & of & (labels == 0)
        print(f"  {group}: {right.sum()} of {(of & (labels == 1)).sum()} found, {wrong.sum()} of {(of & (labels == 0)).sum()} alarms")


def importance(forest, names):
    gain = forest.model.feature_importance("gain")
    order = np.argsort(-gain)
    print("gain by feature: " + ", ".join(f"{names[at]} {gain[at] / gain.sum():.3f}" for at in order[:28]))
    print("unused: " + ", ".join(names[at] for at in order if gain[at] == 0))
    print(f"{len(forest.roots)} trees, {len(forest.nodes)} nodes")


def write(found, sums, path):
    """Writes each candidate with its label and what the trees say that did not see it."""
    with open(path, "w") as file:
        for place, label, weight, kind, chance_of in zip(found.places, found.labels, found.weights, found.kinds, chance(sums)):
            print(kind, label, weight, f"{chance_of:.3f}", place["sample"], place["rule"], place["path"], place["line"], sep="\t", file=file)
