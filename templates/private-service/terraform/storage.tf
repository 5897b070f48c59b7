# ---------------------------------------------------------------- documents

resource "aws_s3_bucket" "documents" {
  # checkov:skip=CKV_AWS_144:One region is what the intent asks for.
  # checkov:skip=CKV2_AWS_62:Nothing waits for a document to arrive.
  bucket = local.bucket.documents

  tags = merge(local.tags, { segment = "data" })
}

resource "aws_s3_bucket_ownership_controls" "documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "documents" {
  bucket = aws_s3_bucket.documents.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    bucket_key_enabled = true # makes the bucket's ARN the encryption context that the key's policy asks for

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.records.arn
    }
  }
}

# distrust: ignore[aws-s3-mfa-delete] only the root user can ask for it, by hand; nobody here may delete versions
resource "aws_s3_bucket_versioning" "documents" {
  bucket = aws_s3_bucket.documents.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.documents]
}

resource "aws_s3_bucket_logging" "documents" {
  bucket        = aws_s3_bucket.documents.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "documents/"

  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_s3_bucket_policy" "documents" {
  bucket = aws_s3_bucket.documents.id
  policy = data.aws_iam_policy_document.documents.json

  depends_on = [aws_s3_bucket_public_access_block.documents]
}

data "aws_iam_policy_document" "documents" {
  statement {
    sid       = "Import"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.documents.arn}/*"]

    principals {
      type        = "AWS"
      identifiers = [var.importer_role_arn]
    }
  }

  statement {
    sid       = "NobodyElseReads"
    effect    = "Deny"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.documents.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "ArnNotEquals"
      variable = "aws:PrincipalArn"
      values   = [aws_iam_role.task.arn]
    }
  }

  statement {
    sid       = "NobodyElseWrites"
    effect    = "Deny"
    actions   = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"]
    resources = ["${aws_s3_bucket.documents.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "ArnNotEquals"
      variable = "aws:PrincipalArn"
      values   = [var.importer_role_arn]
    }
  }

  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.documents.arn, "${aws_s3_bucket.documents.arn}/*"]

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

  statement {
    sid       = "OnlyTls12"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.documents.arn, "${aws_s3_bucket.documents.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "NumericLessThan"
      variable = "s3:TlsVersion"
      values   = ["1.2"]
    }
  }

  dynamic "statement" {
    for_each = var.organization_id[*]

    content {
      sid       = "OnlyTheOrganization"
      effect    = "Deny"
      actions   = ["s3:*"]
      resources = [aws_s3_bucket.documents.arn, "${aws_s3_bucket.documents.arn}/*"]

      principals {
        type        = "*"
        identifiers = ["*"]
      }

      condition {
        test     = "StringNotEqualsIfExists"
        variable = "aws:PrincipalOrgID"
        values   = [statement.value]
      }

      condition {
        test     = "BoolIfExists"
        variable = "aws:PrincipalIsAWSService"
        values   = ["false"]
      }
    }
  }
}

# ---------------------------------------------------------------- the secret; its value is never in the code or the state

locals {
  secret_arn = "arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:${var.name}/payment-??????"
}

resource "aws_secretsmanager_secret" "payment" {
  name                    = "${var.name}/payment"
  description             = "Key of the payment provider, read by the application of ${var.name}"
  kms_key_id              = aws_kms_key.credentials.arn
  recovery_window_in_days = 30

  tags = merge(local.tags, { segment = "data" })
}

resource "aws_secretsmanager_secret_rotation" "payment" {
  secret_id           = aws_secretsmanager_secret.payment.id
  rotation_lambda_arn = var.rotation_function_arn

  rotation_rules {
    automatically_after_days = var.rotation_days
  }

  depends_on = [aws_secretsmanager_secret_policy.payment]
}

resource "aws_secretsmanager_secret_policy" "payment" {
  secret_arn          = aws_secretsmanager_secret.payment.arn
  policy              = data.aws_iam_policy_document.payment.json
  block_public_policy = true
}

data "aws_iam_policy_document" "payment" {
  statement {
    sid       = "Rotate"
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
    resources = [aws_secretsmanager_secret.payment.arn]

    principals {
      type        = "AWS"
      identifiers = [var.rotation_role_arn]
    }
  }

  statement {
    sid       = "NobodyElseReads"
    effect    = "Deny"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.payment.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "ArnNotEquals"
      variable = "aws:PrincipalArn"
      values   = [aws_iam_role.task.arn, var.rotation_role_arn]
    }
  }

  dynamic "statement" {
    for_each = var.organization_id[*]

    content {
      sid       = "OnlyTheOrganization"
      effect    = "Deny"
      actions   = ["secretsmanager:*"]
      resources = [aws_secretsmanager_secret.payment.arn]

      principals {
        type        = "*"
        identifiers = ["*"]
      }

      condition {
        test     = "StringNotEqualsIfExists"
        variable = "aws:PrincipalOrgID"
        values   = [statement.value]
      }

      condition {
        test     = "BoolIfExists"
        variable = "aws:PrincipalIsAWSService"
        values   = ["false"]
      }
    }
  }
}
