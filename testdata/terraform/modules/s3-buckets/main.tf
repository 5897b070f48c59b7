provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variable "buckets" {
  type = map(object({
    versioned = optional(bool, true)
    tags      = optional(map(string), {})
  }))
  default = {
    logs  = { versioned = false, tags = { kind = "logs" } }
    media = {}
  }
}

resource "aws_s3_bucket" "it" {
  for_each = var.buckets
  bucket   = "corp-${each.key}"
  tags     = merge({ name = each.key }, each.value.tags)
}

resource "aws_s3_bucket_versioning" "it" {
  for_each = aws_s3_bucket.it
  bucket   = each.value.id

  versioning_configuration {
    status = var.buckets[each.key].versioned ? "Enabled" : "Suspended"
  }
}

resource "aws_s3_bucket_public_access_block" "it" {
  for_each                = { for k, b in var.buckets : k => b if b.versioned }
  bucket                  = aws_s3_bucket.it[each.key].id
  block_public_acls       = true
  block_public_policy     = "true"
  ignore_public_acls      = false
  restrict_public_buckets = each.value.versioned
}

resource "aws_s3_bucket_server_side_encryption_configuration" "it" {
  bucket = aws_s3_bucket.it["logs"].bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
    bucket_key_enabled = true
  }
}

output "names" {
  value = values(aws_s3_bucket.it)[*].bucket
}

output "ids" {
  value = { for k, b in aws_s3_bucket.it : k => b.id }
}
