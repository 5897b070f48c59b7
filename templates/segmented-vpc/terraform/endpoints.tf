@@ if services
@@ set zone_bits = plan.segments[0].subnets[0].nth.bits - plan.segments[0].nth.bits
# The only ways to AWS, and through them only what this account (or organisation) does with what it owns.

locals {
  gateways   = ["dynamodb", "s3"]
  interfaces = ["kms", "logs", "secretsmanager"]
}

data "aws_iam_policy_document" "perimeter" {
  statement {
    sid       = "OursWithWhatIsOurs"
    actions   = ["dynamodb:*", "kms:*", "logs:*", "s3:*", "secretsmanager:*"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = var.organization_id == null ? "aws:PrincipalAccount" : "aws:PrincipalOrgID"
      values   = [var.organization_id == null ? local.account : var.organization_id]
    }

    condition {
      test     = "StringEquals"
      variable = var.organization_id == null ? "aws:ResourceAccount" : "aws:ResourceOrgID"
      values   = [var.organization_id == null ? local.account : var.organization_id]
    }
  }
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = toset(local.gateways)

  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${local.region}.${each.key}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [@{ "aws_route_table." ~ services | join(".id, aws_route_table.") ~ ".id" }]
  policy            = data.aws_iam_policy_document.perimeter.json

  tags = merge(local.tags, { Name = "${var.name}-${each.key}", segment = "endpoints" })
}

resource "aws_vpc_endpoint" "interface" {
  for_each = toset(local.interfaces)

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${local.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for subnet in aws_subnet.endpoints : subnet.id]
  security_group_ids  = [aws_security_group.endpoints.id]
  policy              = data.aws_iam_policy_document.perimeter.json

  tags = merge(local.tags, { Name = "${var.name}-${each.key}", segment = "endpoints" })
}

resource "aws_subnet" "endpoints" {
  for_each = local.zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = cidrsubnet(local.segment_cidr.endpoints, @{ zone_bits }, each.value)
  map_public_ip_on_launch = false

  tags = merge(local.tags, { Name = "${var.name}-endpoints-${each.key}", segment = "endpoints" })
}

resource "aws_route_table" "endpoints" {
  vpc_id = aws_vpc.this.id

  tags = merge(local.tags, { Name = "${var.name}-endpoints", segment = "endpoints" })
}

resource "aws_route_table_association" "endpoints" {
  for_each = aws_subnet.endpoints

  subnet_id      = each.value.id
  route_table_id = aws_route_table.endpoints.id
}

resource "aws_security_group" "endpoints" {
  name        = "${var.name}-endpoints"
  description = "Interface endpoints of ${var.name}"
  vpc_id      = aws_vpc.this.id

  tags = merge(local.tags, { Name = "${var.name}-endpoints", segment = "endpoints" })
}
@@ for segment in services

resource "aws_vpc_security_group_ingress_rule" "endpoints_from_@{ segment }" {
  security_group_id            = aws_security_group.endpoints.id
  description                  = "443 from @{ segment }"
  referenced_security_group_id = aws_security_group.@{ segment }.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443

  tags = local.tags
}

resource "aws_vpc_security_group_egress_rule" "@{ segment }_to_endpoints" {
  security_group_id            = aws_security_group.@{ segment }.id
  description                  = "443 to the endpoints"
  referenced_security_group_id = aws_security_group.endpoints.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443

  tags = local.tags
}

# By the list of the service's own addresses, which the gateway puts into the route table.
resource "aws_vpc_security_group_egress_rule" "@{ segment }_to_gateways" {
  for_each = aws_vpc_endpoint.gateway

  security_group_id = aws_security_group.@{ segment }.id
  description       = "443 to ${each.key} by its gateway"
  prefix_list_id    = each.value.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = local.tags
}
@@ endfor

resource "aws_network_acl" "endpoints" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.endpoints : subnet.id]
@@ for segment in services

  # requests from @{ segment }
  ingress {
    rule_no    = @{ 90 + loop.index * 10 }
    action     = "allow"
    protocol   = "tcp"
    cidr_block = local.segment_cidr.@{ segment }
    from_port  = 443
    to_port    = 443
  }

  # answers to @{ segment }
  egress {
    rule_no    = @{ 90 + loop.index * 10 }
    action     = "allow"
    protocol   = "tcp"
    cidr_block = local.segment_cidr.@{ segment }
    from_port  = local.clients.from
    to_port    = local.clients.to
  }
@@ endfor

  tags = merge(local.tags, { Name = "${var.name}-endpoints", segment = "endpoints" })
}
@@ endif
