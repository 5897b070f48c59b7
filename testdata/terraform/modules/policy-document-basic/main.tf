provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

data "aws_iam_policy_document" "single" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::b/*"]
  }
}

data "aws_iam_policy_document" "several" {
  statement {
    sid       = "Read"
    effect    = "Allow"
    actions   = ["s3:ListBucket", "s3:GetObject", "ec2:Describe*"]
    resources = ["arn:aws:s3:::b", "arn:aws:s3:::a"]
  }

  statement {
    sid         = "Rest"
    effect      = "Deny"
    not_actions = ["iam:*", "a:b"]
    resources   = ["*"]
  }

  statement {
    actions       = ["s3:*"]
    not_resources = ["arn:aws:s3:::z", "arn:aws:s3:::c"]
  }
}

data "aws_iam_policy_document" "duplicates" {
  statement {
    actions   = ["s3:GetObject", "s3:GetObject"]
    resources = ["*", "*"]
  }
}

data "aws_iam_policy_document" "empty" {
}

data "aws_iam_policy_document" "version" {
  version   = "2008-10-17"
  policy_id = "my-policy"

  statement {
    actions   = ["sqs:*"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "no_resource" {
  statement {
    actions = ["sts:AssumeRole"]
  }
}

data "aws_iam_policy_document" "variables" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::home/&{aws:username}/*", "arn:aws:s3:::other/$${aws:username}"]
  }
}

output "single" {
  value = data.aws_iam_policy_document.single.json
}

output "minified" {
  value = jsonencode(jsondecode(data.aws_iam_policy_document.single.json))
}
