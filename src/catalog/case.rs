//! CloudFormation's names in snake case: `KMSMasterKeyID` is `kms_master_key_id`.
//!
//! The algorithm, letter by letter: an underscore goes before an upper-case letter that follows a lower-case letter or
//! a digit, and before one that follows an upper-case letter and begins a new word, that is, is followed by a
//! lower-case letter. A plural `s` after an acronym begins no word (`SubnetIDs` is `subnet_ids`), nor does the `v` of
//! `IPv4` and `IPv6`. Everything is lower case then. Names that already are snake case stay as they are.

/// The letters of the snake-case form of a name, one by one.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    let bytes = name.as_bytes();
    (0..bytes.len()).flat_map(move |at| {
        let begins = at > 0 && begins_word(bytes, at);
        [begins.then_some(b'_'), Some(bytes[at].to_ascii_lowercase())]
            .into_iter()
            .flatten()
    })
}

fn begins_word(bytes: &[u8], at: usize) -> bool {
    let (before, own) = (bytes[at - 1], bytes[at]);
    if !own.is_ascii_uppercase() {
        return false;
    }
    if before.is_ascii_lowercase() || before.is_ascii_digit() {
        return true;
    }
    if !before.is_ascii_uppercase() {
        return false;
    }
    match (bytes.get(at + 1), bytes.get(at + 2)) {
        (Some(b's'), None) => false,
        (Some(b's'), Some(next)) if next.is_ascii_uppercase() => false,
        (Some(b'v'), Some(next)) if own == b'P' && next.is_ascii_digit() => false,
        (Some(next), _) => next.is_ascii_lowercase(),
        (None, _) => false,
    }
}

/// A name in snake case.
pub fn snake(name: &str) -> String {
    letters(name).map(char::from).collect()
}

/// Whether the snake-case form of `name` is `snake`, without making it.
pub fn is_snake_of(name: &str, snake: &str) -> bool {
    name.len() <= snake.len() && letters(name).eq(snake.bytes())
}

/// The kind of a CloudFormation type: `AWS::EC2::SecurityGroup` is `aws.ec2.security_group`. The service is plain lower
/// case, as in ARNs. Types that are not of the form `AWS::Service::Resource` have no kind of the vocabulary.
pub fn kind_of_cloudformation(type_name: &str) -> Option<String> {
    let rest = type_name.strip_prefix("AWS::")?;
    let (service, resource) = rest.split_once("::")?;
    if resource.contains("::") || service.is_empty() || resource.is_empty() {
        return None;
    }
    Some(format!(
        "aws.{}.{}",
        service.to_ascii_lowercase(),
        snake(resource)
    ))
}

#[cfg(test)]
mod tests {
    use super::{is_snake_of, kind_of_cloudformation, snake};

    #[test]
    fn acronyms_plurals_and_digits() {
        for (name, expected) in [
            ("BucketName", "bucket_name"),
            ("KMSMasterKeyID", "kms_master_key_id"),
            ("SSEAlgorithm", "sse_algorithm"),
            ("DBInstance", "db_instance"),
            ("EC2SecurityGroupId", "ec2_security_group_id"),
            ("SubnetIDs", "subnet_ids"),
            ("CidrIpv6", "cidr_ipv6"),
            ("IPv6Native", "ipv6_native"),
            ("S3Bucket", "s3_bucket"),
            ("VPCZoneIdentifier", "vpc_zone_identifier"),
            ("cidr_ip", "cidr_ip"),
        ] {
            assert_eq!(snake(name), expected);
            assert!(is_snake_of(name, expected), "{name}");
        }
        assert!(!is_snake_of("BucketName", "bucketname"));
    }

    #[test]
    fn kinds_of_types() {
        assert_eq!(
            kind_of_cloudformation("AWS::EC2::SecurityGroup").as_deref(),
            Some("aws.ec2.security_group")
        );
        assert_eq!(kind_of_cloudformation("Custom::Thing"), None);
    }
}
