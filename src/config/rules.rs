//! The rules in force, the built-in ones unpacked on first need.

use crate::builtin::{HEADS, Held};
use crate::spec::{Languages, Rule};
use crate::wording;
use std::ops::Index;
use std::sync::OnceLock;

/// A list of rules. The built-in ones come first when they are in force at all.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// A place for each built-in rule in force.
    builtin: Vec<OnceLock<Box<Rule>>>,
    own: Vec<Own>,
}

/// A rule of a pattern file.
#[derive(Clone, Debug)]
struct Own {
    rule: Rule,
    /// What the build has worked out for the built-in ones, worked out when it is asked for.
    asks: OnceLock<(Held, Vec<u16>)>,
}

impl Own {
    fn asks(&self) -> &(Held, Vec<u16>) {
        self.asks.get_or_init(|| {
            let keywords: Vec<&str> = self.rule.keywords.iter().map(AsRef::as_ref).collect();
            let words = wording::of(&self.rule.regex, &keywords);
            (
                Held::by_matches_of(&self.rule.regex),
                wording::packed(&words),
            )
        })
    }
}

impl Rules {
    /// Returns the built-in rules.
    #[must_use]
    pub fn builtin() -> Self {
        let mut rules = Self::default();
        rules.add_builtin();
        rules
    }

    /// Puts the built-in rules in front; returns by how much the others moved.
    pub(super) fn add_builtin(&mut self) -> usize {
        if self.has_builtin() {
            return 0;
        }
        self.builtin.resize_with(HEADS.len(), OnceLock::new);
        HEADS.len()
    }

    /// Tells whether the built-in rules are in force.
    #[must_use]
    pub fn has_builtin(&self) -> bool {
        !self.builtin.is_empty()
    }

    /// Returns how many of the rules are built in.
    #[must_use]
    pub fn builtin_count(&self) -> usize {
        self.builtin.len()
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.builtin.len() + self.own.len()
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns every rule in order.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        (0..self.len()).map(|index| &self[index])
    }

    /// Returns the index of the rule of that id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        (0..self.len()).find(|&index| self.id(index) == id)
    }

    /// Returns every id in order, without unpacking a rule.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.id(index))
    }

    /// Returns the id of a rule, without unpacking it.
    #[must_use]
    pub fn id(&self, index: usize) -> &str {
        match index.checked_sub(self.builtin.len()) {
            None => HEADS[index].id(),
            Some(own) => &self.own[own].rule.id,
        }
    }

    /// Returns the pack of a built-in rule.
    #[must_use]
    pub fn pack(&self, index: usize) -> Option<&'static str> {
        (index < self.builtin.len()).then(|| HEADS[index].pack())
    }

    /// Tells whether a rule is on, and in which file types, without unpacking it.
    #[must_use]
    pub fn gate(&self, index: usize) -> (bool, Languages) {
        // A rule that was unpacked may have been changed.
        match self.builtin.get(index).map(OnceLock::get) {
            Some(None) => (HEADS[index].enabled, HEADS[index].languages),
            _ => (self[index].enabled, self[index].languages),
        }
    }

    /// Returns what every match of a rule's pattern holds.
    pub(crate) fn need(&self, index: usize) -> Held {
        match index.checked_sub(self.builtin.len()) {
            // A pattern file changes much of a built-in rule, but not its pattern.
            None => HEADS[index].need,
            Some(own) => self.own[own].asks().0,
        }
    }

    /// Returns the words that every match of a rule's pattern spells out, packed.
    pub(crate) fn wording(&self, index: usize) -> &[u16] {
        match index.checked_sub(self.builtin.len()) {
            None => HEADS[index].wording(),
            Some(own) => &self.own[own].asks().1,
        }
    }

    /// Appends a rule; returns its index.
    pub(super) fn push(&mut self, rule: Rule) -> usize {
        let asks = OnceLock::new();
        self.own.push(Own { rule, asks });
        self.len() - 1
    }

    /// Returns a rule to be changed.
    pub(super) fn change(&mut self, index: usize) -> &mut Rule {
        let count = self.builtin.len();
        if index >= count {
            let own = &mut self.own[index - count];
            own.asks = OnceLock::new();
            return &mut own.rule;
        }
        let cell = &mut self.builtin[index];
        cell.get_or_init(|| Box::new(HEADS[index].rule()));
        cell.get_mut().expect("it was just filled")
    }
}

impl Index<usize> for Rules {
    type Output = Rule;

    fn index(&self, index: usize) -> &Rule {
        match index.checked_sub(self.builtin.len()) {
            None => self.builtin[index].get_or_init(|| Box::new(HEADS[index].rule())),
            Some(own) => &self.own[own].rule,
        }
    }
}
