data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  tags = merge(var.tags, { service = var.name, managed-by = "distrust" })

  # Names before things: policies that must exist first can then name what comes later, exactly.
  arn = {
    root     = "arn:${local.partition}:iam::${local.account}:root"
    role     = "arn:${local.partition}:iam::${local.account}:role/${var.name}-function"
    function = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}"
    logs     = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group"
@@ if asynchronous
    failed   = "arn:${local.partition}:sqs:${local.region}:${local.account}:${var.name}-failed"
@@ endif
  }

  log_group = {
    calls    = "/${var.name}/calls"
    function = "/${var.name}/function"
  }
}
