//! What a client can do and wants, and what it is told that the server can do.

use std::path::PathBuf;

use gen_lsp_types::Uri;
use serde_json::{Value as Json, json};

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
    /// Files that are not open are spoken of too.
    pub(super) whole: bool,
    pub(super) least: Severity,
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
    let option = |name: &str| {
        params
            .pointer(&format!("/initializationOptions/{name}"))
            .and_then(Json::as_str)
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
        whole: option("diagnosticMode") == Some("workspace"),
        least: option("minSeverity")
            .and_then(Severity::named)
            .unwrap_or(Severity::Low),
    }
}

/// What the server can do for it.
pub(super) fn capabilities(client: &Client) -> Json {
    let mut all = json!({
        "positionEncoding": match client.encoding { Encoding::Utf8 => "utf-8", Encoding::Utf16 => "utf-16" },
        "textDocumentSync": { "openClose": true, "change": 2, "save": false },
        "hoverProvider": true,
        "codeActionProvider": { "codeActionKinds": ["quickfix", format!("source.fixAll.{NAME}")] },
        "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } },
    });
    if client.pulls {
        all["diagnosticProvider"] = json!({
            "identifier": NAME,
            "interFileDependencies": true,
            "workspaceDiagnostics": false,
        });
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
