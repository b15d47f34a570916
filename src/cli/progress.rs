//! A progress bar on standard error, for scans that last.

use crate::run::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How long a scan may last before it is worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the bar moves.
const STEP: Duration = Duration::from_millis(80);

/// Runs `work`; shows a bar when it lasts longer than a second and standard error is a terminal.
pub(super) fn watched<T: Send>(progress: &Progress, work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() {
        return work();
    }
    std::thread::scope(|scope| {
        let (done, waiting) = channel::<()>();
        scope.spawn(move || {
            if waiting.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template(
                "guard: {bar:30} {pos}/{len} files, {msg}, {eta} to go",
            ) {
                bar.set_style(style);
            }
            loop {
                bar.set_length(progress.items.load(Ordering::Relaxed) as u64);
                bar.set_position(progress.done.load(Ordering::Relaxed) as u64);
                bar.set_message(format!(
                    "{} MB",
                    progress.bytes.load(Ordering::Relaxed) >> 20
                ));
                if waiting.recv_timeout(STEP) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            bar.finish_and_clear();
        });
        let result = work();
        // Closing the channel ends the bar, also when `work` panics.
        drop(done);
        result
    })
}
