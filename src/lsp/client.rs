//! What a client can do and wants, and what it is told that the server can do.

use std::path::PathBuf;

use gen_lsp_types::Uri;
use serde_json::{Value as Json, json};

use super::act::{EXPLAIN, FIX_ALL};
use super::document::Encoding;
use super::place::path;
use super::say::NAME;
use crate::findings::Severity;

/// What the client can do and wants.
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// It asks for diagnostics, and can be told to ask again.
    pub(super) pulls: bool,
    /// It can be asked to watch files.
    pub(super) watches: bool,
    /// It can be asked for its settings.
    pub(super) has_settings: bool,
    /// It says when its settings change, if it is asked to.
    pub(super) registers_settings: bool,
    /// It shows the progress of long work.
    pub(super) shows_progress: bool,
    /// It asks for the edit of an action when somebody chooses the action.
    pub(super) resolves: bool,
    /// It has a place to show the page of a rule.
    pub(super) explains: bool,
    /// The number of the process that started the server.
    pub(super) parent: Option<i32>,
    pub(super) wishes: Wishes,
}

/// What the user wants to see, from the settings of the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wishes {
    /// Files that are not open are spoken of too.
    pub(super) whole: bool,
    /// The least severity that is shown, where the project says nothing of it.
    pub(super) least: Severity,
}

impl Wishes {
    /// These, but for what the settings say.
    pub(super) fn changed(self, settings: &Json) -> Self {
        let text = |name: &str| settings.get(name).and_then(Json::as_str);
        Self {
            whole: match text("diagnosticMode") {
                Some("workspace") => true,
                Some("open") => false,
                _ => self.whole,
            },
            least: text("minSeverity")
                .and_then(Severity::named)
                .unwrap_or(self.least),
        }
    }
}

/// What the client says of itself when it begins.
pub(super) fn client(params: &Json) -> Client {
    let flag = |pointer: &str| {
        params
            .pointer(pointer)
            .and_then(Json::as_bool)
            .unwrap_or(false)
    };
    let encodings = params
        .pointer("/capabilities/general/positionEncodings")
        .and_then(Json::as_array);
    let utf8 = encodings.is_some_and(|all| all.iter().any(|own| own == "utf-8"));
    let options = params.get("initializationOptions").unwrap_or(&Json::Null);
    let lazy = params
        .pointer("/capabilities/textDocument/codeAction/resolveSupport/properties")
        .and_then(Json::as_array);
    let parent = params.get("processId").and_then(Json::as_i64);
    let wishes = Wishes {
        whole: false,
        least: Severity::Low,
    };
    Client {
        encoding: if utf8 {
            Encoding::Utf8
        } else {
            Encoding::Utf16
        },
        pulls: params
            .pointer("/capabilities/textDocument/diagnostic")
            .is_some()
            && flag("/capabilities/workspace/diagnostics/refreshSupport"),
        watches: flag("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration"),
        has_settings: flag("/capabilities/workspace/configuration"),
        registers_settings: flag(
            "/capabilities/workspace/didChangeConfiguration/dynamicRegistration",
        ),
        shows_progress: flag("/capabilities/window/workDoneProgress"),
        resolves: lazy.is_some_and(|all| all.iter().any(|own| own == "edit"))
            && flag("/capabilities/textDocument/codeAction/dataSupport"),
        explains: options
            .get("explains")
            .and_then(Json::as_bool)
            .unwrap_or(false),
        parent: parent.and_then(|number| number.try_into().ok()),
        wishes: wishes.changed(options),
    }
}

/// What the server can do for it.
pub(super) fn capabilities(client: &Client) -> Json {
    let mut all = json!({
        "positionEncoding": match client.encoding { Encoding::Utf8 => "utf-8", Encoding::Utf16 => "utf-16" },
        "textDocumentSync": { "openClose": true, "change": 2, "save": true },
        "hoverProvider": true,
        "documentLinkProvider": {},
        "codeActionProvider": {
            "codeActionKinds": ["quickfix", FIX_ALL],
            "resolveProvider": client.resolves,
        },
        "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } },
    });
    if client.pulls {
        all["diagnosticProvider"] = json!({
            "identifier": NAME,
            "interFileDependencies": true,
            "workspaceDiagnostics": true,
        });
    }
    if client.explains {
        all["executeCommandProvider"] = json!({ "commands": [EXPLAIN] });
    }
    all
}

/// The folders of the workspace, links followed.
pub(super) fn folders(params: &Json) -> Vec<PathBuf> {
    let of = |uri: &Json| path(&Uri(uri.as_str()?.to_owned()));
    let many = params.get("workspaceFolders").and_then(Json::as_array);
    let mut all: Vec<PathBuf> = match many {
        Some(many) => many.iter().filter_map(|own| of(own.get("uri")?)).collect(),
        None => params.get("rootUri").and_then(of).into_iter().collect(),
    };
    all = all
        .into_iter()
        .map(|own| own.canonicalize().unwrap_or(own))
        .collect();
    all.sort();
    // A folder inside another one is checked with it.
    all.dedup_by(|later, kept| later.starts_with(kept));
    all
}
