//! A client of the language server, in memory: every message that the server sends is one that is expected.

use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request};
use serde_json::{Value as Json, json};

const WAIT: Duration = Duration::from_secs(120);

/// A client, and the server that it speaks to.
pub(super) struct Client {
    pub(super) connection: Connection,
    server: Option<JoinHandle<Result<(), String>>>,
    pub(super) folder: tempfile::TempDir,
    pub(super) next: i32,
}

impl Client {
    pub(super) fn new(files: &[(&str, &str)], capabilities: Json) -> Self {
        Self::with(files, capabilities, Json::Null)
    }

    /// A client with wishes of its own.
    pub(super) fn with(files: &[(&str, &str)], capabilities: Json, options: Json) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (connection, theirs) = Connection::memory();
        let server = std::thread::spawn(move || distrust::lsp::converse(theirs));
        let mut client = Self {
            connection,
            server: Some(server),
            folder,
            next: 0,
        };
        let root = client.uri("");
        let params = json!({
            "processId": null,
            "rootUri": root,
            "capabilities": capabilities,
            "initializationOptions": options,
            "workspaceFolders": [{ "uri": root.trim_end_matches('/'), "name": "w" }],
        });
        let answer = client.ask("initialize", params);
        assert_eq!(answer["serverInfo"]["name"], "distrust");
        client.tell("initialized", json!({}));
        client
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    pub(super) fn uri(&self, name: &str) -> String {
        format!("file://{}", self.path(name).display())
    }

    pub(super) fn tell(&self, method: &str, params: Json) {
        let own = Notification::new(method.to_owned(), params);
        self.connection.sender.send(own.into()).unwrap();
    }

    pub(super) fn receive(&self) -> Message {
        self.connection
            .receiver
            .recv_timeout(WAIT)
            .expect("the server answers")
    }

    /// Asks, and takes nothing but the answer and diagnostics on the way to it.
    pub(super) fn ask(&mut self, method: &str, params: Json) -> Json {
        self.next += 1;
        let own = Request::new(self.next.into(), method.to_owned(), params);
        self.connection.sender.send(own.into()).unwrap();
        loop {
            match self.receive() {
                Message::Response(answer) if answer.id == self.next.into() => {
                    let answer = serde_json::to_value(&answer).unwrap();
                    assert!(answer.get("error").is_none(), "{method}: {answer}");
                    return answer["result"].clone();
                }
                Message::Notification(own) if own.method == "textDocument/publishDiagnostics" => {}
                other => panic!("{method}: unexpected {other:?}"),
            }
        }
    }

    pub(super) fn open(&self, name: &str, language: &str, text: &str) {
        let document =
            json!({ "uri": self.uri(name), "languageId": language, "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub(super) fn change(&self, name: &str, version: i32, changes: Json) {
        let document = json!({ "uri": self.uri(name), "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.tell("textDocument/didChange", params);
    }

    /// The rules of the next diagnostics of a file at this version.
    pub(super) fn shown(&self, name: &str, version: i32) -> Vec<String> {
        let uri = self.uri(name);
        loop {
            match self.receive() {
                Message::Notification(own) if own.method == "textDocument/publishDiagnostics" => {
                    if own.params["uri"] == uri.as_str() && own.params["version"] == version {
                        let all = own.params["diagnostics"].as_array().unwrap();
                        return all
                            .iter()
                            .map(|one| one["code"].as_str().unwrap_or_default().to_owned())
                            .collect();
                    }
                }
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    /// The next request of the server, with no more answer than that it came; diagnostics before it are passed over.
    pub(super) fn asked(&self, method: &str, answer: Json) -> Json {
        loop {
            match self.receive() {
                Message::Request(own) => {
                    assert_eq!(own.method, method);
                    let answer = lsp_server::Response::new_ok(own.id, answer);
                    self.connection.sender.send(answer.into()).unwrap();
                    return own.params;
                }
                Message::Notification(own) if own.method == "textDocument/publishDiagnostics" => {}
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    /// Waits until the text that the client has now is checked.
    pub(super) fn shown_or_same(&mut self, name: &str) {
        let place = json!({ "line": 0, "character": 0 });
        let params = json!({ "textDocument": { "uri": self.uri(name) }, "position": place });
        self.ask("textDocument/hover", params);
    }

    pub(super) fn actions(&mut self, name: &str, line: u32) -> Vec<Json> {
        let place = json!({ "line": line, "character": 0 });
        let end = json!({ "line": line, "character": 200 });
        let params = json!({
            "textDocument": { "uri": self.uri(name) },
            "range": { "start": place, "end": end },
            "context": { "diagnostics": [] },
        });
        let answer = self.ask("textDocument/codeAction", params);
        answer.as_array().unwrap().clone()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.ask("shutdown", Json::Null);
        self.tell("exit", Json::Null);
        self.server.take().unwrap().join().unwrap().unwrap();
    }
}
