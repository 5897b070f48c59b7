locals {
  log_group = {
    app      = "/${var.name}/app"
    flow     = "/${var.name}/flow"
    firewall = "aws-waf-logs-${var.name}" # the name that WAF asks for
    # Made here although ECS and RDS would make them: theirs would be kept for ever, under no key.
    insights   = "/aws/ecs/containerinsights/${var.name}/performance"
    postgresql = "/aws/rds/instance/${var.name}/postgresql"
    upgrade    = "/aws/rds/instance/${var.name}/upgrade"
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_group

  name              = each.value
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn

  tags = local.tags
}

resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination          = aws_cloudwatch_log_group.this["flow"].arn
  iam_role_arn             = aws_iam_role.flow_log.arn
  max_aggregation_interval = 60

  tags = merge(local.tags, { Name = var.name })

  depends_on = [aws_iam_role_policy.flow_log]
}

# ---------------------------------------------------------------- bucket for what can only be logged to S3

resource "aws_s3_bucket" "logs" {
  # checkov:skip=CKV_AWS_18:A bucket that logs into itself never ends.
  # checkov:skip=CKV_AWS_144:One region is what the intent asks for.
  # checkov:skip=CKV_AWS_145:Load balancers log only into buckets under S3's own keys.
  # checkov:skip=CKV2_AWS_62:Nothing waits for a log to arrive.
  bucket = local.bucket.logs

  tags = local.tags
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket = aws_s3_bucket.logs.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Load balancers can log into buckets under S3's own keys only.
resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# distrust: ignore[aws-s3-mfa-delete] only the root user can ask for it, by hand; nobody here may delete versions
resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "retention"
    status = "Enabled"

    filter {}

    expiration {
      days = var.log_retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = var.log_retention_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.logs]
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs_bucket.json

  depends_on = [aws_s3_bucket_public_access_block.logs]
}

data "aws_iam_policy_document" "logs_bucket" {
  statement {
    sid       = "LoadBalancer"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs.arn}/load-balancer/AWSLogs/${local.account}/*"]

    principals {
      type        = "Service"
      identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:elasticloadbalancing:${local.region}:${local.account}:loadbalancer/app/${var.name}/*"]
    }
  }

  statement {
    sid       = "DocumentsAccess"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs.arn}/documents/*"]

    principals {
      type        = "Service"
      identifiers = ["logging.s3.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_s3_bucket.documents.arn]
    }
  }

  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
