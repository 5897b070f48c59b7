//! Messages on standard input and output.
//!
//! The reader of `lsp-server` ends at the first message that it cannot read, and takes as much memory as a header asks
//! for. Here, what cannot be read is said and costs nothing else.

use std::io::{self, BufRead, Read, Write};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};
use lsp_server::{Connection, Message, Notification};
use serde_json::json;

/// The longest message that is read, in bytes: more than the largest source, written with escapes.
const LONGEST: usize = 256 << 20;

/// The method of a notification that stands for a message that could not be read: who writes is one thread, and the
/// reader does not keep it from ending.
pub(super) const GARBAGE: &str = "$/distrust/unread";

/// The longest line of a header, in bytes.
const HEADER: u64 = 8 << 10;

/// The way out, until everything is written.
pub(super) struct Writer(JoinHandle<io::Result<()>>);

impl Writer {
    /// Waits until everything is written. The connection must be gone.
    pub(super) fn finish(self) -> Result<(), String> {
        match self.0.join() {
            Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.to_string()),
            _ => Ok(()),
        }
    }
}

/// A connection over standard input and output.
pub(super) fn stdio() -> (Connection, Writer) {
    let (out, outbox) = bounded::<Message>(64);
    let (inbox, receiver) = bounded(64);
    // Nothing waits for this thread: a read that blocks ends with the process.
    thread::spawn(move || read_all(&mut io::stdin().lock(), &inbox));
    let writer = thread::spawn(move || write_all(&mut io::stdout().lock(), &outbox));
    let connection = Connection {
        sender: out,
        receiver,
    };
    (connection, Writer(writer))
}

fn write_all(to: &mut dyn Write, messages: &Receiver<Message>) -> io::Result<()> {
    let mut to = to;
    messages
        .iter()
        .try_for_each(|message| message.write(&mut to))
}

/// Reads until there is no more, or nobody listens.
fn read_all(from: &mut dyn BufRead, inbox: &Sender<Message>) {
    let mut begun = false;
    loop {
        let message = match read(from) {
            Ok(None) => return,
            Ok(Some(message)) => message,
            // The first message must be the one that begins the conversation.
            Err(_) if !begun => continue,
            Err(Garbage(why)) => {
                Notification::new(GARBAGE.to_owned(), json!({ "why": why })).into()
            }
        };
        begun = true;
        if inbox.send(message).is_err() {
            return;
        }
    }
}

/// Why a message was passed over.
struct Garbage(String);

/// The next message; `None` at the end.
fn read(mut from: &mut dyn BufRead) -> Result<Option<Message>, Garbage> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        let got = (&mut from).take(HEADER).read_until(b'\n', &mut line);
        match got {
            Ok(0) | Err(_) => return Ok(None),
            Ok(_) => {}
        }
        let line = line.trim_ascii();
        if line.is_empty() {
            match length {
                Some(_) => break,
                None => continue,
            }
        }
        let text = String::from_utf8_lossy(line);
        if let Some((name, value)) = text.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let length = length.unwrap_or_default();
    if length > LONGEST {
        let passed = io::copy(&mut from.take(length as u64), &mut io::sink());
        return match passed {
            Ok(_) => Err(Garbage(format!("it is longer than {LONGEST} bytes"))),
            Err(_) => Ok(None),
        };
    }
    let mut bytes = Vec::new();
    match from.take(length as u64).read_to_end(&mut bytes) {
        Ok(got) if got == length => {}
        _ => return Ok(None),
    }
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| Garbage(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{GARBAGE, read_all};
    use crossbeam_channel::unbounded;
    use lsp_server::Message;

    #[test]
    fn what_cannot_be_read_costs_nothing_else() {
        let good = r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#;
        let framed = |text: &str| format!("Content-Length: {}\r\n\r\n{text}", text.len());
        let all = [
            "nonsense\r\n\r\n".to_owned(),
            framed("{"),
            framed(good),
            framed(r#"{"id":9999999999}"#),
            format!("content-length: x\r\n\r\n\r\n{}", framed(good)),
            "Content-Length: 99\r\n\r\n{".to_owned(),
        ];
        let (inbox, messages) = unbounded();
        read_all(&mut all.concat().as_bytes(), &inbox);
        drop(inbox);
        let read = messages.iter().map(|message| match message {
            Message::Notification(own) => own.method,
            other => panic!("{other:?}"),
        });
        let read: Vec<String> = read.collect();
        // What comes before the first good message is passed over in silence.
        assert_eq!(read, ["initialized", GARBAGE, "initialized"]);
    }
}
