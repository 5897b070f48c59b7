provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

resource "aws_s3_bucket" "b" {
  bucket = "named-bucket"
}

resource "aws_kms_key" "k" {
  description = "key"
}

data "aws_iam_policy_document" "known_attribute" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::${aws_s3_bucket.b.bucket}/*"]
  }
}

data "aws_iam_policy_document" "unknown_arn" {
  statement {
    sid       = "Bucket"
    actions   = ["s3:GetObject"]
    resources = [aws_s3_bucket.b.arn, "${aws_s3_bucket.b.arn}/*"]
  }

  statement {
    sid       = "Everything"
    effect    = "Allow"
    actions   = ["*"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "on_top" {
  source_policy_documents = [data.aws_iam_policy_document.unknown_arn.json]
}

data "aws_iam_policy_document" "depends" {
  depends_on = [aws_kms_key.k]

  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "p" {
  name   = "p"
  policy = data.aws_iam_policy_document.unknown_arn.json
}

resource "aws_s3_bucket_policy" "known" {
  bucket = aws_s3_bucket.b.id
  policy = data.aws_iam_policy_document.known_attribute.json
}

resource "aws_iam_policy" "encoded" {
  name = "encoded"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "kms:*", Resource = aws_kms_key.k.arn }]
  })
}
