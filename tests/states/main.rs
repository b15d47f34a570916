//! The states that git can be in, each a case: what is set up and run, what must happen, and why.
//!
//! The bar: in no state does guard end in 0 with a secret in what is committed or pushed; what it
//! cannot read it refuses, with cause and way out. Every state is made by real git at run time, and
//! made a second time with a harmless text in the secret's place: a guard that refuses everything
//! fails as well.
//!
//! `GUARD_CASE_TABLE=cases.md cargo test --test states the_table` writes the cases with their
//! results.
#![cfg(unix)]

#[expect(dead_code, reason = "shared with the target `cli`")]
#[path = "../cli/ran.rs"]
mod ran;
#[path = "../cli/support.rs"]
mod support;
#[macro_use]
mod table;
#[macro_use]
mod shapes;

mod chained;
mod changes;
mod commands;
mod commits;
mod conflicts;
mod content;
mod damage;
mod first;
mod forms;
mod given;
mod hooks;
mod hostile;
mod hostile_folders;
mod hostile_names;
mod index_forms;
mod links;
mod lost_objects;
mod lost_places;
mod merges;
mod messages;
mod new_forms;
mod no_repository;
mod odd_objects;
mod overrides;
mod owners;
mod partial;
mod places;
mod push;
mod push_tags;
mod pushed;
mod receive;
mod remotes;
mod servers;
mod still;
mod storage;
mod surroundings;
mod text;
mod trees;

use table::Case;

/// Every group of cases, in the order of their ids.
const ALL: &[&[&[Case]]] = &[
    commits::GROUPS,
    first::GROUPS,
    places::GROUPS,
    hooks::GROUPS,
    chained::GROUPS,
    commands::GROUPS,
    messages::GROUPS,
    merges::GROUPS,
    conflicts::GROUPS,
    push::GROUPS,
    push_tags::GROUPS,
    remotes::GROUPS,
    receive::GROUPS,
    servers::GROUPS,
    odd_objects::GROUPS,
    changes::GROUPS,
    links::GROUPS,
    trees::GROUPS,
    storage::GROUPS,
    content::GROUPS,
    text::GROUPS,
    overrides::GROUPS,
    forms::GROUPS,
    no_repository::GROUPS,
    index_forms::GROUPS,
    new_forms::GROUPS,
    partial::GROUPS,
    owners::GROUPS,
    damage::GROUPS,
    lost_objects::GROUPS,
    lost_places::GROUPS,
    hostile_names::GROUPS,
    hostile::GROUPS,
    hostile_folders::GROUPS,
    surroundings::GROUPS,
];

/// The kinds of state that have cases, by what they are about: A what git gives a hook, B the
/// commands that make commits, C the kinds of change, D content, E forms of repository, H hostile
/// input and surroundings.
const KINDS: &str = "A1 A2 A3 A4 A5 A6 A7 A8 B1 B2 B3 B4 B5 B6 B7 B8 B9 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 \
                     D1 D2 D4 D5 D6 D7 D9 E1 E2 E3 E4 E5 E6 E7 E8 E9 E10 H1 H2 H3 H4 H5";

#[test]
fn the_table_is_complete_and_can_be_written() {
    let groups: Vec<&[Case]> = ALL.iter().copied().flatten().copied().collect();
    table::assert_told(&groups, KINDS);
    if let Some(file) = std::env::var_os("GUARD_CASE_TABLE") {
        table::write(&groups, file.as_ref());
    }
}
