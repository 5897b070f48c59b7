//! The vocabulary as data: kinds, attributes and how each dialect spells them. Compiled into the build script too,
//! so it names nothing else of the crate.

use serde::{Deserialize, Serialize};

/// A kind of resource: `aws.s3.bucket`, or a provider's own type name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// Its name in the vocabulary.
    pub name: String,
    /// The CloudFormation types of this kind.
    pub cloudformation: Vec<String>,
    /// The Terraform types of this kind.
    pub terraform: Vec<String>,
    /// The attribute whose known text identifies a resource of this kind within its stack (`bucket_name`).
    pub identity: Option<String>,
    /// The addresses that it is a name for: a prefix list, an address group.
    pub addresses: Option<Path>,
    /// Its attributes that are secrets made with it, by their names in either language, and what each is.
    pub secrets: Vec<(String, String)>,
    /// The attributes that are not simply passed through.
    pub attributes: Vec<Attribute>,
    /// The rules of traffic that it holds.
    pub flows: Vec<Flow>,
    /// The edges that its attributes draw.
    pub edges: Vec<EdgeSpec>,
    /// The policy documents that it holds.
    pub documents: Vec<DocumentSpec>,
    /// The routes that it holds.
    pub routes: Option<RouteSpec>,
    /// What it is on a network, if it sends or receives there.
    pub endpoint: Option<EndpointSpec>,
}

/// A list of routes: where packets to which destination go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteSpec {
    /// The list of routes.
    pub each: Path,
    /// The destination of a route: networks, or lists of networks.
    pub destination: Vec<Path>,
    /// What may name the next hop; one of them does.
    pub targets: Vec<Path>,
}

/// What sends or receives on a network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EndpointSpec {
    /// What it is, in one word: `machine`, `database`, `function`.
    pub is: String,
    /// Whether it keeps data.
    pub data: bool,
    /// Whether nothing can open a connection to it.
    pub deaf: bool,
    /// Whether it only says how others are made (launch templates).
    pub template: bool,
    /// Its interfaces: those of the first entry that says something.
    pub interfaces: Vec<InterfaceSpec>,
}

/// How an endpoint says where it stands. A path begins at the interface, one with `true` at the resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InterfaceSpec {
    /// The list of interfaces; empty: the resource has one.
    pub each: Path,
    /// Names resources that are the interfaces themselves.
    pub by: Vec<(bool, Path)>,
    /// Names what says the rest.
    pub template: Vec<(bool, Path)>,
    /// Its groups.
    pub groups: Vec<(bool, Path)>,
    /// Its subnets, or what lists them.
    pub subnets: Vec<(bool, Path)>,
    /// Whether it stands in all of its subnets; else in one of them.
    pub spread: bool,
    /// What gives it a public address.
    pub public: Vec<(bool, Path)>,
    /// Whether its subnet decides when nothing of that is written; else it has none.
    pub public_by_subnet: bool,
    /// Whether the service decides when nothing of that is written.
    pub public_by_service: bool,
    /// Its private addresses.
    pub addresses: Vec<(bool, Path)>,
}

/// An attribute that holds policy documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentSpec {
    /// Where they are.
    pub path: Path,
    /// What they are for.
    pub usage: Usage,
}

/// What a policy document is for: the types of policies of AWS's documentation (IAM User Guide, "Policies and permissions").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Usage {
    /// What those it is attached to may do.
    Identity,
    /// Who may assume a role.
    Trust,
    /// Who may use a resource.
    Resource,
    /// The most that others can grant: boundaries, control policies, session policies.
    Limit,
}

impl Usage {
    /// All of them.
    pub const ALL: [Usage; 4] = [Usage::Identity, Usage::Trust, Usage::Resource, Usage::Limit];

    /// The word for it in files.
    pub fn word(self) -> &'static str {
        match self {
            Usage::Identity => "identity",
            Usage::Trust => "trust",
            Usage::Resource => "resource",
            Usage::Limit => "limit",
        }
    }
}

/// An attribute that some dialect spells differently, spreads over several resources, or leaves to a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// Where it is in the vocabulary. A last step with `[]` is a list that every source adds to.
    pub path: Path,
    /// The Terraform spellings; of a scalar, the first that says something wins.
    pub terraform: Vec<Source>,
    /// The CloudFormation spellings; empty when it is spelled as the vocabulary says.
    pub cloudformation: Vec<Source>,
    /// What holds when nothing is written; the first case that fits.
    pub defaults: Vec<Default_>,
}

/// A default, perhaps only under a condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Default_ {
    /// The Terraform provider's major versions it is about, both ends included; `None`: every dialect and version.
    pub provider: Option<(u32, u32)>,
    /// The value.
    pub value: Literal,
}

/// One way to spell an attribute.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The satellite it is written in; `None`: the resource itself.
    pub join: Option<Join>,
    /// The path to it. Empty: the whole satellite.
    pub path: Path,
    /// Only where these arguments have these values.
    pub filter: Vec<(Path, Literal)>,
    /// What its texts mean in the vocabulary; a text that is not here says nothing. Empty: as it stands.
    pub when: Vec<(String, Literal)>,
    /// The members of each item that are spelled differently; the others pass through.
    pub members: Vec<Member>,
    /// A value that is written nowhere.
    pub constant: Option<Literal>,
    /// How the text found there is encoded.
    pub text: Option<Encoding>,
    /// Where the value is inside what the text holds.
    pub inside: Path,
    /// The list at the path has pairs: each item's first is a name, its second the value. They are read as a map, with
    /// `_` for what cannot stand in a path (`cloudsql.iam_authentication` is `cloudsql_iam_authentication`).
    pub pairs: Option<(Path, Path)>,
}

/// How a text holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// JSON; its keys become names of the vocabulary.
    Json,
    /// YAML, which JSON is too; its keys become names of the vocabulary.
    Yaml,
    /// Base64 of a text.
    Base64,
}

/// A member of an item of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Its name in the vocabulary; with `[]` it is a list.
    pub step: Step,
    /// Its spellings within the item.
    pub sources: Vec<Source>,
}

/// `type[argument]`: the resources of a type whose argument refers to this one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Join {
    /// The dialect's type.
    pub type_name: String,
    /// The argument that refers here.
    pub argument: String,
}

/// A list of rules of traffic: who may send to which ports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Its name: `ingress`, `egress`.
    pub name: String,
    /// The list of rules; empty: the resource is one rule.
    pub each: Path,
    /// The addresses of the other side, of a rule (or, with `true`, of the resource).
    pub addresses: Vec<(bool, Path)>,
    /// The first and the last of the addresses.
    pub between: Option<((bool, Path), (bool, Path))>,
    /// What names sets of addresses instead: prefix lists, address groups.
    pub named: Vec<(bool, Path)>,
    /// What else may say who the other side is. A rule that has neither it nor addresses is about everyone; `None`: about
    /// nobody.
    pub anyone_without: Option<Vec<(bool, Path)>>,
    /// Rules with one of these values are none of the flow.
    pub unless: Vec<((bool, Path), Vec<Literal>)>,
    /// Rules with one of these values are about nothing that comes from, or goes to, the Internet, whatever the addresses.
    pub not_internet: Vec<((bool, Path), Vec<Literal>)>,
    /// A list inside each rule: each of its items, with what the rule says besides, is one.
    pub inner: Path,
    /// The ports.
    pub ports: Ports,
    /// The protocol.
    pub protocol: (bool, Path),
    /// Only rules with these values allow (`access: Allow`, `direction: Inbound`); texts are compared without case.
    pub only: Vec<((bool, Path), Literal)>,
    /// The value of rules that deny; `None`: no rule does.
    pub denies: Option<((bool, Path), Literal)>,
    /// The number by which rules are asked, the lowest first; the first that is about a packet decides.
    pub first: Option<(bool, Path)>,
    /// What names the other side otherwise than by address: groups, tags, accounts.
    pub groups: Vec<(bool, Path)>,
    /// What else limits a rule. One that denies counts only where it is not limited, or as the rule that allows.
    pub narrows: Vec<(bool, Path)>,
    /// The flow of the other resources of this kind within the same one (firewall rules of one network) whose rules deny;
    /// at the same number they come before those that allow.
    pub beside: Option<String>,
}

/// How a rule of traffic writes its ports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Ports {
    /// Two numbers, both included. Both absent or -1: every port.
    Pair((bool, Path), (bool, Path)),
    /// Texts as `22`, `8000-9000`, `*`. None written: every port.
    Ranges(Vec<(bool, Path)>),
}

/// An edge that an attribute draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EdgeSpec {
    /// The attribute that names where it starts; empty: the resource itself.
    pub from: Path,
    /// The attribute that names where it ends.
    pub to: Path,
    /// What it means.
    pub relation: Relation,
    /// The kinds it may end at, for names that are plain text; empty: references only.
    pub kinds: Vec<String>,
}

/// What an edge means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Relation {
    /// Mentions it, nothing more is known.
    Refers,
    /// Is attached to it: a policy to a role, an instance to a security group.
    Attached,
    /// Lies in it: an instance in a subnet, a subnet in a network.
    Within,
    /// Sends traffic to it: a route to a gateway, a listener to a target group.
    Routes,
    /// Is encrypted with it.
    Encrypted,
    /// Writes its logs to it.
    Logs,
    /// Acts as it: a function with a role.
    Assumes,
    /// Is a part of it: a rule of a group, a versioning setting of a bucket.
    Part,
}

impl Relation {
    /// All of them.
    pub const ALL: [Relation; 8] = [
        Relation::Refers,
        Relation::Attached,
        Relation::Within,
        Relation::Routes,
        Relation::Encrypted,
        Relation::Logs,
        Relation::Assumes,
        Relation::Part,
    ];

    /// The word for it, in files and output.
    pub fn word(self) -> &'static str {
        match self {
            Relation::Refers => "refers-to",
            Relation::Attached => "attached-to",
            Relation::Within => "within",
            Relation::Routes => "routes-to",
            Relation::Encrypted => "encrypted-with",
            Relation::Logs => "logs-to",
            Relation::Assumes => "assumes",
            Relation::Part => "part-of",
        }
    }
}

/// A path of attributes: `versioning_configuration.status`, `security_group_ingress[].cidr_ip[]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Path(pub Vec<Step>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Step {
    /// The name of the attribute.
    pub name: String,
    /// Whether `[]` follows: every member of the list.
    pub each: bool,
}

/// A value written in a rule file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Literal {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Literal>),
    /// A map.
    Map(Vec<(String, Literal)>),
}

impl Path {
    /// Reads `a.b[].c`; `.` is the value itself.
    ///
    /// # Errors
    /// What is wrong with the text, as a sentence.
    pub fn parse(text: &str) -> Result<Path, String> {
        let mut steps = Vec::new();
        if text == "." {
            return Ok(Path(steps));
        }
        for part in text.split('.') {
            let (name, each) = part
                .strip_suffix("[]")
                .map_or((part, false), |name| (name, true));
            if name.is_empty()
                || !name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_-:/*".contains(&b))
            {
                return Err(format!(
                    "`{text}` is not a path: `{part}` is not a name, perhaps followed by `[]`"
                ));
            }
            steps.push(Step {
                name: name.to_owned(),
                each,
            });
        }
        Ok(Path(steps))
    }

    /// Whether it has no steps.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            f.write_str(&step.name)?;
            if step.each {
                f.write_str("[]")?;
            }
        }
        Ok(())
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Literal::Null => f.write_str("null"),
            Literal::Bool(value) => write!(f, "{value}"),
            Literal::Int(value) => write!(f, "{value}"),
            Literal::Text(value) => f.write_str(value),
            Literal::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if at > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
            Literal::Map(entries) => {
                for (at, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{key} = {value}", if at > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
        }
    }
}
