# A key and the buckets under it: 2 resources and 6 for each bucket.

variable "name" {
  type = string
}

variable "buckets" {
  type = map(object({
    versioning = optional(bool, true)
    days       = optional(map(number), {})
  }))
}

variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  prefix = lower(replace(var.name, "_", "-"))
}

resource "aws_kms_key" "this" {
  description             = "Data of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/${local.prefix}"
  target_key_id = aws_kms_key.this.key_id
}

module "bucket" {
  source   = "../bucket"
  for_each = var.buckets

  name           = format("%s-%s", local.prefix, each.key)
  versioning     = each.value.versioning
  lifecycle_days = each.value.days
  key_arn        = aws_kms_key.this.arn
  tags           = var.tags
}

output "bucket_arns" {
  value = { for name, bucket in module.bucket : name => bucket.arn }
}

output "key_arn" {
  value = aws_kms_key.this.arn
}
