//! What values that nobody knows yet must look like, by what they are of: an account is twelve digits, the ARN of a policy
//! that is declared here is none of AWS's own, a resource group's identifier names its subscription.
//!
//! Sources: AWS General Reference, "Amazon Resource Names"; IAM User Guide, "IAM identifiers"; CloudFormation User Guide,
//! "Pseudo parameters reference" and the return values of each type; the attributes that the documentation of the
//! providers `aws`, `azurerm` and `google` gives for resources and data sources; Azure Resource Manager, "Resource
//! identifiers"; IAM documentation of Google Cloud, "Service account overview".

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::texts::Texts;
use super::{Data, Mode, Piece, Reference, Template, Value, Why};

/// Words that stand for expressions in [`SHAPES`].
const WORDS: [(&str, &str); 9] = [
    ("{partition}", "aws(-[a-z]+)*"),
    ("{region}", "[a-z]{2,}(-[a-z]+)+-[0-9]"),
    ("{account}", "[0-9]{12}"),
    ("{name}", "[^:/*?]+"),
    ("{path}", "[^:*?]+"),
    (
        "{arn}",
        "arn:aws(-[a-z]+)*:[a-z0-9-]+:[a-z0-9-]*:[^:*?]*:.+",
    ),
    (
        "{guid}",
        "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    ),
    ("{project}", "[a-z][a-z0-9.:-]*[a-z0-9]"),
    ("{iam}", "arn:aws(-[a-z]+)*:iam::[0-9]{12}"),
];

/// Types, their attributes (`Ref` of CloudFormation is the empty one), and what those look like. `data.` stands before
/// the types of data sources.
const SHAPES: &[(&str, &str, &str)] = &[
    ("AWS::Partition", "", "{partition}"),
    ("AWS::Region", "", "{region}"),
    ("AWS::AccountId", "", "{account}"),
    ("AWS::URLSuffix", "", r"[a-z0-9-]+(\.[a-z0-9-]+)+"),
    ("AWS::StackName", "", "[A-Za-z][A-Za-z0-9-]*"),
    (
        "AWS::StackId",
        "",
        "arn:{partition}:cloudformation:{region}:{account}:stack/{path}",
    ),
    ("data.aws_caller_identity", "account_id id", "{account}"),
    ("data.aws_caller_identity", "user_id", "[A-Z0-9]{12,}(:.+)?"),
    ("data.aws_partition", "partition id", "{partition}"),
    (
        "data.aws_partition",
        "dns_suffix",
        r"[a-z0-9-]+(\.[a-z0-9-]+)+",
    ),
    (
        "data.aws_partition",
        "reverse_dns_prefix",
        r"[a-z0-9-]+(\.[a-z0-9-]+)+",
    ),
    ("data.aws_region", "name id region", "{region}"),
    (
        "data.aws_organizations_organization",
        "id",
        "o-[a-z0-9]{10,32}",
    ),
    ("aws_organizations_organization", "id", "o-[a-z0-9]{10,32}"),
    ("aws_organizations_account", "id", "{account}"),
    ("data.aws_elb_service_account", "arn", "{iam}:root"),
    ("data.aws_elb_service_account", "id", "{account}"),
    (
        "data.aws_redshift_service_account",
        "arn",
        "{iam}:(root|user/logs)",
    ),
    ("data.aws_cloudtrail_service_account", "arn", "{iam}:root"),
    ("data.aws_billing_service_account", "arn", "{iam}:root"),
    (
        "data.aws_iam_session_context",
        "issuer_arn",
        "{iam}:(role|user)/{path}",
    ),
    (
        "aws_iam_policy AWS::IAM::ManagedPolicy",
        "arn id  PolicyArn",
        "{iam}:policy/{path}",
    ),
    (
        "aws_iam_role data.aws_iam_role AWS::IAM::Role",
        "arn Arn",
        "{iam}:role/{path}",
    ),
    (
        "aws_iam_service_linked_role AWS::IAM::ServiceLinkedRole",
        "arn",
        "{iam}:role/aws-service-role/{path}",
    ),
    (
        "aws_iam_role data.aws_iam_role AWS::IAM::Role",
        "unique_id RoleId",
        "AROA[A-Z0-9]+",
    ),
    ("aws_iam_role AWS::IAM::Role", "id name ", r"[\w+=,.@-]+"),
    (
        "aws_iam_user data.aws_iam_user AWS::IAM::User",
        "arn Arn",
        "{iam}:user/{path}",
    ),
    ("aws_iam_user AWS::IAM::User", "id name ", r"[\w+=,.@-]+"),
    ("aws_iam_user", "unique_id", "AIDA[A-Z0-9]+"),
    (
        "aws_iam_group data.aws_iam_group AWS::IAM::Group",
        "arn Arn",
        "{iam}:group/{path}",
    ),
    (
        "aws_iam_instance_profile AWS::IAM::InstanceProfile",
        "arn Arn",
        "{iam}:instance-profile/{path}",
    ),
    (
        "aws_iam_openid_connect_provider data.aws_iam_openid_connect_provider AWS::IAM::OIDCProvider",
        "arn id  Arn",
        "{iam}:oidc-provider/.+",
    ),
    (
        "aws_iam_saml_provider AWS::IAM::SAMLProvider",
        "arn id ",
        "{iam}:saml-provider/.+",
    ),
    (
        "aws_cloudfront_origin_access_identity data.aws_cloudfront_origin_access_identity",
        "iam_arn",
        "arn:{partition}:iam::cloudfront:user/CloudFront Origin Access Identity [A-Z0-9]+",
    ),
    (
        "aws_s3_bucket data.aws_s3_bucket AWS::S3::Bucket",
        "arn Arn",
        "arn:{partition}:s3:::{name}",
    ),
    (
        "aws_s3_bucket data.aws_s3_bucket AWS::S3::Bucket",
        "id bucket ",
        "[a-z0-9][A-Za-z0-9._-]+",
    ),
    (
        "aws_kms_key AWS::KMS::Key",
        "arn Arn",
        "arn:{partition}:kms:{region}:{account}:key/{name}",
    ),
    ("aws_kms_key AWS::KMS::Key", "key_id id ", "[0-9a-z-]+"),
    (
        "aws_kms_alias AWS::KMS::Alias",
        "arn",
        "arn:{partition}:kms:{region}:{account}:alias/{path}",
    ),
    (
        "aws_lambda_function data.aws_lambda_function AWS::Lambda::Function",
        "arn Arn",
        "arn:{partition}:lambda:{region}:{account}:function:[^:*?]+",
    ),
    (
        "AWS::Lambda::Alias AWS::Lambda::Version AWS::Serverless::Function.Alias",
        " AliasArn FunctionArn",
        "arn:{partition}:lambda:{region}:{account}:function:[^*?]+",
    ),
    (
        "aws_dynamodb_table AWS::DynamoDB::Table",
        "arn Arn",
        "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
    ),
    (
        "aws_sns_topic AWS::SNS::Topic",
        "arn id  TopicArn",
        "arn:{partition}:sns:{region}:{account}:{name}",
    ),
    (
        "aws_sqs_queue AWS::SQS::Queue",
        "arn Arn",
        "arn:{partition}:sqs:{region}:{account}:{name}",
    ),
    (
        "aws_secretsmanager_secret AWS::SecretsManager::Secret",
        "arn id ",
        "arn:{partition}:secretsmanager:{region}:{account}:secret:{path}",
    ),
    (
        "aws_security_group data.aws_security_group AWS::EC2::SecurityGroup",
        "id GroupId",
        "sg-[0-9a-f]+",
    ),
    (
        "aws_vpc data.aws_vpc AWS::EC2::VPC",
        "id  VpcId",
        "vpc-[0-9a-f]+",
    ),
    (
        "aws_eip AWS::EC2::EIP",
        "public_ip ",
        r"[0-9]{1,3}(\.[0-9]{1,3}){3}",
    ),
    ("data.azurerm_subscription", "id", "/subscriptions/{guid}"),
    ("data.azurerm_subscription", "subscription_id", "{guid}"),
    (
        "data.azurerm_client_config",
        "subscription_id tenant_id object_id client_id",
        "{guid}",
    ),
    (
        "azurerm_subscription",
        "subscription_id tenant_id",
        "{guid}",
    ),
    (
        "azurerm_resource_group data.azurerm_resource_group",
        "id",
        "/subscriptions/{guid}/resourceGroups/[^/]+",
    ),
    (
        "azurerm_management_group data.azurerm_management_group",
        "id",
        "/providers/Microsoft.Management/managementGroups/[^/]+",
    ),
    (
        "google_service_account data.google_service_account",
        "email",
        r"[a-z0-9-]+@{project}\.iam\.gserviceaccount\.com",
    ),
    (
        "google_service_account data.google_service_account",
        "member",
        r"serviceAccount:[a-z0-9-]+@{project}\.iam\.gserviceaccount\.com",
    ),
    (
        "google_service_account data.google_service_account",
        "name id",
        r"projects/{project}/serviceAccounts/[a-z0-9-]+@{project}\.iam\.gserviceaccount\.com",
    ),
    (
        "data.google_compute_default_service_account",
        "email",
        r"[0-9]+-compute@developer\.gserviceaccount\.com",
    ),
    (
        "data.google_compute_default_service_account",
        "member",
        r"serviceAccount:[0-9]+-compute@developer\.gserviceaccount\.com",
    ),
    (
        "data.google_app_engine_default_service_account",
        "email",
        r"{project}@appspot\.gserviceaccount\.com",
    ),
    (
        "data.google_storage_project_service_account",
        "email_address",
        r"service-[0-9]+@gs-project-accounts\.iam\.gserviceaccount\.com",
    ),
    (
        "google_project_service_identity",
        "email",
        r"[a-z0-9.-]+@{project}\.iam\.gserviceaccount\.com",
    ),
    (
        "google_project data.google_project",
        "project_id",
        "{project}",
    ),
    ("google_project data.google_project", "number", "[0-9]+"),
    ("data.google_client_config", "project", "{project}"),
];

/// The identifier of a resource of Azure that is neither a subscription, nor a group, nor a management group: below a
/// provider, an address of a data plane, or a number.
const AZURE: &str = "/subscriptions/{guid}(/resourceGroups/[^/]+)?/providers/.+|/providers/.+/providers/.+|https://.+|[^/].*";
/// What an attribute of Google Cloud gives that says as whom a resource acts: a principal of its own, or the address of
/// a service account.
const GOOGLE: &str =
    r"(serviceAccount:)?[a-z0-9._-]+@([a-z0-9.:-]+\.)?gserviceaccount\.com|principal(Set)?://.+";
/// The attributes that do, and that nobody can set.
const IDENTITIES: [&str; 5] = [
    "effective_identity",
    "p4sa",
    "service_account_email_address",
    "unique_writer_identity",
    "writer_identity",
];
/// The ARN of something whose type has no line of its own.
const ARN: &str = "{arn}";

/// The most parts of a value that are looked at: alternatives of alternatives may be as many as one likes.
const MAX_PARTS: usize = 1 << 12;

/// The texts that a value can be; nothing where those are no fewer than all, or where it may be no text at all.
pub(super) fn texts(value: &Value) -> Option<Texts> {
    of(value, &mut MAX_PARTS.clone())
}

/// Whether something is known of a text besides its known pieces.
pub(super) fn is_shaped(template: &Template) -> bool {
    template.pieces.iter().any(|piece| match piece {
        Piece::Text(..) => false,
        Piece::Value(value) => is_known_in_part(value),
    })
}

/// Whether something is known of what a value must look like, though not what it is.
pub(super) fn is_known_in_part(value: &Value) -> bool {
    match &value.resolved().data {
        Data::Reference(reference) => of_reference(reference).is_some(),
        Data::Unknown(unknown) if unknown.among.is_empty() => of_why(&unknown.why).is_some(),
        Data::Unknown(_) | Data::Template(_) => true,
        _ => false,
    }
}

fn of(value: &Value, left: &mut usize) -> Option<Texts> {
    *left = left.checked_sub(1)?;
    let own = value.resolved();
    match &own.data {
        Data::Text(text) => Some(Texts::only(text)),
        Data::Bool(own) => Some(Texts::only(if *own { "true" } else { "false" })),
        Data::Number(own) => Some(Texts::only(&own.to_string())),
        Data::Template(template) => {
            let pieces: Vec<Texts> = template
                .pieces
                .iter()
                .map(|own| of_piece(own, left))
                .collect();
            Some(Texts::joined(pieces.iter()))
        }
        Data::Reference(reference) => of_reference(reference).cloned(),
        Data::Unknown(unknown) => match unknown.among.as_slice() {
            [] => of_why(&unknown.why).cloned(),
            among => {
                let sets: Option<Vec<Texts>> = among.iter().map(|one| of(one, left)).collect();
                sets.map(|sets| Texts::either(&sets))
            }
        },
        Data::Null | Data::List(_) | Data::Map(_) => None,
    }
}

fn of_piece(piece: &Piece, left: &mut usize) -> Texts {
    match piece {
        Piece::Text(text, _) => Texts::only(text),
        Piece::Value(value) => of(value, left).unwrap_or_else(Texts::all),
    }
}

fn of_why(why: &Why) -> Option<&'static Texts> {
    match why {
        Why::Pseudo(name) => known(name, ""),
        _ => None,
    }
}

fn of_reference(reference: &Reference) -> Option<&'static Texts> {
    let target = &reference.target;
    let own = target.type_name.as_str();
    let attribute = match reference.path.as_slice() {
        [] if own.contains("::") => "",
        [attribute] => attribute.as_str(),
        // Inside a block: `spec[0].effective_identity`.
        [.., last] if own.starts_with("google_") => last.as_str(),
        _ => return None,
    };
    let line = match target.mode {
        Mode::Data => known(&format!("data.{own}"), attribute),
        Mode::Managed => known(own, attribute),
        Mode::Input | Mode::Provider => return None,
    };
    let aws = own.starts_with("aws_") || own.starts_with("AWS::");
    let azure = own.starts_with("azurerm_") && own != "azurerm_subscription";
    let google = own.starts_with("google_");
    line.or_else(|| match attribute {
        "arn" | "Arn" if aws => known("", ARN),
        "id" if azure => known("", AZURE),
        _ if google && IDENTITIES.contains(&attribute) => known("", GOOGLE),
        _ => None,
    })
}

fn known(own: &str, attribute: &str) -> Option<&'static Texts> {
    let lines = KNOWN.get(own)?;
    let line = lines.iter().find(|(name, _)| *name == attribute);
    line.map(|(_, texts)| texts)
}

/// The shapes by type, then attribute; those of whole clouds under no type.
static KNOWN: LazyLock<FxHashMap<&'static str, Vec<(&'static str, Texts)>>> = LazyLock::new(|| {
    let mut known: FxHashMap<&'static str, Vec<(&'static str, Texts)>> = FxHashMap::default();
    for (types, attributes, shape) in SHAPES {
        let texts = read(shape);
        for own in types.split(' ') {
            let lines = known.entry(own).or_default();
            lines.extend(
                attributes
                    .split(' ')
                    .map(|attribute| (attribute, texts.clone())),
            );
        }
    }
    let clouds = [ARN, AZURE, GOOGLE].map(|shape| (shape, read(shape)));
    known.insert("", clouds.to_vec());
    known
});

fn read(shape: &str) -> Texts {
    let words = WORDS
        .iter()
        .fold(shape.to_owned(), |shape, (word, meaning)| {
            shape.replace(word, &format!("(?:{meaning})"))
        });
    Texts::matching(&words)
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, known};
    use crate::eval::Texts;

    #[test]
    fn every_shape_is_of_some_text() {
        for (own, lines) in KNOWN.iter() {
            for (attribute, texts) in lines {
                let some = texts.within(&Texts::all(), None);
                assert!(some.is_true(), "{own}.{attribute} can be nothing");
            }
        }
    }

    #[test]
    fn shapes_hold_what_clouds_give() {
        for (own, attribute, text) in [
            ("AWS::Region", "", "us-gov-west-1"),
            ("AWS::Region", "", "eusc-de-east-1"),
            ("AWS::Partition", "", "aws-iso-b"),
            (
                "aws_iam_role",
                "arn",
                "arn:aws:iam::123456789012:role/service/app",
            ),
            (
                "AWS::IAM::ManagedPolicy",
                "",
                "arn:aws-cn:iam::123456789012:policy/own",
            ),
            (
                "data.azurerm_subscription",
                "id",
                "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590",
            ),
            (
                "google_service_account",
                "email",
                "app@example.com:project.iam.gserviceaccount.com",
            ),
        ] {
            let has = known(own, attribute).is_some_and(|texts| texts.has(text));
            assert!(has, "{own}.{attribute}: {text}");
        }
        let own = known("aws_iam_policy", "arn");
        assert!(own.is_some_and(|own| !own.has("arn:aws:iam::aws:policy/AdministratorAccess")));
    }
}
