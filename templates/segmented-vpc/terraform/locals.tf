data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  zones = { for i, letter in var.zones : "${local.region}${letter}" => i }

  # An equal part of the VPC for each segment, so that a network ACL names a segment by one block.
  segment_cidr = {
@@ for segment in plan.segments
    @{ segment.name } = cidrsubnet(var.vpc_cidr, @{ segment.nth.bits }, @{ segment.nth.index })
@@ endfor
@@ if services
    endpoints = cidrsubnet(var.vpc_cidr, @{ plan.endpoints.nth.bits }, @{ plan.endpoints.nth.index })
@@ endif
  }

  tags     = merge(var.tags, { service = var.name, managed-by = "distrust" })
  everyone = "0.0.0.0/0"

  # Whoever begins a conversation takes its own port from here.
  clients = { from = 1024, to = 65535 }
}
