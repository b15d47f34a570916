#![no_main]
//! Git's objects, and what git prints.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| guard::source::fuzz::objects(bytes));
