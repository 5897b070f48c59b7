//! A small cloud as Terraform and as CloudFormation.

use std::fmt::Write;

use super::simulator::{Cloud, Entry, Hop, Net, Peer, Rule, vpc_net};

fn shown((base, bits): Net) -> String {
    format!("{}/{bits}", std::net::Ipv4Addr::from(base))
}

fn protocol(own: Option<u8>) -> &'static str {
    match own {
        Some(6) => "tcp",
        Some(17) => "udp",
        _ => "-1",
    }
}

fn ports(own: Option<u8>, ports: (u16, u16)) -> (u16, u16) {
    if own.is_none() { (0, 0) } else { ports }
}

/// As Terraform.
pub(super) fn terraform(cloud: &Cloud) -> String {
    let mut out = String::new();
    for vpc in 0..cloud.vpcs {
        let net = shown(vpc_net(vpc));
        let _ = writeln!(
            out,
            "resource \"aws_vpc\" \"v{vpc}\" {{\n  cidr_block = \"{net}\"\n}}"
        );
        let _ = writeln!(
            out,
            "resource \"aws_internet_gateway\" \"g{vpc}\" {{\n  vpc_id = aws_vpc.v{vpc}.id\n}}"
        );
        let _ = writeln!(
            out,
            "resource \"aws_nat_gateway\" \"n{vpc}\" {{\n  subnet_id = \"subnet-1\"\n}}"
        );
    }
    if cloud.peered {
        out.push_str("resource \"aws_vpc_peering_connection\" \"p\" {\n  vpc_id = aws_vpc.v0.id\n  peer_vpc_id = aws_vpc.v1.id\n  auto_accept = true\n}\n");
    }
    for (at, group) in cloud.groups.iter().enumerate() {
        let _ = writeln!(
            out,
            "resource \"aws_security_group\" \"s{at}\" {{\n  vpc_id = aws_vpc.v{}.id",
            group.vpc
        );
        // References between groups would be a cycle inside them.
        for (word, rules) in [("ingress", &group.inward), ("egress", &group.outward)] {
            for rule in rules {
                if let Peer::Net(net) = &rule.peer {
                    let (from, to) = ports(rule.protocol, rule.ports);
                    let _ = writeln!(
                        out,
                        "  {word} {{\n    protocol = \"{}\"\n    from_port = {from}\n    to_port = {to}\n    cidr_blocks = [\"{}\"]\n  }}",
                        protocol(rule.protocol),
                        shown(*net)
                    );
                }
            }
        }
        out.push_str("}\n");
        for (word, rules) in [("ingress", &group.inward), ("egress", &group.outward)] {
            for (number, rule) in rules.iter().enumerate() {
                if let Peer::Group(other) = &rule.peer {
                    let (from, to) = ports(rule.protocol, rule.ports);
                    let _ = writeln!(
                        out,
                        "resource \"aws_security_group_rule\" \"{word}{at}_{number}\" {{\n  type = \"{word}\"\n  security_group_id = aws_security_group.s{at}.id\n  protocol = \"{}\"\n  from_port = {from}\n  to_port = {to}\n  source_security_group_id = aws_security_group.s{other}.id\n}}",
                        protocol(rule.protocol)
                    );
                }
            }
        }
    }
    for (at, acl) in cloud.acls.iter().enumerate() {
        let _ = writeln!(
            out,
            "resource \"aws_network_acl\" \"a{at}\" {{\n  vpc_id = aws_vpc.v0.id"
        );
        for (word, entries) in [("ingress", &acl[0]), ("egress", &acl[1])] {
            for entry in entries {
                let (from, to) = ports(entry.protocol, entry.ports);
                let action = if entry.allow { "allow" } else { "deny" };
                let _ = writeln!(
                    out,
                    "  {word} {{\n    rule_no = {}\n    action = \"{action}\"\n    protocol = \"{}\"\n    from_port = {from}\n    to_port = {to}\n    cidr_block = \"{}\"\n  }}",
                    entry.number,
                    protocol(entry.protocol),
                    shown(entry.net)
                );
            }
        }
        out.push_str("}\n");
    }
    for (at, subnet) in cloud.subnets.iter().enumerate() {
        let vpc = subnet.vpc;
        let net = shown(cloud.subnet_net(at));
        let _ = writeln!(
            out,
            "resource \"aws_subnet\" \"n{at}\" {{\n  vpc_id = aws_vpc.v{vpc}.id\n  cidr_block = \"{net}\"\n  map_public_ip_on_launch = {}\n}}",
            subnet.gives_public
        );
        let _ = writeln!(
            out,
            "resource \"aws_route_table\" \"t{at}\" {{\n  vpc_id = aws_vpc.v{vpc}.id"
        );
        for (net, hop) in &subnet.routes {
            let target = match hop {
                Hop::Internet => format!("gateway_id = aws_internet_gateway.g{vpc}.id"),
                Hop::Nat => format!("nat_gateway_id = aws_nat_gateway.n{vpc}.id"),
                Hop::Peering => {
                    "vpc_peering_connection_id = aws_vpc_peering_connection.p.id".into()
                }
            };
            let _ = writeln!(
                out,
                "  route {{\n    cidr_block = \"{}\"\n    {target}\n  }}",
                shown(*net)
            );
        }
        out.push_str("}\n");
        let _ = writeln!(
            out,
            "resource \"aws_route_table_association\" \"t{at}\" {{\n  subnet_id = aws_subnet.n{at}.id\n  route_table_id = aws_route_table.t{at}.id\n}}"
        );
        if let Some(acl) = subnet.acl {
            let _ = writeln!(
                out,
                "resource \"aws_network_acl_association\" \"n{at}\" {{\n  subnet_id = aws_subnet.n{at}.id\n  network_acl_id = aws_network_acl.a{acl}.id\n}}"
            );
        }
    }
    for (at, machine) in cloud.machines.iter().enumerate() {
        let groups: Vec<String> = machine
            .groups
            .iter()
            .map(|at| format!("aws_security_group.s{at}.id"))
            .collect();
        let address = std::net::Ipv4Addr::from(cloud.address(at));
        let _ = writeln!(
            out,
            "resource \"aws_instance\" \"m{at}\" {{\n  subnet_id = aws_subnet.n{}.id\n  private_ip = \"{address}\"\n  vpc_security_group_ids = [{}]",
            machine.subnet,
            groups.join(", ")
        );
        if let Some(public) = machine.public {
            let _ = writeln!(out, "  associate_public_ip_address = {public}");
        }
        out.push_str("}\n");
    }
    out
}

fn rule(out: &mut String, owner: usize, number: usize, word: &str, rule: &Rule) {
    let (from, to) = ports(rule.protocol, rule.ports);
    let side = if word == "Ingress" {
        "Source"
    } else {
        "Destination"
    };
    let peer = match &rule.peer {
        Peer::Net(net) => format!("CidrIp: {}", shown(*net)),
        Peer::Group(other) => format!("{side}SecurityGroupId: !GetAtt S{other}.GroupId"),
    };
    let _ = writeln!(
        out,
        "  {word}{owner}x{number}:\n    Type: AWS::EC2::SecurityGroup{word}\n    Properties: {{GroupId: !GetAtt S{owner}.GroupId, IpProtocol: \"{}\", FromPort: {from}, ToPort: {to}, {peer}}}",
        protocol(rule.protocol)
    );
}

fn entry(out: &mut String, owner: usize, egress: bool, entry: &Entry) {
    let (from, to) = ports(entry.protocol, entry.ports);
    let number = match entry.protocol {
        Some(own) => i32::from(own),
        None => -1,
    };
    let action = if entry.allow { "allow" } else { "deny" };
    let _ = writeln!(
        out,
        "  E{owner}x{egress}x{}:\n    Type: AWS::EC2::NetworkAclEntry\n    Properties: {{NetworkAclId: !Ref A{owner}, Egress: {egress}, RuleNumber: {}, RuleAction: {action}, Protocol: {number}, CidrBlock: {}, PortRange: {{From: {from}, To: {to}}}}}",
        entry.number,
        entry.number,
        shown(entry.net)
    );
}

/// As CloudFormation.
pub(super) fn cloudformation(cloud: &Cloud) -> String {
    let mut out = String::from("Resources:\n");
    for vpc in 0..cloud.vpcs {
        let _ = writeln!(
            out,
            "  V{vpc}:\n    Type: AWS::EC2::VPC\n    Properties: {{CidrBlock: {}}}",
            shown(vpc_net(vpc))
        );
        let _ = writeln!(
            out,
            "  G{vpc}:\n    Type: AWS::EC2::InternetGateway\n  N{vpc}:\n    Type: AWS::EC2::NatGateway\n    Properties: {{SubnetId: subnet-1}}"
        );
        let _ = writeln!(
            out,
            "  GA{vpc}:\n    Type: AWS::EC2::VPCGatewayAttachment\n    Properties: {{VpcId: !Ref V{vpc}, InternetGatewayId: !Ref G{vpc}}}"
        );
    }
    if cloud.peered {
        out.push_str("  P:\n    Type: AWS::EC2::VPCPeeringConnection\n    Properties: {VpcId: !Ref V0, PeerVpcId: !Ref V1}\n");
    }
    for (at, group) in cloud.groups.iter().enumerate() {
        let _ = writeln!(
            out,
            "  S{at}:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: s{at}\n      VpcId: !Ref V{}",
            group.vpc
        );
        // Something has to be written, or everything gets out.
        out.push_str(
            "      SecurityGroupEgress:\n        - {IpProtocol: \"-1\", CidrIp: 127.0.0.1/32}\n",
        );
        for (word, rules) in [("Ingress", &group.inward), ("Egress", &group.outward)] {
            rules
                .iter()
                .enumerate()
                .for_each(|(number, own)| rule(&mut out, at, number, word, own));
        }
    }
    for (at, acl) in cloud.acls.iter().enumerate() {
        let _ = writeln!(
            out,
            "  A{at}:\n    Type: AWS::EC2::NetworkAcl\n    Properties: {{VpcId: !Ref V0}}"
        );
        acl[0]
            .iter()
            .for_each(|own| entry(&mut out, at, false, own));
        acl[1].iter().for_each(|own| entry(&mut out, at, true, own));
    }
    for (at, subnet) in cloud.subnets.iter().enumerate() {
        let (vpc, net) = (subnet.vpc, shown(cloud.subnet_net(at)));
        let _ = writeln!(
            out,
            "  N{at}s:\n    Type: AWS::EC2::Subnet\n    Properties: {{VpcId: !Ref V{vpc}, CidrBlock: {net}, MapPublicIpOnLaunch: {}}}",
            subnet.gives_public
        );
        let _ = writeln!(
            out,
            "  T{at}:\n    Type: AWS::EC2::RouteTable\n    Properties: {{VpcId: !Ref V{vpc}}}\n  TA{at}:\n    Type: AWS::EC2::SubnetRouteTableAssociation\n    Properties: {{SubnetId: !Ref N{at}s, RouteTableId: !Ref T{at}}}"
        );
        for (number, (net, hop)) in subnet.routes.iter().enumerate() {
            let target = match hop {
                Hop::Internet => format!("GatewayId: !Ref G{vpc}"),
                Hop::Nat => format!("NatGatewayId: !Ref N{vpc}"),
                Hop::Peering => "VpcPeeringConnectionId: !Ref P".into(),
            };
            let _ = writeln!(
                out,
                "  R{at}x{number}:\n    Type: AWS::EC2::Route\n    Properties: {{RouteTableId: !Ref T{at}, DestinationCidrBlock: {}, {target}}}",
                shown(*net)
            );
        }
        if let Some(acl) = subnet.acl {
            let _ = writeln!(
                out,
                "  AA{at}:\n    Type: AWS::EC2::SubnetNetworkAclAssociation\n    Properties: {{SubnetId: !Ref N{at}s, NetworkAclId: !Ref A{acl}}}"
            );
        }
    }
    for (at, machine) in cloud.machines.iter().enumerate() {
        let groups: Vec<String> = machine
            .groups
            .iter()
            .map(|at| format!("!GetAtt S{at}.GroupId"))
            .collect();
        let address = std::net::Ipv4Addr::from(cloud.address(at));
        let public = machine
            .public
            .map(|public| format!(", AssociatePublicIpAddress: {public}"))
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "  M{at}:\n    Type: AWS::EC2::Instance\n    Properties:\n      NetworkInterfaces:\n        - {{DeviceIndex: \"0\", SubnetId: !Ref N{}s, PrivateIpAddress: {address}, GroupSet: [{}]{public}}}",
            machine.subnet,
            groups.join(", ")
        );
    }
    out
}
