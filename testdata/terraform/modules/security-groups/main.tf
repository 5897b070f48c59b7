provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

locals {
  open = { cidr_blocks = ["0.0.0.0/0"], ipv6_cidr_blocks = ["::/0"] }
}

resource "aws_vpc" "v" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_security_group" "inline" {
  name   = "inline"
  vpc_id = aws_vpc.v.id

  ingress {
    description      = "all"
    from_port        = 0
    to_port          = 65535
    protocol         = "TCP"
    cidr_blocks      = local.open.cidr_blocks
    ipv6_cidr_blocks = local.open.ipv6_cidr_blocks
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = [cidrsubnet(aws_vpc.v.cidr_block, 8, 3)]
  }
}

resource "aws_security_group" "attribute" {
  name = "attribute"

  ingress = [for p in [80, 443] : {
    description      = "port ${p}"
    from_port        = p
    to_port          = p
    protocol         = "tcp"
    cidr_blocks      = ["10.0.0.0/8"]
    ipv6_cidr_blocks = []
    prefix_list_ids  = []
    security_groups  = []
    self             = false
  }]

  egress = []
}

resource "aws_security_group_rule" "one" {
  for_each          = { ssh = 22, dns = 53 }
  type              = "ingress"
  from_port         = each.value
  to_port           = each.value
  protocol          = each.key == "dns" ? "udp" : "tcp"
  cidr_blocks       = ["10.0.0.0/8"]
  security_group_id = aws_security_group.inline.id
}

resource "aws_vpc_security_group_ingress_rule" "new" {
  security_group_id = aws_security_group.inline.id
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}
