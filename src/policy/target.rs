//! A resource of the graph as the target of a statement: which members of `Resource` mean it.

use ecow::EcoString;

use super::identity::name_of;
use super::pattern::covers;
use crate::catalog::{Catalog, Path, Step};
use crate::eval::{Address, Data, Piece, Truth, Value, Why};
use crate::graph::{Graph, ResourceId};

/// Stands for what is not known of a text.
const HOLE: char = '\u{0}';

/// The ARNs of the kinds that statements name: service, and what stands before the name.
const FORMS: &[(&str, &str, &str)] = &[
    ("aws.apprunner.service", "apprunner", "service/"),
    ("aws.batch.job_definition", "batch", "job-definition/"),
    (
        "aws.bedrockagentcore.code_interpreter",
        "bedrock-agentcore",
        "code-interpreter/",
    ),
    (
        "aws.bedrockagentcore.code_interpreter_custom",
        "bedrock-agentcore",
        "code-interpreter-custom/",
    ),
    ("aws.cloudformation.stack", "cloudformation", "stack/"),
    (
        "aws.cloudformation.stack_set",
        "cloudformation",
        "stackset/",
    ),
    ("aws.codebuild.project", "codebuild", "project/"),
    ("aws.ec2.instance", "ec2", "instance/"),
    ("aws.ec2.launch_template", "ec2", "launch-template/"),
    ("aws.ecs.cluster", "ecs", "cluster/"),
    ("aws.ecs.service", "ecs", "service/"),
    ("aws.ecs.task_definition", "ecs", "task-definition/"),
    ("aws.glue.dev_endpoint", "glue", "devEndpoint/"),
    ("aws.glue.job", "glue", "job/"),
    ("aws.iam.group", "iam", "group/"),
    ("aws.iam.instance_profile", "iam", "instance-profile/"),
    ("aws.iam.managed_policy", "iam", "policy/"),
    ("aws.iam.role", "iam", "role/"),
    ("aws.iam.user", "iam", "user/"),
    ("aws.lambda.function", "lambda", "function:"),
    ("aws.s3.bucket", "s3", ""),
    (
        "aws.sagemaker.notebook_instance",
        "sagemaker",
        "notebook-instance/",
    ),
    ("aws.stepfunctions.state_machine", "states", "stateMachine:"),
];

/// The pattern of all ARNs of a kind.
pub(super) fn form_of(kind: &str) -> Option<String> {
    let at = FORMS.binary_search_by(|(own, ..)| (*own).cmp(kind)).ok()?;
    let (_, service, front) = FORMS[at];
    Some(format!("arn:*:{service}:*:*:{front}*"))
}

/// Where kinds have their names, unless the vocabulary says it.
const NAMES: [&str; 4] = ["name", "queue_name", "topic_name", "table_name"];

/// A resource as a target.
#[derive(Debug, Clone)]
pub struct Target {
    /// Which.
    pub id: ResourceId,
    address: Address,
    service: &'static str,
    front: &'static str,
    name: Option<EcoString>,
    path: EcoString,
    /// Whether the one who asks is meant by it.
    is_caller: bool,
    /// What stands behind its name where something in it is meant.
    tail: EcoString,
}

impl Target {
    /// A resource; `None` where it is not known how statements name it.
    pub fn of(id: ResourceId, graph: &Graph, catalog: &Catalog) -> Option<Target> {
        let resource = graph.resource(id);
        let form = FORMS.binary_search_by(|(kind, ..)| (*kind).cmp(resource.kind.as_str()));
        let (_, service, front) = FORMS[form.ok()?];
        let mut target = Target::named_by(id, graph, catalog, service, front);
        let named = |name: &str| {
            let value = resource.get(&Path(vec![Step {
                name: name.into(),
                each: false,
            }]))?;
            value.as_text().map(EcoString::from)
        };
        target.path = named("path").unwrap_or_default();
        Some(target)
    }

    /// A resource of a kind whose ARN is of this service, with this before its name or identifier.
    pub fn named_by(
        id: ResourceId,
        graph: &Graph,
        catalog: &Catalog,
        service: &'static str,
        front: &'static str,
    ) -> Target {
        let resource = graph.resource(id);
        let mut target = Target {
            id,
            address: resource.address.as_ref().clone(),
            service,
            front,
            name: name_of(resource, catalog),
            path: EcoString::new(),
            is_caller: false,
            tail: EcoString::new(),
        };
        if target.name.is_none() {
            let identity = catalog.kind(&resource.kind);
            let identity = identity.and_then(|kind| kind.identity.as_deref());
            let paths = identity.into_iter().chain(NAMES);
            let values = paths.filter_map(|path| resource.get(&Path::parse(path).ok()?));
            // A name of which only the account and the region are not known is written alike everywhere.
            let mut texts = values.filter_map(|value| target.text_of(value.resolved()));
            target.name = texts.find(|text| !text.contains(HOLE)).map(EcoString::from);
        }
        target
    }

    /// Something in it, whose ARN goes on like this behind its own: `/x`.
    #[must_use]
    pub fn below(self, tail: &str) -> Target {
        Target {
            tail: tail.into(),
            ..self
        }
    }

    /// The same as the caller itself.
    #[must_use]
    pub fn caller(self) -> Target {
        Target {
            is_caller: true,
            ..self
        }
    }

    /// Whether a member of `Resource` or `Principal` means it.
    pub fn is_meant_by(&self, item: &Value) -> Truth {
        if let Data::Reference(reference) = &item.data
            && self.tail.is_empty()
        {
            if reference.target.block() != self.address.block() {
                return Truth::False;
            }
            if reference.target.key == self.address.key
                || self.address.key == crate::eval::Key::None
            {
                return Truth::True;
            }
        }
        item.ask(|own| match &own.data {
            Data::Reference(reference) => match reference.target.block() == self.address.block() {
                true if !self.tail.is_empty() => Truth::False,
                true => Truth::Unknown,
                false => Truth::False,
            },
            _ => self.is_text(own),
        })
    }

    /// Whether an ARN, or a pattern of some, surely means it; whatever its account.
    pub fn is_meant(&self, arn: &str) -> bool {
        let text = arn.splitn(6, ':').nth(5);
        text.is_some_and(|rest| self.named(rest).is_true())
    }

    fn is_text(&self, own: &Value) -> Truth {
        let Some(text) = self.text_of(own) else {
            return Truth::Unknown;
        };
        if text == "*" {
            return Truth::True;
        }
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        let [_, _, service, _, account, rest] = fields.as_slice() else {
            // Without known colons it may be any ARN; a pattern with fewer fields covers those that follow.
            let open = text.contains(HOLE) && !text.starts_with("arn:");
            return if open { Truth::Unknown } else { Truth::False };
        };
        if !covers(service, self.service, true) {
            return Truth::False;
        }
        if self.is_caller && *rest == format!("{}${{aws:username}}", self.front) {
            // Whoever asks is meant by its own name; in another account the statement would mean nobody.
            return Truth::True;
        }
        let mut rest = (*rest).to_owned();
        if self.is_caller {
            rest = rest.replace("${aws:username}", "*");
        }
        let named = self.named(&rest);
        // A number may be that of another account.
        let number = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        if number {
            named & Truth::Unknown
        } else {
            named
        }
    }

    /// Whether the last field of an ARN is its name.
    fn named(&self, rest: &str) -> Truth {
        let names = self.names();
        let most = rest.replace(HOLE, "*");
        if !names.iter().any(|name| covers(&most, name, false)) {
            // Of a name that nobody knows only a pattern of some says nothing.
            let open = self.name.is_none()
                && names.len() == 1
                && most.contains('*')
                && covers(&most, &names[0], false);
            return if open { Truth::Unknown } else { Truth::False };
        }
        if rest.contains(HOLE) {
            Truth::Unknown
        } else {
            Truth::True
        }
    }

    /// The last field of its ARN, by name and by what stands for it; some kinds go on behind it.
    fn names(&self) -> Vec<String> {
        let by_address = format!("<{}>", self.address.block());
        let mut names: Vec<String> = vec![format!("{}{by_address}", self.front)];
        if let Some(name) = &self.name {
            let path = self.path.trim_matches('/');
            let path = if path.is_empty() {
                String::new()
            } else {
                format!("{path}/")
            };
            names.push(format!("{}{path}{name}", self.front));
        }
        let longer = matches!(
            self.service,
            "cloudformation" | "apprunner" | "ecs" | "lambda"
        );
        let more: Vec<String> = names
            .iter()
            .filter(|_| longer)
            .map(|own| format!("{own}/x"))
            .collect();
        names.extend(more);
        // Six letters that nobody chooses end the ARN of a secret; a statement may name it without them.
        if self.service == "secretsmanager" {
            let whole: Vec<String> = names.iter().map(|own| format!("{own}-AbCdEf")).collect();
            names.extend(whole);
        }
        match self.tail.is_empty() {
            true => names,
            false => names
                .iter()
                .map(|name| format!("{name}{}", self.tail))
                .collect(),
        }
    }

    /// A text in which what refers to a resource is its name, where that is known, else the resource itself.
    fn text_of(&self, value: &Value) -> Option<String> {
        match &value.data {
            Data::Template(template) if template.text.is_none() => {
                let pieces = template.pieces.iter().map(|piece| match piece {
                    Piece::Text(text, _) => text.to_string(),
                    Piece::Value(value) => self.piece(value),
                });
                Some(pieces.collect())
            }
            _ => value.as_text().map(str::to_owned),
        }
    }

    fn piece(&self, value: &Value) -> String {
        if let Some(text) = value.as_text() {
            return text.to_owned();
        }
        match &value.data {
            Data::Reference(reference) => {
                let last = reference
                    .path
                    .last()
                    .map(EcoString::as_str)
                    .unwrap_or_default();
                let arn = last.eq_ignore_ascii_case("arn");
                let name = format!("<{}>", reference.target.block());
                if is_account(&Why::Computed(reference.to_string().into())) {
                    return "*".to_owned();
                }
                if arn && reference.target.block() == self.address.block() {
                    return format!("arn:*:{}:*:*:{}{name}", self.service, self.front);
                }
                name
            }
            // The account that is deployed to is the one that all is in.
            Data::Unknown(unknown) if is_account(&unknown.why) => "*".to_owned(),
            _ => HOLE.to_string(),
        }
    }
}

/// Whether it is the account, region or partition that is deployed to which is not known.
fn is_account(why: &Why) -> bool {
    match why {
        Why::Environment(_) => true,
        Why::Pseudo(name) => ["AccountId", "Region", "Partition"]
            .iter()
            .any(|own| name.contains(own)),
        Why::Data(name) | Why::Computed(name) => ["caller_identity", "_region", "partition"]
            .iter()
            .any(|own| name.contains(own)),
        _ => false,
    }
}
