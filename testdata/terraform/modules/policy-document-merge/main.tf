provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Same"
    actions   = ["s3:GetObject"]
    resources = ["base"]
  }

  statement {
    sid       = "OnlyBase"
    actions   = ["s3:PutObject"]
    resources = ["base"]
  }

  statement {
    actions   = ["s3:ListBucket"]
    resources = ["base"]
  }
}

data "aws_iam_policy_document" "second" {
  policy_id = "second"

  statement {
    sid       = "Second"
    actions   = ["sqs:*"]
    resources = ["second"]
  }
}

data "aws_iam_policy_document" "sources" {
  source_policy_documents = [
    data.aws_iam_policy_document.base.json,
    data.aws_iam_policy_document.second.json,
  ]

  statement {
    sid       = "Own"
    actions   = ["ec2:*"]
    resources = ["own"]
  }
}

data "aws_iam_policy_document" "own_replaces_source" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]

  statement {
    sid       = "Same"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["own"]
  }
}

data "aws_iam_policy_document" "overrides" {
  override_policy_documents = [
    data.aws_iam_policy_document.base.json,
    data.aws_iam_policy_document.second.json,
    jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Second", Effect = "Deny", Action = "sqs:Purge", Resource = "raw" }] }),
  ]

  statement {
    sid       = "Same"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["own"]
  }

  statement {
    sid       = "Kept"
    actions   = ["ec2:*"]
    resources = ["own"]
  }
}

data "aws_iam_policy_document" "both" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = [data.aws_iam_policy_document.own_replaces_source.json]
}

data "aws_iam_policy_document" "raw_source" {
  source_policy_documents = [
    <<-EOT
      {
        "Id": "raw-id",
        "Version": "2008-10-17",
        "Statement": [
          { "Effect": "Allow", "Principal": "*", "Action": ["s3:Get*", "s3:Abc"], "Resource": ["r"] },
          { "Sid": "P", "Effect": "Allow", "Principal": { "AWS": ["b", "a"], "Service": "s" }, "NotAction": "x:y", "NotResource": "n",
            "Condition": { "Bool": { "aws:SecureTransport": "true" }, "StringLike": { "k": ["v2", "v1"] } } }
        ]
      }
    EOT
    ,
    "",
  ]
}
