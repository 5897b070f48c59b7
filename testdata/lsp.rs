//! Conversations with the language server, in memory: every message that it sends is one that is expected here.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request};
use serde_json::{Value as Json, json};

const WAIT: Duration = Duration::from_secs(120);

/// A client, and the server that it speaks to.
struct Client {
    connection: Connection,
    server: Option<JoinHandle<Result<(), String>>>,
    folder: tempfile::TempDir,
    next: i32,
}

impl Client {
    fn new(files: &[(&str, &str)], capabilities: Json) -> Self {
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
            "workspaceFolders": [{ "uri": root.trim_end_matches('/'), "name": "w" }],
        });
        let answer = client.ask("initialize", params);
        assert_eq!(answer["serverInfo"]["name"], "distrust");
        client.tell("initialized", json!({}));
        client
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn uri(&self, name: &str) -> String {
        format!("file://{}", self.path(name).display())
    }

    fn tell(&self, method: &str, params: Json) {
        let own = Notification::new(method.to_owned(), params);
        self.connection.sender.send(own.into()).unwrap();
    }

    fn receive(&self) -> Message {
        self.connection
            .receiver
            .recv_timeout(WAIT)
            .expect("the server answers")
    }

    /// Asks, and takes nothing but the answer and diagnostics on the way to it.
    fn ask(&mut self, method: &str, params: Json) -> Json {
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

    fn open(&self, name: &str, language: &str, text: &str) {
        let document =
            json!({ "uri": self.uri(name), "languageId": language, "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn change(&self, name: &str, version: i32, changes: Json) {
        let document = json!({ "uri": self.uri(name), "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.tell("textDocument/didChange", params);
    }

    /// The rules of the next diagnostics of a file at this version.
    fn shown(&self, name: &str, version: i32) -> Vec<String> {
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

    fn actions(&mut self, name: &str, line: u32) -> Vec<Json> {
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

const KEY: &str = "# größer 😀\nresource \"aws_kms_key\" \"k\" {\n  description = \"k\"\n}\n";

#[test]
fn a_finding_its_fix_and_the_text_without_it() {
    let mut client = Client::new(&[("main.tf", KEY)], json!({}));
    client.open("main.tf", "terraform", KEY);
    assert!(
        client
            .shown("main.tf", 1)
            .contains(&"aws-kms-rotation".to_owned())
    );
    let actions = client.actions("main.tf", 1);
    let fix = actions.iter().find(|own| {
        own["title"]
            .as_str()
            .unwrap()
            .contains("enable_key_rotation")
    });
    let fix = fix.unwrap_or_else(|| panic!("{actions:#?}"));
    assert_eq!(fix["isPreferred"], true);
    let change = &fix["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], 1);
    let edits = change["edits"].as_array().unwrap();
    let changes: Vec<Json> = edits
        .iter()
        .rev()
        .map(|edit| json!({ "range": edit["range"], "text": edit["newText"] }))
        .collect();
    client.change("main.tf", 2, json!(changes));
    assert!(
        !client
            .shown("main.tf", 2)
            .contains(&"aws-kms-rotation".to_owned())
    );
    // Undone, it is back.
    client.change("main.tf", 3, json!([{ "text": KEY }]));
    assert!(
        client
            .shown("main.tf", 3)
            .contains(&"aws-kms-rotation".to_owned())
    );
    let hover = client.ask(
        "textDocument/hover",
        json!({ "textDocument": { "uri": client.uri("main.tf") }, "position": { "line": 1, "character": 3 } }),
    );
    assert!(
        hover["contents"]["value"]
            .as_str()
            .unwrap()
            .contains("rotat")
    );
}

#[test]
fn an_open_buffer_counts_in_the_files_that_use_it() {
    let module = "resource \"aws_kms_key\" \"k\" {\n  enable_key_rotation = var.on\n}\n";
    let variables = "variable \"on\" {\n  default = true\n}\n";
    let client = Client::new(
        &[("main.tf", module), ("variables.tf", variables)],
        json!({}),
    );
    client.open("main.tf", "terraform", module);
    client.open("variables.tf", "terraform", variables);
    client.change(
        "variables.tf",
        2,
        json!([{ "text": variables.replace("true", "false") }]),
    );
    // The value to blame stands where it is written.
    assert!(
        client
            .shown("variables.tf", 2)
            .contains(&"aws-kms-rotation".to_owned())
    );
}

#[test]
fn who_asks_for_diagnostics_is_told_when_to_ask_again() {
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
    });
    let mut client = Client::new(
        &[("t.yaml", "Resources:\n  K:\n    Type: AWS::KMS::Key\n")],
        capabilities,
    );
    client.open(
        "t.yaml",
        "yaml",
        "Resources:\n  K:\n    Type: AWS::KMS::Key\n",
    );
    match client.receive() {
        Message::Request(own) if own.method == "workspace/diagnostic/refresh" => {
            let answer = lsp_server::Response::new_ok(own.id, Json::Null);
            client.connection.sender.send(answer.into()).unwrap();
        }
        other => panic!("unexpected {other:?}"),
    }
    let params = json!({ "textDocument": { "uri": client.uri("t.yaml") } });
    let answer = client.ask("textDocument/diagnostic", params.clone());
    assert_eq!(answer["kind"], "full");
    let items = answer["items"].as_array().unwrap();
    assert!(items.iter().any(|one| one["code"] == "aws-kms-rotation"));
    let mut again = params;
    again["previousResultId"] = answer["resultId"].clone();
    assert_eq!(
        client.ask("textDocument/diagnostic", again)["kind"],
        "unchanged"
    );
}

#[test]
fn what_is_not_understood_costs_nothing_else() {
    let mut client = Client::new(&[("main.tf", KEY)], json!({}));
    client.tell("$/nonsense", json!({ "x": 1 }));
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    client.open("main.tf", "terraform", KEY);
    assert!(!client.shown("main.tf", 1).is_empty());
    std::fs::remove_file(client.path("main.tf")).unwrap();
    client.change(
        "main.tf",
        2,
        json!([{ "text": KEY.replace("\"k\"", "\"l\"") }]),
    );
    for version in 3..200 {
        client.change("main.tf", version, json!([{ "text": KEY }]));
    }
    assert!(
        client
            .actions("main.tf", 1)
            .iter()
            .any(|own| own["kind"] == "quickfix")
    );
    assert!(Path::new(client.folder.path()).exists());
}
