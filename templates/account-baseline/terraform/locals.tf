data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  tags = merge(var.tags, { service = var.name, managed-by = "distrust" })

  # Names before things: policies that must exist first can then name what comes later, exactly.
  bucket = "${var.name}-logs-${local.account}-${local.region}"
  arn = {
    root   = "arn:${local.partition}:iam::${local.account}:root"
    trail  = "arn:${local.partition}:cloudtrail:${local.region}:${local.account}:trail/${var.name}"
    logs   = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/${var.name}/trail"
    alarms = "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.name}-*"
  }
}
