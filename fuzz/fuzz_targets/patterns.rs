#![no_main]
//! A team's pattern file.

use guard::spec::read;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (_, faults) = read("patterns.toml", text);
    let lines = text.split('\n').count();
    for fault in faults {
        assert!(
            fault.line >= 1 && fault.line as usize <= lines + 1,
            "{fault:?}"
        );
        assert!(fault.column >= 1, "{fault:?}");
    }
});
