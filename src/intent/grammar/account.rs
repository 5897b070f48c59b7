//! What holds for an account as a whole.

use super::{Keys, Shape, keys, may};

/// What can be on for an account.
pub const GUARDS: [(&str, &str); 9] = [
    (
        "trail",
        "every call is recorded, in all regions, with digests",
    ),
    ("recorder", "every change of configuration is recorded"),
    ("threat-detection", "threats are looked for"),
    ("findings-hub", "findings of all services come together"),
    (
        "closed-defaults",
        "default networks, groups and filters let nothing through",
    ),
    (
        "password-policy",
        "passwords are long, and no old one returns",
    ),
    (
        "public-access-block",
        "no bucket, image or snapshot of the account can be made public",
    ),
    ("default-encryption", "new volumes are encrypted"),
    ("access-analyzer", "access from outside is looked for"),
];

pub(super) const ACCOUNT: Keys = keys(&[
    may("trail", Shape::Flag, GUARDS[0].1, "true"),
    may("recorder", Shape::Flag, GUARDS[1].1, "true"),
    may("threat-detection", Shape::Flag, GUARDS[2].1, "true"),
    may("findings-hub", Shape::Flag, GUARDS[3].1, "true"),
    may("closed-defaults", Shape::Flag, GUARDS[4].1, "true"),
    may("password-policy", Shape::Flag, GUARDS[5].1, "true"),
    may("public-access-block", Shape::Flag, GUARDS[6].1, "true"),
    may("default-encryption", Shape::Flag, GUARDS[7].1, "true"),
    may("access-analyzer", Shape::Flag, GUARDS[8].1, "true"),
    may(
        "alarms-to",
        Shape::Supply,
        "whom alarms tell: an address of mail",
        "none",
    ),
]);
