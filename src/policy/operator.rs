//! Operators of conditions, taken apart (IAM User Guide, "IAM JSON policy elements: Condition operators").

/// An operator: `StringLike`, `ForAllValues:StringEqualsIfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// How values are compared.
    pub compare: Compare,
    /// `StringNotEquals`, `NotIpAddress`, …: true of what is not there.
    pub negated: bool,
    /// `…IfExists`: true where the key is absent.
    pub if_exists: bool,
    /// `ForAllValues:…`: true of no values.
    pub for_all: bool,
    /// `ForAnyValue:…`: of no values false.
    pub for_any: bool,
}

/// How an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// The very text; whether its case does not count.
    Exact(bool),
    /// A pattern of `*` and `?`.
    Pattern,
    /// An ARN, field by field, each a pattern.
    Arn,
    /// Networks.
    Network,
    /// True or false.
    Bool,
    /// Whether the key is absent.
    Null,
    /// Numbers.
    Number(Order),
    /// Points in time.
    Date(Order),
    /// Bytes.
    Binary,
    /// There is no such operator.
    Other,
}

/// How numbers and times are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The same.
    Equal,
    /// Before.
    Less,
    /// Before or the same.
    LessOrEqual,
    /// After.
    Greater,
    /// After or the same.
    GreaterOrEqual,
}

impl Operator {
    /// Reads an operator, in any case.
    pub fn read(text: &str) -> Operator {
        let text = text.to_ascii_lowercase();
        let (set, text) = match text.split_once(':') {
            Some((set, rest)) => (set.to_owned(), rest.to_owned()),
            None => (String::new(), text),
        };
        let bare = text.strip_suffix("ifexists");
        let name = bare.unwrap_or(&text);
        Operator {
            compare: compare(name),
            negated: name.contains("not"),
            if_exists: bare.is_some(),
            for_all: set == "forallvalues",
            for_any: set == "foranyvalue",
        }
    }

    /// The same without what makes it true of absent keys.
    #[must_use]
    pub fn plain(self) -> Operator {
        Operator {
            negated: false,
            if_exists: false,
            for_all: false,
            ..self
        }
    }
}

fn compare(name: &str) -> Compare {
    let order = |name: &str| match name {
        "equals" | "notequals" => Some(Order::Equal),
        "lessthan" => Some(Order::Less),
        "lessthanequals" => Some(Order::LessOrEqual),
        "greaterthan" => Some(Order::Greater),
        "greaterthanequals" => Some(Order::GreaterOrEqual),
        _ => None,
    };
    match name {
        "stringequals" | "stringnotequals" => Compare::Exact(false),
        "stringequalsignorecase" | "stringnotequalsignorecase" => Compare::Exact(true),
        "stringlike" | "stringnotlike" => Compare::Pattern,
        "arnequals" | "arnlike" | "arnnotequals" | "arnnotlike" => Compare::Arn,
        "ipaddress" | "notipaddress" => Compare::Network,
        "bool" => Compare::Bool,
        "null" => Compare::Null,
        "binaryequals" => Compare::Binary,
        _ => {
            let number = name.strip_prefix("numeric").and_then(order);
            let date = name.strip_prefix("date").and_then(order);
            let found = number.map(Compare::Number).or(date.map(Compare::Date));
            found.unwrap_or(Compare::Other)
        }
    }
}
