"""Grows the trees, turns them into whole numbers, writes them as guard reads them."""

import lightgbm as lgb
import numpy as np

UNITS = 10_000
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.06, "num_leaves": 14, "min_data_in_leaf": 12, "lambda_l2": 8.0,
    "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1, "max_bin": 63, "verbose": -1, "seed": 7,
    "deterministic": True, "force_row_wise": True, "num_threads": 2,
}
ROUNDS = 200


def grow(rows, labels, weights, rounds=ROUNDS, **changes):
    data = lgb.Dataset(rows.astype(np.float64), labels, weight=weights, free_raw_data=False)
    return Forest(lgb.train({**PARAMETERS, **changes}, data, rounds))


class Forest:
    """Trees over whole numbers: a node is (feature, threshold, left, right), a leaf (-1, share, 0, 0)."""

    def __init__(self, model):
        self.model = model
        self.roots, self.nodes = [], []
        for tree in model.dump_model()["tree_info"]:
            self.roots.append(len(self.nodes))
            self.add(tree["tree_structure"])

    def add(self, node):
        at = len(self.nodes)
        self.nodes.append(None)
        if "leaf_value" in node:
            self.nodes[at] = (-1, round(node["leaf_value"] * UNITS), 0, 0)
            assert abs(self.nodes[at][1]) < 32768
            return at
        assert node["decision_type"] == "<="
        # The rows are whole numbers, so what lies below a threshold is at most its floor.
        threshold = int(np.floor(node["threshold"]))
        left = self.add(node["left_child"])
        right = self.add(node["right_child"])
        self.nodes[at] = (node["split_feature"], threshold, left, right)
        return at

    def log_odds(self, rows):
        """Returns the sums of all leaves, in units."""
        nodes = np.array(self.nodes, dtype=np.int64)
        total = np.zeros(len(rows), dtype=np.int64)
        index = np.arange(len(rows))
        for root in self.roots:
            at = np.full(len(rows), root)
            while (inner := nodes[at, 0] >= 0).any():
                feature = np.maximum(nodes[at, 0], 0)
                goes_left = rows[index, feature] <= nodes[at, 1]
                at = np.where(inner, np.where(goes_left, nodes[at, 2], nodes[at, 3]), at)
            total += nodes[at, 1]
        return total

    def write(self, path):
        numbers = [len(self.roots), *self.roots]
        for node in self.nodes:
            numbers.extend(node)
        with open(path, "w") as file:
            file.write("".join(f"{number}\n" for number in numbers))


def write_check(forest, count, path, seed=11, rows=64):
    """Writes made-up rows and what the trees say about them, for guard's own test."""
    rng = np.random.default_rng(seed)
    made = rng.integers(0, 120, size=(rows, count)).astype(np.int16)
    made[:, rng.integers(0, count, size=count // 2)] %= 3
    sums = forest.log_odds(made)
    with open(path, "w") as file:
        for row, total in zip(made, sums):
            file.write(" ".join(map(str, [total, *row])) + "\n")
