//! The server says what `distrust check` says, place by place, for every stack of the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use lsp_server::Message;
use serde_json::{Value as Json, json};

use super::client::Client;

/// A rule, and where it starts: line and column from 1, columns in letters.
type Place = (String, u64, u64);

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, there) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().unwrap().is_dir() {
            true => copy(&path, &there),
            false => drop(fs::copy(path, there).unwrap()),
        }
    }
}

/// What the program says of a folder: every finding of every file.
fn said(folder: &Path) -> BTreeSet<(String, Place)> {
    let arguments = [
        "check",
        ".",
        "--output-format",
        "json",
        "--min-severity",
        "info",
        "--exit-zero",
    ];
    let output = crate::cli::run(folder, &arguments);
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let places = findings.map(|own| {
        let start = &own["primary"]["start"];
        let number = |name: &str| start[name].as_u64().unwrap();
        let file = own["primary"]["path"].as_str().unwrap().to_owned();
        let rule = own["rule"].as_str().unwrap().to_owned();
        (file, (rule, number("line"), number("column")))
    });
    places.collect()
}

/// What the server shows, by file.
#[derive(Default)]
struct Shown(BTreeMap<String, BTreeSet<Place>>);

impl Shown {
    /// Takes what comes until an answer to a request is there, which waits for the buffers to be checked.
    fn settle(&mut self, client: &mut Client, folder: &Path) {
        client.next += 1;
        let id = client.next.into();
        let params = json!({
            "textDocument": { "uri": format!("file://{}/none.tf", folder.display()) },
            "position": { "line": 0, "character": 0 },
        });
        let request =
            lsp_server::Request::new(client.next.into(), "textDocument/hover".into(), params);
        client.connection.sender.send(request.into()).unwrap();
        loop {
            match client.receive() {
                Message::Response(answer) if answer.id == id => return,
                Message::Notification(own) if own.method == "textDocument/publishDiagnostics" => {
                    self.take(&own.params, folder);
                }
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    fn take(&mut self, params: &Json, folder: &Path) {
        let front = format!("file://{}/", folder.display());
        let uri = params["uri"].as_str().unwrap();
        let file = uri.strip_prefix(&front).unwrap().to_owned();
        let text = fs::read_to_string(folder.join(&file)).unwrap_or_default();
        let lines: Vec<&str> = text.split('\n').collect();
        let diagnostics = params["diagnostics"].as_array().unwrap().iter();
        // What is wrong with a file is no finding: it has no code.
        let findings = diagnostics.filter_map(|own| {
            let start = &own["range"]["start"];
            let line = start["line"].as_u64().unwrap();
            let units = start["character"].as_u64().unwrap() as usize;
            let before: Vec<u16> = lines[line as usize].encode_utf16().take(units).collect();
            let column = String::from_utf16(&before).unwrap().chars().count() as u64 + 1;
            Some((own["code"].as_str()?.to_owned(), line + 1, column))
        });
        self.0.insert(file, findings.collect());
    }

    fn all(&self) -> BTreeSet<(String, Place)> {
        let files = self.0.iter();
        let places =
            files.flat_map(|(file, all)| all.iter().map(move |own| (file.clone(), own.clone())));
        places.collect()
    }
}

#[test]
fn the_server_says_what_a_check_says_after_any_edits() {
    let mut client = Client::with(
        &[],
        json!({}),
        json!({ "diagnosticMode": "workspace", "minSeverity": "info" }),
    );
    let folder = client.folder.path().canonicalize().unwrap();
    for part in ["terraform", "cloudformation", "sample", "plan"] {
        copy(&Path::new("testdata").join(part), &folder.join(part));
    }
    // Nothing there is a setting of this workspace, or hidden.
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    let mut shown = Shown::default();
    shown.settle(&mut client, &folder);
    let wanted = said(&folder);
    let files: BTreeSet<&String> = wanted.iter().map(|(file, _)| file).collect();
    assert!(files.len() >= 50, "{}", files.len());
    assert_eq!(shown.all(), wanted);
    // One file of each folder is opened, broken, emptied, mended, with what stands elsewhere unchanged at the end.
    let mut files: BTreeMap<&str, &str> = BTreeMap::new();
    for (file, _) in &wanted {
        files.insert(file.rsplit_once('/').map_or("", |(folder, _)| folder), file);
    }
    for (nth, file) in files.values().enumerate() {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        client.open(file, "terraform", &text);
        let cut = text.floor_char_boundary(text.len() * (nth % 7) / 7);
        for (version, text) in [&text[..cut], "", "\u{FEFF}{", &text]
            .into_iter()
            .enumerate()
        {
            client.change(file, version as i32 + 2, json!([{ "text": text }]));
            // Some states are checked, some are passed over.
            if (nth * 4 + version) % 37 == 0 {
                shown.settle(&mut client, &folder);
            }
        }
    }
    shown.settle(&mut client, &folder);
    assert_eq!(shown.all(), wanted);
}
