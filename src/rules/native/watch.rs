//! Alarms about changes that the benchmark of CIS asks to be watched: whether a configuration that watches its trail at all
//! left some of them out.

use super::identities::values;
use crate::eval::{Data, Texts, Truth, Value, Why};
use crate::graph::ResourceId;
use crate::rules::Subject;
use crate::rules::declared::{Outcome, Witness};

const FILTER: &str = "aws.logs.metric_filter";

/// True where some metric filter has all of these words in its pattern, and an alarm; or where nothing is watched here at
/// all. The finding is the first of the filters by name.
pub(super) fn watched(subject: &Subject<'_>, words: &[&str]) -> Outcome {
    let graph = subject.graph;
    // What only an alarm speaks of is a metric of somebody else, of AWS's most often.
    let filters = graph.of_kind(FILTER).iter().copied();
    let filters: Vec<ResourceId> = filters
        .filter(|id| !graph.resource(*id).is_in_part())
        .collect();
    let addresses = filters.iter().map(|id| &graph.resource(*id).address);
    if addresses.min() != Some(&subject.resource.address) {
        return settled(Truth::True);
    }
    let trail = Truth::any(filters.iter().map(|id| {
        let of_trail = |value: &Value| value.fits(&EVENTS);
        Truth::any(patterns(subject, *id).iter().map(of_trail))
    }));
    let each = filters.iter().map(|id| {
        let resource = graph.resource(*id);
        let patterns = patterns(subject, *id);
        let about = patterns
            .iter()
            .map(|pattern| Truth::all(words.iter().map(|word| names(pattern, word))));
        let alarms = values(resource, "alarms");
        let alarm = Truth::any(alarms.iter().map(|own| match own.resolved().data {
            Data::Unknown(_) => Truth::Unknown,
            Data::Null => Truth::False,
            _ => Truth::True,
        }));
        let truth = Truth::any(about) & alarm & resource.exists;
        let why = patterns.iter().chain(&alarms).find_map(Value::first_why);
        (truth, why)
    });
    let each: Vec<(Truth, Option<Why>)> = each.collect();
    let found = Truth::any(each.iter().map(|(truth, _)| *truth)) | !trail;
    if !found.is_unknown() && (found.is_true() || graph.unread.is_none()) {
        return settled(found);
    }
    let unsure = each.into_iter().find(|(truth, _)| truth.is_unknown());
    let why = unsure.and_then(|(_, why)| why);
    let why = why.or_else(|| graph.unread.clone()).or_else(|| {
        let all = filters.iter().flat_map(|id| patterns(subject, *id));
        all.collect::<Vec<_>>().iter().find_map(Value::first_why)
    });
    let witness = Witness {
        why: Some(why.unwrap_or(Why::Condition)),
        ..Witness::absent(None)
    };
    Outcome::new(Truth::Unknown, witness)
}

/// Whether a pattern names something: `DeleteVpc` is not named by `DeleteVpcPeeringConnection`.
fn names(pattern: &Value, word: &str) -> Truth {
    let Some(text) = pattern.as_text() else {
        return pattern.has_text(word);
    };
    let letter = |own: Option<char>| own.is_some_and(char::is_alphanumeric);
    Truth::from(text.match_indices(word).any(|(at, _)| {
        let (front, back) = (&text[..at], &text[at + word.len()..]);
        !letter(front.chars().next_back()) && !letter(back.chars().next())
    }))
}

/// Patterns of records of a trail, by the names of their fields.
static EVENTS: std::sync::LazyLock<Texts> = std::sync::LazyLock::new(|| {
    Texts::matching(
        r"(?s).*\$\.(eventName|eventSource|errorCode|userIdentity|additionalEventData).*",
    )
});

fn patterns(subject: &Subject<'_>, filter: ResourceId) -> Vec<Value> {
    values(subject.graph.resource(filter), "filter_pattern")
}

fn settled(truth: Truth) -> Outcome {
    Outcome::new(truth, Witness::absent(None))
}

/// The questions, by the numbers of CIS AWS Foundations Benchmark 3.0.0, section 4.
macro_rules! watched {
    ($($name:ident: $($word:literal)+;)+) => {
        $(pub(super) fn $name(subject: &Subject<'_>) -> Outcome {
            watched(subject, &[$($word),+])
        })+
    };
}

watched! {
    unauthorized: "UnauthorizedOperation" "AccessDenied";
    sign_in_without_mfa: "ConsoleLogin" "MFAUsed";
    root_use: "userIdentity.type" "Root";
    identity_policies: "DeleteGroupPolicy" "DeleteRolePolicy" "DeleteUserPolicy" "PutGroupPolicy" "PutRolePolicy"
        "PutUserPolicy" "CreatePolicy" "DeletePolicy" "CreatePolicyVersion" "DeletePolicyVersion" "AttachRolePolicy"
        "DetachRolePolicy" "AttachUserPolicy" "DetachUserPolicy" "AttachGroupPolicy" "DetachGroupPolicy";
    trails: "CreateTrail" "UpdateTrail" "DeleteTrail" "StartLogging" "StopLogging";
    failed_sign_in: "ConsoleLogin" "Failed authentication";
    keys: "kms.amazonaws.com" "DisableKey" "ScheduleKeyDeletion";
    bucket_policies: "s3.amazonaws.com" "PutBucketAcl" "PutBucketPolicy" "PutBucketCors" "PutBucketLifecycle"
        "PutBucketReplication" "DeleteBucketPolicy" "DeleteBucketCors" "DeleteBucketLifecycle" "DeleteBucketReplication";
    recorder: "config.amazonaws.com" "StopConfigurationRecorder" "DeleteDeliveryChannel" "PutDeliveryChannel"
        "PutConfigurationRecorder";
    security_groups: "AuthorizeSecurityGroupIngress" "AuthorizeSecurityGroupEgress" "RevokeSecurityGroupIngress"
        "RevokeSecurityGroupEgress" "CreateSecurityGroup" "DeleteSecurityGroup";
    network_acls: "CreateNetworkAcl" "CreateNetworkAclEntry" "DeleteNetworkAcl" "DeleteNetworkAclEntry"
        "ReplaceNetworkAclEntry" "ReplaceNetworkAclAssociation";
    gateways: "CreateCustomerGateway" "DeleteCustomerGateway" "AttachInternetGateway" "CreateInternetGateway"
        "DeleteInternetGateway" "DetachInternetGateway";
    routes: "CreateRoute" "CreateRouteTable" "ReplaceRoute" "ReplaceRouteTableAssociation" "DeleteRouteTable"
        "DeleteRoute" "DisassociateRouteTable";
    networks: "CreateVpc" "DeleteVpc" "ModifyVpcAttribute" "AcceptVpcPeeringConnection" "CreateVpcPeeringConnection"
        "DeleteVpcPeeringConnection" "RejectVpcPeeringConnection";
    organization: "organizations.amazonaws.com";
}
