resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_group

  name              = each.value
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn

  tags = local.tags
}
