//! The language: what is read, what is wrong, what follows, and that the full form means the same.

mod laws;

use super::language::{Intent, Runtime, Said, Thing};
use super::{read, schema, show, verb};
use crate::policy::action;
use crate::source::{Diagnostic, SourceMap};

fn parsed(text: &str) -> Result<Intent, Vec<Diagnostic>> {
    let sources = SourceMap::new();
    let (file, _) = sources.add("distrust.intent.yaml", text.as_bytes().to_vec());
    read(&file)
}

fn good(text: &str) -> Intent {
    parsed(text).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
}

/// What is wrong with a text: the bytes at fault, the sentence, the advice.
fn wrong(text: &str) -> Vec<(String, String, String)> {
    let wrong = parsed(text).err().unwrap_or_default();
    wrong
        .into_iter()
        .map(|own| {
            let bytes = &text[own.span.start as usize..own.span.end as usize];
            (bytes.to_owned(), own.message, own.help.unwrap_or_default())
        })
        .collect()
}

/// Asserts that a text is wrong once, at these bytes, for this reason, with this advice (parts of sentences).
fn once(text: &str, at: &str, message: &str, help: &str) {
    let wrong = wrong(text);
    assert_eq!(wrong.len(), 1, "{wrong:#?}");
    let (bytes, said, advice) = &wrong[0];
    assert_eq!(bytes, at, "{said}");
    assert!(said.contains(message), "{said}");
    assert!(advice.contains(help), "{advice}");
}

/// Five lines.
const SMALL: &str = "\
intent: 1
name: hello
segments: { edge: { public: true }, app: {} }
flows: [{ from: internet, to: edge, ports: 443 }, { from: edge, to: app, ports: 8080 }]
workloads: { door: { type: load-balancer, in: edge, to: app }, app: { type: fargate } }
";

/// A shop: most of the language.
const SHOP: &str = "\
intent: 1
name: shop
zones: [a, b, c]
network: 10.40.0.0/18
organization: input
segments:
  front: { public: true }
  work: {}
  vault: { sensitive: true, match: ['tag:tier=vault', 'type:aws.rds.*'] }
flows:
  - { from: internet, to: front, ports: 443 }
  - { from: front, to: work, ports: 9000 }
  - { from: work, to: vault, ports: [5432, 3306/tcp] }
  - { from: work, to: internet, ports: 443, names: [api.payments.example] }
keys:
  records: { for: [ledger, receipts] }
stores:
  ledger: { type: aurora-postgres, size: medium }
  receipts: { type: bucket, keep: 30d }
  carts: { type: table, keyed: [customer, at] }
  jobs: { type: queue }
  card-processor: { type: secret, rotate: { every: 30d, by: rotator } }
workloads:
  door: { type: load-balancer, in: front, domain: shop.example.com, to: desk }
  desk:
    type: fargate
    in: work
    connects: ledger
    reads: [receipts, card-processor, { on: receipts, under: public/ }]
    writes: carts
    publishes: jobs
    seals: { on: records, context: { purpose: notes } }
  press: { type: lambda, in: work, consumes: jobs, writes: receipts }
identities:
  auditor: { federated: input, session: 2h, lists: receipts, because: none }
  rotator: { role: input, function: input, rotates: card-processor }
  ship: { github: acme/shop, environment: production, plan: pull-requests, deploys: true }
never:
  - { reads: card-processor, except: [desk, rotator] }
  - { deletes: [receipts, carts] }
enforce: [{ from: internet, to: work, by: waf }]
logs: { keep: 400d, immutable: true }
";

#[test]
fn the_small_case_is_five_lines_and_everything_follows() {
    let intent = good(SMALL);
    assert_eq!(intent.network.value.to_string(), "10.20.0.0/20");
    let parts = intent.segments.iter();
    let parts: Vec<String> = parts.map(|own| own.cidr.value.to_string()).collect();
    assert_eq!(parts, ["10.20.0.0/22", "10.20.4.0/22"]);
    let subnets: Vec<String> = intent
        .subnets_of(1)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(subnets, ["10.20.4.0/24", "10.20.5.0/24"]);
    assert_eq!(intent.endpoint_subnets()[0].to_string(), "10.20.8.0/24");
    let derived: Vec<&str> = intent
        .flows
        .iter()
        .filter(|flow| flow.said == Said::Derived)
        .flat_map(|flow| flow.services.iter().map(|own| own.value.as_str()))
        .collect();
    assert_eq!(derived, ["ecr.api", "ecr.dkr", "logs", "s3"]);
    let enforced: Vec<&str> = intent
        .enforce
        .iter()
        .map(|own| intent.name_of(own.to.value))
        .collect();
    assert_eq!(enforced, ["door"]);
    assert_eq!(intent.keys[intent.logs.key.value].name.value, "logs-key");
    assert_eq!(intent.workloads[0].runtime.value, Runtime::LoadBalancer);
    // A name of both is the segment at the end of a flow, and the workload elsewhere.
    assert_eq!(intent.flows[1].to.value, Thing::Segment(1));
    assert_eq!(intent.workloads[0].to[0].value, 1);
}

#[test]
fn every_part_has_its_place() {
    let intent = good(SHOP);
    let at = |span: crate::source::Span| &SHOP[span.start as usize..span.end as usize];
    assert_eq!(at(intent.name.span), "shop");
    assert_eq!(at(intent.segments[2].sensitive.span), "true");
    assert_eq!(at(intent.segments[0].sensitive.span), "front");
    assert_eq!(at(intent.flows[2].ports[1].span), "3306/tcp");
    assert_eq!(at(intent.stores[1].key.span), "receipts");
    assert_eq!(at(intent.never[0].except[1].span), "rotator");
    let desk = &intent.workloads[1];
    let verbs: Vec<&str> = desk.grants.iter().map(|own| own.verb.word).collect();
    assert_eq!(
        verbs,
        [
            "reads",
            "reads",
            "reads",
            "writes",
            "connects",
            "publishes",
            "seals"
        ]
    );
    assert_eq!(
        at(desk.grants[2].under.as_ref().expect("a prefix").span),
        "public/"
    );
    // Stores without a key share that of their segment; the secret stands there by default.
    let names: Vec<&str> = intent
        .keys
        .iter()
        .map(|own| own.name.value.as_str())
        .collect();
    assert_eq!(names, ["records", "vault-key", "logs-key"]);
    assert_eq!(
        intent.services_of(1),
        [
            "dynamodb",
            "ecr.api",
            "ecr.dkr",
            "kms",
            "logs",
            "s3",
            "secretsmanager",
            "sqs"
        ]
    );
}

#[test]
fn the_full_form_is_valid_and_means_the_same() {
    for text in [SMALL, SHOP] {
        let full = show(&good(text));
        let again = show(&good(&full));
        assert_eq!(full, again);
    }
    insta::assert_snapshot!(show(&good(SMALL)));
}

#[test]
fn names_that_are_not_declared_are_wrong_with_the_nearest() {
    let text = SMALL.replace("to: app, ports", "to: ap, ports");
    once(&text, "ap", "nothing is called `ap`", "did you mean `app`?");
    let text = SMALL.replace("in: edge", "in: door");
    once(&text, "door", "`door` is no segment", "app, edge");
    let text = SMALL.replace("app: {}", "app: {}, aws: {}");
    once(&text, "aws", "a word of the language", "otherwise");
    let text = format!("{SMALL}stores: {{ edge: {{ type: bucket, in: app }} }}\n");
    once(&text, "edge", "declared twice", "one space of names");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let text = "\
intent: 2
nam: x
segments: { Edge: { publik: true } }
flows: [{ from: internet, to: nowhere, ports: 70000 }]
workloads: { door: { type: ec2 } }
";
    let messages: Vec<String> = wrong(text)
        .into_iter()
        .map(|(_, message, _)| message)
        .collect();
    for expected in [
        "1 is expected here",
        "there is no key `nam` here",
        "`name` is missing",
        "`Edge` is no name",
        "there is no key `publik` here",
        "nothing is called `nowhere`",
        "`70000` is no port",
        "one of fargate, lambda",
        "`door` stands in no segment",
    ] {
        assert!(
            messages.iter().any(|own| own.contains(expected)),
            "{expected}: {messages:#?}"
        );
    }
}

#[test]
fn what_weakens_needs_a_reason() {
    let flow = "{ from: edge, to: app, ports: 8080 }";
    let text = SMALL.replace(
        flow,
        "{ from: edge, to: app, ports: 8080, encrypted: false }",
    );
    once(&text, "false", "not encrypted", "because");
    let text = text.replace(
        "encrypted: false",
        "encrypted: false, because: the network is closed",
    );
    good(&text);
    let text = SMALL.replace(
        flow,
        "{ from: edge, to: app, ports: 8080 }, { from: app, to: internet, ports: 443 }",
    );
    once(&text, "internet", "a way out", "names");
    let text = SHOP
        .replace("session: 2h", "mfa: false")
        .replace(", because: none", "");
    once(&text, "false", "weaker", "because");
    let text = SHOP.replace("rotate: { every: 30d, by: rotator }", "rotate: never");
    once(&text, "never", "needs a reason", "because");
}

#[test]
fn parts_that_contradict_each_other_are_wrong() {
    let text = SMALL.replace("edge: { public: true }", "edge: {}");
    once(&text, "edge", "`edge` is not public", "public: true");
    let text = SMALL.replace("app: {} }", "app: { public: true } }");
    once(
        &text,
        "true",
        "nothing flows to it from the Internet",
        "declare it",
    );
    let text = SMALL.replace(", { from: edge, to: app, ports: 8080 }", "");
    once(
        &text,
        "app",
        "no flow leads from `door` to `app`",
        "{ from: edge, to: app",
    );
    let text = SHOP.replace("[5432, 3306/tcp]", "3306");
    once(
        &text,
        "ledger",
        "no flow leads from `desk` to `ledger`",
        "{ from: work, to: vault, ports: 5432/tcp }",
    );
    let text = SHOP.replace("rotates: card-processor", "reads: card-processor");
    once(
        &text,
        "rotator",
        "does not rotate",
        "rotates: [card-processor]",
    );
    let text = SHOP.replace("to: internet", "to: vault").replace(
        "from: work, to: vault, ports: 443, names: [api.payments.example]",
        "from: vault, to: internet, ports: 443, because: x",
    );
    once(
        &text,
        "{ from: vault, to: internet, ports: 443, because: x }",
        "sensitive",
        "another segment",
    );
    let text = SHOP.replace("consumes: jobs, writes: receipts", "consumes: receipts");
    once(
        &text,
        "receipts",
        "`consumes` means nothing for a bucket",
        "reads, lists, writes, deletes",
    );
    let text = SMALL
        .replace("app: {} }", "app: { sensitive: true } }")
        .replace(
            "{ from: edge, to: app, ports: 8080 }]",
            "{ from: edge, to: app, ports: 8080 }, { from: internet, to: app, ports: 1 }]",
        );
    assert!(!wrong(&text).is_empty());
    let text = SHOP.replace(
        "card-processor: { type: secret, rotate: { every: 30d, by: rotator } }",
        "card-processor: { type: secret }",
    );
    assert!(
        wrong(&text)
            .iter()
            .any(|own| own.1.contains("how the secret"))
    );
}

#[test]
fn a_plan_of_addresses_that_does_not_fit_is_wrong() {
    let text = format!("{SMALL}network: 10.0.0.0/26\n");
    once(&text, "10.0.0.0/26", "too small for 2 segments", "larger");
    let text = format!("{SMALL}network: 10.0.0.1/20\n");
    once(&text, "10.0.0.1/20", "bits behind its length", "");
    let text = SMALL.replace("app: {} }", "app: { cidr: 10.30.0.0/24 } }");
    once(&text, "10.30.0.0/24", "outside of the network", "part");
    let text = SMALL
        .replace("app: {} }", "app: { cidr: 10.20.8.0/24 } }")
        .replace("public: true", "public: true, cidr: 10.20.8.0/23");
    once(
        &text,
        "10.20.8.0/24",
        "overlaps 10.20.8.0/23",
        "no address in common",
    );
}

#[test]
fn other_clouds_have_networks() {
    let text = "\
intent: 1
name: net
cloud: azure
segments: { web: { public: true, match: 'tag:tier=web' }, data: {} }
flows: [{ from: internet, to: web, ports: 443 }, { from: web, to: data, ports: 1433 }]
";
    assert_eq!(good(text).name_of(Thing::Cloud), "azure");
    let text = format!("{text}stores: {{ files: {{ type: bucket, in: data }} }}\n");
    once(&text, "files", "for azure segments and flows", "cloud: aws");
}

#[test]
fn every_action_of_a_verb_exists() {
    let meanings = verb::VERBS.iter().flat_map(|verb| verb.meanings);
    for name in meanings.flat_map(|own| own.actions.iter().chain(own.key)) {
        assert!(action::find(name).is_some(), "{name}");
    }
}

#[test]
fn the_schema_is_what_is_written_and_knows_good_from_bad() {
    let kept = include_str!("../../editors/intent.schema.json");
    assert_eq!(
        kept,
        schema::schema(),
        "write it anew: distrust intent schema"
    );
    let schema: serde_json::Value = serde_json::from_str(kept).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let value = |text: &str| json(&good(text));
    for text in [SMALL, SHOP] {
        let value = value(text);
        assert!(
            validator.is_valid(&value),
            "{:?}",
            validator.validate(&value).err()
        );
    }
    let mut bad = value(SMALL);
    bad["segments"]["edge"]["publik"] = serde_json::json!(true);
    assert!(!validator.is_valid(&bad));
}

#[test]
fn the_page_has_the_tables_of_the_grammar() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/intent.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let (keys, verbs) = schema::tables();
    let mut wanted = page.clone();
    for (mark, table) in [("<!-- keys -->", keys), ("<!-- verbs -->", verbs)] {
        let (front, rest) = wanted.split_once(mark).expect("the mark");
        let (_, back) = rest.split_once("<!-- end -->").expect("its end");
        wanted = format!("{front}{mark}\n{table}<!-- end -->{back}");
    }
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(path, &wanted).expect("the page can be written");
    }
    assert!(
        page == wanted,
        "write it anew: UPDATE_PAGES=1 cargo test the_page_has"
    );
}

/// The full form as a value.
fn json(intent: &Intent) -> serde_json::Value {
    use crate::syntax::yaml::{self, Document, Kind, NodeId};
    fn value(document: &Document, node: NodeId) -> serde_json::Value {
        match &document.node(node).kind {
            Kind::Scalar { text, plain } => match text.as_str() {
                "true" if *plain => true.into(),
                "false" if *plain => false.into(),
                text => match text.parse::<u32>() {
                    Ok(number) if *plain => number.into(),
                    _ => text.into(),
                },
            },
            Kind::Sequence(_) => document
                .items(node)
                .iter()
                .map(|own| value(document, *own))
                .collect(),
            Kind::Mapping(_) => document
                .pairs(node)
                .iter()
                .map(|pair| {
                    (
                        document.text(pair.key).expect("a key").to_string(),
                        value(document, pair.value),
                    )
                })
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Kind::Broken => serde_json::Value::Null,
        }
    }
    let sources = SourceMap::new();
    let (file, _) = sources.add("full.yaml", show(intent).into_bytes());
    let document = yaml::parse(&file);
    value(&document, document.root.expect("a root"))
}
