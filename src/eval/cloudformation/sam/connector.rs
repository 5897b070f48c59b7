//! `AWS::Serverless::Connector` → the policy or permission that lets one resource use another.

use ecow::EcoString;

use super::connector_profiles::{Access, Kind, PROFILES, Profile};
use super::make::{Body, Maker, hash};
use super::policy_templates::{actions, arn_pattern};
use super::{Expander, event, shape};
use crate::eval::{Declared, Value};

/// One end of a connector.
#[derive(Default)]
struct End {
    /// Its type after the transform.
    type_name: EcoString,
    arn: Option<Value>,
    role: Option<Value>,
    queue: Option<Value>,
    id: Option<Value>,
    name: Option<Value>,
    qualifier: Option<Value>,
}

pub(super) fn expand(work: &mut Expander<'_>, source: &Declared) {
    let make = Maker::of(source, work.context);
    let properties = &source.body;
    let (Some(from), Some(destinations)) = (
        shape::get(properties, "Source"),
        shape::get(properties, "Destination"),
    ) else {
        work.report(source, "a connector needs Source and Destination");
        return;
    };
    let wanted: Vec<EcoString> = shape::get(properties, "Permissions")
        .map(shape::members)
        .unwrap_or_default()
        .iter()
        .filter_map(|permission| permission.as_text().map(EcoString::from))
        .collect();
    let several = destinations.as_list().is_some();
    for (index, to) in shape::members(destinations).iter().enumerate() {
        let suffix = if several {
            format!("Destination{index}")
        } else {
            String::new()
        };
        let (Some(a), Some(b)) = (end(work, &make, from, to), end(work, &make, to, from)) else {
            work.report(source, "the ends of the connector are not known");
            continue;
        };
        connect(work, source, &make, (&a, &b), &wanted, &suffix);
    }
}

fn connect(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    (from, to): (&End, &End),
    wanted: &[EcoString],
    suffix: &str,
) {
    let short = |end: &End| end.type_name.trim_start_matches("AWS::").to_owned();
    let profile = PROFILES
        .iter()
        .find(|profile| profile.source == short(from) && profile.destination == short(to));
    let Some(profile) = profile else {
        let message = format!(
            "no connector leads from {} to {}",
            from.type_name, to.type_name
        );
        work.report(source, message);
        return;
    };
    let owner = if profile.source_role { from } else { to };
    let accesses = profile
        .access
        .iter()
        .filter(|(name, _)| wanted.iter().any(|own| own == name));
    match profile.kind {
        Kind::Permission => {
            for (name, accesses) in accesses {
                for access in *accesses {
                    let id = make.id(&format!("{name}LambdaPermission{suffix}"));
                    let body = permission(make, access, owner, (from, to));
                    work.made
                        .push(make.declare("AWS::Lambda::Permission", &id, body));
                }
            }
        }
        Kind::Role | Kind::Queue | Kind::Topic => {
            let statements: Vec<Value> = accesses
                .flat_map(|(_, accesses)| accesses.iter())
                .map(|access| statement(make, access, (from, to), profile))
                .collect();
            let made = policy(make, profile, owner, statements, suffix);
            match made {
                Some(made) => work.made.push(made),
                None => work.report(
                    source,
                    "a connector needs the role, queue or topic of its end",
                ),
            }
        }
    }
}

fn policy(
    make: &Maker<'_>,
    profile: &Profile,
    owner: &End,
    statements: Vec<Value>,
    suffix: &str,
) -> Option<Declared> {
    let (type_name, name, key, place) = match profile.kind {
        Kind::Role => (
            "AWS::IAM::ManagedPolicy",
            "Policy",
            "Roles",
            owner.role.as_ref(),
        ),
        Kind::Queue => (
            "AWS::SQS::QueuePolicy",
            "QueuePolicy",
            "Queues",
            owner.queue.as_ref(),
        ),
        Kind::Topic | Kind::Permission => (
            "AWS::SNS::TopicPolicy",
            "TopicPolicy",
            "Topics",
            owner.arn.as_ref(),
        ),
    };
    let mut body = Body::default();
    body.set("PolicyDocument", make.document(statements));
    body.set(key, make.list(vec![place?.clone()]));
    let id = make.id(&format!("{name}{suffix}"));
    Some(make.declare(type_name, &id, body))
}

fn fill(make: &Maker<'_>, pattern: &str, (from, to): (&End, &End)) -> Value {
    let mut variables: Vec<(&str, Value)> = Vec::new();
    for (name, value) in [
        ("Source.Arn", &from.arn),
        ("Source.ResourceId", &from.id),
        ("Source.Qualifier", &from.qualifier),
        ("Destination.Arn", &to.arn),
        ("Destination.Name", &to.name),
    ] {
        let missing = || Value::unknown(crate::eval::Why::Invalid, make.header);
        variables.push((name, value.clone().unwrap_or_else(missing)));
    }
    make.sub(&arn_pattern(pattern), &variables)
}

fn statement(make: &Maker<'_>, access: &Access, ends: (&End, &End), profile: &Profile) -> Value {
    let names = actions(make, access.actions);
    let resources = access.resources.iter();
    let resources: Vec<Value> = resources.map(|pattern| fill(make, pattern, ends)).collect();
    if access.principal.is_empty() {
        return make.allow(make.list(names), make.list(resources));
    }
    // The policies of queues and topics name one action and one resource, and the source as a condition.
    let one = |values: Vec<Value>| values.into_iter().next().unwrap_or_else(|| make.text("*"));
    let mut made = make.allow(one(names), one(resources));
    let service = make.map([("Service", make.text(access.principal))]);
    shape::set(&mut made, "Principal", service);
    debug_assert!(profile.kind != Kind::Role, "roles have no principal");
    let source = fill(make, "${Source.Arn}", ends);
    shape::set(&mut made, "Condition", event::arn_equals(make, source));
    made
}

fn permission(make: &Maker<'_>, access: &Access, owner: &End, ends: (&End, &End)) -> Body {
    let mut body = Body::default();
    body.set("Action", make.text(access.actions));
    body.set_some("FunctionName", owner.arn.clone());
    body.set("Principal", make.text(access.principal));
    if let Some(pattern) = access.resources.first() {
        body.set("SourceArn", fill(make, pattern, ends));
    }
    if access.account {
        body.set("SourceAccount", make.pseudo("AWS::AccountId"));
    }
    body
}

/// An end by its id, or by what is written about it; `other` is the other end.
fn end(work: &Expander<'_>, make: &Maker<'_>, value: &Value, other: &Value) -> Option<End> {
    let Some(id) = shape::text(value, "Id") else {
        let part = |key: &str| shape::get(value, key).cloned();
        return Some(End {
            type_name: generated_type(shape::text(value, "Type")?).into(),
            arn: part("Arn"),
            role: part("RoleName"),
            queue: part("QueueUrl"),
            id: part("ResourceId"),
            name: part("Name"),
            qualifier: part("Qualifier"),
        });
    };
    let declared = work.find(id)?;
    let type_name = declared.address.type_name.as_str();
    let refer = || make.refer(type_name, id);
    let attribute = |name: &str| make.attribute(type_name, id, &[name]);
    let mut end = End {
        type_name: type_name.into(),
        qualifier: shape::get(value, "Qualifier").cloned(),
        ..End::default()
    };
    match type_name {
        "AWS::StepFunctions::StateMachine" | "AWS::SNS::Topic" | "AWS::AppSync::DataSource" => {
            end.arn = Some(refer());
        }
        "AWS::AppSync::GraphQLApi" => {
            end.arn = Some(refer());
            end.id = Some(attribute("ApiId"));
        }
        _ => end.arn = Some(attribute("Arn")),
    }
    match type_name {
        "AWS::StepFunctions::StateMachine" => end.name = Some(attribute("Name")),
        "AWS::SQS::Queue" => end.queue = Some(refer()),
        "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api" => {
            end.id = Some(refer());
            end.qualifier.get_or_insert_with(|| make.text("*"));
        }
        _ => {}
    }
    end.role = role(declared, other).and_then(|role| {
        let role = shape::logical_id(role).filter(|_| role.as_text().is_none())?;
        Some(make.refer("AWS::IAM::Role", &role))
    });
    Some(end)
}

/// The property that holds the role of a resource.
fn role<'d>(declared: &'d Declared, other: &Value) -> Option<&'d Value> {
    let body = &declared.body;
    match declared.address.type_name.as_str() {
        "AWS::Lambda::Function" => shape::get(body, "Role"),
        "AWS::StepFunctions::StateMachine" => shape::get(body, "RoleArn"),
        "AWS::AppSync::DataSource" => shape::get(body, "ServiceRoleArn"),
        "AWS::Events::Rule" => {
            let targets = shape::get(body, "Targets")?.as_list()?;
            let arn = shape::get(other, "Arn");
            let id = shape::text(other, "Id");
            let target = targets.items.iter().find(|target| {
                let own = shape::get(target, "Arn");
                let own_id = own.and_then(shape::logical_id);
                (id.is_some() && own_id.as_deref() == id)
                    || own
                        .zip(arn)
                        .is_some_and(|(own, arn)| hash(own) == hash(arn))
            });
            shape::get(target?, "RoleArn")
        }
        _ => None,
    }
}

/// The type that a type of SAM becomes; others stay.
fn generated_type(type_name: &str) -> &str {
    match type_name {
        "AWS::Serverless::Function" => "AWS::Lambda::Function",
        "AWS::Serverless::StateMachine" => "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::Api" => "AWS::ApiGateway::RestApi",
        "AWS::Serverless::HttpApi" => "AWS::ApiGatewayV2::Api",
        "AWS::Serverless::SimpleTable" => "AWS::DynamoDB::Table",
        other => other,
    }
}
