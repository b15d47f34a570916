//! End to end: the real binary, in repositories that real git makes at run time.
#![cfg(unix)]

mod ran;
mod support;

mod block;
mod check;
mod config;
mod config_faults;
mod content;
mod demo;
mod install;
mod install_place;
mod merge;
mod names;
mod report;
mod robust;
mod sarif;
mod staged;
mod staged_forms;
