//! What a client can do and wants decides how it is spoken to.

use lsp_server::{Message, Request};
use serde_json::{Value as Json, json};

use super::{KEY, client::Client};

#[test]
fn what_the_project_accepts_is_not_shown() {
    let settings = "[severity]\naws-kms-rotation = \"critical\"\n\n[[suppress]]\nrules = [\"aws-kms-rotation\"]\npath = \"old/**\"\nreason = \"goes away with the account\"\n";
    let files = [
        ("main.tf", KEY),
        ("old/main.tf", KEY),
        ("distrust.toml", settings),
    ];
    let client = Client::new(&files, json!({}));
    client.open("main.tf", "terraform", KEY);
    assert!(
        client
            .shown("main.tf", 1)
            .contains(&"aws-kms-rotation".to_owned())
    );
    client.open("old/main.tf", "terraform", KEY);
    let shown = client.shown("old/main.tf", 1);
    assert!(
        !shown.is_empty() && !shown.contains(&"aws-kms-rotation".to_owned()),
        "{shown:?}"
    );
}

#[test]
fn a_setting_that_leads_nowhere_is_told_once() {
    let files = [
        ("main.tf", KEY),
        ("distrust.toml", "baseline = \"gone.txt\"\n"),
    ];
    let client = Client::new(&files, json!({}));
    let told = loop {
        match client.receive() {
            Message::Notification(own) if own.method == "window/showMessage" => break own.params,
            Message::Notification(own) if own.method == "textDocument/publishDiagnostics" => {}
            other => panic!("unexpected {other:?}"),
        }
    };
    assert!(
        told["message"].as_str().unwrap().contains("gone.txt"),
        "{told}"
    );
    // Checked again, it is not told again.
    client.open("main.tf", "terraform", KEY);
    assert!(!client.shown("main.tf", 1).is_empty());
}

#[test]
fn the_edit_of_an_action_is_made_when_it_is_chosen() {
    let capabilities = json!({ "textDocument": { "codeAction": {
        "dataSupport": true, "resolveSupport": { "properties": ["edit"] },
    } } });
    let mut client = Client::new(&[("main.tf", KEY)], capabilities);
    client.open("main.tf", "terraform", KEY);
    client.shown("main.tf", 1);
    for (title, text) in [
        ("enable_key_rotation", "enable_key_rotation = true"),
        (
            "accept aws-kms-rotation",
            "# distrust: ignore[aws-kms-rotation] ",
        ),
        ("all safe fixes", "enable_key_rotation"),
    ] {
        let actions = client.actions("main.tf", 1);
        let action = actions
            .iter()
            .find(|own| own["title"].as_str().unwrap().contains(title));
        let action = action
            .unwrap_or_else(|| panic!("{title}: {actions:#?}"))
            .clone();
        assert!(action.get("edit").is_none());
        let whole = client.ask("codeAction/resolve", action);
        let edit = whole["edit"].to_string();
        assert!(edit.contains(text), "{title}: {edit}");
    }
    // Of a text that has changed since, nothing is made.
    let old = client.actions("main.tf", 1)[0].clone();
    client.change("main.tf", 2, json!([{ "text": KEY }]));
    client.shown_or_same("main.tf");
    let request = Request::new(9_999.into(), "codeAction/resolve".into(), old);
    client.connection.sender.send(request.into()).unwrap();
    loop {
        match client.receive() {
            Message::Response(own) => {
                assert_eq!(own.response_result.unwrap_err().code, -32801);
                break;
            }
            Message::Notification(own) if own.method == "textDocument/publishDiagnostics" => {}
            other => panic!("unexpected {other:?}"),
        }
    }
}

#[test]
fn an_accepted_finding_is_gone_and_its_comment_links_to_the_page() {
    let mut client = Client::new(&[("main.tf", KEY)], json!({}));
    let accepted = KEY.replace(
        "resource",
        "# distrust: ignore[aws-kms-rotation] the key wraps one archive\nresource",
    );
    client.open("main.tf", "terraform", &accepted);
    let place = json!({ "textDocument": { "uri": client.uri("main.tf") }, "position": { "line": 1, "character": 25 } });
    let hover = client.ask("textDocument/hover", place);
    assert!(
        hover["contents"]["value"]
            .as_str()
            .unwrap()
            .contains("rotat"),
        "{hover}"
    );
    let links = client.ask(
        "textDocument/documentLink",
        json!({ "textDocument": { "uri": client.uri("main.tf") } }),
    );
    assert_eq!(links.as_array().unwrap().len(), 1);
    assert_eq!(
        links[0]["range"]["start"],
        json!({ "line": 1, "character": 19 })
    );
    let actions = client.actions("main.tf", 2);
    assert!(
        !actions
            .iter()
            .any(|own| own["title"].as_str().unwrap().contains("rotation"))
    );
}

#[test]
fn the_settings_of_the_editor_count_as_soon_as_they_change() {
    let capabilities = json!({ "workspace": { "configuration": true, "didChangeConfiguration": { "dynamicRegistration": true } } });
    let client = Client::new(&[("main.tf", KEY)], capabilities);
    let registered = client.asked("client/registerCapability", Json::Null);
    assert_eq!(
        registered["registrations"][0]["method"],
        "workspace/didChangeConfiguration"
    );
    let asked = client.asked(
        "workspace/configuration",
        json!([{ "minSeverity": "critical" }]),
    );
    assert_eq!(asked["items"][0]["section"], "distrust");
    client.open("main.tf", "terraform", KEY);
    client.tell(
        "workspace/didChangeConfiguration",
        json!({ "settings": null }),
    );
    client.asked(
        "workspace/configuration",
        json!([{ "minSeverity": "info", "diagnosticMode": "open" }]),
    );
    assert!(
        client
            .shown("main.tf", 1)
            .contains(&"aws-kms-rotation".to_owned())
    );
}

#[test]
fn the_whole_workspace_can_be_asked_for() {
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let options = json!({ "diagnosticMode": "workspace" });
    let mut client = Client::with(
        &[("a/main.tf", KEY), ("b/main.tf", KEY)],
        capabilities,
        options,
    );
    client.asked("workspace/diagnostic/refresh", Json::Null);
    let answer = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let items = answer["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let known: Vec<Json> = items
        .iter()
        .map(|own| json!({ "uri": own["uri"], "value": own["resultId"] }))
        .collect();
    let again = client.ask(
        "workspace/diagnostic",
        json!({ "previousResultIds": known }),
    );
    assert!(
        again["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|own| own["kind"] == "unchanged")
    );
}

#[test]
fn progress_of_the_first_check_is_shown_to_those_who_can() {
    let client = Client::new(
        &[("main.tf", KEY)],
        json!({ "window": { "workDoneProgress": true } }),
    );
    let token = client.asked("window/workDoneProgress/create", Json::Null)["token"].clone();
    for kind in ["begin", "end"] {
        match client.receive() {
            Message::Notification(own) => {
                assert_eq!(own.method, "$/progress");
                assert_eq!(
                    (&own.params["token"], &own.params["value"]["kind"]),
                    (&token, &json!(kind))
                );
            }
            other => panic!("unexpected {other:?}"),
        }
    }
}
