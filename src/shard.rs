//! One part of a scan that is split over several machines.

use crate::source::{Item, Place};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// One of `of` parts of a scan, counted from 1.
///
/// What belongs to it is told by object ids alone, so machines need not talk to one another: the
/// first 8 bytes of an id, read as a big-endian number, modulo `of`, give the part, counted from
/// 0. Ids are hashes, so the parts are even; every id is in exactly one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Numbers")]
pub struct Shard {
    index: u32,
    of: u32,
}

/// A shard as JSON holds it, unchecked.
#[derive(Deserialize)]
struct Numbers {
    index: u64,
    of: u64,
}

/// A text that names no shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// It is not two numbers.
    #[error("a shard is written I/N, as in 1/8: part 1 of 8")]
    Form,
    /// There are no parts.
    #[error("a scan cannot be split into 0 parts; write 1/1 for the whole")]
    None,
    /// The part is not one of them.
    #[error("there is no part {index} of {of}: parts are counted from 1 to {of}")]
    Outside {
        /// Which part was asked for.
        index: u64,
        /// How many there are.
        of: u32,
    },
    /// There are more parts than make sense.
    #[error("a scan is split into at most 65536 parts, not {0}")]
    TooMany(u64),
}

impl Shard {
    /// The whole, as one part.
    pub const WHOLE: Self = Self { index: 1, of: 1 };
    /// How many parts there may be: far more than machines, few enough to name those that are
    /// missing.
    pub const MOST: u32 = 1 << 16;

    /// Returns part `index` of `of`.
    ///
    /// # Errors
    ///
    /// Fails when there is no such part.
    pub fn new(index: u64, of: u64) -> Result<Self, ShardError> {
        let of = match u32::try_from(of) {
            Ok(0) => return Err(ShardError::None),
            Ok(of @ 1..=Self::MOST) => of,
            _ => return Err(ShardError::TooMany(of)),
        };
        match u32::try_from(index) {
            Ok(index) if (1..=of).contains(&index) => Ok(Self { index, of }),
            _ => Err(ShardError::Outside { index, of }),
        }
    }

    /// Returns which part it is, from 1.
    #[must_use]
    pub const fn index(self) -> u32 {
        self.index
    }

    /// Returns how many parts there are.
    #[must_use]
    pub const fn of(self) -> u32 {
        self.of
    }

    /// Tells whether the object with this id belongs to the part.
    ///
    /// Takes the raw bytes of an id of any length: 20 of SHA-1, 32 of SHA-256.
    #[must_use]
    pub fn takes(self, id: &[u8]) -> bool {
        let mut head = [0; 8];
        for (to, from) in head.iter_mut().zip(id) {
            *to = *from;
        }
        u64::from_be_bytes(head) % u64::from(self.of) == u64::from(self.index - 1)
    }

    /// Keeps the items that belong to the part, and returns a text that is the same for all parts
    /// of these items and for no others: by it a merge tells the parts of one scan.
    ///
    /// A message goes with its commit or tag. The text is SHA-256 over all items, the first 16
    /// bytes of it in hexadecimal.
    pub fn split(self, items: &mut Vec<Item>) -> String {
        let mut all = Sha256::new();
        items.retain(|item| {
            let id = id(item);
            let commit = item.commit.as_ref().map(|commit| commit.id);
            for part in [
                item.path.as_slice(),
                &id,
                commit.as_ref().map_or(&[], |id| id.as_bytes()),
            ] {
                all.update((part.len() as u64).to_be_bytes());
                all.update(part);
            }
            self.takes(&id)
        });
        let mut text = String::with_capacity(32);
        for byte in all.finalize().iter().take(16) {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// Returns the id by which an item belongs to a part: its own, its commit's, or, when git knows
/// neither, a hash of what there is.
fn id(item: &Item) -> Vec<u8> {
    match (&item.new, &item.commit) {
        (Place::Blob(oid), _) => oid.as_bytes().to_vec(),
        (_, Some(commit)) => commit.id.as_bytes().to_vec(),
        (Place::Memory(text), None) => Sha256::digest(text).to_vec(),
        (Place::File(_), None) => Sha256::digest(item.path.as_slice()).to_vec(),
    }
}

impl TryFrom<Numbers> for Shard {
    type Error = ShardError;

    fn try_from(numbers: Numbers) -> Result<Self, ShardError> {
        Self::new(numbers.index, numbers.of)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (index, of) = text.split_once('/').ok_or(ShardError::Form)?;
        Self::new(number(index)?, number(of)?)
    }
}

/// Reads digits and nothing else; a number too large to hold is as large as can be.
fn number(text: &str) -> Result<u64, ShardError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ShardError::Form);
    }
    Ok(text.parse().unwrap_or(u64::MAX))
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha1::{Digest, Sha1};

    fn shards(of: u64) -> Vec<Shard> {
        (1..=of)
            .map(|index| Shard::new(index, of).expect("it is one of them"))
            .collect()
    }

    #[test]
    fn every_id_is_in_exactly_one_part_and_the_parts_are_even() {
        let ids: Vec<[u8; 20]> = (0..20_000_u32)
            .map(|number| Sha1::digest(number.to_be_bytes()).into())
            .collect();
        for of in [1, 2, 3, 7, 8, 100] {
            let shards = shards(of);
            let mut sizes = vec![0_u32; shards.len()];
            for id in &ids {
                let takers: Vec<_> = (0..shards.len())
                    .filter(|&at| shards[at].takes(id))
                    .collect();
                assert_eq!(takers.len(), 1, "{id:02x?} of {of}");
                sizes[takers[0]] += 1;
            }
            let even = 20_000.0 / of as f64;
            // Five standard deviations of a binomial distribution.
            let most = 5.0 * even.sqrt();
            for size in sizes {
                assert!(
                    (f64::from(size) - even).abs() <= most,
                    "{size} of {even}, 1/{of}"
                );
            }
        }
    }

    /// An item of each kind for each number.
    fn items(numbers: std::ops::Range<u32>) -> Vec<Item> {
        let oid = |text: String| {
            let digest = Sha1::digest(text);
            git2::Oid::from_bytes(&digest).expect("SHA-1 has as many bytes")
        };
        let commit = |number| {
            std::sync::Arc::new(crate::source::Commit {
                id: oid(format!("commit {number}")),
                author: String::new(),
                time: 0,
                summary: String::new(),
            })
        };
        let item = |path: String, new, commit| Item {
            path: path.into(),
            form: crate::source::Form::File,
            new,
            old: crate::source::Old::NOTHING,
            commit,
        };
        let text = Place::Memory(b"text"[..].into());
        let mut items = Vec::new();
        for number in numbers {
            let blob = Place::Blob(oid(format!("blob {number}")));
            items.push(item(format!("a{number}"), blob.clone(), Some(commit(1))));
            items.push(item(format!("b{number}"), blob, None));
            items.push(item("message".into(), text.clone(), Some(commit(number))));
            let memory = Place::Memory(number.to_string().into_bytes().into());
            items.push(item("stdin".into(), memory, None));
            items.push(item(format!("c{number}"), Place::File("c".into()), None));
        }
        items
    }

    #[test]
    fn items_are_split_without_loss_and_a_text_stays_with_its_copies() {
        let all = items(0..300);
        let mut seen = Vec::new();
        let mut names = Vec::new();
        for shard in shards(3) {
            let mut part = all.clone();
            names.push(shard.split(&mut part));
            assert!((400..600).contains(&part.len()), "{} of 1,500", part.len());
            for item in &part {
                let shard_of = |path: String| part.iter().any(|other| other.path == path);
                if let Some(number) = item.path.strip_prefix(b"a") {
                    let number = String::from_utf8_lossy(number);
                    assert!(
                        shard_of(format!("b{number}")),
                        "the same blob under another path"
                    );
                }
            }
            seen.extend(part.into_iter().map(|item| format!("{item:?}")));
        }
        let mut all: Vec<_> = all.iter().map(|item| format!("{item:?}")).collect();
        all.sort();
        seen.sort();
        assert!(seen == all, "each item is in one part");
        assert!(
            names
                .iter()
                .all(|name| *name == names[0] && name.len() == 32),
            "{names:?}"
        );
        assert_ne!(Shard::WHOLE.split(&mut items(0..299)), names[0]);
        assert_eq!(Shard::WHOLE.split(&mut items(0..300)), names[0]);
    }

    /// Results of different versions of guard can be of one set only while this stays as it is.
    #[test]
    fn the_part_is_the_first_eight_bytes_modulo_the_number_of_parts() {
        let part = |id: &[u8]| {
            let of_seven = shards(7);
            of_seven.iter().position(|shard| shard.takes(id))
        };
        assert_eq!(part(&[0; 20]), Some(0));
        assert_eq!(part(&[0xff; 20]), Some(1), "2^64 - 1 = 1 modulo 7");
        assert_eq!(
            part(&[0xff; 32]),
            Some(1),
            "the rest of an id decides nothing"
        );
        let mut id = [0; 20];
        id[7] = 13;
        id[8] = 1;
        assert_eq!(part(&id), Some(6));
        assert_eq!(
            part(&[1]),
            Some(4),
            "2^56 = 4 modulo 7: as if zeros followed"
        );
        assert_eq!(part(&[]), Some(0));
    }

    #[test]
    fn a_shard_is_written_as_it_is_read() {
        for text in ["1/1", "1/8", "8/8", "65536/65536"] {
            assert_eq!(
                text.parse::<Shard>().map(|shard| shard.to_string()),
                Ok(text.to_owned())
            );
        }
        assert_eq!(
            "01/08".parse::<Shard>().map(|shard| shard.to_string()),
            Ok("1/8".to_owned())
        );
    }

    #[test]
    fn what_is_no_shard_is_refused_with_the_reason() {
        let why = |text: &str| {
            let error = text.parse::<Shard>().expect_err(text);
            error.to_string()
        };
        for junk in [
            "",
            "/",
            "1",
            "1/",
            "/8",
            "a/b",
            "1/8/2",
            "-1/8",
            "+1/8",
            " 1/8",
            "1/8 ",
            "1.0/8",
            "\u{664}/8",
        ] {
            assert_eq!(
                why(junk),
                "a shard is written I/N, as in 1/8: part 1 of 8",
                "{junk}"
            );
        }
        assert_eq!(
            why("0/0"),
            "a scan cannot be split into 0 parts; write 1/1 for the whole"
        );
        assert_eq!(
            why("0/8"),
            "there is no part 0 of 8: parts are counted from 1 to 8"
        );
        assert_eq!(
            why("9/8"),
            "there is no part 9 of 8: parts are counted from 1 to 8"
        );
        assert_eq!(
            why("1/65537"),
            "a scan is split into at most 65536 parts, not 65537"
        );
        assert_eq!(
            why("1/99999999999999999999999"),
            "a scan is split into at most 65536 parts, not 18446744073709551615"
        );
        assert_eq!(
            why("4294967297/2"),
            "there is no part 4294967297 of 2: parts are counted from 1 to 2"
        );
    }
}
