# Two layers that say the same: groups name each other, network ACLs name the segments' blocks.
#
@@ for flow in plan.flows if not flow.to.cloud
#   @{ flow.from.name } -> @{ flow.to.name } @{ flow.ports | map(attribute="said") | join(", ") }
@@ endfor
@@ for segment in services
#   @{ segment } -> endpoints 443
@@ endfor

# ---------------------------------------------------------------- security groups
@@ for segment in plan.segments

resource "aws_security_group" "@{ segment.name }" {
  name        = "${var.name}-@{ segment.name }"
  description = "What stands in @{ segment.name } of ${var.name}"
  vpc_id      = aws_vpc.this.id

  tags = merge(local.tags, { Name = "${var.name}-@{ segment.name }", segment = "@{ segment.name }" })
}
@@ endfor
@@ for flow in plan.flows if not flow.to.cloud
@@ for port in flow.ports

resource "aws_vpc_security_group_ingress_rule" "@{ flow.to.segment }_from_@{ flow.from.name | snake }_@{ port.id }" {
  security_group_id            = aws_security_group.@{ flow.to.segment }.id
  description                  = "@{ port.said } from @{ flow.from.name }"
@@ if flow.from.internet
  cidr_ipv4                    = local.everyone
@@ else
  referenced_security_group_id = aws_security_group.@{ flow.from.segment }.id
@@ endif
  ip_protocol                  = "@{ port.protocol }"
  from_port                    = @{ port.from }
  to_port                      = @{ port.to }

  tags = local.tags
}
@@ if not flow.from.internet

resource "aws_vpc_security_group_egress_rule" "@{ flow.from.segment }_to_@{ flow.to.segment }_@{ port.id }" {
  security_group_id            = aws_security_group.@{ flow.from.segment }.id
  description                  = "@{ port.said } to @{ flow.to.name }"
  referenced_security_group_id = aws_security_group.@{ flow.to.segment }.id
  ip_protocol                  = "@{ port.protocol }"
  from_port                    = @{ port.from }
  to_port                      = @{ port.to }

  tags = local.tags
}
@@ endif
@@ endfor
@@ endfor

# ---------------------------------------------------------------- network ACLs
# They keep no state: each flow needs its answers let through too. What no rule allows is denied.
@@ for segment in plan.segments
@@ set cloud = segment.outgoing | selectattr("to.cloud") | list

resource "aws_network_acl" "@{ segment.name }" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.@{ segment.name } : subnet.id]
@@ set count = namespace(ingress=100, egress=100)
@@ for flow in segment.incoming
@@ set other = "local.everyone" if flow.from.internet else "local.segment_cidr." ~ flow.from.segment
@@ for port in flow.ports

  # requests from @{ flow.from.name }
  ingress {
    rule_no    = @{ count.ingress }
    action     = "allow"
    protocol   = "@{ port.protocol }"
    cidr_block = @{ other }
    from_port  = @{ port.from }
    to_port    = @{ port.to }
  }
@@ set count.ingress = count.ingress + 10
@@ endfor

  # answers to @{ flow.from.name }
  egress {
    rule_no    = @{ count.egress }
    action     = "allow"
    protocol   = "@{ flow.ports[0].protocol }"
    cidr_block = @{ other }
    from_port  = local.clients.from
    to_port    = local.clients.to
  }
@@ set count.egress = count.egress + 10
@@ endfor
@@ for flow in segment.outgoing if not flow.to.cloud
@@ set other = "local.segment_cidr." ~ flow.to.segment
@@ for port in flow.ports

  # requests to @{ flow.to.name }
  egress {
    rule_no    = @{ count.egress }
    action     = "allow"
    protocol   = "@{ port.protocol }"
    cidr_block = @{ other }
    from_port  = @{ port.from }
    to_port    = @{ port.to }
  }
@@ set count.egress = count.egress + 10
@@ endfor

  # answers of @{ flow.to.name }
  ingress {
    rule_no    = @{ count.ingress }
    action     = "allow"
    protocol   = "@{ flow.ports[0].protocol }"
    cidr_block = @{ other }
    from_port  = local.clients.from
    to_port    = local.clients.to
  }
@@ set count.ingress = count.ingress + 10
@@ endfor
@@ if cloud

  # requests to endpoints; an ACL cannot name the addresses of S3 and DynamoDB, the group and the route table do
  egress {
    rule_no    = @{ count.egress }
    action     = "allow"
    protocol   = "tcp"
    cidr_block = local.everyone
    from_port  = 443
    to_port    = 443
  }

  # answers of endpoints, to the ports that clients on Linux take
  ingress {
    rule_no    = @{ count.ingress }
    action     = "allow"
    protocol   = "tcp"
    cidr_block = local.everyone
    from_port  = 32768
    to_port    = 65535
  }
@@ endif

  tags = merge(local.tags, { Name = "${var.name}-@{ segment.name }", segment = "@{ segment.name }" })
}
@@ endfor
