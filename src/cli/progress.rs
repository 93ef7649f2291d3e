//! A line at the terminal while a run takes long. It is gone before anything is printed.

use crate::run::Stage;
use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A run that takes longer is worth a word.
const LONG: Duration = Duration::from_secs(1);
/// How often the word is said again.
const EVERY: Duration = Duration::from_millis(200);

/// The line, for as long as this lives.
#[derive(Debug, Default)]
pub(super) struct Progress {
    alive: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Nothing is ever shown where nobody watches: in CI, in a pipe, with `--quiet`.
    pub(super) fn start(stage: &Stage, quiet: bool) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if quiet || dumb || std::env::var_os("CI").is_some() || !io::stderr().is_terminal() {
            return Self::default();
        }
        let (alive, over) = channel();
        let stage = stage.clone();
        // Who cannot be told is not told.
        let thread = std::thread::Builder::new().spawn(move || {
            let _ = draw(&mut io::stderr(), &stage, &over, LONG, EVERY);
        });
        Self { alive: Some(alive), thread: thread.ok() }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.alive = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Draws from `first` on until the other end of `over` is gone, and clears up.
fn draw(out: &mut dyn Write, stage: &Stage, over: &Receiver<()>, first: Duration, every: Duration) -> io::Result<()> {
    let (began, mut wait, mut width) = (Instant::now(), first, 0);
    while over.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        let line = format!("hco-lint: {} ({} s)", stage.name(), began.elapsed().as_secs());
        write!(out, "\r{line:width$}")?;
        out.flush()?;
        (wait, width) = (every, width.max(line.len()));
    }
    if width > 0 {
        write!(out, "\r{:width$}\r", "")?;
        out.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends the run as soon as something is drawn.
    struct Screen {
        alive: Option<Sender<()>>,
        text: String,
    }

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.text.push_str(std::str::from_utf8(bytes).expect("text"));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.alive = None;
            Ok(())
        }
    }

    #[test]
    fn a_long_run_has_a_line_that_disappears() {
        let (alive, over) = channel();
        let stage = Stage::default();
        stage.set("reading manifests");
        let mut screen = Screen { alive: Some(alive), text: String::new() };
        draw(&mut screen, &stage, &over, Duration::ZERO, EVERY).expect("it is drawn");
        let line = "hco-lint: reading manifests (0 s)";
        assert_eq!(screen.text, format!("\r{line}\r{}\r", " ".repeat(line.len())));
    }

    #[test]
    fn a_short_run_has_none() {
        let (alive, over) = channel();
        drop(alive);
        let mut screen = Screen { alive: None, text: String::new() };
        draw(&mut screen, &Stage::default(), &over, LONG, EVERY).expect("nothing is drawn");
        assert_eq!(screen.text, "");
    }
}
