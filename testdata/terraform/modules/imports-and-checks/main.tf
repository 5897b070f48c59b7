provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

import {
  for_each = toset([])
  to       = aws_s3_bucket.b
  id       = each.key
}

moved {
  from = aws_s3_bucket.old
  to   = aws_s3_bucket.b
}

resource "aws_s3_bucket" "b" {
  bucket        = "imported"
  force_destroy = true

  lifecycle {
    prevent_destroy = true
  }

  timeouts {
    create = "5m"
  }
}

check "naming" {
  assert {
    condition     = startswith(aws_s3_bucket.b.bucket, "x")
    error_message = "Names start with x."
  }
}
