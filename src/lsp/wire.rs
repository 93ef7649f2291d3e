//! Messages on a stream: a header with the length, an empty line, JSON.

use serde_json::Value;
use std::io::{self, BufRead, Read, Write};

/// No client sends more; a header that says so is broken.
const LARGEST: u64 = 256 << 20;
/// As for a single header line.
const LINE: u64 = 4096;

/// The next message's JSON; nothing at the end of the stream.
///
/// # Errors
/// The stream fails, ends within a message or does not hold messages.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("this is no language client: {what}"));
    let mut length = None;
    for number in 0.. {
        let mut line = String::new();
        if input.by_ref().take(LINE).read_line(&mut line)? == 0 && number == 0 {
            return Ok(None);
        }
        let line = line.strip_suffix('\n').ok_or_else(|| wrong("a header without an end"))?.trim_end_matches('\r');
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| wrong("a header without a colon"))?;
        if name.eq_ignore_ascii_case("Content-Length") {
            length = value.trim().parse::<u64>().ok().filter(|l| *l <= LARGEST);
        }
    }
    let length = length.ok_or_else(|| wrong("no length"))?;
    let mut body = Vec::new();
    input.by_ref().take(length).read_to_end(&mut body)?;
    if body.len() as u64 == length { Ok(Some(body)) } else { Err(wrong("the end within a message")) }
}

/// Writes a message.
///
/// # Errors
/// The stream fails.
pub(super) fn write(output: &mut dyn Write, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_follow_each_other() {
        let mut stream = Vec::new();
        for message in [serde_json::json!({ "a": "ä" }), serde_json::json!([])] {
            write(&mut stream, &message).expect("it is written");
        }
        let mut input = stream.as_slice();
        assert_eq!(read(&mut input).expect("a message").as_deref(), Some("{\"a\":\"ä\"}".as_bytes()));
        assert_eq!(read(&mut input).expect("a message").as_deref(), Some(&b"[]"[..]));
        assert_eq!(read(&mut input).expect("the end"), None);
        let other = b"content-type: x\r\nCONTENT-LENGTH:  2\r\n\r\n{}";
        assert_eq!(read(&mut other.as_slice()).expect("a message").as_deref(), Some(&b"{}"[..]));
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        let long = "x".repeat(10_000);
        for text in [
            "GET / HTTP/1.1\r\n",
            "Content-Length: 5\r\n\r\n{}",
            "Content-Length: -1\r\n\r\n",
            "Content-Length: 99999999999\r\n\r\n{}",
            "A: b\r\n\r\n",
            &long,
        ] {
            assert!(read(&mut text.as_bytes()).is_err(), "{text}");
        }
    }
}
