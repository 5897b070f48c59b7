//! The table of decisions, and laws that hold of every request.

use std::collections::BTreeMap;

use super::{Caller, CallerKind, Context, Decision, Layers, Request, decide};
use crate::eval::{Truth, Value};
use crate::policy::Document;
use crate::source::Span;

const TABLE: &str = include_str!("decisions.txt");

fn caller(name: &str) -> Caller {
    let of = |kind, arn: &str| Caller::of(kind, arn);
    match name {
        "ann" => of(CallerKind::User, "arn:aws:iam::111111111111:user/ann"),
        "app" => Caller {
            session: Some("arn:aws:sts::111111111111:assumed-role/app/s1".into()),
            ..of(CallerKind::Role, "arn:aws:iam::111111111111:role/app")
        },
        "root" => of(CallerKind::Root, "arn:aws:iam::111111111111:root"),
        "boss" => Caller {
            manages: true,
            ..of(CallerKind::User, "arn:aws:iam::111111111111:user/boss")
        },
        "slr" => of(
            CallerKind::ServiceLinkedRole,
            "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/X",
        ),
        "bob" => of(CallerKind::User, "arn:aws:iam::222222222222:user/bob"),
        "ext" => of(CallerKind::Role, "arn:aws:iam::222222222222:role/ext"),
        "svc" => of(CallerKind::Service, "cloudtrail.amazonaws.com"),
        "fed" => Caller {
            account: "".into(),
            ..of(
                CallerKind::Federated,
                "arn:aws:iam::111111111111:oidc-provider/token.example",
            )
        },
        _ => of(CallerKind::Anonymous, ""),
    }
}

fn resource(name: &str) -> String {
    match name {
        "b" => "arn:aws:s3:::b/k".into(),
        "c" => "arn:aws:s3:::c/k".into(),
        "bucket" => "arn:aws:s3:::b".into(),
        "i" => "arn:aws:ec2:eu-west-1:111111111111:instance/i-1".into(),
        "key" => "arn:aws:kms:eu-west-1:111111111111:key/k".into(),
        "role" => "arn:aws:iam::111111111111:role/r".into(),
        "topic" => "arn:aws:sns:eu-west-1:111111111111:t".into(),
        other => format!("arn:aws:s3:::{other}"),
    }
}

fn context(text: &str) -> Context {
    let closed = text.split(' ').any(|word| word == "closed");
    let start = if closed {
        Context::closed()
    } else {
        Context::default()
    };
    text.split(' ')
        .fold(start, |context, word| match word.split_once('=') {
            Some((key, values)) => context.with(key, &values.split(',').collect::<Vec<_>>()),
            None => context,
        })
}

fn read(statements: &str) -> Document {
    let json = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let document = Document::read(&Value::text(json.as_str(), Span::nowhere()));
    assert_eq!(document.refused, [], "{statements}");
    document
}

/// The documents of the layers of a line, one for each word, and the words themselves.
fn documents(layers: &str, policies: &BTreeMap<&str, &str>) -> Vec<(String, Document)> {
    let words = layers.split(' ').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let (layer, names) = word.split_once('=').unwrap_or((word, ""));
            let names = names.split('+').filter(|name| !name.is_empty());
            let statements: Vec<&str> = names
                .map(|name| *policies.get(name).unwrap_or_else(|| panic!("{name}")))
                .collect();
            (layer.to_owned(), read(&statements.join(",")))
        })
        .collect()
}

fn layers(documents: &[(String, Document)]) -> Layers<'_> {
    let mut layers = Layers::default();
    for (layer, document) in documents {
        match layer.as_str() {
            "identity" => layers.identity.push(document),
            "resource" => layers.resource = Some(document),
            "boundary" => layers.boundary = Some(vec![document]),
            "session" => layers.session = Some(vec![document]),
            "scp" => layers.scp.push(vec![document]),
            "rcp" => layers.rcp.push(vec![document]),
            "endpoint" => layers.endpoint = Some(document),
            "shut" => layers.restrict_public = true,
            other => panic!("{other}"),
        }
    }
    layers
}

/// Every decision of the table: its line, what it is made of, the answer that is expected.
type Ask<'a> = dyn FnMut(&str, &[(String, Document)], &Request, Truth) + 'a;

fn each(ask: &mut Ask<'_>) {
    let mut policies: BTreeMap<&str, &str> = BTreeMap::new();
    let mut sourced = false;
    for line in TABLE
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let Some(rest) = line.strip_prefix("let ") {
            let (name, statements) = rest.split_once(" = ").expect(line);
            policies.insert(name, statements);
            continue;
        }
        if line.starts_with("@ ") {
            sourced = true;
            continue;
        }
        assert!(sourced, "{line}");
        let parts: Vec<&str> = line.split(';').map(str::trim).collect();
        let [what, written, circumstances, answers] = parts.as_slice() else {
            panic!("{line}");
        };
        let (action, on) = what.split_once(' ').expect(line);
        let documents = documents(written, &policies);
        for answer in answers.split(' ') {
            let (who, expected) = answer.split_once('=').expect(line);
            let request = Request {
                caller: caller(who),
                action: action.into(),
                resource: resource(on).as_str().into(),
                account: "111111111111".into(),
                context: context(circumstances),
            };
            let expected = match expected {
                "yes" => Truth::True,
                "no" => Truth::False,
                _ => Truth::Unknown,
            };
            ask(&format!("{line} [{who}]"), &documents, &request, expected);
        }
    }
}

#[test]
fn the_table_of_decisions() {
    let mut count = 0;
    let mut wrong = Vec::new();
    each(&mut |line, documents, request, expected| {
        count += 1;
        let Decision {
            truth,
            because,
            residual,
        } = decide(&layers(documents), request);
        if truth != expected {
            wrong.push(format!("{truth:?} instead of {expected:?}: {line}"));
        }
        assert_eq!(residual.is_empty(), !truth.is_unknown(), "{line}");
        assert!(
            truth.is_false() || !because.is_empty() || request.caller.kind == CallerKind::Root,
            "{line}"
        );
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 200, "{count}");
}

/// False is less than unknown, unknown less than true.
fn rank(truth: Truth) -> u8 {
    match truth {
        Truth::False => 0,
        Truth::Unknown => 1,
        Truth::True => 2,
    }
}

#[test]
fn laws_of_the_layers() {
    let allow = read(r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#);
    let deny = read(r#"{"Effect":"Deny","Principal":"*","Action":"s3:Get*","Resource":"*"}"#);
    let bound = read(r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*"}"#);
    each(&mut |line, documents, request, _| {
        let base = layers(documents);
        let before = rank(decide(&base, request).truth);
        let mut more = base.clone();
        more.identity.push(&allow);
        assert!(
            rank(decide(&more, request).truth) >= before,
            "an Allow takes nothing away: {line}"
        );
        let mut less = base.clone();
        less.identity.push(&deny);
        assert!(
            rank(decide(&less, request).truth) <= before,
            "a Deny gives nothing: {line}"
        );
        let mut bounded = base.clone();
        bounded.boundary.get_or_insert_default().push(&bound);
        if base.boundary.is_none() {
            assert!(
                rank(decide(&bounded, request).truth) <= before,
                "a boundary gives nothing: {line}"
            );
        }
        let turned: Vec<Document> = documents
            .iter()
            .map(|(_, own)| Document {
                statements: own.statements.iter().rev().cloned().collect(),
                ..Document::default()
            })
            .collect();
        let turned: Vec<(String, Document)> = documents
            .iter()
            .map(|(layer, _)| layer.clone())
            .zip(turned)
            .collect();
        assert_eq!(
            rank(decide(&layers(&turned), request).truth),
            before,
            "order says nothing: {line}"
        );
    });
}
