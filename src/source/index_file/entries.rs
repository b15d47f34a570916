//! The entries of an index file, read where they lie.
//!
//! Source: git, `Documentation/gitformat-index.txt`, "Index entry".

use super::Odd;
use crate::source::changes::is_empty_blob;
use bstr::BString;
use git2::Oid;
use std::cmp::Ordering;
use std::ops::Range;

/// Where the fields of an entry lie, from its beginning; all numbers are big-endian.
const MODE: usize = 24;
const OID: usize = 40;

/// Where the flags and the extended flags lie, behind an id of each length.
const FLAGS_SHA1: usize = OID + 20;
const FLAGS_SHA256: usize = OID + 32;

/// The flags of an entry: whether there are extended ones, the side of a conflict (0 outside
/// conflicts), and the length of the path, which has no upper limit where all bits are set.
const EXTENDED: u16 = 0x4000;
const STAGE: u16 = 0x3000;
const LENGTH: u16 = 0x0fff;

/// The extended flags: one made by `git add -N`, and all that git knows.
const INTENT_TO_ADD: u16 = 0x2000;
const KNOWN: u16 = 0x6000;

/// The modes that git writes: file, executable file, symbolic link, commit of another repository.
/// A folder stands only in a sparse index, which is not read here.
const MODES: [u32; 4] = [0o100_644, 0o100_755, 0o120_000, 0o160_000];

/// From which version on paths leave out what they share with the one before.
const SHORTENED: u32 = 4;

/// From which version on there may be extended flags.
const WITH_EXTENDED: u32 = 3;

/// How many entries lie between two marks: a look-up decodes half as many on average.
const MARK_EVERY: usize = 16;

/// The bytes in which entries lie.
#[derive(Clone, Copy)]
pub(super) struct Layout<'i> {
    /// The file without the checksum at its end.
    pub(super) bytes: &'i [u8],
    pub(super) version: u32,
    pub(super) count: usize,
    /// How long an id is.
    pub(super) oid_bytes: usize,
}

/// What one walk through all entries gave.
#[derive(Default)]
pub(super) struct Survey {
    marks: Marks,
    /// The paths in conflict, each once.
    pub(super) conflicts: Vec<BString>,
    /// Where the entries end.
    pub(super) end: usize,
}

/// Places in between from which a walk can go on.
#[derive(Default)]
struct Marks {
    marks: Vec<Mark>,
    /// The paths of the marks, where they are not whole in the file.
    paths: Vec<u8>,
}

/// A place where an entry begins.
struct Mark {
    at: usize,
    /// Where its path is in [`Marks::paths`].
    path: Range<usize>,
}

/// An entry of the index.
#[derive(Clone, Copy)]
pub(in crate::source) struct Entry<'c> {
    pub(in crate::source) path: &'c [u8],
    pub(in crate::source) mode: u32,
    pub(in crate::source) oid: Oid,
    /// Whether `git add -N` made it, so that it is in no commit.
    pub(in crate::source) is_intent: bool,
}

/// A walk through the entries.
#[derive(Clone)]
pub(in crate::source) struct Cursor<'i> {
    layout: Layout<'i>,
    marks: Option<&'i Marks>,
    /// How many entries lie before it.
    number: usize,
    /// Where the entry begins; behind the last one, where the entries end.
    at: usize,
    head: Head,
    /// The path, where it is not whole in the file.
    path: Vec<u8>,
}

/// An entry without what its path shares with the one before.
#[derive(Clone, Copy, Default)]
struct Head {
    mode: u32,
    flags: u16,
    is_intent: bool,
    /// How many bytes at the end of the path before are not shared.
    stripped: usize,
    /// Where what follows them is.
    suffix: (usize, usize),
    /// Where the next entry begins.
    next: usize,
}

impl Head {
    fn stage(&self) -> u16 {
        self.flags & STAGE
    }
}

/// How many bytes an entry takes at the least: its fields with the shorter id, one byte of a path
/// and the end of it.
pub(super) const ENTRY_BYTES: u64 = 64;

/// How long the part of the file before the entries is.
pub(super) const HEADER_BYTES: usize = 12;

impl Survey {
    /// Walks through all entries and looks at each.
    pub(super) fn of(layout: Layout<'_>) -> Result<Self, Odd> {
        let mut survey = Self::default();
        let mut cursor = Cursor::start(layout, None)?;
        while cursor.number < layout.count {
            if cursor.number.is_multiple_of(MARK_EVERY) {
                survey.marks.push(&cursor);
            }
            if cursor.head.stage() != 0 {
                let path = cursor.path();
                if survey.conflicts.last().is_none_or(|last| last != path) {
                    survey.conflicts.push(path.into());
                }
            }
            cursor.advance()?;
        }
        survey.end = cursor.at;
        Ok(survey)
    }

    /// Returns a walk that begins at the first entry.
    pub(super) fn cursor<'i>(&'i self, layout: Layout<'i>) -> Result<Cursor<'i>, Odd> {
        Cursor::start(layout, Some(&self.marks))
    }
}

impl Marks {
    fn push(&mut self, cursor: &Cursor<'_>) {
        let begin = self.paths.len();
        if cursor.layout.version >= SHORTENED {
            self.paths.extend_from_slice(&cursor.path);
        }
        self.marks.push(Mark {
            at: cursor.at,
            path: begin..self.paths.len(),
        });
    }
}

impl<'i> Cursor<'i> {
    fn start(layout: Layout<'i>, marks: Option<&'i Marks>) -> Result<Self, Odd> {
        let mut cursor = Self {
            layout,
            marks,
            number: 0,
            at: HEADER_BYTES,
            head: Head::default(),
            path: Vec::new(),
        };
        if layout.count > 0 {
            layout.read(HEADER_BYTES, &mut cursor.head)?;
            cursor.take_path()?;
        }
        Ok(cursor)
    }

    /// Returns how many entries lie before.
    pub(in crate::source) fn number(&self) -> usize {
        self.number
    }

    /// Returns where the entry begins.
    pub(in crate::source) fn at(&self) -> usize {
        self.at
    }

    /// Says whether the path of the entry stands in the file without what it shares with another.
    pub(super) fn is_whole(&self) -> bool {
        self.layout.version < SHORTENED || self.path.len() == self.head.suffix.1
    }

    /// Returns the entry; behind the last there is none.
    pub(in crate::source) fn entry(&self) -> Result<Option<Entry<'_>>, Odd> {
        if self.number >= self.layout.count {
            return Ok(None);
        }
        let path = self.path();
        if memchr::memchr(0, path).is_some() {
            return Err(Odd("a path holds a NUL byte"));
        }
        Ok(Some(Entry {
            path,
            mode: self.head.mode,
            oid: self.layout.oid(self.at + OID)?,
            is_intent: self.head.is_intent,
        }))
    }

    /// Goes to the next entry, whose path must come after this one's.
    #[inline]
    pub(in crate::source) fn advance(&mut self) -> Result<(), Odd> {
        let (path, stage) = (self.head.suffix, self.head.stage());
        self.number += 1;
        self.at = self.head.next;
        if self.number >= self.layout.count {
            return Ok(());
        }
        self.layout.read(self.at, &mut self.head)?;
        let order = if self.layout.version < SHORTENED {
            let before = self.layout.slice(path);
            self.layout.slice(self.head.suffix).cmp(before)
        } else {
            self.take_path()?
        };
        // A path in conflict may stand there for each side.
        let is_next_side = stage != 0 && self.head.stage() > stage;
        if order == Ordering::Greater || (order == Ordering::Equal && is_next_side) {
            Ok(())
        } else {
            Err(Odd("the entries are out of order"))
        }
    }

    /// Goes on to the entry before which `number` lie.
    pub(in crate::source) fn seek(&mut self, number: usize) -> Result<(), Odd> {
        if number > self.layout.count {
            return Err(Odd("there are fewer entries than that"));
        }
        let marks = self.marks.map_or(0, |marks| marks.marks.len());
        let mark = (number / MARK_EVERY).min(marks.saturating_sub(1));
        if mark > self.number / MARK_EVERY {
            self.go_to_mark(mark)?;
        }
        while self.number < number {
            self.advance()?;
        }
        Ok(())
    }

    /// Goes to the first entry whose path is not less than `path`.
    pub(super) fn find(&mut self, path: &[u8]) -> Result<(), Odd> {
        let marks = self.marks.map_or(0, |marks| marks.marks.len());
        let (mut low, mut high) = (0, marks);
        // The last mark before the path, or the first one.
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            self.go_to_mark(middle)?;
            if self.path() < path {
                low = middle;
            } else {
                high = middle;
            }
        }
        if marks > 0 {
            self.go_to_mark(low)?;
        }
        while self.number < self.layout.count && self.path() < path {
            self.advance()?;
        }
        Ok(())
    }

    /// Goes to a mark; one behind the last is left for a walk to reach.
    fn go_to_mark(&mut self, mark: usize) -> Result<(), Odd> {
        let Some((marks, found)) = self
            .marks
            .and_then(|marks| Some((marks, marks.marks.get(mark)?)))
        else {
            return Ok(());
        };
        self.number = mark * MARK_EVERY;
        self.at = found.at;
        self.layout.read(found.at, &mut self.head)?;
        self.path.clear();
        self.path
            .extend_from_slice(marks.paths.get(found.path.clone()).unwrap_or_default());
        Ok(())
    }

    /// Returns the path of the entry.
    fn path(&self) -> &[u8] {
        if self.layout.version < SHORTENED {
            self.layout.slice(self.head.suffix)
        } else {
            &self.path
        }
    }

    /// Turns the path of the entry before into this one's; returns how it compares with that.
    fn take_path(&mut self) -> Result<Ordering, Odd> {
        if self.layout.version < SHORTENED {
            return Ok(Ordering::Greater);
        }
        let suffix = self.layout.slice(self.head.suffix);
        let Some(shared) = self.path.len().checked_sub(self.head.stripped) else {
            return Err(Odd("a path shares more than there is"));
        };
        let order = suffix.cmp(&self.path[shared..]);
        self.path.truncate(shared);
        self.path.extend_from_slice(suffix);
        let stated = usize::from(self.head.flags & LENGTH);
        if stated == self.path.len().min(usize::from(LENGTH)) && stated > 0 {
            Ok(order)
        } else {
            Err(Odd("a path has another length than its entry says"))
        }
    }
}

impl<'i> Layout<'i> {
    /// Reads the entry that begins at `at`, but for its id.
    #[inline]
    fn read(&self, at: usize, head: &mut Head) -> Result<(), Odd> {
        if self.oid_bytes == FLAGS_SHA1 - OID {
            self.read_with::<FLAGS_SHA1>(at, head)
        } else {
            self.read_with::<FLAGS_SHA256>(at, head)
        }
    }

    /// Reads an entry whose flags lie at `FLAGS`.
    #[inline]
    fn read_with<const FLAGS: usize>(&self, at: usize, head: &mut Head) -> Result<(), Odd> {
        const CUT: Odd = Odd("an entry is cut off");
        let bytes = self.bytes.get(at..).ok_or(CUT)?;
        let (fixed, behind): (&[u8; FLAGS], _) = bytes.split_first_chunk().ok_or(CUT)?;
        let mode = be_32(*fixed[MODE..OID].first_chunk().ok_or(CUT)?);
        if !MODES.contains(&mode) {
            return Err(Odd("an entry has a mode that git does not write"));
        }
        let flags = u16::from_be_bytes(*behind.first_chunk().ok_or(CUT)?);
        head.mode = mode;
        head.flags = flags;
        head.is_intent = false;
        let mut name = FLAGS + 2;
        if flags & EXTENDED != 0 {
            let extended = bytes.get(name..name + 2).ok_or(CUT)?;
            let extended = u16::from_be_bytes([extended[0], extended[1]]);
            if self.version < WITH_EXTENDED || extended & !KNOWN != 0 {
                return Err(Odd("an entry has flags that are not known"));
            }
            head.is_intent = extended & INTENT_TO_ADD != 0;
            if head.is_intent && !is_empty_blob(self.oid(at + OID)?) {
                return Err(Odd("an entry is only intended, and has a content"));
            }
            name += 2;
        }
        let stated = usize::from(flags & LENGTH);
        if self.version >= SHORTENED {
            let (stripped, length) = variable(&bytes[name..]).ok_or(CUT)?;
            name += length;
            let length = memchr::memchr(0, &bytes[name..]).ok_or(CUT)?;
            head.stripped = stripped;
            head.suffix = (at + name, length);
            head.next = at + name + length + 1;
            return Ok(());
        }
        let length = if stated < usize::from(LENGTH) {
            stated
        } else {
            memchr::memchr(0, &bytes[name..]).ok_or(CUT)?
        };
        // One to eight NUL bytes bring the length to a multiple of eight.
        let size = (name + length + 8) & !7;
        if size > bytes.len() {
            return Err(CUT);
        }
        if length < stated.max(1) || bytes[name + length] != 0 {
            return Err(Odd("a path has another length than its entry says"));
        }
        head.suffix = (at + name, length);
        head.next = at + size;
        Ok(())
    }

    /// Returns a part of the file that was found within it.
    fn slice(&self, (at, length): (usize, usize)) -> &'i [u8] {
        self.bytes.get(at..at + length).unwrap_or_default()
    }

    /// Reads the id that begins at `at`.
    pub(super) fn oid(&self, at: usize) -> Result<Oid, Odd> {
        self.bytes
            .get(at..at + self.oid_bytes)
            .and_then(|bytes| Oid::from_bytes(bytes).ok())
            .ok_or(Odd("an id is cut off"))
    }
}

/// Reads a number.
pub(super) fn be_32(bytes: [u8; 4]) -> u32 {
    u32::from_be_bytes(bytes)
}

/// Reads a number of variable length: seven bits a byte, the highest first, all but the last with
/// the eighth bit set, and one added at each step so that no number has two forms. Returns it with
/// its length.
///
/// Source: git, `varint.c`; the offsets of `gitformat-pack` are written the same way.
fn variable(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut number = 0_usize;
    for (at, &byte) in bytes.iter().enumerate() {
        number = number.checked_mul(128)? + usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, at + 1));
        }
        number = number.checked_add(1)?;
    }
    None
}
