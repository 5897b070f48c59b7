//! Segments with as many security groups as wanted, and the intent that they have the shape of.

use std::fmt::Write as _;

use super::inputs::File;

/// An intent of `segments` segments and `flows` flows, and Terraform with `groups` security groups that has its shape.
pub(crate) fn segments(segments: usize, flows: usize, groups: usize) -> (String, Vec<File>) {
    let mut intent = String::from("intent: 1\nname: large\nnetwork: 10.0.0.0/8\nsegments:\n");
    let mut code =
        String::from("resource \"aws_vpc\" \"own\" {\n  cidr_block = \"10.0.0.0/8\"\n}\n");
    let each = groups / segments;
    for at in 0..segments {
        let _ = writeln!(intent, "  s{at}: {{ match: [aws_subnet.s{at}] }}");
        let _ = writeln!(
            code,
            "resource \"aws_subnet\" \"s{at}\" {{\n  vpc_id     = aws_vpc.own.id\n  cidr_block = \"10.{at}.0.0/16\"\n}}\n\
             resource \"aws_security_group\" \"s{at}\" {{\n  vpc_id = aws_vpc.own.id\n}}"
        );
        for own in 1..each {
            let _ = writeln!(
                code,
                "resource \"aws_security_group\" \"s{at}_{own}\" {{\n  vpc_id = aws_vpc.own.id\n}}\n\
                 resource \"aws_network_interface\" \"s{at}_{own}\" {{\n  subnet_id       = aws_subnet.s{at}.id\n  \
                 security_groups = [aws_security_group.s{at}.id, aws_security_group.s{at}_{own}.id]\n}}"
            );
        }
    }
    intent.push_str("flows:\n");
    for flow in 0..flows {
        let from = flow % segments;
        let to = (from + 1 + flow / segments) % segments;
        let port = 5000 + flow % 50;
        let _ = writeln!(intent, "  - {{ from: s{from}, to: s{to}, ports: {port} }}");
        for (side, own, other) in [("ingress", to, from), ("egress", from, to)] {
            let _ = writeln!(
                code,
                "resource \"aws_vpc_security_group_{side}_rule\" \"f{flow}\" {{\n  security_group_id            = aws_security_group.s{own}.id\n  \
                 referenced_security_group_id = aws_security_group.s{other}.id\n  ip_protocol                  = \"tcp\"\n  \
                 from_port                    = {port}\n  to_port                      = {port}\n}}"
            );
        }
    }
    (intent, vec![("main.tf".into(), code)])
}
