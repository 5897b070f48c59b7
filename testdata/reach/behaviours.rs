//! Behaviours of clouds that their documentation describes, each with its source, in our own words.

use distrust::eval::Truth::{self, False, True, Unknown};

use super::{Known, deep};

/// A network with a public and a private subnet.
const BASE: &str = r#"
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "g" { vpc_id = aws_vpc.v.id }
resource "aws_subnet" "open" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "shut" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_route_table" "open" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
}
resource "aws_route_table_association" "open" {
  subnet_id      = aws_subnet.open.id
  route_table_id = aws_route_table.open.id
}
resource "aws_security_group" "ssh" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"#;

/// What is added to the network, what is asked (sender, receiver, port), and what the documentation says.
struct Behaviour {
    source: &'static str,
    text: &'static str,
    from: &'static str,
    to: &'static str,
    port: u16,
    is: Truth,
}

const fn of(
    source: &'static str,
    text: &'static str,
    from: &'static str,
    to: &'static str,
    port: u16,
    is: Truth,
) -> Behaviour {
    Behaviour {
        source,
        text,
        from,
        to,
        port,
        is,
    }
}

const WORLD: &str = "203.0.113.7";

const BEHAVIOURS: &[Behaviour] = &[
    of(
        "VPC User Guide, internet gateways: a public address and a route to the gateway let the Internet in",
        r#"resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        True,
    ),
    of(
        "VPC User Guide, security groups: what no rule allows is refused",
        r#"resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        23,
        False,
    ),
    of(
        "VPC User Guide, internet gateways: without a public address nothing comes in",
        r#"resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
}"#,
        WORLD,
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "VPC User Guide, route tables: a subnet without a table of its own has the main one, which is local only",
        r#"resource "aws_instance" "a" {
  subnet_id = aws_subnet.shut.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "VPC User Guide, elastic addresses: one that is associated makes a machine public",
        r#"resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
}
resource "aws_eip" "e" { instance = aws_instance.a.id }"#,
        WORLD,
        "aws_instance.a",
        22,
        True,
    ),
    of(
        "VPC User Guide, elastic addresses: associated by a resource of its own",
        r#"resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
}
resource "aws_eip" "e" {}
resource "aws_eip_association" "e" {
  allocation_id = aws_eip.e.id
  instance_id   = aws_instance.a.id
}"#,
        WORLD,
        "aws_instance.a",
        22,
        True,
    ),
    of(
        "EC2 User Guide, network interfaces: an interface that is attached keeps its own groups",
        r#"resource "aws_network_interface" "n" {
  subnet_id       = aws_subnet.open.id
  security_groups = [aws_security_group.ssh.id]
}
resource "aws_eip" "e" { network_interface = aws_network_interface.n.id }
resource "aws_instance" "a" {
  network_interface {
    device_index         = 0
    network_interface_id = aws_network_interface.n.id
  }
}"#,
        WORLD,
        "aws_instance.a",
        22,
        True,
    ),
    of(
        "Terraform, aws_main_route_table_association: the main table of a network may be another one",
        r#"resource "aws_main_route_table_association" "m" {
  vpc_id         = aws_vpc.v.id
  route_table_id = aws_route_table.open.id
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.shut.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        True,
    ),
    of(
        "Terraform, aws_default_route_table: the main table taken over",
        r#"resource "aws_default_route_table" "m" {
  default_route_table_id = aws_vpc.v.default_route_table_id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.shut.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        True,
    ),
    of(
        "Terraform, aws_route: a route as a resource of its own",
        r#"resource "aws_route_table" "t" { vpc_id = aws_vpc.v.id }
resource "aws_route" "r" {
  route_table_id         = aws_route_table.t.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.g.id
}
resource "aws_route_table_association" "t" {
  subnet_id      = aws_subnet.shut.id
  route_table_id = aws_route_table.t.id
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.shut.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        True,
    ),
    of(
        "VPC User Guide, route priority: the most specific route decides",
        r#"resource "aws_nat_gateway" "n" { subnet_id = aws_subnet.open.id }
resource "aws_route_table" "t" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
  route {
    cidr_block     = "203.0.113.0/24"
    nat_gateway_id = aws_nat_gateway.n.id
  }
}
resource "aws_route_table_association" "t" {
  subnet_id      = aws_subnet.shut.id
  route_table_id = aws_route_table.t.id
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.shut.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "VPC User Guide, NAT gateways: they let out and let nobody in",
        r#"resource "aws_nat_gateway" "n" { subnet_id = aws_subnet.open.id }
resource "aws_route_table" "t" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.n.id
  }
}
resource "aws_route_table_association" "t" {
  subnet_id      = aws_subnet.shut.id
  route_table_id = aws_route_table.t.id
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.shut.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "VPC User Guide, network ACLs: the entry with the smallest number decides",
        r#"resource "aws_network_acl" "n" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.open.id]
  ingress {
    rule_no = 100
    action = "deny"
    protocol = "tcp"
    from_port = 22
    to_port = 22
    cidr_block = "0.0.0.0/0"
  }
  ingress {
    rule_no = 200
    action = "allow"
    protocol = "-1"
    from_port = 0
    to_port = 0
    cidr_block = "0.0.0.0/0"
  }
  egress {
    rule_no = 100
    action = "allow"
    protocol = "-1"
    from_port = 0
    to_port = 0
    cidr_block = "0.0.0.0/0"
  }
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "VPC User Guide, network ACLs: they forget, so an answer needs a rule of its own",
        r#"resource "aws_network_acl" "n" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.open.id]
  ingress {
    rule_no = 200
    action = "allow"
    protocol = "-1"
    from_port = 0
    to_port = 0
    cidr_block = "0.0.0.0/0"
  }
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "Terraform, aws_default_network_acl: taken over without entries it refuses everything",
        r#"resource "aws_default_network_acl" "d" { default_network_acl_id = aws_vpc.v.default_network_acl_id }
resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "VPC User Guide, subnets: one that gives public addresses",
        r#"resource "aws_subnet" "gives" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.3.0/24"
  map_public_ip_on_launch = true
}
resource "aws_route_table_association" "gives" {
  subnet_id      = aws_subnet.gives.id
  route_table_id = aws_route_table.open.id
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.gives.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
}"#,
        WORLD,
        "aws_instance.a",
        22,
        True,
    ),
    of(
        "EC2 User Guide, public addresses: what the machine says comes before what the subnet says",
        r#"resource "aws_subnet" "gives" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.3.0/24"
  map_public_ip_on_launch = true
}
resource "aws_route_table_association" "gives" {
  subnet_id      = aws_subnet.gives.id
  route_table_id = aws_route_table.open.id
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.gives.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = false
}"#,
        WORLD,
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "VPC User Guide, security groups: several groups together allow what one of them allows",
        r#"resource "aws_security_group" "web" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.ssh.id, aws_security_group.web.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        443,
        True,
    ),
    of(
        "VPC User Guide, default security groups: only members get in",
        r#"resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "VPC User Guide, default security groups: members reach each other",
        r#"resource "aws_instance" "b" { subnet_id = aws_subnet.shut.id }
resource "aws_instance" "a" { subnet_id = aws_subnet.open.id }"#,
        "aws_instance.b",
        "aws_instance.a",
        22,
        True,
    ),
    of(
        "Terraform, aws_default_security_group: taken over without rules it refuses its members",
        r#"resource "aws_default_security_group" "d" { vpc_id = aws_vpc.v.id }
resource "aws_instance" "b" { subnet_id = aws_subnet.shut.id }
resource "aws_instance" "a" { subnet_id = aws_subnet.open.id }"#,
        "aws_instance.b",
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "Terraform, aws_security_group: the rule that lets everything out is taken away",
        r#"resource "aws_instance" "b" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
}"#,
        "aws_instance.b",
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "VPC User Guide, security groups: a group as the other side means its members",
        r#"resource "aws_security_group" "app" {
  vpc_id = aws_vpc.v.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "db" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5432
    security_groups = [aws_security_group.app.id]
  }
}
resource "aws_instance" "b" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.app.id]
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.shut.id
  vpc_security_group_ids = [aws_security_group.db.id]
}"#,
        "aws_instance.b",
        "aws_instance.a",
        5432,
        True,
    ),
    of(
        "VPC User Guide, security groups: a group as the other side lets no address of the Internet in",
        r#"resource "aws_security_group" "db" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5432
    security_groups = [aws_security_group.ssh.id]
  }
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.db.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        5432,
        False,
    ),
    of(
        "Terraform, aws_vpc_security_group_ingress_rule: a rule as a resource of its own",
        r#"resource "aws_security_group" "web" { vpc_id = aws_vpc.v.id }
resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.web.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        443,
        True,
    ),
    of(
        "VPC User Guide, prefix lists: a rule that names a list is about its entries",
        r#"resource "aws_ec2_managed_prefix_list" "l" {
  name           = "l"
  address_family = "IPv4"
  max_entries    = 2
  entry { cidr = "0.0.0.0/1" }
  entry { cidr = "128.0.0.0/1" }
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    prefix_list_ids = [aws_ec2_managed_prefix_list.l.id]
  }
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.web.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        443,
        True,
    ),
    of(
        "VPC User Guide, egress-only gateways: IPv6 gets out and nobody in",
        r#"resource "aws_egress_only_internet_gateway" "e" { vpc_id = aws_vpc.v.id }
resource "aws_subnet" "six" {
  vpc_id          = aws_vpc.v.id
  cidr_block      = "10.0.3.0/24"
  ipv6_cidr_block = "2600:1f18:1:2::/64"
  assign_ipv6_address_on_creation = true
}
resource "aws_route_table" "t" {
  vpc_id = aws_vpc.v.id
  route {
    ipv6_cidr_block        = "::/0"
    egress_only_gateway_id = aws_egress_only_internet_gateway.e.id
  }
}
resource "aws_route_table_association" "t" {
  subnet_id      = aws_subnet.six.id
  route_table_id = aws_route_table.t.id
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol         = "tcp"
    from_port        = 443
    to_port          = 443
    ipv6_cidr_blocks = ["::/0"]
  }
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.six.id
  vpc_security_group_ids = [aws_security_group.web.id]
}"#,
        "2001:db8::7",
        "aws_instance.a",
        443,
        False,
    ),
    of(
        "VPC User Guide, internet gateways: an address of IPv6 is public where a route leads to the gateway",
        r#"resource "aws_subnet" "six" {
  vpc_id          = aws_vpc.v.id
  cidr_block      = "10.0.3.0/24"
  ipv6_cidr_block = "2600:1f18:1:2::/64"
  assign_ipv6_address_on_creation = true
}
resource "aws_route_table" "t" {
  vpc_id = aws_vpc.v.id
  route {
    ipv6_cidr_block = "::/0"
    gateway_id      = aws_internet_gateway.g.id
  }
}
resource "aws_route_table_association" "t" {
  subnet_id      = aws_subnet.six.id
  route_table_id = aws_route_table.t.id
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol         = "tcp"
    from_port        = 443
    to_port          = 443
    ipv6_cidr_blocks = ["::/0"]
  }
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.six.id
  vpc_security_group_ids = [aws_security_group.web.id]
}"#,
        "2001:db8::7",
        "aws_instance.a",
        443,
        True,
    ),
    of(
        "RDS User Guide, working with a DB instance in a VPC: public access, public subnets and an open group",
        r#"resource "aws_db_subnet_group" "d" { subnet_ids = [aws_subnet.open.id] }
resource "aws_db_instance" "a" {
  db_subnet_group_name   = aws_db_subnet_group.d.name
  vpc_security_group_ids = [aws_security_group.ssh.id]
  publicly_accessible    = true
}"#,
        WORLD,
        "aws_db_instance.a",
        22,
        True,
    ),
    of(
        "RDS User Guide, working with a DB instance in a VPC: in subnets without a route to a gateway nobody gets in",
        r#"resource "aws_db_subnet_group" "d" { subnet_ids = [aws_subnet.shut.id] }
resource "aws_db_instance" "a" {
  db_subnet_group_name   = aws_db_subnet_group.d.name
  vpc_security_group_ids = [aws_security_group.ssh.id]
  publicly_accessible    = true
}"#,
        WORLD,
        "aws_db_instance.a",
        22,
        False,
    ),
    of(
        "RDS User Guide, working with a DB instance in a VPC: it stands in one of its subnets, nobody knows which",
        r#"resource "aws_db_subnet_group" "d" { subnet_ids = [aws_subnet.shut.id, aws_subnet.open.id] }
resource "aws_db_instance" "a" {
  db_subnet_group_name   = aws_db_subnet_group.d.name
  vpc_security_group_ids = [aws_security_group.ssh.id]
  publicly_accessible    = true
}"#,
        WORLD,
        "aws_db_instance.a",
        22,
        Unknown,
    ),
    of(
        "RDS User Guide, hiding a DB instance: without public access its name leads to a private address",
        r#"resource "aws_db_subnet_group" "d" { subnet_ids = [aws_subnet.open.id] }
resource "aws_db_instance" "a" {
  db_subnet_group_name   = aws_db_subnet_group.d.name
  vpc_security_group_ids = [aws_security_group.ssh.id]
}"#,
        WORLD,
        "aws_db_instance.a",
        22,
        False,
    ),
    of(
        "Lambda Developer Guide, VPC networking: nothing connects to the interfaces of a function",
        r#"resource "aws_lambda_function" "a" {
  vpc_config {
    subnet_ids         = [aws_subnet.open.id]
    security_group_ids = [aws_security_group.ssh.id]
  }
}"#,
        WORLD,
        "aws_lambda_function.a",
        22,
        False,
    ),
    of(
        "ElastiCache User Guide, access patterns: clusters have no public address",
        r#"resource "aws_elasticache_subnet_group" "c" { subnet_ids = [aws_subnet.open.id] }
resource "aws_elasticache_replication_group" "a" {
  subnet_group_name  = aws_elasticache_subnet_group.c.name
  security_group_ids = [aws_security_group.ssh.id]
}"#,
        WORLD,
        "aws_elasticache_replication_group.a",
        22,
        False,
    ),
    of(
        "OpenSearch Service Developer Guide, VPC domains: reached from inside the network only",
        r#"resource "aws_opensearch_domain" "a" {
  vpc_options {
    subnet_ids         = [aws_subnet.open.id]
    security_group_ids = [aws_security_group.ssh.id]
  }
}"#,
        WORLD,
        "aws_opensearch_domain.a",
        22,
        False,
    ),
    of(
        "Redshift Management Guide, managing clusters in a VPC: publicly accessible in a public subnet",
        r#"resource "aws_redshift_subnet_group" "d" { subnet_ids = [aws_subnet.open.id] }
resource "aws_redshift_cluster" "a" {
  cluster_subnet_group_name = aws_redshift_subnet_group.d.name
  vpc_security_group_ids    = [aws_security_group.ssh.id]
  publicly_accessible       = true
}"#,
        WORLD,
        "aws_redshift_cluster.a",
        22,
        True,
    ),
    of(
        "ECS Developer Guide, Fargate networking: a task with a public address in a public subnet",
        r#"resource "aws_ecs_service" "a" {
  network_configuration {
    subnets          = [aws_subnet.open.id]
    security_groups  = [aws_security_group.ssh.id]
    assign_public_ip = true
  }
}"#,
        WORLD,
        "aws_ecs_service.a",
        22,
        True,
    ),
    of(
        "Auto Scaling User Guide, launch templates: machines stand in the subnets of the group",
        r#"resource "aws_launch_template" "t" {
  network_interfaces {
    associate_public_ip_address = true
    security_groups             = [aws_security_group.ssh.id]
  }
}
resource "aws_autoscaling_group" "a" {
  vpc_zone_identifier = [aws_subnet.open.id]
  launch_template { id = aws_launch_template.t.id }
}"#,
        WORLD,
        "aws_autoscaling_group.a",
        22,
        True,
    ),
    of(
        "Elastic Load Balancing, internal balancers: nodes have private addresses only",
        r#"resource "aws_lb" "a" {
  internal           = true
  load_balancer_type = "network"
  subnets            = [aws_subnet.open.id]
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.a.arn
  port              = 443
  protocol          = "TCP"
  default_action { type = "forward" }
}"#,
        WORLD,
        "aws_lb.a",
        443,
        False,
    ),
    of(
        "Elastic Load Balancing, listeners: a balancer hears its listeners' ports only",
        r#"resource "aws_lb" "a" {
  load_balancer_type = "network"
  subnets            = [aws_subnet.open.id]
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.a.arn
  port              = 443
  protocol          = "TCP"
  default_action { type = "forward" }
}"#,
        WORLD,
        "aws_lb.a",
        22,
        False,
    ),
    of(
        "Elastic Load Balancing, network balancers: without groups everybody reaches a listener",
        r#"resource "aws_lb" "a" {
  load_balancer_type = "network"
  subnets            = [aws_subnet.open.id]
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.a.arn
  port              = 443
  protocol          = "TCP"
  default_action { type = "forward" }
}"#,
        WORLD,
        "aws_lb.a",
        443,
        True,
    ),
    of(
        "Elastic Load Balancing, client addresses: targets by instance see the client, so that their groups decide about it",
        r#"resource "aws_lb" "l" {
  load_balancer_type = "network"
  subnets            = [aws_subnet.open.id]
}
resource "aws_lb_target_group" "t" {
  port     = 22
  protocol = "TCP"
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.l.arn
  port              = 2222
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.shut.id
  vpc_security_group_ids = [aws_security_group.ssh.id]
}
resource "aws_lb_target_group_attachment" "t" {
  target_group_arn = aws_lb_target_group.t.arn
  target_id        = aws_instance.a.id
}"#,
        WORLD,
        "aws_instance.a",
        22,
        True,
    ),
    of(
        "Elastic Load Balancing, client addresses: targets that do not see the client see the balancer",
        r#"resource "aws_security_group" "near" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["10.0.2.0/24"]
  }
}
resource "aws_lb" "l" {
  load_balancer_type = "network"
  subnets            = [aws_subnet.open.id]
}
resource "aws_lb_target_group" "t" {
  port               = 22
  protocol           = "TCP"
  preserve_client_ip = false
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.l.arn
  port              = 22
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.shut.id
  vpc_security_group_ids = [aws_security_group.near.id]
}
resource "aws_lb_target_group_attachment" "t" {
  target_group_arn = aws_lb_target_group.t.arn
  target_id        = aws_instance.a.id
}"#,
        WORLD,
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "VPC Peering Guide: routes on both sides, and no more",
        r#"resource "aws_vpc" "w" { cidr_block = "10.9.0.0/16" }
resource "aws_vpc_peering_connection" "p" {
  vpc_id      = aws_vpc.v.id
  peer_vpc_id = aws_vpc.w.id
  auto_accept = true
}
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.w.id
  cidr_block = "10.9.1.0/24"
}
resource "aws_route" "there" {
  route_table_id            = aws_route_table.open.id
  destination_cidr_block    = "10.9.0.0/16"
  vpc_peering_connection_id = aws_vpc_peering_connection.p.id
}
resource "aws_security_group" "far" {
  vpc_id = aws_vpc.w.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "out" {
  vpc_id = aws_vpc.v.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "b" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.out.id]
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.far.id
  vpc_security_group_ids = [aws_security_group.far.id]
}"#,
        "aws_instance.b",
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "Transit Gateway Guide, default tables: attachments know each other unless told otherwise",
        r#"resource "aws_vpc" "w" { cidr_block = "10.9.0.0/16" }
resource "aws_ec2_transit_gateway" "t" {}
resource "aws_ec2_transit_gateway_vpc_attachment" "v" {
  transit_gateway_id = aws_ec2_transit_gateway.t.id
  vpc_id             = aws_vpc.v.id
  subnet_ids         = [aws_subnet.open.id]
}
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.w.id
  cidr_block = "10.9.1.0/24"
}
resource "aws_ec2_transit_gateway_vpc_attachment" "w" {
  transit_gateway_id = aws_ec2_transit_gateway.t.id
  vpc_id             = aws_vpc.w.id
  subnet_ids         = [aws_subnet.far.id]
}
resource "aws_route" "there" {
  route_table_id         = aws_route_table.open.id
  destination_cidr_block = "10.9.0.0/16"
  transit_gateway_id     = aws_ec2_transit_gateway.t.id
}
resource "aws_route_table" "far" {
  vpc_id = aws_vpc.w.id
  route {
    cidr_block         = "10.0.0.0/16"
    transit_gateway_id = aws_ec2_transit_gateway.t.id
  }
}
resource "aws_route_table_association" "far" {
  subnet_id      = aws_subnet.far.id
  route_table_id = aws_route_table.far.id
}
resource "aws_security_group" "far" {
  vpc_id = aws_vpc.w.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "out" {
  vpc_id = aws_vpc.v.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "b" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [aws_security_group.out.id]
}
resource "aws_instance" "a" {
  subnet_id = aws_subnet.far.id
  vpc_security_group_ids = [aws_security_group.far.id]
}"#,
        "aws_instance.b",
        "aws_instance.a",
        22,
        True,
    ),
    of(
        "VPC User Guide, subnets: one that is not in this configuration leaves the answer open",
        r#"variable "subnet" { type = string }
resource "aws_instance" "a" {
  subnet_id = var.subnet
  vpc_security_group_ids = [aws_security_group.ssh.id]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        Unknown,
    ),
    of(
        "VPC User Guide, security groups: a group that is not in this configuration leaves the answer open",
        r#"variable "group" { type = string }
resource "aws_instance" "a" {
  subnet_id = aws_subnet.open.id
  vpc_security_group_ids = [var.group]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        Unknown,
    ),
    of(
        "VPC User Guide: what closes one way closes it whatever else is not known",
        r#"variable "group" { type = string }
resource "aws_instance" "a" {
  subnet_id = aws_subnet.shut.id
  vpc_security_group_ids = [var.group]
  associate_public_ip_address = true
}"#,
        WORLD,
        "aws_instance.a",
        22,
        False,
    ),
    of(
        "Azure, network security groups: every group refuses the Internet unless a rule allows it",
        r#"resource "azurerm_virtual_network" "v" { address_space = ["10.0.0.0/16"] }
resource "azurerm_subnet" "s" {
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_public_ip" "p" { sku = "Standard" }
resource "azurerm_network_security_group" "n" {}
resource "azurerm_subnet_network_security_group_association" "s" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = azurerm_network_security_group.n.id
}
resource "azurerm_network_interface" "a" {
  ip_configuration {
    subnet_id            = azurerm_subnet.s.id
    public_ip_address_id = azurerm_public_ip.p.id
  }
}"#,
        WORLD,
        "azurerm_network_interface.a",
        22,
        False,
    ),
    of(
        "Azure, public addresses: of the standard sort nobody gets through without a group",
        r#"resource "azurerm_virtual_network" "v" { address_space = ["10.0.0.0/16"] }
resource "azurerm_subnet" "s" {
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_public_ip" "p" { sku = "Standard" }
resource "azurerm_network_interface" "a" {
  ip_configuration {
    subnet_id            = azurerm_subnet.s.id
    public_ip_address_id = azurerm_public_ip.p.id
  }
}"#,
        WORLD,
        "azurerm_network_interface.a",
        22,
        False,
    ),
    of(
        "Azure, network security groups: both the group of the subnet and that of the interface must allow",
        r#"resource "azurerm_virtual_network" "v" { address_space = ["10.0.0.0/16"] }
resource "azurerm_subnet" "s" {
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_public_ip" "p" { sku = "Standard" }
resource "azurerm_network_security_group" "wide" {
  security_rule {
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_network_security_group" "shut" {}
resource "azurerm_subnet_network_security_group_association" "s" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = azurerm_network_security_group.wide.id
}
resource "azurerm_network_interface" "a" {
  ip_configuration {
    subnet_id            = azurerm_subnet.s.id
    public_ip_address_id = azurerm_public_ip.p.id
  }
}
resource "azurerm_network_interface_security_group_association" "a" {
  network_interface_id      = azurerm_network_interface.a.id
  network_security_group_id = azurerm_network_security_group.shut.id
}"#,
        WORLD,
        "azurerm_network_interface.a",
        22,
        False,
    ),
    of(
        "Azure, network security groups: the rule with the lowest priority number decides",
        r#"resource "azurerm_virtual_network" "v" { address_space = ["10.0.0.0/16"] }
resource "azurerm_subnet" "s" {
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_public_ip" "p" { sku = "Standard" }
resource "azurerm_network_security_group" "n" {
  security_rule {
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
  security_rule {
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "Internet"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "s" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = azurerm_network_security_group.n.id
}
resource "azurerm_network_interface" "a" {
  ip_configuration {
    subnet_id            = azurerm_subnet.s.id
    public_ip_address_id = azurerm_public_ip.p.id
  }
}"#,
        WORLD,
        "azurerm_network_interface.a",
        22,
        True,
    ),
    of(
        "Google, VPC firewall rules: a rule aimed at a tag is about machines with the tag",
        r#"resource "google_compute_network" "n" { name = "n" }
resource "google_compute_firewall" "f" {
  name          = "f"
  network       = google_compute_network.n.id
  source_ranges = ["0.0.0.0/0"]
  target_tags   = ["web"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
resource "google_compute_instance" "a" {
  tags = ["db"]
  network_interface {
    network = google_compute_network.n.id
    access_config {}
  }
}"#,
        WORLD,
        "google_compute_instance.a",
        22,
        False,
    ),
    of(
        "Google, VPC firewall rules: at the same priority what denies comes first",
        r#"resource "google_compute_network" "n" { name = "n" }
resource "google_compute_firewall" "f" {
  name          = "f"
  network       = google_compute_network.n.id
  source_ranges = ["0.0.0.0/0"]
  allow { protocol = "tcp" }
}
resource "google_compute_firewall" "d" {
  name          = "d"
  network       = google_compute_network.n.id
  source_ranges = ["0.0.0.0/0"]
  deny { protocol = "tcp" }
}
resource "google_compute_instance" "a" {
  network_interface {
    network = google_compute_network.n.id
    access_config {}
  }
}"#,
        WORLD,
        "google_compute_instance.a",
        22,
        False,
    ),
    of(
        "Google, addresses: a machine without an external address is not reached",
        r#"resource "google_compute_network" "n" { name = "n" }
resource "google_compute_firewall" "f" {
  name          = "f"
  network       = google_compute_network.n.id
  source_ranges = ["0.0.0.0/0"]
  allow { protocol = "tcp" }
}
resource "google_compute_instance" "a" {
  network_interface { network = google_compute_network.n.id }
}"#,
        WORLD,
        "google_compute_instance.a",
        22,
        False,
    ),
    of(
        "Google, VPC firewall rules: an external address, the tag and a rule for it",
        r#"resource "google_compute_network" "n" { name = "n" }
resource "google_compute_firewall" "f" {
  name          = "f"
  network       = google_compute_network.n.id
  source_ranges = ["0.0.0.0/0"]
  target_tags   = ["web"]
  allow { protocol = "tcp" }
}
resource "google_compute_instance" "a" {
  tags = ["web"]
  network_interface {
    network = google_compute_network.n.id
    access_config {}
  }
}"#,
        WORLD,
        "google_compute_instance.a",
        22,
        True,
    ),
];

#[test]
fn behaviours_of_the_documentation() {
    assert!(BEHAVIOURS.len() >= 40, "there are many of them");
    let wrong: Vec<String> = deep(|| {
        let wrong = BEHAVIOURS.iter().filter_map(|own| {
            let text = match own.to.starts_with("aws_") {
                true => format!("{BASE}\n{}", own.text),
                false => own.text.to_owned(),
            };
            let known = Known::of("main.tf", &text);
            let said = match own.from.starts_with("aws_") {
                true => known.between(own.from, own.to, 6, own.port),
                false => known.from(own.from, own.to, 6, own.port),
            };
            (said != own.is).then(|| format!("{}: said {said:?}, is {:?}", own.source, own.is))
        });
        wrong.collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
