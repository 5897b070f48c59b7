//! The conversation with the client: its state, and what comes in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, never, select, tick};
use gen_lsp_types::Diagnostic;
use lsp_server::{Connection, Message, Notification, Request};
use serde_json::{Value as Json, json};

use super::client::{Client, capabilities, client, folders};
use super::document::Document;
use super::parent;
use super::say::NAME;
use super::wire;
use super::work::{self, Answer, Job, Touched};

/// How often it is looked whether the process that started this one is still there.
const LOOK: Duration = Duration::from_secs(5);

/// The name of the first check to those who watch its progress.
const PROGRESS: &str = "distrust/first";

/// The state of a conversation.
pub(super) struct Server {
    connection: Connection,
    pub(super) client: Client,
    pub(super) folders: Vec<PathBuf>,
    pub(super) open: BTreeMap<PathBuf, Document>,
    jobs: Sender<Job>,
    generation: u64,
    pub(super) answer: Option<Answer>,
    /// What is shown at each file now, with a number that changes with it.
    pub(super) shown: BTreeMap<PathBuf, (u64, Vec<Diagnostic>)>,
    /// Requests that wait for the state of the buffers to be checked.
    pub(super) waiting: Vec<Request>,
    /// What has been told to the user, so that it is told once.
    pub(super) told: BTreeSet<String>,
    requests: i32,
    /// The request that asks for the settings of the editor, while it is not answered.
    asked_settings: Option<i32>,
    /// Whether the progress of the first check is shown.
    progress: bool,
}

/// Speaks the protocol until the client says good-bye or goes.
///
/// # Errors
/// The client does not speak it.
pub fn serve() -> Result<(), String> {
    let (connection, writer) = wire::stdio();
    converse(connection)?;
    writer.finish()
}

/// Speaks the protocol over a connection, from the first message to the last.
///
/// # Errors
/// The client does not speak it.
pub fn converse(connection: Connection) -> Result<(), String> {
    let (id, params) = connection
        .initialize_start()
        .map_err(|error| error.to_string())?;
    let client = client(&params);
    let answer = json!({
        "capabilities": capabilities(&client),
        "serverInfo": { "name": NAME, "version": env!("CARGO_PKG_VERSION") },
    });
    connection
        .initialize_finish(id, answer)
        .map_err(|error| error.to_string())?;
    let (jobs, answers) = work::start();
    let mut server = Server {
        connection,
        client,
        folders: folders(&params),
        open: BTreeMap::new(),
        jobs,
        generation: 0,
        answer: None,
        shown: BTreeMap::new(),
        waiting: Vec::new(),
        told: BTreeSet::new(),
        requests: 0,
        asked_settings: None,
        progress: false,
    };
    server.register();
    server.ask_settings();
    server.begin();
    server.check();
    server.run(&answers);
    Ok(())
}

impl Server {
    fn run(&mut self, answers: &Receiver<Answer>) {
        let inbox = self.connection.receiver.clone();
        let looks = match self.client.parent {
            Some(_) => tick(LOOK),
            None => never(),
        };
        loop {
            select! {
                recv(inbox) -> message => match message {
                    Ok(Message::Request(request)) => match self.connection.handle_shutdown(&request) {
                        Ok(true) | Err(_) => return,
                        Ok(false) => self.request(request),
                    },
                    Ok(Message::Notification(own)) if own.method == "exit" => return,
                    Ok(Message::Notification(own)) => self.notification(own),
                    Ok(Message::Response(own)) => {
                        let settings = self.asked_settings.take_if(|asked| own.id == (*asked).into());
                        if let (Some(_), Ok(all)) = (settings, &own.response_result) {
                            self.settings(all.get(0).unwrap_or(&Json::Null));
                        }
                    }
                    Err(_) => return,
                },
                recv(answers) -> answer => match answer {
                    Ok(answer) => self.answered(answer),
                    Err(_) => return,
                },
                // An editor that crashed says no good-bye, and may leave the pipe open to others.
                recv(looks) -> _ => if self.client.parent.is_some_and(parent::is_gone) {
                    return;
                },
            }
        }
    }

    pub(super) fn send(&self, message: impl Into<Message>) {
        // A client that is gone is noticed where messages are read.
        let _ = self.connection.sender.send(message.into());
    }

    pub(super) fn tell(&self, method: &str, params: Json) {
        self.send(Notification::new(method.to_owned(), params));
    }

    pub(super) fn ask(&mut self, method: &str, params: Json) -> i32 {
        self.requests += 1;
        self.send(Request::new(
            self.requests.into(),
            method.to_owned(),
            params,
        ));
        self.requests
    }

    pub(super) fn log(&self, text: &str) {
        let params = json!({ "type": 2, "message": format!("{NAME}: {text}") });
        self.tell("window/logMessage", params);
    }

    /// Asks the client to say when files change that nobody has open, and when its settings do.
    fn register(&mut self) {
        let mut registrations = Vec::new();
        if self.client.watches {
            let pattern = "**/*.{tf,tofu,tfvars,json,yaml,yml,template,cfn,cform,toml,gitignore,distrustignore}";
            registrations.push(json!({
                "id": "watch",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": { "watchers": [{ "globPattern": pattern }] },
            }));
        }
        if self.client.registers_settings {
            registrations.push(json!({
                "id": "settings",
                "method": "workspace/didChangeConfiguration",
                "registerOptions": { "section": NAME },
            }));
        }
        if !registrations.is_empty() {
            let params = json!({ "registrations": registrations });
            self.ask("client/registerCapability", params);
        }
    }

    /// Asks for the settings of the editor, if it can be asked.
    pub(super) fn ask_settings(&mut self) {
        if self.client.has_settings {
            let params = json!({ "items": [{ "section": NAME }] });
            self.asked_settings = Some(self.ask("workspace/configuration", params));
        }
    }

    /// Says that the first check has begun, to those who want to know.
    fn begin(&mut self) {
        if self.client.shows_progress {
            let token = json!({ "token": PROGRESS });
            self.ask("window/workDoneProgress/create", token);
            let value =
                json!({ "kind": "begin", "title": format!("{NAME}: reading the workspace") });
            self.tell("$/progress", json!({ "token": PROGRESS, "value": value }));
            self.progress = true;
        }
    }

    /// Says that the first check is done.
    pub(super) fn end(&mut self) {
        if std::mem::take(&mut self.progress) {
            let value = json!({ "kind": "end" });
            self.tell("$/progress", json!({ "token": PROGRESS, "value": value }));
        }
    }

    /// Has the state of the buffers checked.
    pub(super) fn check(&mut self) {
        self.check_after(Touched::default());
    }

    /// The same after something has changed on the disk.
    pub(super) fn check_after(&mut self, touched: Touched) {
        self.generation += 1;
        self.let_go();
        let open = self.open.iter();
        let mut folders = self.folders.clone();
        // A file that belongs to no folder is checked with those beside it.
        for path in self.open.keys() {
            let inside = folders.iter().any(|folder| path.starts_with(folder));
            if let Some(folder) = path.parent().filter(|_| !inside) {
                folders.push(folder.to_owned());
            }
        }
        let job = Job {
            generation: self.generation,
            folders,
            open: open
                .map(|(path, own)| (path.clone(), (own.version, own.text.as_str().into())))
                .collect(),
            touched,
        };
        let _ = self.jobs.send(job);
    }

    /// Whether this is the state of the buffers as they are now.
    pub(super) fn is_current(&self, answer: &Answer) -> bool {
        answer.generation == self.generation
    }

    /// The last check, if it is about the buffers as they are now.
    pub(super) fn current(&self) -> Option<&Answer> {
        self.answer
            .as_ref()
            .filter(|answer| self.is_current(answer))
    }
}
