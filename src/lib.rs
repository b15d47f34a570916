//! `guard` stops secrets and insecure code at the commit.
//!
//! ```text
//! source ─► items: new version + old versions ─► decode ─► prefilter ─► rules ─► judges ─► findings ─► exceptions ─► report
//!                                                             ▲ patterns.toml ► spec ► config (built-in packs + the team's)
//! ```
//!
//! [`source`] knows git and the disk, [`scan`] knows rules, [`report`] knows formats; they meet in
//! [`added`] and [`finding`], and [`run`] joins them. Only [`cli`] knows the terminal, the
//! environment and the exit status.

pub mod added;
mod builtin;
pub mod cli;
pub mod config;
pub mod date;
pub mod decode;
pub mod escape;
pub mod example;
pub mod file_type;
pub mod finding;
pub mod first;
pub mod glob;
mod gram;
pub mod hooks;
pub mod lines;
pub mod merge;
mod need;
pub mod random;
pub mod report;
pub mod rule_test;
pub mod run;
pub mod scan;
pub mod shard;
pub mod source;
pub mod spec;
pub mod suppress;
mod wording;
