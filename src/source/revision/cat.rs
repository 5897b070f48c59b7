//! The bytes of git's objects, by one process that is asked for one after the other.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::git::Repository;
use crate::source::Closed;

/// Gives the bytes of objects; the process is started with the first question.
pub(super) struct Cat {
    repository: Repository,
    process: Option<Process>,
}

struct Process {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Cat {
    pub(super) fn new(repository: Repository) -> Self {
        Self {
            repository,
            process: None,
        }
    }

    /// The first bytes of an object, and how many it has.
    ///
    /// # Errors
    /// [`Closed::Missing`] where git does not have it; why it could not be asked.
    pub(super) fn read(&mut self, id: &str, most: u64) -> Result<(Vec<u8>, u64), Closed> {
        let process = match &mut self.process {
            Some(process) => process,
            none => none.insert(start(&self.repository).map_err(failed)?),
        };
        let answer = process.ask(id, most);
        if answer.is_err() {
            // What it would say next is not known to belong to the next question.
            self.process = None;
        }
        answer.map_err(failed)?
    }
}

fn failed(error: io::Error) -> Closed {
    Closed::Failed(format!("git could not be asked: {error}"))
}

fn start(repository: &Repository) -> io::Result<Process> {
    let mut child = repository
        .command(&["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (questions, answers) = (child.stdin.take(), child.stdout.take());
    let answers = answers.ok_or_else(|| io::Error::other("it has no output"))?;
    Ok(Process {
        child,
        questions,
        answers: BufReader::new(answers),
    })
}

impl Process {
    fn ask(&mut self, id: &str, most: u64) -> io::Result<Result<(Vec<u8>, u64), Closed>> {
        let Some(questions) = &mut self.questions else {
            return Err(io::Error::other("it has ended"));
        };
        writeln!(questions, "{id}")?;
        questions.flush()?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        let fields: Vec<&str> = head.split_whitespace().collect();
        let size = match fields[..] {
            [_, "missing"] => return Ok(Err(Closed::Missing)),
            [_, "blob", size] => size.parse::<u64>().map_err(io::Error::other)?,
            _ => return Err(io::Error::other("its answer was not understood")),
        };
        let mut bytes = Vec::new();
        let kept = size.min(most);
        (&mut self.answers).take(kept).read_to_end(&mut bytes)?;
        let rest = size - kept + 1;
        let passed = io::copy(&mut (&mut self.answers).take(rest), &mut io::sink())?;
        match passed == rest && bytes.len() as u64 == kept {
            true => Ok(Ok((bytes, size))),
            false => Err(io::Error::other("it ended too early")),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It ends when nobody asks any more.
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}
