//! The conversation with the client.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crossbeam_channel::{Receiver, Sender, select};
use gen_lsp_types::{
    CodeActionParams, Contents, Diagnostic, DidChangeTextDocumentParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DocumentDiagnosticParams, Hover,
    HoverParams, MarkupContent, MarkupKind, PublishDiagnosticsParams, Uri,
};
use lsp_server::{Connection, Message, Notification, Request, Response};
use serde_json::{Value as Json, json};

use super::act::{self, Open};
use super::client::{Client, capabilities, client, folders};
use super::document::{Document, offset};
use super::place::{real, uri};
use super::say::{self, NAME};
use super::work::{self, Answer, Job};

/// The state of a conversation.
struct Server {
    connection: Connection,
    client: Client,
    folders: Vec<PathBuf>,
    open: BTreeMap<PathBuf, Document>,
    jobs: Sender<Job>,
    generation: u64,
    answer: Option<Answer>,
    /// What is shown at each file now, with a number that changes with it.
    shown: BTreeMap<PathBuf, (u64, Vec<Diagnostic>)>,
    /// Requests that wait for the state of the buffers to be checked.
    waiting: Vec<Request>,
    requests: i32,
}

/// Speaks the protocol until the client says good-bye or goes.
///
/// # Errors
/// The client does not speak it.
pub fn serve() -> Result<(), String> {
    let (connection, threads) = Connection::stdio();
    converse(connection)?;
    threads.join().map_err(|error| error.to_string())
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
        requests: 0,
    };
    server.watch();
    server.check();
    server.run(&answers);
    Ok(())
}

impl Server {
    fn run(&mut self, answers: &Receiver<Answer>) {
        let inbox = self.connection.receiver.clone();
        loop {
            select! {
                recv(inbox) -> message => match message {
                    Ok(Message::Request(request)) => match self.connection.handle_shutdown(&request) {
                        Ok(true) | Err(_) => return,
                        Ok(false) => self.request(request),
                    },
                    Ok(Message::Notification(own)) if own.method == "exit" => return,
                    Ok(Message::Notification(own)) => self.notification(own),
                    Ok(Message::Response(_)) => {}
                    Err(_) => return,
                },
                recv(answers) -> answer => match answer {
                    Ok(answer) => self.answered(answer),
                    Err(_) => return,
                },
            }
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // A client that is gone is noticed where messages are read.
        let _ = self.connection.sender.send(message.into());
    }

    fn ask(&mut self, method: &str, params: Json) {
        self.requests += 1;
        self.send(Request::new(
            self.requests.into(),
            method.to_owned(),
            params,
        ));
    }

    fn log(&self, text: &str) {
        let params = json!({ "type": 2, "message": format!("{NAME}: {text}") });
        self.send(Notification::new("window/logMessage".into(), params));
    }

    /// Asks the client to say when files change that nobody has open.
    fn watch(&mut self) {
        if self.client.watches {
            let pattern = "**/*.{tf,tofu,tfvars,json,yaml,yml,template,cfn,cform,toml,gitignore,distrustignore}";
            let options = json!({ "watchers": [{ "globPattern": pattern }] });
            let method = "workspace/didChangeWatchedFiles";
            let registration =
                json!({ "id": "watch", "method": method, "registerOptions": options });
            self.ask(
                "client/registerCapability",
                json!({ "registrations": [registration] }),
            );
        }
    }

    /// Has the state of the buffers checked.
    fn check(&mut self) {
        self.generation += 1;
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
                .map(|(path, own)| (path.clone(), (own.version, own.text.clone())))
                .collect(),
        };
        let _ = self.jobs.send(job);
    }

    fn notification(&mut self, own: Notification) {
        let Notification { method, params } = own;
        let done = match method.as_str() {
            "textDocument/didOpen" => {
                serde_json::from_value(params).map(|params| self.opened(params))
            }
            "textDocument/didChange" => {
                serde_json::from_value(params).map(|params| self.changed(params))
            }
            "textDocument/didClose" => {
                serde_json::from_value(params).map(|params| self.closed(params))
            }
            "workspace/didChangeWatchedFiles" => {
                self.check();
                Ok(())
            }
            "workspace/didChangeWorkspaceFolders" => {
                self.moved(&params);
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(error) = done {
            self.log(&format!("{method} is not understood: {error}"));
        }
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) {
        let own = params.text_document;
        if let Some(path) = real(&own.uri) {
            let document = Document {
                version: own.version,
                text: own.text,
            };
            self.open.insert(path, document);
            self.check();
        }
    }

    fn changed(&mut self, params: DidChangeTextDocumentParams) {
        let encoding = self.client.encoding;
        let path = real(&params.text_document.text_document_identifier.uri);
        if let Some(document) = path.and_then(|path| self.open.get_mut(&path)) {
            document.version = params.text_document.version;
            document.change(params.content_changes, encoding);
            self.check();
        }
    }

    fn closed(&mut self, params: DidCloseTextDocumentParams) {
        if let Some(path) = real(&params.text_document.uri) {
            self.open.remove(&path);
            if !self.client.whole {
                self.show(path, Vec::new());
            }
            self.check();
        }
    }

    fn moved(&mut self, params: &Json) {
        let paths = |name: &str| -> Vec<PathBuf> {
            let all = params
                .pointer(&format!("/event/{name}"))
                .and_then(Json::as_array);
            let uris = all
                .into_iter()
                .flatten()
                .filter_map(|own| own.get("uri")?.as_str());
            uris.filter_map(|own| real(&Uri(own.to_owned()))).collect()
        };
        let removed = paths("removed");
        self.folders.retain(|folder| !removed.contains(folder));
        self.folders.extend(paths("added"));
        self.folders.sort();
        self.folders.dedup_by(|later, kept| later.starts_with(kept));
        self.check();
    }

    /// Takes what a check came to, and says what has changed by it.
    fn answered(&mut self, answer: Answer) {
        for fault in &answer.faults {
            self.log(fault);
        }
        let current = answer.generation == self.generation;
        // A folder on which this program failed keeps what was said of it before.
        if !answer.faults.is_empty() && answer.checked.is_empty() {
            return self.serve_waiting(current);
        }
        let mut all: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
        for checked in &answer.checked {
            say::diagnostics(checked, self.client.least, self.client.encoding, &mut all);
        }
        // Of a buffer that has changed since, nothing is said: its places are no longer those.
        let stale = |path: &PathBuf| {
            let now = self.open.get(path).map(|own| own.version);
            now != answer.versions.get(path).copied()
        };
        let known: BTreeSet<PathBuf> = self.shown.keys().chain(all.keys()).cloned().collect();
        let fresh: Vec<PathBuf> = known.into_iter().filter(|path| !stale(path)).collect();
        for path in fresh {
            let wanted = self.client.whole || self.open.contains_key(&path);
            let diagnostics = all.remove(&path).filter(|_| wanted).unwrap_or_default();
            self.show(path, diagnostics);
        }
        self.answer = Some(answer);
        if self.client.pulls && current {
            self.ask("workspace/diagnostic/refresh", Json::Null);
        }
        self.serve_waiting(current);
    }

    fn serve_waiting(&mut self, current: bool) {
        if current {
            for request in std::mem::take(&mut self.waiting) {
                self.request(request);
            }
        }
    }

    /// Shows diagnostics at a file, unless they are there already.
    fn show(&mut self, path: PathBuf, diagnostics: Vec<Diagnostic>) {
        let (number, before) = match self.shown.get(&path) {
            Some((_, before)) if *before == diagnostics => return,
            Some((number, before)) => (*number, before.is_empty()),
            None => (0, true),
        };
        if before && diagnostics.is_empty() {
            return;
        }
        if !self.client.pulls {
            let params = PublishDiagnosticsParams {
                uri: uri(&path),
                version: self.open.get(&path).map(|own| own.version),
                diagnostics: diagnostics.clone(),
            };
            self.send(Notification::new(
                "textDocument/publishDiagnostics".into(),
                params,
            ));
        }
        self.shown.insert(path, (number + 1, diagnostics));
    }

    /// Whether the last check is about the buffers as they are now.
    fn current(&self) -> Option<&Answer> {
        self.answer
            .as_ref()
            .filter(|answer| answer.generation == self.generation)
    }

    fn request(&mut self, request: Request) {
        let known = matches!(
            request.method.as_str(),
            "textDocument/codeAction" | "textDocument/hover" | "textDocument/diagnostic"
        );
        if known && self.current().is_none() {
            self.waiting.push(request);
            return;
        }
        let Request { id, method, params } = request;
        let result = match method.as_str() {
            "textDocument/codeAction" => {
                serde_json::from_value(params).map(|params| self.actions(&params))
            }
            "textDocument/hover" => {
                serde_json::from_value(params).map(|params| self.hover(&params))
            }
            "textDocument/diagnostic" => {
                serde_json::from_value(params).map(|params| self.pulled(&params))
            }
            _ => {
                let code = lsp_server::ErrorCode::MethodNotFound as i32;
                return self.send(Response::new_err(
                    id,
                    code,
                    format!("there is no {method} here"),
                ));
            }
        };
        self.send(match result {
            Ok(result) => Response::new_ok(id, result),
            Err(error) => {
                let code = lsp_server::ErrorCode::InvalidParams as i32;
                Response::new_err(id, code, error.to_string())
            }
        });
    }

    fn actions(&self, params: &CodeActionParams) -> Json {
        let (Some(answer), Some(path)) = (self.current(), real(&params.text_document.uri)) else {
            return json!([]);
        };
        let Some(document) = self.open.get(&path) else {
            return json!([]);
        };
        let encoding = self.client.encoding;
        let from = offset(&document.text, params.range.start, encoding);
        let to = offset(&document.text, params.range.end, encoding);
        let open = Open {
            versions: &answer.versions,
            encoding,
        };
        let fix_all = format!("source.fixAll.{NAME}");
        let wanted = |kind: &str| {
            let Some(only) = &params.context.only else {
                return true;
            };
            let mut only = only.iter().map(|own| json!(own));
            only.any(|own| {
                let own = own.as_str().unwrap_or_default();
                kind == own
                    || kind
                        .strip_prefix(own)
                        .is_some_and(|rest| rest.starts_with('.'))
            })
        };
        let mut actions = Vec::new();
        for checked in &answer.checked {
            if wanted("quickfix") {
                let here = act::at(checked, &path, from, to);
                actions.extend(here.filter_map(|finding| act::quick_fix(checked, finding, &open)));
            }
            if wanted(&fix_all) {
                actions.extend(act::fix_all(checked, &path, &open));
            }
        }
        json!(actions)
    }

    fn hover(&self, params: &HoverParams) -> Json {
        let place = &params.text_document_position_params;
        let (Some(answer), Some(path)) = (self.current(), real(&place.text_document.uri)) else {
            return Json::Null;
        };
        let Some(document) = self.open.get(&path) else {
            return Json::Null;
        };
        let at = offset(&document.text, place.position, self.client.encoding);
        let mut pages: Vec<&str> = Vec::new();
        for checked in &answer.checked {
            for finding in act::at(checked, &path, at, at) {
                let rule = checked.rules.iter().find(|rule| rule.id == finding.rule);
                pages.extend(rule.map(|rule| rule.help_markdown.as_str()));
            }
        }
        pages.dedup();
        if pages.is_empty() {
            return Json::Null;
        }
        json!(Hover {
            contents: Contents::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value: pages.join("\n---\n"),
            }),
            range: None,
        })
    }

    fn pulled(&self, params: &DocumentDiagnosticParams) -> Json {
        let path = real(&params.text_document.uri);
        let shown = path.and_then(|path| self.shown.get(&path));
        let (number, items) = shown.map_or((0, &[][..]), |(number, items)| (*number, items));
        let id = number.to_string();
        match params.previous_result_id.as_ref() == Some(&id) {
            true => json!({ "kind": "unchanged", "resultId": id }),
            false => json!({ "kind": "full", "resultId": id, "items": items }),
        }
    }
}
