//! End to end: the real binary, in repositories that real git makes at run time.
#![cfg(unix)]

mod ran;
mod support;
#[cfg(feature = "syntax")]
mod syntax;

mod block;
mod check;
mod config;
mod config_faults;
mod content;
mod demo;
mod doctor;
mod doctor_managers;
mod doctor_places;
mod examples;
mod history;
mod install;
mod install_chain;
mod install_global;
mod install_hooks;
mod install_place;
mod joined;
mod merge;
mod names;
mod report;
mod robust;
mod sarif;
mod shards;
mod staged;
mod staged_forms;
mod whole_files;
