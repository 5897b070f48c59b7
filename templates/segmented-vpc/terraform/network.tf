@@ set public = plan.segments | selectattr("public") | list
@@ set zone_bits = plan.segments[0].subnets[0].nth.bits - plan.segments[0].nth.bits
resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = merge(local.tags, { Name = var.name })
}
@@ if public

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = merge(local.tags, { Name = var.name })
}
@@ endif

# The VPC's own table, group and ACL are closed: nothing uses them, and what forgets to name its own gets nowhere.

resource "aws_default_route_table" "closed" {
  default_route_table_id = aws_vpc.this.default_route_table_id
  route                  = []

  tags = merge(local.tags, { Name = "${var.name}-default-closed" })
}

resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id

  tags = merge(local.tags, { Name = "${var.name}-default-closed" })
}

resource "aws_default_network_acl" "closed" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id

  tags = merge(local.tags, { Name = "${var.name}-default-closed" })
}
@@ for segment in plan.segments

# ---------------------------------------------------------------- @{ segment.name }

resource "aws_subnet" "@{ segment.name }" {
  for_each = local.zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = cidrsubnet(local.segment_cidr.@{ segment.name }, @{ zone_bits }, each.value)
  map_public_ip_on_launch = false

  tags = merge(local.tags, { Name = "${var.name}-@{ segment.name }-${each.key}", segment = "@{ segment.name }" })
}

@@ if segment.public
resource "aws_route_table" "@{ segment.name }" {
@@ else
# No way to the Internet, nor an answer to it.
resource "aws_route_table" "@{ segment.name }" {
@@ endif
  vpc_id = aws_vpc.this.id

  tags = merge(local.tags, { Name = "${var.name}-@{ segment.name }", segment = "@{ segment.name }" })
}

resource "aws_route_table_association" "@{ segment.name }" {
  for_each = aws_subnet.@{ segment.name }

  subnet_id      = each.value.id
  route_table_id = aws_route_table.@{ segment.name }.id
}
@@ if segment.public

resource "aws_route" "@{ segment.name }_to_internet" {
  route_table_id         = aws_route_table.@{ segment.name }.id
  destination_cidr_block = local.everyone
  gateway_id             = aws_internet_gateway.this.id
}
@@ endif
@@ endfor
