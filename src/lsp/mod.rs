//! A language server: the whole repository is linted with what the editor holds in the place of what is on disk, and findings go to the
//! files they are about.
//!
//! The protocol is small enough here that its messages are written as JSON, without a crate of types for all of it.

mod position;
mod report;
mod server;
mod uri;
mod wire;

use server::Server;
use std::io::{self, BufReader, Read, Write};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How long nothing must happen before what was typed is linted.
const QUIET: Duration = Duration::from_millis(100);

/// Serves one client until it ends the session. Gives the exit code: 0 when it said that it would.
///
/// # Errors
/// The client sends no messages, or its stream fails.
pub fn serve(input: impl Read + Send + 'static, output: &mut dyn Write) -> io::Result<u8> {
    let (sender, messages) = channel();
    std::thread::Builder::new().spawn(move || {
        let mut input = BufReader::new(input);
        loop {
            let message = wire::read(&mut input).transpose();
            let last = !matches!(message, Some(Ok(_)));
            if sender.send(message).is_err() || last {
                return;
            }
        }
    })?;
    let mut server = Server::new(output);
    loop {
        let wait = if server.is_stale() { QUIET } else { Duration::MAX };
        let message = match messages.recv_timeout(wait) {
            Ok(Some(message)) => message?,
            Ok(None) | Err(RecvTimeoutError::Disconnected) => return Ok(1),
            Err(RecvTimeoutError::Timeout) => {
                server.refresh()?;
                continue;
            }
        };
        if let Some(code) = server.take(&message)? {
            return Ok(code);
        }
    }
}
