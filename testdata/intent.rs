//! Intents on whole stacks in both languages: what holds is proven, and each single change that breaks it is found through
//! the place that was changed.

use std::path::Path;

use serde_json::Value;

use crate::cli::{run, status, text};

/// A change of one language's text, and what must be said of it.
struct Change {
    about: &'static str,
    terraform: (&'static str, &'static str),
    cloudformation: (&'static str, &'static str),
    kind: &'static str,
    from: &'static str,
    to: &'static str,
    verdict: &'static str,
    /// Parts of the resources of the path, in either language.
    through: [&'static str; 2],
}

const CHANGES: [Change; 10] = [
    Change {
        about: "a reference is replaced by a block of addresses",
        terraform: (
            "referenced_security_group_id = aws_security_group.work.id\n  ip_protocol                  = \"tcp\"\n  from_port                    = 5432",
            "cidr_ipv4 = \"10.40.0.0/16\"\n  ip_protocol                  = \"tcp\"\n  from_port                    = 5432",
        ),
        cloudformation: (
            "SourceSecurityGroupId: !Ref WorkGroup\n      IpProtocol: tcp\n      FromPort: 5432",
            "CidrIp: 10.40.0.0/16\n      IpProtocol: tcp\n      FromPort: 5432",
        ),
        kind: "prohibition",
        from: "tools",
        to: "vault",
        verdict: "violated",
        through: ["aws_security_group.vault", "VaultGroup"],
    },
    Change {
        about: "a rule is widened",
        terraform: (
            "from_port                    = 5432\n  to_port                      = 5432",
            "from_port                    = 5000\n  to_port                      = 6000",
        ),
        cloudformation: (
            "FromPort: 5432\n      ToPort: 5432",
            "FromPort: 5000\n      ToPort: 6000",
        ),
        kind: "prohibition",
        from: "work",
        to: "vault",
        verdict: "violated",
        through: ["aws_security_group.vault", "VaultGroup"],
    },
    Change {
        about: "a route is added",
        terraform: (
            "  # routes of inner",
            "  route {\n    cidr_block     = \"0.0.0.0/0\"\n    nat_gateway_id = aws_nat_gateway.out.id\n  }\n}\n\nresource \"aws_nat_gateway\" \"out\" {\n  subnet_id = aws_subnet.front.id",
        ),
        cloudformation: (
            "  # routes of inner",
            "  InnerRoute:\n    Type: AWS::EC2::Route\n    Properties: { RouteTableId: !Ref InnerTable, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Out }\n  Out:\n    Type: AWS::EC2::NatGateway\n    Properties: { SubnetId: !Ref Front }",
        ),
        kind: "prohibition",
        from: "work",
        to: "internet",
        verdict: "violated",
        through: ["aws_route_table.inner", "InnerTable"],
    },
    Change {
        about: "a rule is narrowed until nothing is left of a flow",
        terraform: (
            "from_port                    = 5432\n  to_port                      = 5432",
            "from_port                    = 3306\n  to_port                      = 3306",
        ),
        cloudformation: (
            "FromPort: 5432\n      ToPort: 5432",
            "FromPort: 3306\n      ToPort: 3306",
        ),
        kind: "flow",
        from: "work",
        to: "vault",
        verdict: "blocked",
        through: ["aws_security_group.vault", "VaultGroup"],
    },
    Change {
        about: "a role may do more",
        terraform: ("[\"s3:GetObject\"]", "[\"s3:GetObject\", \"s3:PutObject\"]"),
        cloudformation: ("[s3:GetObject]", "[s3:GetObject, s3:PutObject]"),
        kind: "permission",
        from: "desk",
        to: "receipts beyond its verbs",
        verdict: "violated",
        through: ["aws_iam_role.desk", "DeskRole"],
    },
    Change {
        about: "a role may do less",
        terraform: ("\"rds-db:connect\"", "\"rds:DescribeDBInstances\""),
        cloudformation: ("rds-db:connect", "rds:DescribeDBInstances"),
        kind: "permission",
        from: "desk",
        to: "connects ledger",
        verdict: "blocked",
        through: ["aws_iam_role.desk", "DeskRole"],
    },
    Change {
        about: "a denial lets everybody through",
        terraform: ("Effect    = \"Deny\"", "Effect    = \"Allow\""),
        cloudformation: ("Effect: Deny", "Effect: Allow"),
        kind: "never",
        from: "nobody but desk",
        to: "reads receipts",
        verdict: "violated",
        through: ["aws_iam_role.auditor", "AuditorRole"],
    },
    Change {
        about: "a point is taken away",
        terraform: (
            "resource_arn = aws_lb.door.arn",
            "resource_arn = \"arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/other/1\"",
        ),
        cloudformation: (
            "ResourceArn: !Ref Door",
            "ResourceArn: \"arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/other/1\"",
        ),
        kind: "enforcement",
        from: "internet",
        to: "front by waf",
        verdict: "violated",
        through: ["aws_lb.door", "Door"],
    },
    Change {
        about: "a listener speaks in the clear",
        terraform: (
            "port              = 443\n  protocol          = \"HTTPS\"",
            "port              = 443\n  protocol          = \"HTTP\"",
        ),
        cloudformation: (
            "Port: 443\n      Protocol: HTTPS",
            "Port: 443\n      Protocol: HTTP",
        ),
        kind: "encryption",
        from: "internet",
        to: "front",
        verdict: "violated",
        through: ["aws_lb_listener.door", "Listener"],
    },
    Change {
        about: "logs are thrown away early",
        terraform: ("retention_in_days = 400", "retention_in_days = 30"),
        cloudformation: ("RetentionInDays: 400", "RetentionInDays: 30"),
        kind: "logs",
        from: "logs",
        to: "kept 400d",
        verdict: "violated",
        through: ["aws_cloudwatch_log_group.desk", "DeskLogs"],
    },
];

const INTENT: &str = include_str!("intent/distrust.intent.yaml");
const TERRAFORM: &str = include_str!("intent/main.tf");
const CLOUDFORMATION: &str = include_str!("intent/template.yaml");

/// A folder with an intent and a text in one language.
fn folder(terraform: bool, code: &str, intent: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let name = if terraform {
        "main.tf"
    } else {
        "template.yaml"
    };
    std::fs::write(folder.path().join(name), code).expect("a file");
    std::fs::write(folder.path().join("distrust.intent.yaml"), intent).expect("a file");
    folder
}

fn verified(folder: &Path, more: &[&str]) -> (Vec<Value>, i32) {
    let arguments = [&["verify", "--output-format", "json"], more].concat();
    let output = run(folder, &arguments);
    let answers = serde_json::from_slice(&output.stdout);
    let answers = answers.unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
    (answers, status(&output))
}

fn open(answers: &[Value]) -> Vec<&Value> {
    answers
        .iter()
        .filter(|own| own["verdict"] != "proven")
        .collect()
}

#[test]
fn what_has_the_shape_of_its_intent_is_proven() {
    for (terraform, code) in [(true, TERRAFORM), (false, CLOUDFORMATION)] {
        let here = folder(terraform, code, INTENT);
        let (answers, status) = verified(here.path(), &[]);
        assert_eq!(
            open(&answers),
            Vec::<&Value>::new(),
            "terraform: {terraform}"
        );
        assert_eq!(status, 0);
        let kinds: std::collections::BTreeSet<&str> = answers
            .iter()
            .filter_map(|own| own["kind"].as_str())
            .collect();
        assert_eq!(kinds.len(), 8, "{kinds:?}");
    }
}

#[test]
fn each_change_is_found_through_the_place_that_was_changed() {
    for change in &CHANGES {
        let both = [
            (true, TERRAFORM, change.terraform, change.through[0]),
            (
                false,
                CLOUDFORMATION,
                change.cloudformation,
                change.through[1],
            ),
        ];
        for (terraform, code, (was, now), through) in both {
            assert_eq!(code.matches(was).count(), 1, "{}: {was}", change.about);
            let here = folder(terraform, &code.replace(was, now), INTENT);
            let (answers, status) = verified(here.path(), &[]);
            let found = answers.iter().find(|own| {
                own["kind"] == change.kind && own["from"] == change.from && own["to"] == change.to
            });
            let found = found.unwrap_or_else(|| panic!("{}: {:#?}", change.about, open(&answers)));
            assert_eq!(
                found["verdict"], change.verdict,
                "{}: {found:#}",
                change.about
            );
            let path = found["path"].as_array().expect("a path");
            let hop = path.iter().any(|step| {
                let resource = step["resource"].as_str().unwrap_or_default();
                resource.contains(through) && step["line"].is_u64()
            });
            assert!(hop, "{}: {found:#}", change.about);
            assert_eq!(status, 1, "{}", change.about);
        }
    }
}

#[test]
fn both_languages_are_said_to_be_the_same() {
    let said = |terraform, code| {
        let here = folder(terraform, code, INTENT);
        let (answers, _) = verified(here.path(), &[]);
        let keys = ["kind", "from", "to", "ports", "verdict"];
        let mut all: Vec<String> = answers
            .iter()
            // A network is called by its own name.
            .filter(|own| own["to"] != "traffic is logged")
            .map(|own| keys.map(|key| own[key].to_string()).join(" "))
            .collect();
        all.sort();
        all
    };
    assert_eq!(said(true, TERRAFORM), said(false, CLOUDFORMATION));
}

#[test]
fn what_is_not_here_is_stale_and_what_is_lost_weighs_more() {
    let intent = INTENT.replace("  tools: {}\n", "  tools: {}\n  attic: {}\n") + "";
    let intent = intent.replace(
        "  - { from: work, to: front, ports: 443 }\n",
        "  - { from: work, to: front, ports: 443 }\n  - { from: attic, to: work, ports: 22 }\n",
    );
    let here = folder(true, TERRAFORM, &intent);
    let (answers, status) = verified(here.path(), &[]);
    let stale: Vec<&Value> = answers
        .iter()
        .filter(|own| own["verdict"] == "stale")
        .collect();
    assert_eq!(stale.len(), 1, "{stale:#?}");
    assert_eq!(stale[0]["because"], "nothing here is attic");
    assert_eq!(status, 1);
    std::fs::write(here.path().join("broken.tf"), "resource \"x\" {\n").expect("a file");
    assert_eq!(verified(here.path(), &["--allow-undecided"]).1, 3);
}

#[test]
fn what_is_not_known_is_undecided_unless_that_is_allowed() {
    let code = TERRAFORM.replace(
        "cidr_ipv4         = \"10.40.0.0/16\"",
        "cidr_ipv4         = var.where",
    ) + "\nvariable \"where\" {}\n";
    let code = code.replace(
        "referenced_security_group_id = aws_security_group.work.id\n  ip_protocol                  = \"tcp\"\n  from_port                    = 5432",
        "cidr_ipv4 = \"10.40.0.0/16\"\n  ip_protocol                  = \"tcp\"\n  from_port                    = 5432",
    );
    let here = folder(true, &code, INTENT);
    let (answers, status) = verified(here.path(), &[]);
    let open = open(&answers);
    let tools = open
        .iter()
        .find(|own| own["from"] == "tools" && own["to"] == "vault");
    let tools = tools.unwrap_or_else(|| panic!("{open:#?}"));
    assert_eq!(tools["verdict"], "undecided");
    assert!(
        tools["because"]
            .as_str()
            .is_some_and(|why| why.contains("where")),
        "{tools:#}"
    );
    assert_eq!(status, 4);
    assert_eq!(verified(here.path(), &["--allow-undecided"]).1, 0);
}

#[test]
fn an_intent_that_is_wrong_stops_everything_and_is_shown_in_place() {
    let here = folder(
        true,
        TERRAFORM,
        &INTENT.replace("to: work, ports: 9000", "to: wrok, ports: 9000"),
    );
    let output = run(here.path(), &["verify"]);
    assert_eq!(status(&output), 2);
    let said = text(&output.stderr);
    assert!(said.contains("distrust.intent.yaml:11:24"), "{said}");
    assert!(said.contains("did you mean `work`?"), "{said}");
    let output = run(here.path(), &["intent", "check"]);
    assert_eq!(status(&output), 1);
}

#[test]
fn check_picks_the_intent_of_a_folder_up() {
    let change = &CHANGES[0];
    let code = TERRAFORM.replace(change.terraform.0, change.terraform.1);
    let here = folder(true, &code, INTENT);
    let output = run(
        here.path(),
        &["check", "--select", "intent-*", "--output-format", "json"],
    );
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let found = report["findings"].as_array().expect("findings");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["rule"], "intent-undeclared");
    assert_eq!(status(&output), 1);
    // Without an intent nothing is asked of it.
    std::fs::remove_file(here.path().join("distrust.intent.yaml")).expect("it was there");
    let output = run(here.path(), &["check", "--select", "intent-*"]);
    assert_eq!(status(&output), 0);
}

#[test]
fn the_matrix_shows_what_is_declared_and_what_is_possible() {
    let change = &CHANGES[0];
    let code = TERRAFORM.replace(change.terraform.0, change.terraform.1);
    let here = folder(true, &code, INTENT);
    for (format, wanted) in [
        ("text", "!5432/tcp"),
        ("markdown", "| tools |"),
        ("svg", "class=\"possible\""),
        ("html", "<td class=\"possible\""),
    ] {
        let output = run(here.path(), &["matrix", "--format", format]);
        assert_eq!(status(&output), 0, "{}", text(&output.stderr));
        assert!(
            text(&output.stdout).contains(wanted),
            "{format}: {}",
            text(&output.stdout)
        );
    }
}

#[test]
fn a_draft_holds_on_what_it_was_drafted_from() {
    let changed = |change: &Change, terraform: bool, code: &str| {
        let (was, now) = if terraform {
            change.terraform
        } else {
            change.cloudformation
        };
        code.replace(was, now)
    };
    for (terraform, code) in [(true, TERRAFORM), (false, CLOUDFORMATION)] {
        let mut codes = vec![code.to_owned()];
        codes.extend(
            CHANGES
                .iter()
                .map(|change| changed(change, terraform, code)),
        );
        // Nothing is recorded at all.
        codes.push(
            code.replace("aws_flow_log", "aws_no_log")
                .replace("AWS::EC2::FlowLog", "AWS::SNS::Topic"),
        );
        for code in codes {
            let here = folder(terraform, &code, "");
            let output = run(here.path(), &["intent", "init", "--name", "found", "."]);
            assert_eq!(status(&output), 0, "{}", text(&output.stderr));
            let draft = text(&output.stdout);
            assert!(draft.contains("# found"), "{draft}");
            std::fs::write(here.path().join("distrust.intent.yaml"), draft).expect("a file");
            let (answers, _) = verified(here.path(), &[]);
            let fails: Vec<&Value> = open(&answers)
                .into_iter()
                .filter(|own| own["verdict"] != "undecided")
                .collect();
            assert_eq!(fails, Vec::<&Value>::new(), "{draft}");
        }
    }
}

/// Where nothing says which network something stands in, a function alone is known to reach services.
#[test]
fn a_function_without_a_network_reaches_services_and_nothing_else_is_thought_to() {
    let intent = |runtime: &str| {
        format!(
            "intent: 1\nname: n\nsegments: {{ work: {{}} }}\nstores: {{ rows: {{ type: table, in: work }} }}\n\
             workloads: {{ job: {{ type: {runtime}, in: work, reads: [rows] }} }}\n"
        )
    };
    let function = "resource \"aws_lambda_function\" \"job\" {\n  function_name = \"job\"\n  role = \"arn:aws:iam::111122223333:role/job\"\n  tags = { workload = \"job\" }\n}\n";
    let service = "resource \"aws_ecs_service\" \"job\" {\n  name = \"job\"\n  launch_type = \"FARGATE\"\n  tags = { workload = \"job\" }\n}\n";
    for (runtime, code, wanted) in [
        ("lambda", function, ["proven"]),
        ("fargate", service, ["undecided"]),
    ] {
        let folder = folder(true, code, &intent(runtime));
        let (answers, _) = verified(folder.path(), &[]);
        let to = |own: &&Value| own["to"].as_str().is_some_and(|to| to == "aws:dynamodb");
        let verdicts: Vec<&str> = answers
            .iter()
            .filter(to)
            .filter_map(|own| own["verdict"].as_str())
            .collect();
        assert_eq!(verdicts, wanted, "{runtime}: {answers:#?}");
    }
}
