//! The trained trees.

use super::features::NAMES;

/// The trees as `tools/train` wrote them: a number on each line. First how many trees there are,
/// then where each begins, then four numbers a node: the feature, the largest value that goes left,
/// and the nodes to the left and right; of a leaf -1, its share of the sum, 0 and 0.
static TEXT: &[u8] = include_bytes!("trees.txt");

/// A node of a tree.
#[derive(Clone, Copy)]
struct Node {
    /// Index of a feature, or [`LEAF`].
    feature: u8,
    /// The largest value of the feature that goes left; of a leaf its share of the sum.
    value: i16,
    left: u16,
    right: u16,
}

/// Stands where a node has no feature.
const LEAF: u8 = u8::MAX;

/// How many of the units of a leaf make one unit of the logarithm of the odds.
const UNITS: f64 = 10_000.0;

/// How many numbers there are.
const NUMBERS: usize = {
    let (mut at, mut count) = (0, 0);
    while at < TEXT.len() {
        if TEXT[at] == b'\n' {
            count += 1;
        }
        at += 1;
    }
    count
};

/// The numbers, read by the compiler.
#[allow(
    long_running_const_eval,
    clippy::large_const_arrays,
    reason = "it is read by the compiler alone, which some ten thousand numbers take a moment"
)]
const VALUES: [i32; NUMBERS] = {
    let mut values = [0; NUMBERS];
    let (mut at, mut index, mut value, mut sign) = (0, 0, 0, 1);
    while at < TEXT.len() {
        match TEXT[at] {
            b'-' => sign = -1,
            b'\n' => {
                values[index] = sign * value;
                (index, value, sign) = (index + 1, 0, 1);
            }
            digit => value = value * 10 + (digit - b'0') as i32,
        }
        at += 1;
    }
    values
};

#[expect(clippy::cast_sign_loss, reason = "it is a count")]
const TREES: usize = VALUES[0] as usize;
const NODES: usize = (NUMBERS - 1 - TREES) / 4;

/// Where each tree begins.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test compares what the trees say with what the training script says"
)]
static ROOTS: [u16; TREES] = {
    let mut roots = [0; TREES];
    let mut at = 0;
    while at < TREES {
        roots[at] = VALUES[1 + at] as u16;
        at += 1;
    }
    roots
};

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test compares what the trees say with what the training script says"
)]
static FOREST: [Node; NODES] = {
    let empty = Node {
        feature: LEAF,
        value: 0,
        left: 0,
        right: 0,
    };
    let mut nodes = [empty; NODES];
    let mut at = 0;
    while at < NODES {
        let from = 1 + TREES + 4 * at;
        nodes[at] = Node {
            feature: if VALUES[from] < 0 {
                LEAF
            } else {
                VALUES[from] as u8
            },
            value: VALUES[from + 1] as i16,
            left: VALUES[from + 2] as u16,
            right: VALUES[from + 3] as u16,
        };
        at += 1;
    }
    nodes
};

/// Returns the logarithm of the odds that a row is a credential, in ten-thousandths.
#[must_use]
pub fn log_odds(row: &[i16; NAMES.len()]) -> i32 {
    ROOTS.iter().map(|&root| i32::from(leaf(root, row))).sum()
}

/// Returns how probable it is that a row is a credential, from 0 to 1.
#[must_use]
pub fn probability(row: &[i16; NAMES.len()]) -> f64 {
    1.0 / (1.0 + (-f64::from(log_odds(row)) / UNITS).exp())
}

fn leaf(root: u16, row: &[i16; NAMES.len()]) -> i16 {
    let mut node = &FOREST[usize::from(root)];
    while node.feature != LEAF {
        let next = if row[usize::from(node.feature)] <= node.value {
            node.left
        } else {
            node.right
        };
        node = &FOREST[usize::from(next)];
    }
    node.value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn every_tree_is_whole() {
        assert_eq!(NUMBERS, 1 + TREES + 4 * NODES);
        for (at, node) in FOREST.iter().enumerate() {
            if node.feature == LEAF {
                continue;
            }
            assert!(usize::from(node.feature) < NAMES.len());
            // A node leads on only, so that no walk goes round in circles.
            for next in [node.left, node.right] {
                assert!(usize::from(next) > at && usize::from(next) < NODES);
            }
        }
    }

    #[test]
    fn the_training_script_says_the_same() {
        let mut rows = 0;
        for line in include_str!("check.txt").lines() {
            let mut numbers = line
                .split(' ')
                .map(|number| number.parse::<i32>().expect("a number"));
            let wanted = numbers.next().expect("a sum");
            let mut row = [0; NAMES.len()];
            for value in &mut row {
                let number = numbers.next().expect("as many numbers as features");
                *value = i16::try_from(number).expect("a small number");
            }
            assert_eq!(numbers.next(), None);
            assert_eq!(log_odds(&row), wanted, "row {rows}");
            rows += 1;
        }
        assert!(rows > 20);
    }

    #[test]
    fn probabilities_are_in_range() {
        let mut random = Random::seeded(5);
        for _ in 0..1000 {
            let digits = random.pick("0123456789", NAMES.len() * 3);
            let mut row = [0; NAMES.len()];
            for (value, text) in row.iter_mut().zip(digits.as_bytes().chunks(3)) {
                *value = std::str::from_utf8(text)
                    .ok()
                    .and_then(|text| text.parse().ok())
                    .expect("three digits");
            }
            let probability = probability(&row);
            assert!((0.0..=1.0).contains(&probability), "{probability}");
        }
    }
}
