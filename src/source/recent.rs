//! Texts that were read a moment ago.
//!
//! In a history the old version of a file is what was the new one some commits before. Reading it
//! again would unpack a chain of deltas again.

use bstr::BString;
use git2::Oid;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// How much is kept, in bytes: the files that a few hundred commits touch.
const KEPT_BYTES: usize = 32 << 20;

/// Larger texts are not kept: a single one would drive out all others.
const LARGEST_BYTES: usize = KEPT_BYTES / 16;

/// Texts by their ids, the oldest given up first; shared by all threads.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    texts: HashMap<Oid, Arc<BString>>,
    order: VecDeque<Oid>,
    bytes: usize,
}

impl Recent {
    /// Returns a text, if it is still there.
    pub(super) fn get(&self, oid: Oid) -> Option<Arc<BString>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.texts.get(&oid).map(Arc::clone)
    }

    /// Keeps a text for a while.
    pub(super) fn keep(&self, oid: Oid, text: &[u8]) {
        if text.len() > LARGEST_BYTES {
            return;
        }
        let text = Arc::new(BString::from(text));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += text.len();
        if let Some(same) = kept.texts.insert(oid, text) {
            kept.bytes -= same.len();
            return;
        }
        kept.order.push_back(oid);
        while kept.bytes > KEPT_BYTES {
            let Some(oldest) = kept.order.pop_front() else {
                break;
            };
            if let Some(text) = kept.texts.remove(&oldest) {
                kept.bytes -= text.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid(number: u8) -> Oid {
        Oid::from_bytes(&[number; 20]).expect("20 bytes")
    }

    #[test]
    fn the_oldest_texts_go_first() {
        let recent = Recent::default();
        let text = vec![b'x'; LARGEST_BYTES];
        for number in 0..20 {
            recent.keep(oid(number), &text);
            recent.keep(oid(number), &text);
        }
        let kept: Vec<u8> = (0..20)
            .filter(|&number| recent.get(oid(number)).is_some())
            .collect();
        assert_eq!(kept, (4..20).collect::<Vec<u8>>());
    }

    #[test]
    fn what_is_very_large_is_not_kept() {
        let recent = Recent::default();
        recent.keep(oid(1), &vec![b'x'; LARGEST_BYTES + 1]);
        assert_eq!(recent.get(oid(1)), None);
    }
}
