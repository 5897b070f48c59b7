//! The condition keys of AWS: what requests have under them.
//!
//! Source: IAM User Guide, "AWS global condition context keys" (availability of each key).

/// What requests have under a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Every request has it, and its values are like these.
    Always(&'static [&'static str]),
    /// Requests of most have it, with values like these.
    Mostly(&'static [&'static str]),
    /// Who holds the permission may ask without it, or with one of these.
    Chosen(&'static [&'static str]),
    /// The caller writes it.
    Free,
    /// The time of the request.
    Now,
    /// When the credentials were made.
    Issued,
    /// The address that a request comes from.
    Address,
    /// The region that a request goes to.
    Region,
    /// Whose resource it is: one's own, most of the time.
    Own,
    /// A tag of the resource.
    ResourceTag,
    /// A tag of the caller.
    CallerTag,
    /// A key of a service.
    Service,
    /// Nothing is known about it.
    Unsure,
}

/// The keys that are known, in lower case; one that ends in `*` is a front.
const KEYS: &[(&str, Kind)] = &[
    ("aws:calledvia*", Kind::Chosen(&[])),
    ("aws:currenttime", Kind::Now),
    ("aws:ec2instancesourceprivateipv4", Kind::Chosen(&[])),
    ("aws:ec2instancesourcevpc", Kind::Chosen(&[])),
    ("aws:epochtime", Kind::Now),
    ("aws:federatedprovider", Kind::Chosen(&[])),
    ("aws:multifactorauthage", Kind::Chosen(&[])),
    ("aws:multifactorauthpresent", Kind::Chosen(&["false"])),
    ("aws:principalaccount", Kind::Always(&["????????????"])),
    ("aws:principalarn", Kind::Always(&["arn:aws:iam::*:*"])),
    ("aws:principalisawsservice", Kind::Always(&["false"])),
    ("aws:principalorgid", Kind::Mostly(&["o-*"])),
    ("aws:principalorgpaths", Kind::Mostly(&["o-*/*"])),
    ("aws:principalservicename*", Kind::Chosen(&[])),
    ("aws:principaltag/*", Kind::CallerTag),
    ("aws:principaltype", Kind::Always(&["?*"])),
    ("aws:referer", Kind::Free),
    ("aws:requestedregion", Kind::Region),
    ("aws:requesttag/*", Kind::Free),
    ("aws:resourceaccount", Kind::Own),
    ("aws:resourceorgid", Kind::Own),
    ("aws:resourceorgpaths", Kind::Own),
    ("aws:resourcetag/*", Kind::ResourceTag),
    ("aws:securetransport", Kind::Always(&["true"])),
    ("aws:sourceaccount", Kind::Chosen(&[])),
    ("aws:sourcearn", Kind::Chosen(&[])),
    ("aws:sourceip", Kind::Address),
    ("aws:sourceorg*", Kind::Chosen(&[])),
    ("aws:sourcevpc*", Kind::Chosen(&[])),
    ("aws:tagkeys", Kind::Free),
    ("aws:tokenissuetime", Kind::Issued),
    ("aws:useragent", Kind::Free),
    ("aws:userid", Kind::Always(&["?*"])),
    ("aws:username", Kind::Mostly(&["?*"])),
    ("aws:viaawsservice", Kind::Always(&["false"])),
    ("aws:vpce*", Kind::Chosen(&[])),
    ("aws:vpcsourceip", Kind::Chosen(&[])),
];

/// Services whose requests are all of one region, `us-east-1` (IAM User Guide, `aws:RequestedRegion`).
pub(super) const GLOBAL: [&str; 6] = [
    "*",
    "iam:",
    "organizations:",
    "account:",
    "route53:",
    "cloudfront:",
];

/// What requests have under a key, in lower case.
pub(super) fn kind_of(key: &str) -> Kind {
    let front = |own: &str| {
        own.strip_suffix('*')
            .is_some_and(|front| key.starts_with(front))
    };
    if let Some((_, kind)) = KEYS.iter().find(|(own, _)| *own == key || front(own)) {
        return *kind;
    }
    match key.split_once(':') {
        Some(("aws", _)) | None => Kind::Unsure,
        Some((_, rest)) if rest.starts_with("resourcetag/") => Kind::ResourceTag,
        Some((_, rest)) if rest.starts_with("requesttag/") => Kind::Free,
        Some(_) => Kind::Service,
    }
}
