#![no_main]
//! Git's index file.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| guard::source::fuzz::index(bytes));
