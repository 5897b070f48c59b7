provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

locals {
  zones   = ["a", "b", "c"]
  cidr    = "10.40.0.0/16"
  layers  = ["public", "private"]
  subnets = { for i, pair in setproduct(local.layers, local.zones) : "${pair[0]}-${pair[1]}" => { layer = pair[0], zone = pair[1], cidr = cidrsubnet(local.cidr, 8, i) } }
}

resource "aws_vpc" "it" {
  cidr_block           = local.cidr
  enable_dns_hostnames = true
}

resource "aws_subnet" "it" {
  for_each                = local.subnets
  vpc_id                  = aws_vpc.it.id
  availability_zone       = "eu-central-1${each.value.zone}"
  cidr_block              = each.value.cidr
  map_public_ip_on_launch = each.value.layer == "public"
  tags                    = { Name = title(replace(each.key, "-", " ")) }
}

resource "aws_network_acl" "it" {
  vpc_id = aws_vpc.it.id

  dynamic "ingress" {
    for_each = [22, 3389]
    content {
      rule_no    = 100 + ingress.key * 10
      protocol   = "tcp"
      action     = "deny"
      cidr_block = "0.0.0.0/0"
      from_port  = ingress.value
      to_port    = ingress.value
    }
  }
}

resource "aws_route_table" "it" {
  vpc_id = aws_vpc.it.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = "igw-123"
  }
}

resource "aws_route_table_association" "it" {
  for_each       = { for k, s in local.subnets : k => s if s.layer == "public" }
  subnet_id      = aws_subnet.it[each.key].id
  route_table_id = aws_route_table.it.id
}

output "public" {
  value = [for k, s in local.subnets : s.cidr if s.layer == "public"]
}
