//! Conversations with the language server, in memory.

mod client;
mod parity;
mod wishes;

use std::path::Path;

use lsp_server::Message;
use serde_json::{Value as Json, json};

use client::Client;

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
